"""Segments: stretches of care in which a child stays in one leaf.

Episodes are cut at the birthdays that change the age band, and end at the
18th, so that a child counts under the age of the day and not of the day the
episode began.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS
from rcc_forecast.demand.leaves import TYPES, leaf_numbers
from rcc_forecast.results.journeys import birthday, days_of

OPEN = np.int64(2**31)
"""The end, in days since 1970, of what has not ended."""

_BORN_BEFORE_ALL = -np.int64(2**31)


def segments_of(
    episodes: pd.DataFrame, authorities: list[str], *, counted_from: NDArray[np.int64]
) -> pd.DataFrame:
    """Cut episodes into stretches in one leaf.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    authorities : list of str
        In the order of the leaves.
    counted_from : ndarray of int, shape (n_authorities,)
        First day, since 1970, on which an authority's own children count.

    Returns
    -------
    DataFrame
        By child and start: ``child, leaf, start, end`` (days since 1970,
        `OPEN` while it lasts), ``starts_care`` and ``ends_care`` where nothing
        touches before and after, ``is_open`` where the record has no end,
        ``adult`` where the end is the 18th birthday, ``decom`` (the episode's
        start), ``first_year, ended_year`` (first return that knows start and
        end; 9999 for none) and ``episode`` (row of `episodes`). Short breaks
        and everything after the 18th birthday are left out.
    """
    kept = np.flatnonzero(~episodes["respite"].to_numpy(bool))
    used = episodes.take(kept)
    born = days_of(used["dob"])
    authority = pd.Index(authorities).get_indexer(pd.Index(used["local_authority"]))
    kind = pd.Index(TYPES).get_indexer(pd.Index(used["placement_type"]))
    uasc = used["uasc"].to_numpy(bool)
    decom = days_of(used["decom"]).astype(np.int64)
    dec = days_of(used["dec"])
    filed_end = np.where(np.isnat(dec), OPEN, dec.astype(np.int64))
    start = np.maximum(decom, counted_from[authority])
    adult = birthday(born, age=ADULT_AGE).astype(np.int64)
    end = np.minimum(filed_end, adult)
    # Care of no length counts as an entry and an exit, where it was so filed.
    same_day = (filed_end == decom) & (start == decom) & (decom < adult)

    parts = []
    edges = [birthday(born, age=age).astype(np.int64) for age in AGE_BAND_STARTS] + [adult]
    edges[0] = np.full(len(used), _BORN_BEFORE_ALL)
    for band in range(len(AGE_BAND_STARTS)):
        low, high = np.maximum(start, edges[band]), np.minimum(end, edges[band + 1])
        in_band_at_start = (start >= edges[band]) & (start < edges[band + 1])
        rows = np.flatnonzero((low < high) | (same_day & in_band_at_start))
        parts.append(
            pd.DataFrame(
                {
                    "child": used["child"].to_numpy(np.int64)[rows],
                    "leaf": leaf_numbers(authority[rows], kind[rows], band, uasc[rows]),
                    "start": low[rows],
                    "end": high[rows],
                    "is_open": filed_end[rows] == OPEN,
                    "adult": high[rows] == adult[rows],
                    "decom": decom[rows],
                    "episode": kept[rows],
                }
            )
        )
    segments = pd.concat(parts, ignore_index=True).sort_values(
        ["child", "start", "end"], kind="stable", ignore_index=True
    )
    years = episodes[["first_year", "ended_year"]].take(segments["episode"].to_numpy())
    return _with_care_periods(segments).assign(
        first_year=years["first_year"].to_numpy(np.int64),
        ended_year=years["ended_year"].fillna(9999).to_numpy(np.int64),
    )


def _with_care_periods(segments: pd.DataFrame) -> pd.DataFrame:
    """Mark where care begins and ends: where no other stretch of the child touches."""
    child, start, end = (segments[name].to_numpy() for name in ("child", "start", "end"))
    touches = np.zeros(len(segments) + 1, dtype=bool)
    touches[1:-1] = (child[1:] == child[:-1]) & (start[1:] == end[:-1])
    return segments.assign(starts_care=~touches[:-1], ends_care=~touches[1:])
