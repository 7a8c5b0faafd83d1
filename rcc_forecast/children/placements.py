"""Placements: stays with one carer, joined from the episodes that only changed on paper."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import SAME_CARER_REASONS
from rcc_forecast.tables.journeys import PLACEMENTS

_OF_THE_FIRST = ("child", "local_authority", "decom", "rne", "uasc", "respite")


def placements_of(episodes: pd.DataFrame) -> pd.DataFrame:
    """Join episodes with the same carer.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table, by child and start.

    Returns
    -------
    DataFrame
        A `PLACEMENTS` table: an episode with RNE L (legal status), T (same
        carer) or U (both) that begins on the day the one before ended goes on
        with it.
    """
    ordered = episodes.sort_values(["child", "decom"], kind="stable", ignore_index=True)
    before = ordered.shift()
    continues = (
        ordered["rne"].isin(SAME_CARER_REASONS)
        & (ordered["child"] == before["child"])
        & (ordered["respite"] == before["respite"])
        & (ordered["decom"] == before["dec"])
    )
    stay = (~continues).cumsum().to_numpy()
    first = ordered[~continues].reset_index(drop=True)
    latest = ordered[~ordered.assign(stay=stay)["stay"].duplicated(keep="last")]
    latest = latest.reset_index(drop=True)
    joined = latest.assign(**{name: first[name] for name in _OF_THE_FIRST})
    counts = pd.Series(stay).value_counts(sort=False).sort_index().to_numpy()
    return PLACEMENTS.check(joined.assign(episodes=counts)[PLACEMENTS.names])
