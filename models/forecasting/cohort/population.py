"""What the cohort core learns from: who was in care at each month end, and what followed.

A child is a row. The domain turns journeys into these arrays; nothing here
knows a child, a council or a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray

LEFT, ADULT, UNKNOWN = -1, -2, -3
"""What may follow a month end beside a placement: out of care, turned 18, not yet known."""

SmallInts = NDArray[np.integer[Any]]
"""Whole numbers of any width: England's ten years are ten million rows, and 8 bits often do."""


@dataclass(frozen=True, slots=True)
class ChildMonths:
    """One row a child present at a month end, sorted by month.

    Attributes
    ----------
    month : ndarray of int, shape (n_rows,)
        Column 0..n_months-1 of the month end, ascending.
    area : ndarray of int
        Index of the authority.
    stream : ndarray of int
        0 other, 1 UASC.
    age : ndarray of int
        Completed months of age at the month end, 0..215.
    kind : ndarray of int
        Index of the placement type.
    in_care : ndarray of int
        Completed months since the period of care began, at the month end; 0
        in the month it began.
    in_placement : ndarray of int
        Completed months since the present placement (the same type in a row)
        began.
    follows : ndarray of int
        At the next month end: index of the placement type, or `LEFT`, `ADULT`
        (turned 18), `UNKNOWN` (last month of the data).
    weight : ndarray of float
        Chance that the child was in truth still there: under 1 only where an
        end may yet be recorded.

    Notes
    -----
    Whole numbers may be of any width: narrow ones keep England's history small.
    """

    month: SmallInts
    area: SmallInts
    stream: SmallInts
    age: SmallInts
    kind: SmallInts
    in_care: SmallInts
    in_placement: SmallInts
    follows: SmallInts
    weight: NDArray[np.floating[Any]]

    def at(self, first: int, last: int) -> ChildMonths:
        """Give the rows of the columns `first` to `last` - 1, as views."""
        # Keys of the column's own width: a wider key would have numpy widen the whole column.
        keys = np.array([first, last], dtype=self.month.dtype)
        lo, hi = np.searchsorted(self.month, keys)
        return ChildMonths(
            *(getattr(self, name)[lo:hi] for name in ChildMonths.__dataclass_fields__)
        )


@dataclass(frozen=True, slots=True)
class Break:
    """Months that are no guide to the rest, and what was touched.

    Attributes
    ----------
    start : int
        First column touched.
    end : int or None
        First column that is as usual again (the dip of Covid); None for a
        step that stays (a regulation): then the months before are no guide.
    entries, exits, moves : bool
        What is touched: entries and their mix of types, exits, moves.
    kinds : tuple of int
        Placement types touched; all when empty. Where given, moves from and
        to them, and their share of entrants.

    Notes
    -----
    A break counts from its start: an origin before it does not know of it.
    """

    start: int
    end: int | None = None
    entries: bool = True
    exits: bool = True
    moves: bool = True
    kinds: tuple[int, ...] = ()

    def covers(self, column: int) -> bool:
        """Say whether a column lies in a window that is no guide to the rest."""
        return self.end is not None and self.start <= column < self.end


@dataclass(frozen=True, slots=True)
class Population:
    """The history of a population in care.

    Attributes
    ----------
    rows : ChildMonths
        Children at month ends.
    entries : ndarray, shape (n_months, n_areas, n_bands, n_streams)
        All entries within each month, those who left again within it
        included, corrected for late recording.
    n_months, n_areas, n_kinds : int
        Sizes.
    region : ndarray of int, shape (n_areas,)
        Index of the region each area lies in.
    completeness : ndarray, shape (n_months, n_areas)
        Share of the exits of that month recorded by now; 1 in general.
    breaks : tuple of Break
        Months that are no guide.
    first_calendar_month : int
        Month of the year, 0..11, of column 0.
    """

    rows: ChildMonths
    entries: FloatArray
    n_months: int
    n_areas: int
    n_kinds: int
    region: IntArray
    completeness: FloatArray
    breaks: tuple[Break, ...] = ()
    first_calendar_month: int = 0

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.region.max()) + 1
