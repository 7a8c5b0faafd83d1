"""Homes around a place, nearest first: a plain grid, and two questions asked of it.

Which is the nearest home that fits and has room (`models.placement.greedy`),
and how many homes nearer than the one proposed would fit
(`models.placement.explain`). Neither knows points or prices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from models.placement.problem import UNPLACED, BoolArray, FloatArray, IntArray, PlacementProblem
from models.placement.tables import PairTables, allowed_at

_HOMES_A_CELL = 8
"""Aim, on average: few enough to look at, enough not to walk over empty cells."""


_FINE = 1e6
"""Parts of a mile that distances are compared in: two millimetres, far above rounding."""


class Grid(NamedTuple):
    """Homes by square cell.

    Attributes
    ----------
    west, south, miles : float
        Corner, and side of a cell.
    n_east, n_north : int
        Cells each way.
    begin : ndarray of int64, shape (n_cells + 1,)
    home : ndarray of int64, shape (n_homes,)
        Homes of cell c are ``home[begin[c]:begin[c + 1]]``, rising.
    east, north : ndarray of float64, shape (n_homes,)
        Miles, in the order of ``home``, so that a cell is read in one go.
    """

    west: float
    south: float
    miles: float
    n_east: int
    n_north: int
    begin: IntArray
    home: IntArray
    east: FloatArray
    north: FloatArray


def grid_of(problem: PlacementProblem) -> Grid:
    """Sort the homes of a problem into cells."""
    xy = np.array(problem.homes.xy, dtype=np.float64, order="C").reshape(-1, 2)
    if not xy.size:
        nobody, nowhere = np.zeros(0, np.int64), np.zeros(0)
        return Grid(0.0, 0.0, 1.0, 1, 1, np.zeros(2, np.int64), nobody, nowhere, nowhere)
    low, high = xy.min(axis=0), xy.max(axis=0)
    across = np.maximum(high - low, 1.0)
    miles = float(max(np.sqrt(across.prod() * _HOMES_A_CELL / len(xy)), across.max() / 1_000))
    column, row = ((xy - low) // miles).astype(np.int64).T
    n_east, n_north = int(column.max()) + 1, int(row.max()) + 1
    cell = row * n_east + column
    order = np.argsort(cell, kind="stable").astype(np.int64)
    counts = np.bincount(cell, minlength=n_east * n_north)
    return Grid(
        float(low[0]),
        float(low[1]),
        miles,
        n_east,
        n_north,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        order,
        np.ascontiguousarray(xy[order, 0]),
        np.ascontiguousarray(xy[order, 1]),
    )


@njit(nogil=True, cache=True)
def _nearest(
    t: PairTables,
    g: Grid,
    first: int,
    last: int,
    places: IntArray,
    exempt: BoolArray,
    free: IntArray,
    solo: bool,
    rival_begin: IntArray,
    rival: IntArray,
    home: IntArray,
) -> int:
    """Find the nearest home for children `first` to `last` that fits all and has room."""
    n = last - first
    east, north = t.child[first].east, t.child[first].north
    column = int(np.floor((east - g.west) / g.miles))
    row = int(np.floor((north - g.south) / g.miles))
    rings = max(abs(column), abs(column - g.n_east + 1), abs(row), abs(row - g.n_north + 1))
    # From the place to the nearest edge of its own cell.
    inner = min(
        east - g.west - column * g.miles,
        g.west + (column + 1) * g.miles - east,
        north - g.south - row * g.miles,
        g.south + (row + 1) * g.miles - north,
    )
    best, best_miles = UNPLACED, np.inf
    for ring in range(rings + 1):
        if ring and inner + (ring - 1) * g.miles > best_miles + 1 / _FINE:
            break
        for r in range(max(row - ring, 0), min(row + ring, g.n_north - 1) + 1):
            step = 1 if abs(r - row) == ring else max(2 * ring, 1)
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= g.n_east:
                    continue
                cell = r * g.n_east + c
                for at in range(g.begin[cell], g.begin[cell + 1]):
                    h = g.home[at]
                    if solo and free[h] != places[h]:
                        continue
                    if free[h] < n and not (
                        n > 1 and exempt[h] and places[h] > 0 and free[h] == places[h]
                    ):
                        continue
                    away_east, away_north = east - g.east[at], north - g.north[at]
                    # Equally far is equally far, however the last bit was rounded.
                    miles = np.rint(_FINE * np.sqrt(away_east**2 + away_north**2)) / _FINE
                    if miles > best_miles or (miles == best_miles and h > best):
                        continue
                    fits = True
                    for child in range(first, last):
                        if not allowed_at(t, child, h):
                            fits = False
                            break
                        for i in range(rival_begin[child], rival_begin[child + 1]):
                            if home[rival[i]] == h:
                                fits = False
                                break
                    if fits:
                        best, best_miles = h, miles
    return best


@njit(nogil=True, cache=True)
def place_nearest(
    t: PairTables,
    g: Grid,
    order: IntArray,
    places: IntArray,
    exempt: BoolArray,
    solo: BoolArray,
    rival_begin: IntArray,
    rival: IntArray,
) -> IntArray:
    """Place group after group in the nearest home with room, shape (n_children,)."""
    home = np.full(t.child.size, UNPLACED, np.int64)
    free = places.copy()
    for group in order:
        first = t.first_child[group]
        last = first + t.group_size[group]
        n = last - first
        if n > 1 and not solo[first:last].any():
            h = _nearest(t, g, first, last, places, exempt, free, False, rival_begin, rival, home)
            if h != UNPLACED:
                home[first:last] = h
                free[h] = max(0, free[h] - n)
                continue
        for child in range(first, last):
            alone = solo[child]
            h = _nearest(
                t, g, child, child + 1, places, exempt, free, alone, rival_begin, rival, home
            )
            if h != UNPLACED:
                home[child] = h
                free[h] -= places[h] if alone else 1
    return home


@njit(nogil=True, cache=True)
def count_nearer(
    t: PairTables,
    g: Grid,
    home: IntArray,
    room: BoolArray,
    nearer: IntArray,
    with_room: IntArray,
) -> None:
    """Count the homes nearer than each child's own that fit the child alone."""
    for child in range(home.size):
        own = home[child]
        if own == UNPLACED:
            continue
        east, north = t.child[child].east, t.child[child].north
        away_east, away_north = east - t.home[own].east, north - t.home[own].north
        limit = np.sqrt(away_east * away_east + away_north * away_north)
        west_column = max(int(np.floor((east - limit - g.west) / g.miles)), 0)
        east_column = min(int(np.floor((east + limit - g.west) / g.miles)), g.n_east - 1)
        south_row = max(int(np.floor((north - limit - g.south) / g.miles)), 0)
        north_row = min(int(np.floor((north + limit - g.south) / g.miles)), g.n_north - 1)
        for r in range(south_row, north_row + 1):
            begin = g.begin[r * g.n_east + west_column]
            end = g.begin[r * g.n_east + east_column + 1]
            for at in range(begin, end):
                away_east, away_north = east - g.east[at], north - g.north[at]
                if np.sqrt(away_east * away_east + away_north * away_north) >= limit:
                    continue
                h = g.home[at]
                if allowed_at(t, child, h):
                    nearer[child] += 1
                    with_room[child] += room[h]
