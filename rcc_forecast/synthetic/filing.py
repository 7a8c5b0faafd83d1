"""From true episodes to the tables that an authority files each year.

A return shows what was recorded when it was filed. Ends are recorded late,
so that the newest months are short until the next return mends them, as the
DfE notes (placements ceasing in the latest year are revised up by about a
tenth).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.synthetic.days import NEVER, Days, return_end, return_start
from rcc_forecast.synthetic.placements import (
    ADOPTION,
    CHILDRENS,
    FOSTER,
    KINSHIP,
    OTHER,
    PARENTS,
    RESIDENTIAL,
    SECURE,
    SUPPORTED,
    SUPPORTED_BREAK,
    TEMPORARY,
)
from rcc_forecast.synthetic.whereabouts import PARENTS_OWN, PRIVATE, PUBLIC, VOLUNTARY

FILED_AFTER_DAYS = 30
"""Days from 31 March until a return is closed."""

LATE_SHARE, LATE_MEDIAN_DAYS, LATE_SIGMA = 0.35, 75.0, 0.9
"""Ends not recorded on the day, and the lognormal delay of those."""

LATE_ENTRY_SHARE, LATE_ENTRY_MEAN_DAYS = 0.08, 20.0
"""Entries not recorded on the day, and the exponential delay of those."""


def record(episodes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say when each start and end became known.

    Parameters
    ----------
    episodes : DataFrame
        By child and start, with end, rne and of_age (the end is the 18th
        birthday, which every system knows in time).
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    DataFrame
        With start_known and end_known, days; never earlier than what they
        tell, and in the order of the child's story.
    """
    n = len(episodes)
    start, end = episodes["start"].to_numpy(), episodes["end"].to_numpy()
    delay = np.ceil(LATE_MEDIAN_DAYS * np.exp(LATE_SIGMA * rng.standard_normal(n)))
    late = (rng.random(n) < LATE_SHARE) & ~episodes["of_age"].to_numpy()
    end_known = end + np.where(late, delay, 0).astype(np.int64)
    entry_delay = np.ceil(rng.exponential(LATE_ENTRY_MEAN_DAYS, n))
    start_known = start + np.where(rng.random(n) < LATE_ENTRY_SHARE, entry_delay, 0)
    # An episode that follows another becomes known with the end of that one.
    follows = episodes.groupby("child").cumcount().to_numpy() > 0
    previous = np.where(follows, np.append(0, end_known[:-1]), start)
    start_known = np.where(episodes["rne"].to_numpy() == "S", start_known, previous)
    story = pd.DataFrame({"start": start_known, "end": end_known}).astype(np.int64)
    latest = story.max(axis=1).groupby(episodes["child"].to_numpy()).cummax().to_numpy()
    before = np.where(follows, np.append(0, latest[:-1]), 0)
    start_known = np.maximum(start_known, before).astype(np.int64)
    return episodes.assign(start_known=start_known, end_known=np.maximum(end_known, start_known))


def episodes_in_return(episodes: pd.DataFrame, year: int) -> pd.DataFrame:
    """Select the episodes a return shows, with the ends that were known.

    Parameters
    ----------
    episodes : DataFrame
        As `record` gives them.
    year : int
        Return year.

    Returns
    -------
    DataFrame
        The rows filed, ``end`` `NEVER` where it is blank in the return.
    """
    last, first = return_end(year), return_start(year)
    filed_on, filed_before = last + FILED_AFTER_DAYS, return_end(year - 1) + FILED_AFTER_DAYS
    start, end = episodes["start"].to_numpy(), episodes["end"].to_numpy()
    known = (start <= last) & (episodes["start_known"].to_numpy() <= filed_on)
    # The first episode must match the open one of the last return, so an end
    # of last year that was recorded late is filed in this one.
    of_year = (end >= first) | (episodes["end_known"].to_numpy() > filed_before)
    shown = episodes[known & of_year]
    ended = (shown["end"] <= last) & (shown["end_known"] <= filed_on)
    return shown.assign(end=shown["end"].where(ended, NEVER))


def place_codes(episodes: pd.DataFrame, year: int) -> NDArray[np.object_]:
    """Give PLACE in the codes of a return year.

    Parameters
    ----------
    episodes : DataFrame
        kind, long_term, variant (a fixed draw of 0 to 99), age_at_start, true_end.
    year : int
        Return year; supported accommodation is H5 or P2 up to 2024 and K3
        after, other placements Z1 up to 2025 and Z11 to Z14 after.
    """
    kind = episodes["kind"].to_numpy()
    v = episodes["variant"].to_numpy()
    settled = episodes["long_term"].to_numpy() == 1
    baby = episodes["age_at_start"].to_numpy() < 2
    independent = (v < 12) & (episodes["true_end"].to_numpy() <= SUPPORTED_BREAK)
    before_2025 = np.where(independent, "P2", "H5")
    others = np.array(["Z11", "Z12", "Z13", "Z14"], dtype=object)[v % 4]
    return np.asarray(
        np.select(
            [
                kind == KINSHIP,
                kind == FOSTER,
                kind == CHILDRENS,
                kind == SECURE,
                kind == SUPPORTED,
                kind == RESIDENTIAL,
                kind == PARENTS,
                kind == ADOPTION,
                kind == TEMPORARY,
            ],
            [
                np.where(settled, "U1", np.where(baby & (v < 2), "U2", "U3")),
                np.where(settled, "U4", np.where(baby & (v < 8), "U5", "U6")),
                "K2",
                "K1",
                before_2025 if year < 2025 else "K3",
                _residential_codes(episodes, v),
                "P1",
                np.where(v < 84, "A6", np.where(v < 94, "A5", np.where(v < 97, "A4", "A3"))),
                np.where(v < 45, "T1", np.where(v < 70, "T3", np.where(v < 85, "T2", "T4"))),
            ],
            "Z1" if year < 2026 else others,
        ),
        dtype=object,
    )


def _residential_codes(episodes: pd.DataFrame, v: Days) -> NDArray[np.object_]:
    age = episodes["age_at_start"].to_numpy()
    return np.asarray(
        np.select(
            [age < 5, age < 8, age < 15],
            [
                np.where(v < 78, "R3", "R2"),
                np.where(v < 50, "R2", "S1"),
                np.where(v < 50, "R1", np.where(v < 80, "R2", "S1")),
            ],
            np.where(v < 18, "R5", np.where(v < 60, "R1", np.where(v < 85, "R2", "S1"))),
        ),
        dtype=object,
    )


def provider_codes(episodes: pd.DataFrame) -> NDArray[np.object_]:
    """Give PLACE_PROVIDER: own authority, another, public, private, voluntary or parents."""
    provider = episodes["provider"].to_numpy()
    own = provider == episodes["own"].to_numpy()
    nobody = np.isin(episodes["kind"].to_numpy(), [TEMPORARY, OTHER])
    return np.asarray(
        np.select(
            [
                nobody,
                provider == PARENTS_OWN,
                own,
                provider >= 0,
                provider == PUBLIC,
                provider == PRIVATE,
                provider == VOLUNTARY,
            ],
            ["", "PR0", "PR1", "PR2", "PR3", "PR4", "PR5"],
            "",
        ),
        dtype=object,
    )


def numbered(episodes: pd.DataFrame, place: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say which episodes need an Ofsted number (URN).

    Not those with parents, in adult or health care, custody, on a temporary
    or other placement.
    """
    kind = episodes["kind"].to_numpy()
    exempt = np.isin(kind, [PARENTS, TEMPORARY, OTHER]) | np.isin(place, ["R1", "R2", "R5"])
    return np.asarray(~exempt)
