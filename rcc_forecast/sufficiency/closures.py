"""Homes that will close though no date is known yet: expected from those that closed before.

A register dates the homes that are about to open, and few of those that will
close: a provider that fails gives weeks of notice. Counted as they stand, the
places of the next years are too many. Where a register keeps the homes that have
closed, it says how many do so in a year; where it keeps none, a judgement does.
Later on homes open that have no date today either, and make up for some of
that; they are expected as far as they replace what closes, since growth that
nobody has planned is what a strategy is to decide. Foster households come and go
in the carers' forecast, and are left alone here.
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
"""Share of homes that close in a year, and that open, before any register is seen: a judgement.

Ofsted publishes how many homes there are, not how many closed and opened: children's homes were
9% more in March 2023 than a year before, their places 7% (children's social care in England
2023). Such growth is not taken for granted here, so one figure serves both.
"""

AS_IF_SEEN = 4.0
"""Closures, and openings, that the judgement counts for: a region's pace may well be half as
much again."""

YEARS_SEEN = 3
"""Years back in which closures and openings are counted."""

KINDS_CLOSING: Final = (
    PlacementType.CHILDRENS_HOME,
    PlacementType.RESIDENTIAL_OTHER,
    PlacementType.SUPPORTED,
)
"""Kinds of which homes are expected to close; secure homes are too few to have a pace."""

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Closures:
    """What is left of the register's places, by kind, once undated closures are expected.

    Attributes
    ----------
    staying : ndarray of float, shape (n_paths, n_kinds, horizon)
        Share of places, 1 where no closure is expected; futures differ in the pace, and
        their mean is never above 1.
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
        Closures and openings that the register does date are part of those
        expected, and are not counted a second time.
    """
    homes = homes.reset_index(drop=True)
    kind = positions(kinds, homes["placement_type"])
    expected: NDArray[np.bool_] = np.array([PlacementType(one) in KINDS_CLOSING for one in kinds])
    # Of other kinds a register may keep those that left: that says nothing of these.
    kind = np.where((kind >= 0) & expected[kind], kind, -1)
    closed, opened, home_years = _seen(homes, kind, as_of=as_of, n_kinds=len(kinds))
    years = (months - as_of).days.to_numpy(dtype=np.float64) / _DAYS_A_YEAR
    gone, come = _dated(homes, kind, months=months, as_of=as_of, n_kinds=len(kinds))
    # A gamma's pace, shared by all homes of a kind in a future.
    shape = (n_paths, len(kinds))
    closing = rng.gamma(
        AS_IF_SEEN + np.nan_to_num(closed), 1.0 / _weight(closed, home_years), size=shape
    )
    opening = rng.gamma(
        AS_IF_SEEN + np.nan_to_num(opened), 1.0 / _weight(opened, home_years), size=shape
    )
    left = np.minimum(np.exp(-closing[:, :, None] * years) + gone, 1.0)
    staying = left + np.maximum(opening[:, :, None] * years - come, 0.0)
    staying /= np.maximum(staying.mean(axis=0), 1.0)
    staying[:, ~expected] = 1.0
    pace = (AS_IF_SEEN + np.nan_to_num(closed)) / _weight(closed, home_years)
    return Closures(
        staying,
        [
            _source(*figures) if is_expected else ""
            for is_expected, *figures in zip(expected, pace, closed, home_years, strict=True)
        ],
    )


def _seen(
    homes: pd.DataFrame, kind: IntArray, *, as_of: pd.Timestamp, n_kinds: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Closures and openings by kind, and the years that homes were open meanwhile.

    Closures, or openings, are missing where the register dates none of the past.
    """
    closed, opened = homes["closed"], homes["opened"]
    known = kind >= 0
    gone = known & (closed <= as_of).to_numpy(bool)
    begin = as_of - pd.DateOffset(years=YEARS_SEEN)
    if gone.any():
        # Closures before the first that is kept may have been struck off the list.
        begin = max(begin, closed[gone].min())
    come = known & ((opened > begin) & (opened <= as_of)).to_numpy(bool)
    lately = gone & (closed > begin).to_numpy(bool)
    since = opened.where(opened > begin, begin)
    until = closed.where(closed <= as_of, as_of)
    open_for = np.maximum((until - since).dt.days.to_numpy(dtype=np.float64), 0.0) / _DAYS_A_YEAR

    def counted(rows: NDArray[np.bool_]) -> FloatArray:
        found = np.bincount(kind[rows], minlength=n_kinds).astype(np.float64)
        return found if rows.any() else np.full(n_kinds, np.nan)

    home_years = np.bincount(kind[known], open_for[known], minlength=n_kinds)
    return counted(lately), counted(come), home_years.astype(np.float64)


def _weight(seen: FloatArray, home_years: FloatArray) -> FloatArray:
    """Years of homes behind a pace, those of the judgement included."""
    return AS_IF_SEEN / A_YEAR + np.where(np.isnan(seen), 0.0, home_years)


def _dated(
    homes: pd.DataFrame,
    kind: IntArray,
    *,
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    n_kinds: int,
) -> tuple[FloatArray, FloatArray]:
    """Places that the register has closed, and opened, by each month: shares of today's."""
    places = homes["places_approved"].astype("float64").fillna(1.0).to_numpy()
    known = kind >= 0
    today = known & open_on(homes, as_of).to_numpy(bool)
    later = known & (homes["opened"] > as_of).to_numpy(bool)
    whole = np.bincount(kind[today], places[today], minlength=n_kinds)

    def by_then(rows: NDArray[np.bool_], dates: pd.Series[pd.Timestamp]) -> FloatArray:
        # The first month that is past the date; none counts behind the last.
        month = np.searchsorted(months.to_numpy(), dates[rows].to_numpy())
        total = np.zeros((n_kinds, len(months) + 1))
        np.add.at(total, (kind[rows], month), places[rows])
        share = np.cumsum(total[:, :-1], axis=1) / np.maximum(whole, 1.0)[:, None]
        return np.asarray(share)

    closes = today & homes["closed"].notna().to_numpy(bool)
    return by_then(closes, homes["closed"]), by_then(later, homes["opened"])


def _source(usual: float, closed: float, home_years: float) -> str:
    words = (
        f"closures without a date expected, less homes that replace them: {usual:.1%} of homes "
        "close a year, "
    )
    if not np.isnan(closed):
        return words + (
            f"from {closed:.0f} in {home_years:.0f} years of homes in the register, and a judgement"
        )
    return words + "a judgement: the register keeps no home that has closed"
