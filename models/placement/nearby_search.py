"""The search outwards: the cheapest homes of some children, no home left out unseen.

Around the family the grid is walked ring by ring. Miles from family and school
can only grow, and every list knows its cheapest home, so that a ring, a cell or
the rest of a list is left only once nothing in it can be as good as what is
asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.home_grid import LEVELS, HomeIndex
from models.placement.problem import FREE, LARGEST_GROUP, FloatArray, IntArray
from models.placement.tables import (
    PairTables,
    SidePoints,
    allowed_at,
    points_at,
    side_points_at,
)
from models.placement.terms import LINE_MILES

ROUNDING = 1e-6
"""Room for floating point, in hundredths, before a home is left unseen."""

ROUNDING_MILES = 1e-9
"""The same for miles: a home may lie on the very edge of its cell."""

WIDE: Any = np.int64
"""One width of whole numbers: a loop is compiled anew for each further one."""


class Ready(NamedTuple):
    """Lists in the order of given prices, and what each child costs at the least.

    Attributes
    ----------
    price : ndarray of float64, shape (n_homes, 3)
        Hundredths for each place, two places, three places.
    listed : ndarray of int32, shape (n_listed,)
    least : ndarray of float64, shape (n_classes * LEVELS * n_cells,)
    least_of_list : ndarray of float64, shape (n_classes * LEVELS,)
    value : ndarray of float64, shape (LEVELS, n_homes)
        What the home itself costs for one to four children.
    least_child : float
        Least that one more child costs in any home, zero or below.
    fixed : ndarray of float64, shape (n_children,)
        What the child costs in any home but the present one, at the least.
    weight : ndarray of float64, shape (4, n_children)
        As `PairTables.weight`, limits included, none below zero.
    to_school : ndarray of float64, shape (n_children,)
        Miles from family to school; infinite without one.
    """

    price: FloatArray
    listed: NDArray[np.int32]
    least: FloatArray
    least_of_list: FloatArray
    value: FloatArray
    least_child: float
    fixed: FloatArray
    weight: FloatArray
    to_school: FloatArray


@njit(nogil=True, cache=True, inline="always")
def _members_of(
    t: PairTables, s: SidePoints, group: int, members: int
) -> tuple[IntArray, int, int, bool, bool, float, float]:
    """Give the members' rows, and what concerns them wherever they may live.

    Returns
    -------
    tuple
        Rows, of which the first so many count; their number; the home that a person chose for
        one of them, `FREE` for none; whether one lives alone, and in a home now; and their
        points in any home, without and with limits: the home's own, and twins left behind.
    """
    member = np.empty(LARGEST_GROUP, np.int64)
    cost, value = t.home_of_group, t.home_of_group + s.home_of_group
    size, fixed_home, solo, lived_in = 0, WIDE(FREE), False, False
    for j in range(t.group_size[group]):
        if members >> j & 1:
            child = t.first_child[group] + j
            member[size] = child
            size += 1
            solo = solo or t.child[child].solo
            lived_in = lived_in or t.child[child].present_home >= 0
            if t.child[child].fixed_home != FREE:
                fixed_home = WIDE(t.child[child].fixed_home)
            if t.child[child].twins & ~members:
                cost += t.twins_apart
                value += t.twins_apart + s.twins_apart
    return member, size, fixed_home, solo, lived_in, cost, value


@njit(nogil=True, cache=True, inline="always")
def _bundle_at(
    t: PairTables,
    s: SidePoints,
    price: FloatArray,
    member: IntArray,
    n_members: int,
    home: int,
) -> tuple[float, float]:
    """Give cost and cost plus price; infinite where they may not live there."""
    if n_members > t.home[home].holds:
        return np.inf, np.inf
    for i in range(n_members):
        if not allowed_at(t, member[i], home):
            return np.inf, np.inf
    cost, side = 0.0, 0.0
    for i in range(n_members):
        cost += points_at(t, member[i], home)
        if s.unplaced.size:
            side += side_points_at(t, s, member[i], home)
    places = min(n_members, t.home[home].places)
    if t.child[member[0]].solo:
        places = t.home[home].places
    priced = price[home, 0] * places
    priced += price[home, 1] * (places // 2) + price[home, 2] * (places // 3)
    return cost, cost + side + priced


@njit(nogil=True, cache=True, inline="always")
def _at_least(ready: Ready, child: int, miles: float) -> float:
    """Give what the distance costs a child at the least, in a home so far or farther."""
    points = ready.weight[0, child] * miles
    points += ready.weight[2, child] * max(0.0, miles - ready.to_school[child])
    if miles > LINE_MILES + ROUNDING_MILES:
        points += ready.weight[1, child]
    return float(points)


@njit(nogil=True, cache=True, inline="always")
def _outside(index: HomeIndex, whose: int, west: float, south: float, miles: float) -> bool:
    """Say whether no home of an authority lies in a cell."""
    if whose < 0:
        return False
    if whose >= index.authority_box.shape[0]:
        return True
    box, near = index.authority_box[whose], ROUNDING_MILES
    beside = box[0] > west + miles + near or box[2] < west - near
    return bool(beside or box[1] > south + miles + near or box[3] < south - near)


@njit(nogil=True, cache=True, inline="always")
def _way_to(t: PairTables, ready: Ready, member: IntArray, n_members: int, home: int) -> float:
    """Give what distance and authority cost the members in a home, at the least."""
    there, points = t.home[home], 0.0
    for i in range(n_members):
        child = member[i]
        east, north = t.child[child].east - there.east, t.child[child].north - there.north
        points += _at_least(ready, child, np.sqrt(east * east + north * north))
        if t.child[child].authority != there.authority:
            points += ready.weight[3, child]
    return float(points)


@njit(nogil=True, cache=True)
def search(
    t: PairTables,
    s: SidePoints,
    index: HomeIndex,
    ready: Ready,
    group: int,
    members: int,
    at_most: float,
    slack: float,
    most: int,
    home_out: NDArray[np.int32],
    cost_out: FloatArray,
    value_out: FloatArray,
) -> tuple[int, float]:
    """Find the homes for some members of a group whose cost plus price is near the least.

    Parameters
    ----------
    t, s, index, ready
        Tables, limits, lists.
    group, members : int
        Members as bits.
    at_most : float
        Value of another way to plan for these members.
    slack : float
        Homes up to so much above the lesser of `at_most` and the least are found.
    most : int
        At most so many, the cheapest; 0 for all.
    home_out, cost_out, value_out : ndarray, shape (n_homes,) or (most,)
        Written: the homes found; in rising value where `most` is not 0.

    Returns
    -------
    tuple of int and float
        Homes written, and the least value. Without `most`, some of those
        written may lie above the slack.
    """
    member, n_members, fixed_home, solo, lived_in, base_cost, base_value = _members_of(
        t, s, group, members
    )
    best, n_found = np.inf, 0
    if solo and n_members > 1:
        return n_found, best
    level = min(n_members, LEVELS) - 1
    lead = 0
    for i in range(1, n_members):
        fewest = index.homes_listed[index.child_class[member[lead]] * LEVELS + level]
        if index.homes_listed[index.child_class[member[i]] * LEVELS + level] < fewest:
            lead = i
    listing = index.child_class[member[lead]] * LEVELS + level
    least = base_value
    for i in range(n_members):
        least += ready.fixed[member[i]]
    if n_members > LEVELS:
        least += (n_members - LEVELS) * ready.least_child
    least -= ROUNDING
    east, north = t.child[member[lead]].east, t.child[member[lead]].north

    # homes that a person chose, or where a member lives now, are looked at whatever they cost
    ceiling = at_most + slack
    for i in range(-1, n_members):
        home = fixed_home if i < 0 else WIDE(t.child[member[i]].present_home)
        if home < 0 or (i >= 0 and fixed_home != FREE):
            continue
        again = False
        for k in range(i):
            again = again or t.child[member[k]].present_home == home
        if again:
            continue
        n_found, best, ceiling = _look(
            t, s, ready, member, n_members, home, base_cost, base_value, slack, most,
            home_out, cost_out, value_out, n_found, best, ceiling,
        )  # fmt: skip
    if fixed_home != FREE:
        return n_found, best

    n_cells, size = index.n_east * index.n_north, index.cell_miles
    column = int(np.floor((east - index.west) / size))
    row = int(np.floor((north - index.south) / size))
    inset = min(
        min(east - index.west - column * size, index.west + (column + 1) * size - east),
        min(north - index.south - row * size, index.south + (row + 1) * size - north),
    )
    last = max(max(abs(column), abs(index.n_east - 1 - column)),
               max(abs(row), abs(index.n_north - 1 - row)))  # fmt: skip
    first = max(max(0, max(-column, column - index.n_east + 1)),
                max(-row, row - index.n_north + 1))  # fmt: skip
    for ring in range(first, last + 1):
        reach = 0.0 if ring == 0 else max(0.0, (ring - 1) * size + inset)
        below, too_far = least + ready.least_of_list[listing], False
        for i in range(n_members):
            miles = reach
            if i != lead:
                aside = np.sqrt(
                    (t.child[member[i]].east - east) ** 2 + (t.child[member[i]].north - north) ** 2
                )
                miles = max(0.0, reach - aside)
            below += _at_least(ready, member[i], miles)
            too_far = too_far or miles > t.max_miles + ROUNDING_MILES
        if below > ceiling or too_far:
            break
        for r in range(max(0, row - ring), min(index.n_north - 1, row + ring) + 1):
            step = 1 if r in (row - ring, row + ring) else max(1, 2 * ring)
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= index.n_east:
                    continue
                where = listing * n_cells + r * index.n_east + c
                cheapest = ready.least[where]
                if least + cheapest > ceiling:
                    continue
                west, south = index.west + c * size, index.south + r * size
                below = least
                for i in range(n_members):
                    x, y = t.child[member[i]].east, t.child[member[i]].north
                    across = max(0.0, max(west - x, x - west - size))
                    along = max(0.0, max(south - y, y - south - size))
                    miles = np.sqrt(across * across + along * along)
                    below += _at_least(ready, member[i], miles)
                    if ready.weight[3, member[i]] > 0.0 and _outside(
                        index, t.child[member[i]].authority, west, south, size
                    ):
                        below += ready.weight[3, member[i]]
                if below + cheapest > ceiling:
                    continue
                for e in range(index.begin[where], index.begin[where + 1]):
                    home = WIDE(ready.listed[e])
                    if below + ready.value[level, home] > ceiling:
                        break
                    needed = least + ready.value[level, home]
                    if needed + _way_to(t, ready, member, n_members, home) > ceiling:
                        continue
                    if lived_in:
                        seen = False
                        for i in range(n_members):
                            seen = seen or t.child[member[i]].present_home == home
                        if seen:
                            continue
                    n_found, best, ceiling = _look(
                        t, s, ready, member, n_members, home, base_cost, base_value, slack, most,
                        home_out, cost_out, value_out, n_found, best, ceiling,
                    )  # fmt: skip
    return n_found, best


@njit(nogil=True, cache=True, inline="always")
def _look(
    t: PairTables,
    s: SidePoints,
    ready: Ready,
    member: IntArray,
    size: int,
    home: int,
    base_cost: float,
    base_value: float,
    slack: float,
    most: int,
    home_out: NDArray[np.int32],
    cost_out: FloatArray,
    value_out: FloatArray,
    n_found: int,
    best: float,
    ceiling: float,
) -> tuple[int, float, float]:
    """Keep a home that is cheap enough, and lower the ceiling to what is still asked for."""
    cost, value = _bundle_at(t, s, ready.price, member, size, home)
    cost, value = base_cost + cost, base_value + value
    if value == np.inf or value > ceiling:
        return n_found, best, ceiling
    if value < best:
        best = value
        ceiling = min(ceiling, best + slack)
    at = n_found
    if most:
        while at and (value_out[at - 1], home_out[at - 1]) > (value, home):
            at -= 1
        if at == most:
            return n_found, best, ceiling
        for i in range(min(n_found, most - 1), at, -1):
            home_out[i], cost_out[i] = home_out[i - 1], cost_out[i - 1]
            value_out[i] = value_out[i - 1]
    home_out[at], cost_out[at], value_out[at] = home, cost, value
    n_found = min(n_found + 1, most) if most else n_found + 1
    if most and n_found == most:
        ceiling = min(ceiling, value_out[most - 1])
    return n_found, best, ceiling


@njit(nogil=True, cache=True, inline="always")
def _otherwise(
    t: PairTables,
    s: SidePoints,
    group: int,
    members: int,
    best: FloatArray,
    cheapest: FloatArray,
) -> float:
    """Give the cheapest way to plan for some members but one home for them all."""
    low = members & -members
    if members == low:
        child = t.first_child[group] + _n_bits(low - 1)
        points = t.unplaced
        if s.unplaced.size:
            points += s.unplaced[child]
        if t.child[child].twins:
            points += t.twins_apart + s.twins_apart
        return float(points)
    least = np.inf
    block = (members - 1) & members
    while block:
        if block & low:
            least = min(least, best[block] + cheapest[members ^ block])
        block = (block - 1) & members
    return least


@njit(nogil=True, cache=True)
def price_groups(
    t: PairTables,
    s: SidePoints,
    index: HomeIndex,
    ready: Ready,
    first: int,
    last: int,
    slack: float,
    most: int,
    collect: bool,
    least_out: FloatArray,
    count_out: IntArray,
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32], FloatArray]:
    """Solve the groups from `first` to before `last`, and list the bundles near their best.

    Parameters
    ----------
    t, s, index, ready
        Tables, limits, lists.
    first, last : int
    slack : float
    most : int
    collect : bool
        Whether bundles are listed.
    least_out : ndarray of float64, shape (n_groups,)
        Written: the cheapest partition of each group.
    count_out : ndarray of int64, shape (n_groups,)
        Written: bundles listed of each group.

    Returns
    -------
    tuple of ndarray
        Members, homes, places and costs of the bundles, in order.
    """
    room = most if most else t.home.size
    home = np.empty(max(1, room), np.int32)
    cost, value = np.empty(home.size), np.empty(home.size)
    n_sets = 1 << LARGEST_GROUP
    best, cheapest = np.empty(n_sets), np.empty(n_sets)
    n_out = 0
    members_out = np.empty(1024 if collect else 0, np.uint8)
    home_out = np.empty(members_out.size, np.int32)
    places_out = np.empty(members_out.size, np.int32)
    cost_out = np.empty(members_out.size)
    for group in range(first, last):
        began = n_out
        cheapest[0] = 0.0
        for members in range(1, 1 << t.group_size[group]):
            otherwise = _otherwise(t, s, group, members, best, cheapest)
            found, least = search(
                t, s, index, ready, group, members, otherwise, slack, most, home, cost, value
            )
            best[members] = least
            if members & (members - 1) == 0:
                best[members] = min(least, otherwise)
            cheapest[members] = min(least, otherwise)
            if not collect or not found:
                continue
            near = 0
            for i in range(found):
                if value[i] <= cheapest[members] + slack:
                    home[near], cost[near] = home[i], cost[i]
                    near += 1
            _sort_by_home(home, cost, near)
            if n_out + near > home_out.size:
                members_out = _longer(members_out, n_out + near)
                home_out = _longer(home_out, n_out + near)
                places_out = _longer(places_out, n_out + near)
                cost_out = _longer(cost_out, n_out + near)
            size = _n_bits(members)
            alone = size == 1 and t.child[t.first_child[group] + _n_bits(members - 1)].solo
            for i in range(near):
                members_out[n_out], home_out[n_out], cost_out[n_out] = members, home[i], cost[i]
                places = t.home[home[i]].places
                places_out[n_out] = places if alone else min(size, places)
                n_out += 1
        least_out[group] = cheapest[(1 << t.group_size[group]) - 1]
        count_out[group] = n_out - began
    return members_out[:n_out], home_out[:n_out], places_out[:n_out], cost_out[:n_out]


@njit(nogil=True, cache=True)
def _n_bits(members: int) -> int:
    count = 0
    while members:
        members &= members - 1
        count += 1
    return count


@njit(nogil=True, cache=True)
def _longer(values: np.ndarray, needed: int) -> np.ndarray:
    longer = np.empty(max(needed, 2 * values.size), values.dtype)
    for i in range(values.size):
        longer[i] = values[i]
    return longer


@njit(nogil=True, cache=True)
def _sort_by_home(home: NDArray[np.int32], cost: FloatArray, count: int) -> None:
    """Shell's sort: lists are short, and no other array need follow."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap:
        for i in range(gap, count):
            this_home, this_cost = home[i], cost[i]
            at = i
            while at >= gap and home[at - gap] > this_home:
                home[at], cost[at] = home[at - gap], cost[at - gap]
                at -= gap
            home[at], cost[at] = this_home, this_cost
        gap //= 3


