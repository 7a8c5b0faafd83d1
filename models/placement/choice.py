"""What one group would take among the places left: columns dearest last, and the kernel that takes.

Columns of a group stand in the order of value (cost plus price), so that the
first that fits is the cheapest of its members, and the scan ends as soon as
nothing dearer can help.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.partition import cheapest_partitions, lowest_member
from models.placement.plan import NO_COLUMN
from models.placement.problem import FloatArray, IntArray, rivals_of
from models.placement.restricted import Prices, Restricted

WAITING = -2
"""In place of a column: the child has not been given one yet."""


class Choices(NamedTuple):
    """Columns in the order of group and value, ready for compiled code.

    Attributes
    ----------
    begin : ndarray of int64, shape (n_groups + 1,)
        Columns of group g are ``begin[g]:begin[g + 1]``.
    column : ndarray of int64, shape (n_choices,)
        Each choice's column of `models.placement.restricted.Columns`.
    members, home, places, cost : ndarray, shape (n_choices,)
        As there.
    value : ndarray of float64, shape (n_choices,)
        Cost plus price; never falls within a group.
    first_child, group_size : ndarray of int64, shape (n_groups,)
    unplaced_cost, unplaced_value : ndarray of float64, shape (n_children,)
    least : float
        The lowest value, or 0 where none is below.
    rival_begin, rival : ndarray of int64
        Children who may not share with child c are ``rival[rival_begin[c]:rival_begin[c + 1]]``.
    guarded : ndarray of bool, shape (n_groups,)
        A member has such a child.
    """

    begin: IntArray
    column: IntArray
    members: NDArray[np.uint8]
    home: NDArray[np.int32]
    places: NDArray[np.int32]
    cost: FloatArray
    value: FloatArray
    first_child: IntArray
    group_size: IntArray
    unplaced_cost: FloatArray
    unplaced_value: FloatArray
    least: float
    rival_begin: IntArray
    rival: IntArray
    guarded: NDArray[np.bool_]


def value_at(restricted: Restricted, prices: Prices) -> tuple[FloatArray, FloatArray]:
    """Give cost plus price of every column and of every child without a home.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices

    Returns
    -------
    tuple of ndarray
        Hundredths of a point, shapes (n_columns,) and (n_children,).
    """
    columns, sides = restricted.columns, restricted.sides
    value = _value_of_places(
        columns.cost, columns.home, columns.places, np.ascontiguousarray(prices.home)
    )
    unplaced = np.asarray(restricted.unplaced_cost, dtype=float)
    if sides is not None and sides.n_rows:
        _add_sides(value, sides.begin, sides.row, sides.coefficient, prices.side)
        unplaced = unplaced + prices.side @ sides.unplaced
    return value, unplaced


@njit(nogil=True, cache=True)
def _value_of_places(
    cost: FloatArray, home: NDArray[np.int32], places: NDArray[np.int32], price: FloatArray
) -> FloatArray:  # pragma: no cover - compiled
    value = np.empty(cost.size)
    for c in range(cost.size):
        h, w = home[c], places[c]
        value[c] = cost[c] + price[h, 0] * w + price[h, 1] * (w // 2) + price[h, 2] * (w // 3)
    return value


@njit(nogil=True, cache=True)
def _add_sides(
    value: FloatArray,
    begin: IntArray,
    row: NDArray[np.int32],
    coefficient: FloatArray,
    price: FloatArray,
) -> None:  # pragma: no cover - compiled
    for c in range(value.size):
        for e in range(begin[c], begin[c + 1]):
            value[c] += coefficient[e] * price[row[e]]


def choices_of(
    restricted: Restricted,
    prices: Prices,
    *,
    groups: NDArray[np.bool_] | None = None,
    within: float = np.inf,
    keep: IntArray | None = None,
) -> Choices:
    """Put columns in the order of group and value at the prices.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices
    groups : ndarray of bool, shape (n_groups,), optional
        Groups whose columns are wanted; all when absent.
    within : float
        Columns further than this above their group's cheapest partition are
        left out, hundredths of a point.
    keep : ndarray of int, optional
        Columns that stay in all the same.

    Returns
    -------
    Choices
    """
    columns = restricted.columns
    value, unplaced = value_at(restricted, prices)
    wanted = np.ones(restricted.n_groups, dtype=np.bool_) if groups is None else groups
    kept = np.zeros(columns.n_columns, dtype=np.bool_)
    if keep is not None:
        kept[keep] = True
    begin, column = _in_order(
        columns.begin,
        columns.members,
        value,
        restricted.first_child,
        restricted.group_size,
        unplaced,
        wanted,
        kept,
        within,
    )
    rival_begin, rival = rivals_of(restricted.apart, restricted.n_children)
    value = value[column]
    return Choices(
        begin=begin,
        column=column,
        members=columns.members[column],
        home=columns.home[column],
        places=columns.places[column],
        cost=columns.cost[column],
        value=value,
        first_child=restricted.first_child,
        group_size=restricted.group_size,
        unplaced_cost=restricted.unplaced_cost,
        unplaced_value=unplaced,
        least=float(min(0.0, value.min(initial=0.0), unplaced.min(initial=0.0))),
        rival_begin=rival_begin,
        rival=rival,
        guarded=restricted.kept_apart,
    )


@njit(nogil=True, cache=True)
def _in_order(
    begin: IntArray,
    members: NDArray[np.uint8],
    value: FloatArray,
    first_child: IntArray,
    group_size: IntArray,
    unplaced: FloatArray,
    wanted: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    within: float,
) -> tuple[IntArray, IntArray]:  # pragma: no cover - compiled
    n_groups = group_size.size
    most = 0
    for g in range(n_groups):
        most = max(most, begin[g + 1] - begin[g])
    start, column = np.zeros(n_groups + 1, np.int64), np.empty(begin[n_groups], np.int64)
    key, near = np.empty(most), np.empty(most, np.int64)
    best, cheapest, block = np.empty(256), np.empty(256), np.empty(256, np.int64)
    at = 0
    for g in range(n_groups):
        start[g] = at
        if not wanted[g]:
            continue
        full = (1 << group_size[g]) - 1
        if within < np.inf:
            best[: full + 1] = np.inf
            for c in range(begin[g], begin[g + 1]):
                best[members[c]] = min(best[members[c]], value[c])
            for j in range(group_size[g]):
                best[1 << j] = min(best[1 << j], unplaced[first_child[g] + j])
            cheapest_partitions(full, best, cheapest, block)
        count = 0
        for c in range(begin[g], begin[g + 1]):
            rest = 0.0
            if within < np.inf:
                rest = cheapest[full ^ members[c]] - cheapest[full]
            if within == np.inf or value[c] + rest <= within or kept[c]:
                key[count], near[count] = value[c], c
                count += 1
        order = np.argsort(key[:count], kind="mergesort")
        for i in order:
            column[at] = near[i]
            at += 1
    start[n_groups] = at
    return start, column[:at].copy()


@njit(nogil=True, cache=True)
def take_cheapest(
    choices: Choices,
    group: int,
    free: IntArray,
    choice_of: IntArray,
    skip: float,
    state: NDArray[np.uint64],
    work: tuple[FloatArray, FloatArray, IntArray, IntArray],
) -> float:  # pragma: no cover - compiled
    """Give the waiting members of one group their cheapest partition among the places left.

    Parameters
    ----------
    choices : Choices
    group : int
    free : ndarray of int64, shape (n_homes,)
        Places left; lowered by what the group takes.
    choice_of : ndarray of int64, shape (n_children,)
        Choice that each child is in, `NO_COLUMN` for none, `WAITING` before;
        written for the group's waiting members.
    skip : float
        Share of the choices passed over by chance, so that a search can turn
        away from its habits.
    state : ndarray of uint64, shape (1,)
        Of the chance that `chance` draws.
    work : tuple of ndarray
        What `work_arrays` gives.

    Returns
    -------
    float
        Cost that was added, prices left out.
    """
    best, cheapest, block, pick = work
    size, child = choices.group_size[group], choices.first_child[group]
    left = 0
    for j in range(size):
        if choice_of[child + j] == WAITING:
            left |= 1 << j
    added = 0.0
    while left:
        best[: left + 1] = np.inf
        enough, alone = np.inf, 0.0
        for j in range(size):
            if left >> j & 1:
                best[1 << j] = choices.unplaced_value[child + j]
                pick[1 << j] = NO_COLUMN
                alone += best[1 << j]
        enough = alone - size * choices.least
        for c in range(choices.begin[group], choices.begin[group + 1]):
            value, members = choices.value[c], choices.members[c]
            if value > enough:
                break
            if members & ~left or value >= best[members]:
                continue
            home = choices.home[c]
            if choices.places[c] > free[home]:
                continue
            if choices.guarded[group] and _meets_rival(choices, child, members, home, choice_of):
                continue
            if skip > 0.0 and chance(state) < skip:
                continue
            best[members], pick[members] = value, c
            if members == left:
                enough = value - size * choices.least
        cheapest_partitions(left, best, cheapest, block)
        while left:
            part = block[left]
            c = pick[part]
            if c == NO_COLUMN:
                first = child + lowest_member(part)
                choice_of[first] = NO_COLUMN
                added += choices.unplaced_cost[first]
            else:
                home = choices.home[c]
                if choices.places[c] > free[home]:
                    break  # two blocks of the group want the same last place: choose again
                free[home] -= choices.places[c]
                added += choices.cost[c]
                for j in range(size):
                    if part >> j & 1:
                        choice_of[child + j] = c
            left ^= part
    return added


@njit(nogil=True, cache=True)
def _meets_rival(
    choices: Choices, child: int, members: int, home: int, choice_of: IntArray
) -> bool:  # pragma: no cover - compiled
    for j in range(8):
        if members >> j & 1:
            for r in range(choices.rival_begin[child + j], choices.rival_begin[child + j + 1]):
                c = choice_of[choices.rival[r]]
                if c >= 0 and choices.home[c] == home:
                    return True
    return False


@njit(nogil=True, cache=True)
def work_arrays() -> tuple[FloatArray, FloatArray, IntArray, IntArray]:  # pragma: no cover
    """Give the space that `take_cheapest` works in."""
    return np.empty(256), np.empty(256), np.empty(256, np.int64), np.empty(256, np.int64)


@njit(nogil=True, cache=True)
def chance(state: NDArray[np.uint64]) -> float:  # pragma: no cover - compiled
    """Draw from [0, 1) by xorshift64*.

    Vigna (2016), *An experimental exploration of Marsaglia's xorshift generators,
    scrambled*, ACM TOMS 42(4).
    """
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0
