"""What a member of the panel is, what it may see, and the register that a new one joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

_SETTLED_YEARS, _SETTLED_MORE = 2, 6
"""A series has parameters of its own from two years and six periods of history."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What is learned once for several origins, and what it may see.

    Attributes
    ----------
    places : ndarray of int
        Places of those origins among all.
    until : ndarray of int, shape (n_series,)
        Periods that what is learned of each series may see.
    shared_until : int
        Periods that what the panel shares may see.
    """

    places: IntArray
    until: IntArray
    shared_until: int


@dataclass(frozen=True, slots=True)
class History:
    """Series side by side, newest period last.

    Attributes
    ----------
    y : ndarray, shape (n_series, n_periods)
        In the unit of the panel; NaN before a series began and nowhere else.
    season : int
        Periods of a year: 12, 4 or 1.
    began : ndarray of int, shape (n_series,)
        Column of each one's first value.
    """

    y: FloatArray
    season: int
    began: IntArray

    @classmethod
    def of(cls, y: FloatArray, *, season: int) -> History:
        """Lay out a panel."""
        known = np.isfinite(y)
        began = np.where(known.any(axis=1), known.argmax(axis=1), y.shape[1])
        return cls(np.asarray(y, dtype=float), season, began)

    @property
    def n_series(self) -> int:
        """Number of series."""
        return int(self.y.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of columns."""
        return int(self.y.shape[1])

    @property
    def settled(self) -> IntArray:
        """Period from which each series has parameters of its own; before, see `young_points`."""
        return self.began + _SETTLED_YEARS * self.season + _SETTLED_MORE

    def too_young(self, origins: IntArray) -> BoolArray:
        """Say which past forecasts had no parameters of their own, shape (n_origins, n_series)."""
        at = np.asarray(origins)[:, None]
        return np.asarray((at < self.settled) & (at < self.n_periods))

    def filled(self) -> FloatArray:
        """Give the values with 0 before a series began."""
        return np.where(np.isnan(self.y), 0.0, self.y)

    def seen(self, until: IntArray | int) -> BoolArray:
        """Say which values lie before `until`, shape (n_series, n_periods)."""
        column = np.arange(self.n_periods)
        return (column >= self.began[:, None]) & (column < np.reshape(until, (-1, 1)))

    def fits(self, origins: IntArray) -> list[Fit]:
        """Give the fits that `origins`, ascending, ask for.

        An origin at the very end has a fit on everything. The past ones share
        one on what came before the first of them; of a series that was not
        settled then, on what came before it was.
        """
        found = []
        past = np.flatnonzero(origins < self.n_periods)
        if len(past):
            first = int(origins[past[0]])
            until = np.minimum(np.maximum(first, self.settled), self.n_periods)
            found.append(Fit(past, until, first))
        end = np.flatnonzero(origins == self.n_periods)
        if len(end):
            everything = np.full(self.n_series, self.n_periods)
            found.append(Fit(end, everything, self.n_periods))
        return found


class Member(Protocol):
    """One call: every series forecast from every origin."""

    def __call__(self, history: History, *, origins: IntArray, horizon: int) -> FloatArray:
        """Give points of shape (n_origins, n_series, horizon)."""
        ...


MEMBERS: dict[str, Member] = {}
"""Every member by its name, in the order in which their files are imported."""

YARDSTICKS = ("hold_flat", "seasonal_naive")
"""Members that others are measured by; the combination leaves them out."""


def member(name: str) -> Callable[[Member], Member]:
    """Enter a function in the register; combination, backtest and tests then find it.

    Raises
    ------
    ValueError
        Two members may not share a name.
    """

    def register(function: Member) -> Member:
        if name in MEMBERS:
            raise ValueError(f"There is already a member named {name!r}. Choose another name.")
        MEMBERS[name] = function
        return function

    return register


def young_points(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Forecast series too young for parameters: their level, and half of last year's season.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Mean of the last year, or of what there is of it; NaN from origins at
        which a series had not begun.
    """
    y, m = history.filled(), history.season
    ahead = np.arange(horizon) % m
    points = np.full((len(origins), history.n_series, horizon), np.nan)
    for place, origin in enumerate(origins):
        age = origin - history.began
        first = max(0, int(origin) - m)
        inside = history.seen(int(origin))[:, first:origin]
        count = inside.sum(axis=1)
        total = np.where(inside, y[:, first:origin], 0.0).sum(axis=1)
        level = np.divide(total, count, out=np.full(len(y), np.nan), where=count > 0)
        points[place] = level[:, None]
        if m > 1 and origin >= m:
            whole = age >= m
            last_year = y[whole][:, first:origin][:, ahead]
            points[place, whole] = (level[whole, None] + last_year) / 2
    return points