@njit(nogil=True, cache=True)
def cheapest_of_sets(
    t: PairTables,
    s: SidePoints,
    index: HomeIndex,
    ready: Ready,
    first: int,
    last: int,
    group: IntArray,
    members: IntArray,
    home_out: NDArray[np.int32],
    cost_out: FloatArray,
    value_out: FloatArray,
) -> None:
    """Write the cheapest homes of each set of members, one row each, from `first` to `last`."""
    for i in range(first, last):
        search(
            t, s, index, ready, group[i], members[i], np.inf, np.inf, home_out.shape[1],
            home_out[i], cost_out[i], value_out[i],
        )  # fmt: skip


@njit(nogil=True, cache=True)
def merge_columns(
    begin: IntArray,
    members: NDArray[np.uint8],
    home: NDArray[np.int32],
    other_begin: IntArray,
    other_members: NDArray[np.uint8],
    other_home: NDArray[np.int32],
    count_out: IntArray,
) -> IntArray:
    """Merge two lists of bundles in order; from the second, only what the first has not.

    Returns
    -------
    ndarray of int64
        Positions, those in the second list counted on from the first's end.
    """
    merged = np.empty(home.size + other_home.size, np.int64)
    n = 0
    for group in range(begin.size - 1):
        i, j, began = begin[group], other_begin[group], n
        while i < begin[group + 1] or j < other_begin[group + 1]:
            order = 0
            if i == begin[group + 1]:
                order = 1
            elif j == other_begin[group + 1]:
                order = -1
            elif members[i] != other_members[j]:
                order = 1 if members[i] > other_members[j] else -1
            elif home[i] != other_home[j]:
                order = 1 if home[i] > other_home[j] else -1
            if order > 0:
                merged[n] = home.size + j
            else:
                merged[n] = i
            n += 1
            if order <= 0:
                i += 1
            if order >= 0:
                j += 1
        count_out[group] = n - began
    return merged[:n]
