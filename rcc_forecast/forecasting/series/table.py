"""Series as read: aligned by the calendar, each with its own first and last period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """Series side by side, one column a period.

    Attributes
    ----------
    ids : tuple of str
        In the order in which they first appear; each has at least one value.
    season : int
        Periods of a year: 12, 4 or 1.
    start : int
        Number of the first column's period, counted in periods from year 0.
    y : ndarray, shape (n_series, n_periods)
        Values; NaN where the file has none.
    group : ndarray of int, shape (n_series,)
        Parent of each; its own where none was given.
    exposure : ndarray, shape (n_series, n_periods), or None
        Population to take rates by; NaN where blank, as it may be.
    columns : ndarray, shape (n_columns, n_series, n_periods)
        Further figures of the same periods; NaN where blank.
    column_names : tuple of str
        Their headings.
    notes : tuple of str
        What was filled in or not used.
    """

    ids: tuple[str, ...]
    season: int
    start: int
    y: FloatArray
    group: IntArray
    exposure: FloatArray | None
    columns: FloatArray
    column_names: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def first(self) -> IntArray:
        """Column of each one's first value, shape (n_series,)."""
        return np.asarray(np.isfinite(self.y).argmax(axis=1), dtype=np.int64)

    @property
    def last(self) -> IntArray:
        """Column of each one's last value, shape (n_series,)."""
        back = np.isfinite(self.y)[:, ::-1].argmax(axis=1)
        return np.asarray(self.y.shape[1] - 1 - back, dtype=np.int64)

    @property
    def history(self) -> tuple[FloatArray, ...]:
        """Each one's values from its first to its last; gaps on the line between neighbours."""
        found = []
        for row, first, last in zip(self.y, self.first, self.last, strict=True):
            span = np.arange(first, last + 1)
            known = np.flatnonzero(np.isfinite(row))
            found.append(np.interp(span, known, row[known]))
        return tuple(found)

    @property
    def carried_history(self) -> tuple[FloatArray, ...]:
        """As `history`, but a gap holds the last value before it: what was known at the time."""
        found = []
        for values, seen in zip(self.history, self.observed, strict=True):
            newest = np.maximum.accumulate(np.where(seen, np.arange(len(values)), 0))
            found.append(values[newest])
        return tuple(found)

    @property
    def observed(self) -> tuple[NDArray[np.bool_], ...]:
        """Which values of `history` stood in the file."""
        return tuple(
            np.isfinite(row[first : last + 1])
            for row, first, last in zip(self.y, self.first, self.last, strict=True)
        )
