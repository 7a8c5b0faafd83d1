"""The cheapest way to share a group out: every partition into bundles, by dynamic programming.

A group of up to 8 children has at most 255 member sets; a set is a number whose
bit j is the j-th child. The lowest member of what is left fixes the next block,
so that each partition is looked at once (3**size steps).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.problem import FloatArray, IntArray

NO_HOME, WITH_ANOTHER = -1, -2
"""In place of a column: the child has no home; the child lives where a lower member does."""


@njit(nogil=True, cache=True)
def cheapest_partitions(
    full: int, best: FloatArray, cheapest: FloatArray, block: IntArray
) -> float:  # pragma: no cover - compiled
    """Fill in the cheapest partition of every set of members of one group.

    Parameters
    ----------
    full : int
        The set of all members, ``2**size - 1``.
    best : ndarray of float64, shape (at least full + 1,)
        Least value of each set as one block; infinite where it cannot be one.
    cheapest : ndarray of float64, same shape
        Written: least value of each set, shared out.
    block : ndarray of int64, same shape
        Written: the block of that partition that holds the set's lowest member.

    Returns
    -------
    float
        Least value of the whole group; infinite where it cannot be shared out.
    """
    cheapest[0] = 0.0
    for members in range(1, full + 1):
        low = members & -members
        others = members ^ low
        least, pick = best[members], members
        part = others
        while part > 0:
            part = (part - 1) & others
            value = best[part | low] + cheapest[others ^ part]
            if value < least:
                least, pick = value, part | low
        cheapest[members] = least
        block[members] = pick
    return float(cheapest[full])


@njit(nogil=True, cache=True)
def lowest_member(members: int) -> int:  # pragma: no cover - compiled
    """Give the place in the group of the lowest member of a set that is not empty."""
    place = 0
    while not members >> place & 1:
        place += 1
    return place


@njit(nogil=True, cache=True)
def solve_groups(
    groups: tuple[int, int],
    begin: IntArray,
    members: NDArray[np.uint8],
    value: FloatArray,
    cell: NDArray[np.int32],
    price: FloatArray,
    first_child: IntArray,
    group_size: IntArray,
    unplaced: FloatArray,
    chosen: NDArray[np.int32],
    reduced: FloatArray,
    reduced_unplaced: FloatArray,
    with_reduced: bool,
) -> float:  # pragma: no cover - compiled
    """Share out a run of groups, each as cheaply as can be.

    Parameters
    ----------
    groups : tuple of int
        First group, and the one after the last.
    begin, members : ndarray
        Columns, as in `models.placement.restricted.Columns`.
    value : ndarray of float64, shape (n_columns,)
        Cost of each column, side prices in it.
    cell, price : ndarray
        ``price[cell[c]]`` is what column c pays for the places it takes.
    first_child, group_size : ndarray of int64, shape (n_groups,)
    unplaced : ndarray of float64, shape (n_children,)
        Cost of each child without a home.
    chosen : ndarray of int32, shape (n_children,)
        Written at the lowest member of each block: its column, `NO_HOME` for a
        child without one; `WITH_ANOTHER` at every other member.
    reduced : ndarray of float64, shape (n_columns,)
        Written if asked for: how much dearer the group is if the column is used.
    reduced_unplaced : ndarray of float64, shape (n_children,)
        Written if asked for: the same for leaving the child without a home.
    with_reduced : bool

    Returns
    -------
    float
        Sum of the least values.
    """
    best, cheapest = np.empty(256), np.empty(256)
    block, pick = np.empty(256, np.int64), np.empty(256, np.int32)
    total = 0.0
    for group in range(groups[0], groups[1]):
        size, child = group_size[group], first_child[group]
        full = (1 << size) - 1
        if size == 1:
            least, column = np.inf, NO_HOME
            for c in range(begin[group], begin[group + 1]):
                here = value[c] + price[cell[c]]
                if here < least:
                    least, column = here, c
            if unplaced[child] < least:
                least, column = unplaced[child], NO_HOME
            chosen[child] = column
            cheapest[0], cheapest[1] = 0.0, least
        else:
            for m in range(1, full + 1):
                best[m], pick[m] = np.inf, NO_HOME
            for c in range(begin[group], begin[group + 1]):
                here = value[c] + price[cell[c]]
                m = members[c]
                if here < best[m]:
                    best[m], pick[m] = here, c
            for j in range(size):
                if unplaced[child + j] < best[1 << j]:
                    best[1 << j], pick[1 << j] = unplaced[child + j], NO_HOME
                chosen[child + j] = WITH_ANOTHER
            cheapest_partitions(full, best, cheapest, block)
            left = full
            while left:
                chosen[child + lowest_member(left)] = pick[block[left]]
                left ^= block[left]
        total += cheapest[full]
        if with_reduced and cheapest[full] < np.inf:
            for c in range(begin[group], begin[group + 1]):
                rest = cheapest[full ^ members[c]] - cheapest[full]
                reduced[c] = value[c] + price[cell[c]] + rest
            for j in range(size):
                rest = cheapest[full ^ (1 << j)] - cheapest[full]
                reduced_unplaced[child + j] = unplaced[child + j] + rest
    return total
