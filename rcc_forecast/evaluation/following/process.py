"""How things were done, beside what came of it: three sources, one table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rcc_forecast.evaluation.following.decisions import forecast_named
from rcc_forecast.evaluation.following.out_of_area import Begun, out_of_area_rows
from rcc_forecast.evaluation.following.referrals import Referrals, waiting_rows
from rcc_forecast.tables.following import PROCESS

_COUNTS = ("numerator", "denominator", "still_open", "withdrawn")


def process_of(
    *,
    members: Mapping[str, str],
    decisions: pd.DataFrame | None = None,
    referrals: Referrals | None = None,
    begun: Begun | None = None,
) -> pd.DataFrame:
    """Give every measure of the process that the sources allow.

    Parameters
    ----------
    members : mapping of str to str
        Co-operative of each member authority, one membership for the whole history
        (`Membership.for_history`).
    decisions : DataFrame, optional
        As `decisions.read_decisions` gives them.
    referrals : Referrals, optional
        As `referrals.read_referrals` gives them.
    begun : Begun, optional
        As `out_of_area.out_of_area_by_reason` gives them.

    Returns
    -------
    DataFrame
        A `PROCESS` table: descriptive, of authorities in the order of their codes.
        Small counts stand as they are: working figures, not for publication.
    """
    parts = [
        *([] if decisions is None or decisions.empty else [forecast_named(decisions)]),
        *([] if referrals is None or referrals.frame.empty else [waiting_rows(referrals, members)]),
        *([] if begun is None or begun.frame.empty else [out_of_area_rows(begun, members)]),
    ]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in PROCESS.names})
    whole = pd.concat(parts, ignore_index=True).reindex(columns=PROCESS.names)
    return PROCESS.check(whole.astype(dict.fromkeys(_COUNTS, "Int64")))
