"""The problem over some of the bundles: what prices, plans and exact steps work on.

Only places and side rows couple the groups. Bundles that are not listed are
not forgotten: `models.placement.nearby` prices them out and adds those that
matter. Weights may be any whole numbers, so that generalised assignment is the
same problem with groups of one and nobody left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.placement.problem import BoolArray, FloatArray, IntArray

ROUNDED = (1, 2, 3)
"""Rows a home: places, and places by two and by three, rounded down (Chvatal-Gomory)."""


def in_rows(places: NDArray[np.integer]) -> IntArray:
    """Give what places count in each of the rows `ROUNDED`, on a new last axis."""
    return np.stack([places // k for k in ROUNDED], axis=-1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Columns:
    """Bundles in the order of group, members and home.

    Attributes
    ----------
    begin : ndarray of int64, shape (n_groups + 1,)
        Columns of group g are ``begin[g]:begin[g + 1]``.
    members : ndarray of uint8, shape (n_columns,)
        Members as bits: bit j is the j-th child of the group.
    home : ndarray of int32, shape (n_columns,)
    places : ndarray of int32, shape (n_columns,)
        Places the bundle takes: one each, but the whole home for a child who
        lives alone and for a group that exceeds the places under an exemption.
    cost : ndarray of float64, shape (n_columns,)
        Whole hundredths of a point: the members' in the home, the home's own,
        and those of twins left behind.
    """

    begin: IntArray
    members: NDArray[np.uint8]
    home: NDArray[np.int32]
    places: NDArray[np.int32]
    cost: FloatArray

    @property
    def n_columns(self) -> int:
        """Number of bundles listed."""
        return int(self.home.size)

    @property
    def group(self) -> IntArray:
        """Group of each column, shape (n_columns,)."""
        return np.repeat(np.arange(self.begin.size - 1), np.diff(self.begin))


@dataclass(frozen=True, slots=True)
class SideRows:
    """Limits on the whole plan, each linear in the bundles and in who has no home.

    Row r holds ``sum of coefficients of the columns used + sum over children
    without a home <= limit[r]``. Coefficients are whole numbers.

    Attributes
    ----------
    name : tuple of str
        Name of the rule, or of the tier, that each row holds.
    begin : ndarray of int64, shape (n_columns + 1,)
        Entries of column c are ``begin[c]:begin[c + 1]``.
    row : ndarray of int32, shape (n_entries,)
    coefficient : ndarray of float64, shape (n_entries,)
    unplaced : ndarray of float64, shape (n_rows, n_children)
    limit : ndarray of float64, shape (n_rows,)
    scale : ndarray of float64, shape (n_rows,)
        Largest coefficient of each row: rows are stepped per that much.
    most : ndarray of float64, shape (n_rows,)
        Highest price of each row, hundredths a unit; infinite for a hard row.
    """

    name: tuple[str, ...]
    begin: IntArray
    row: NDArray[np.int32]
    coefficient: FloatArray
    unplaced: FloatArray
    limit: FloatArray
    scale: FloatArray
    most: FloatArray

    @property
    def n_rows(self) -> int:
        """Number of limits."""
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Restricted:
    """The placement problem over the columns listed.

    Attributes
    ----------
    columns : Columns
    first_child, group_size : ndarray of int64, shape (n_groups,)
        Children of a group stand next to each other.
    unplaced_cost : ndarray of float64, shape (n_children,)
        Hundredths of a point without a home; infinite where a home is a must.
    capacity : ndarray of int64, shape (n_homes,)
        Places.
    apart : ndarray of int64, shape (n_pairs, 2)
        Children of different groups who must not share a home.
    sides : SideRows or None
    rounded : bool
        Whether the rows of two and of three places, rounded down, are priced
        too; without them only the places are.
    """

    columns: Columns
    first_child: IntArray
    group_size: IntArray
    unplaced_cost: FloatArray
    capacity: IntArray
    apart: IntArray
    sides: SideRows | None = None
    rounded: bool = True

    @property
    def n_groups(self) -> int:
        """Number of groups, single children counting as groups."""
        return int(self.group_size.size)

    @property
    def group_of_child(self) -> IntArray:
        """Group of each child, shape (n_children,)."""
        return np.repeat(np.arange(self.n_groups), self.group_size)

    @property
    def kept_apart(self) -> BoolArray:
        """Whether a child of the group must not share a home with another, shape (n_groups,)."""
        marked = np.zeros(self.n_groups, dtype=np.bool_)
        marked[self.group_of_child[np.asarray(self.apart, dtype=np.int64).ravel()]] = True
        return marked

    @property
    def n_children(self) -> int:
        """Number of children."""
        return int(self.unplaced_cost.size)

    @property
    def n_homes(self) -> int:
        """Number of homes."""
        return int(self.capacity.size)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices, none negative.

    Attributes
    ----------
    home : ndarray of float64, shape (n_homes, 3)
        Hundredths of a point for each place, each two places and each three
        places that a bundle takes; the last two are 0 where rows are not rounded.
    side : ndarray of float64, shape (n_rows,)
        Hundredths of a point for each unit of a side row.
    """

    home: FloatArray
    side: FloatArray

    @classmethod
    def zero(cls, *, n_homes: int, n_rows: int = 0) -> Prices:
        """Give prices at which every place is free."""
        return cls(np.zeros((n_homes, 3)), np.zeros(n_rows))

    def whole(self) -> Prices:
        """Give the prices in whole hundredths, so that the bound can be added up exactly."""
        return Prices(np.rint(self.home), np.round(self.side, 6))
