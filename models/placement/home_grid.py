"""Where the homes are that could take a child like this one: lists by cell of a grid.

Children whom the same homes could take, by age, sex, needs and suitability,
are a class. For each class and each number of brothers and sisters, a list a
cell names the homes that could take them; at given prices each list stands in
the order of what the home itself costs, so that a search outwards can leave a
cell, or a list, as soon as nothing better can follow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.eligibility import BARRIERS
from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.tables import PairTables, kinds_of_rows

LEVELS = 4
"""Lists by brothers and sisters who must fit: one, two, three, four or more."""

HOMES_A_CELL = 16.0
"""Homes that a home finds in its own cell, itself included, on average."""

SMALLEST_CELL_MILES = 0.25

MOST_CELLS = 40_000
"""A grid finer than this costs more memory than it saves time."""

_RULES_OF_CLASS = ("age", "sex", "needs", "unsuitable", "need3_childrens_home_only")
"""Rules that a class of children and a type of home decide."""


class HomeIndex(NamedTuple):
    """Homes by class of children, number of children, and cell.

    Attributes
    ----------
    west, south, cell_miles : float
    n_east, n_north : int
        Cells of the grid.
    cell : ndarray of int32, shape (n_homes,)
        Cell of each home, row by row from the south-west; -1 where it cannot be used.
    home_type : ndarray of int32, shape (n_homes,)
        Homes that could take the same children are of one type.
    classes_begin : ndarray of int64, shape (n_types + 1,)
    classes : ndarray of int32
        Classes that homes of type y could take: ``classes[classes_begin[y]:...]``.
    child_class : ndarray of int32, shape (n_children,)
    begin : ndarray of int64, shape (n_classes * LEVELS * n_cells + 1,)
        List of class k, level v, cell e begins at ``begin[(k * LEVELS + v) * n_cells + e]``.
    homes_listed : ndarray of int64, shape (n_classes * LEVELS,)
        Homes of each class and level in all cells.
    authority_box : ndarray of float64, shape (n_authorities, 4)
        West, south, east and north ends of each authority's homes, miles.
    """

    west: float
    south: float
    cell_miles: float
    n_east: int
    n_north: int
    cell: NDArray[np.int32]
    home_type: NDArray[np.int32]
    classes_begin: IntArray
    classes: NDArray[np.int32]
    child_class: NDArray[np.int32]
    begin: IntArray
    homes_listed: IntArray
    authority_box: FloatArray

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return self.n_east * self.n_north


def index_homes(problem: PlacementProblem, tables: PairTables) -> HomeIndex:
    """Sort the homes into cells and lists, once for all prices.

    Parameters
    ----------
    problem : PlacementProblem
    tables : PairTables
        Of the same problem, under any weights.

    Returns
    -------
    HomeIndex
    """
    usable = np.flatnonzero(tables.home["usable"])
    xy = np.column_stack([tables.home["east"], tables.home["north"]])
    west, south, miles, n_east, n_north = _grid(xy[usable])
    column, row = ((xy - [west, south]) // miles).T
    cell = np.where(tables.home["usable"], row * n_east + column, -1).astype(np.int32)
    home_type, classes_begin, classes, child_class = _classes_and_types(problem, tables)
    n_classes = int(child_class.max(initial=-1)) + 1
    n_cells = n_east * n_north
    counts = np.zeros(n_classes * LEVELS * n_cells + 1, dtype=np.int64)
    _count_lists(tables.home, cell, home_type, classes_begin, classes, n_cells, counts)
    listed = counts[1:].reshape(n_classes * LEVELS, n_cells).sum(axis=1)
    return HomeIndex(
        west=west,
        south=south,
        cell_miles=miles,
        n_east=n_east,
        n_north=n_north,
        cell=cell,
        home_type=home_type,
        classes_begin=classes_begin,
        classes=classes,
        child_class=child_class,
        begin=np.cumsum(counts),
        homes_listed=listed,
        authority_box=_authority_boxes(tables, usable),
    )


def _grid(xy: FloatArray) -> tuple[float, float, float, int, int]:
    """Choose cells so that a home finds `HOMES_A_CELL` in its own, crowded towns counting most."""
    if not len(xy):
        return 0.0, 0.0, 1.0, 1, 1
    west, south = xy.min(axis=0)
    # a little more than the extent, so that the farthest homes need no cells of their own
    extent = float(max(np.ptp(xy, axis=0).max() * (1 + 1e-9), SMALLEST_CELL_MILES))
    miles = extent
    while miles / 2 >= SMALLEST_CELL_MILES:
        cells = ((xy - [west, south]) // (miles / 2)).astype(np.int64)
        n_east, n_north = cells.max(axis=0) + 1
        counts = np.bincount(cells[:, 1] * n_east + cells[:, 0])
        met = float((counts**2).sum()) / len(xy)
        if n_east * n_north > MOST_CELLS or (met < HOMES_A_CELL and miles < extent):
            break
        miles /= 2
    n_east, n_north = ((xy - [west, south]) // miles).astype(np.int64).max(axis=0) + 1
    return float(west), float(south), float(miles), int(n_east), int(n_north)


def _classes_and_types(
    problem: PlacementProblem, tables: PairTables
) -> tuple[NDArray[np.int32], IntArray, NDArray[np.int32], NDArray[np.int32]]:
    """Find which children the same homes could take, and which homes could take them."""
    child, home = tables.child, tables.home
    by_home = [home[name] for name in ("age_min", "age_max", "sex", "needs_met", "kind")]
    of_type, home_type = kinds_of_rows(np.column_stack(by_home))
    barred_kinds = np.unique(tables.barred, axis=0, return_inverse=True)[1].ravel()
    by_child = [child["age"], child["sex"], child["needs"], barred_kinds[child["profile"]]]
    of_class, child_class = kinds_of_rows(np.column_stack(by_child))
    barred = np.zeros((of_class.size, of_type.size), dtype=bool)
    for rule in _RULES_OF_CLASS:
        barred |= BARRIERS[rule](problem, of_class[:, None], of_type[None, :])
    packed = np.packbits(~barred, axis=1).astype(np.int16)
    first, merged = kinds_of_rows(packed) if packed.size else (of_class, np.arange(of_class.size))
    takes = ~barred[first]
    by_type = takes.T
    begin = np.concatenate([[0], np.cumsum(by_type.sum(axis=1))]).astype(np.int64)
    classes = np.nonzero(by_type)[1].astype(np.int32)
    narrow = np.int32
    return home_type.astype(narrow), begin, classes, merged[child_class].astype(narrow)


def _authority_boxes(tables: PairTables, usable: IntArray) -> FloatArray:
    homes = tables.home[usable]
    homes = homes[homes["authority"] >= 0]
    n = int(homes["authority"].max(initial=-1)) + 1
    box = np.tile([np.inf, np.inf, -np.inf, -np.inf], (n, 1))
    for axis, place in enumerate((homes["east"], homes["north"])):
        np.minimum.at(box[:, axis], homes["authority"], place)
        np.maximum.at(box[:, 2 + axis], homes["authority"], place)
    return box


@njit(nogil=True, cache=True)
def _count_lists(
    homes: NDArray[np.void],
    cell: NDArray[np.int32],
    home_type: NDArray[np.int32],
    classes_begin: IntArray,
    classes: NDArray[np.int32],
    n_cells: int,
    counts: IntArray,
) -> None:
    for home in range(cell.size):
        if cell[home] < 0:
            continue
        levels = min(homes[home].holds, LEVELS)
        for i in range(classes_begin[home_type[home]], classes_begin[home_type[home] + 1]):
            for level in range(levels):
                counts[(classes[i] * LEVELS + level) * n_cells + cell[home] + 1] += 1


@njit(nogil=True, cache=True)
def fill_lists(
    index: HomeIndex,
    homes: NDArray[np.void],
    order: IntArray,
    value: FloatArray,
    listed: NDArray[np.int32],
    least: FloatArray,
) -> None:
    """Write every list in the order of `order`, level by level.

    Parameters
    ----------
    index : HomeIndex
    homes : ndarray of `HOME`, shape (n_homes,)
    order : ndarray of int64, shape (LEVELS, n_homes)
        Homes by rising value.
    value : ndarray of float64, shape (LEVELS, n_homes)
    listed : ndarray of int32, shape (n_listed,)
        Written: homes, where `HomeIndex.begin` says.
    least : ndarray of float64, shape (n_classes * LEVELS * n_cells,)
        Written: the value of the first home of each list; infinite where there is none.
    """
    n_cells = index.n_east * index.n_north
    at = index.begin[:-1].copy()
    for level in range(LEVELS):
        for i in range(order.shape[1]):
            home = order[level, i]
            if index.cell[home] < 0 or homes[home].holds <= level:
                continue
            kind = index.home_type[home]
            for k in range(index.classes_begin[kind], index.classes_begin[kind + 1]):
                where = (index.classes[k] * LEVELS + level) * n_cells + index.cell[home]
                if at[where] == index.begin[where]:
                    least[where] = value[level, home]
                listed[at[where]] = home
                at[where] += 1
