"""Homes that will close though no date is known yet: expected from those that closed before.

A register dates the homes that are about to open, and few of those that will
close: a provider that fails gives weeks of notice. Counted as they stand, the
places ahead are too many. Where a register keeps the homes that have closed, it
says how many do so in a year; where it keeps none, a judgement does. Foster
households come and go in the carers' forecast, and are left alone here. Homes
that will open and have no date yet are not expected: they are what a strategy
is to decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import PlacementType
from rcc_forecast.sufficiency.residents import positions
from rcc_forecast.tables.homes import open_on

A_YEAR = 0.05
"""Share of homes that close in a year, before any register is seen: a judgement.

Ofsted publishes the homes there are, not how many closed: 2,880 children's homes in March 2023
were 9% more than a year before (children's social care in England 2023), so that openings
outweigh closures, and one home in twenty leaves room for both.
"""

AS_IF_SEEN = 4.0
"""Closures that the judgement counts for: a region's pace may well be half as much again."""

YEARS_SEEN = 3
"""Years back in which closures are counted."""

KINDS_CLOSING: Final = (
    PlacementType.CHILDRENS_HOME,
    PlacementType.RESIDENTIAL_OTHER,
    PlacementType.SUPPORTED,
)
"""Kinds of which homes are expected to close; secure homes are too few to have a pace."""

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Closures:
    """What is left of today's places, by kind, once undated closures are expected.

    Attributes
    ----------
    staying : ndarray of float, shape (n_paths, n_kinds, horizon)
        Share of places, 1 where no closure is expected; futures differ in the pace.
    sources : list of str
        By kind, what the pace rests on; "" where none is expected.
    """

    staying: FloatArray
    sources: list[str]

    def at(self, months: IntArray) -> Closures:
        """Give the same for some months alone, counted from 0."""
        return replace(self, staying=self.staying[..., months])


def closures_of(
    homes: pd.DataFrame,
    *,
    kinds: list[str],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    n_paths: int,
    rng: np.random.Generator,
) -> Closures:
    """Expect the closures that a register does not date.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table, with or without the homes that have closed.
    kinds : list of str
    months : DatetimeIndex
        Month ends ahead.
    as_of : Timestamp
        Last day known.
    n_paths : int
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    Closures
        Closures that the register does date are part of those expected, and are
        not counted a second time.
    """
    homes = homes.reset_index(drop=True)
    kind = positions(kinds, homes["placement_type"])
    closing: NDArray[np.bool_] = np.array([PlacementType(one) in KINDS_CLOSING for one in kinds])
    closed, home_years = _seen(homes, kind, as_of=as_of, n_kinds=len(kinds))
    # A gamma's pace, shared by all homes of a kind in a future.
    weight = AS_IF_SEEN / A_YEAR + home_years
    pace = rng.gamma(AS_IF_SEEN + closed, 1.0 / weight, size=(n_paths, len(kinds)))
    years = (months - as_of).days.to_numpy(dtype=np.float64) / _DAYS_A_YEAR
    dated = _dated(homes, kind, months=months, as_of=as_of, n_kinds=len(kinds))
    staying = np.minimum(np.exp(-pace[:, :, None] * years) + dated, 1.0)
    staying[:, ~closing] = 1.0
    usual = (AS_IF_SEEN + closed) / weight
    return Closures(
        staying,
        [
            _source(*figures) if is_closing else ""
            for is_closing, *figures in zip(closing, usual, closed, home_years, strict=True)
        ],
    )


def _seen(
    homes: pd.DataFrame, kind: IntArray, *, as_of: pd.Timestamp, n_kinds: int
) -> tuple[FloatArray, FloatArray]:
    """Closures by kind and the years that homes were open meanwhile; none where none are kept."""
    closed = homes["closed"]
    begin = as_of - pd.DateOffset(years=YEARS_SEEN)
    gone = (closed <= as_of).to_numpy(bool)
    if not (gone & (kind >= 0)).any():
        return np.zeros(n_kinds), np.zeros(n_kinds)
    # Closures before the first that is kept may have been struck off; from it on, all are there.
    begin = max(begin, closed[gone].min())
    opened = homes["opened"]
    since = opened.where(opened > begin, begin)
    until = closed.where(closed <= as_of, as_of)
    open_for = np.maximum((until - since).dt.days.to_numpy(dtype=np.float64), 0.0) / _DAYS_A_YEAR
    counted = gone & (closed > begin).to_numpy(bool)
    known = kind >= 0
    return (
        np.bincount(kind[known & counted], minlength=n_kinds).astype(np.float64),
        np.bincount(kind[known], open_for[known], minlength=n_kinds).astype(np.float64),
    )


def _dated(
    homes: pd.DataFrame,
    kind: IntArray,
    *,
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    n_kinds: int,
) -> FloatArray:
    """Share of today's places in homes whose closing the register dates, by kind and month."""
    today = (kind >= 0) & open_on(homes, as_of).to_numpy(bool)
    places = homes["places_approved"].astype("float64").fillna(1.0).to_numpy()
    whole = np.bincount(kind[today], places[today], minlength=n_kinds)[:, None]
    closed = homes["closed"].to_numpy()
    gone = np.zeros((n_kinds, len(months)))
    for month, day in enumerate(months.to_numpy()):
        rows = today & (closed < day)
        gone[:, month] = np.bincount(kind[rows], places[rows], minlength=n_kinds)
    return np.asarray(np.divide(gone, whole, out=np.zeros_like(gone), where=whole > 0))


def _source(usual: float, closed: float, home_years: float) -> str:
    words = f"closures without a date expected: {usual:.1%} of homes a year, "
    if home_years > 0.0:
        return words + (
            f"from {closed:.0f} in {home_years:.0f} years of homes in the register, and a judgement"
        )
    return words + "a judgement: the register keeps no home that has closed"
