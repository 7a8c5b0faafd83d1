"""The long sums of the verifier: every group against every home, one after the other.

No list of candidates and no index of the map: each home is looked at, and is
left only where it cannot be the cheapest whatever the rest of its points. All
compiled code of the verifier stands in this file, so that no stale copy of a
part of it can be used.
"""

from __future__ import annotations

from math import floor, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]

TERMS = (
    "mile",
    "over_20_miles",
    "school_mile",
    "out_of_authority",
    "requires_improvement",
    "for_profit",
    "weekly_cost_gbp_50",
    "need_in_childrens_home",
    "move_settled",
    "move",
    "suitable",
    "unspecified",
)
"""Terms that fall on a child in a home, in the order of the table in the README."""

MILE, OVER_20, SCHOOL, OUT, IMPROVE, PROFIT, COST, RESIDENTIAL, SETTLED, MOVE, SUITS, UNSAID = (
    range(12)
)
PREFERRED, SUITABLE, UNSUITABLE, UNSPECIFIED = range(4)
COUNTS_COST, COUNTS_OUT, COUNTS_PROFIT, COUNTS_OVER_20, COUNTS_PLACED = range(5)
METRES_A_MILE = 1609.3
LINE_MILES = 20.0
NOBODY, ELSEWHERE = -1, -2
MILLIONTHS = 1e6
HALF = 1e-6
"""Hundredths so near to a half could be rounded either way."""

MOST_MEMBERS = 8


class Kids(NamedTuple):
    """Children in the order of their groups, one entry each.

    ``asks`` and ``Register.gives`` hold the rules that need no map as bits: a
    child may live where every bit asked is given. ``present`` and ``chosen``
    are rows of homes, or `NOBODY`, or `ELSEWHERE`; homes to avoid of child i are
    ``avoid[avoid_begin[i]:avoid_begin[i + 1]]``; ``twins`` are bits of the
    places in the group; ``words`` is how each kind of home would suit.
    """

    east: Floats
    north: Floats
    school_east: Floats
    school_north: Floats
    asks: Wholes
    solo: Bools
    authority: Wholes
    needs: Wholes
    settled: Bools
    present: Wholes
    chosen: Wholes
    prefers: Bools
    words: Wholes
    avoid_begin: Wholes
    avoid: Wholes
    twins: Wholes


class Register(NamedTuple):
    """Homes that are open, one entry each."""

    east: Floats
    north: Floats
    gives: Wholes
    capacity: Wholes
    exempt: Bools
    kind: Wholes
    childrens_home: Bools
    authority: Wholes
    cost: Floats
    pence: Floats
    private: Bools
    improve: Bools


@njit(nogil=True, cache=True)
def _metres(east: float, north: float, homes: Register, h: int) -> float:
    return sqrt((homes.east[h] - east) ** 2 + (homes.north[h] - north) ** 2)


@njit(nogil=True, cache=True)
def _measure(kids: Kids, homes: Register, i: int, h: int, amount: Floats) -> None:
    """Write how much of each term a child meets in a home."""
    miles = _metres(kids.east[i], kids.north[i], homes, h) / METRES_A_MILE
    away = kids.present[i] != NOBODY and kids.present[i] != h
    word = kids.words[i, homes.kind[h]]
    amount[MILE] = miles
    amount[OVER_20] = 1.0 if miles > LINE_MILES else 0.0
    amount[SCHOOL] = 0.0
    if not np.isnan(kids.school_east[i]):
        school = _metres(kids.school_east[i], kids.school_north[i], homes, h)
        amount[SCHOOL] = school / METRES_A_MILE
    amount[OUT] = 1.0 if kids.authority[i] != homes.authority[h] else 0.0
    amount[IMPROVE] = 1.0 if homes.improve[h] else 0.0
    amount[PROFIT] = 1.0 if homes.private[h] else 0.0
    amount[COST] = homes.cost[h] / 50.0
    amount[RESIDENTIAL] = 1.0 if homes.childrens_home[h] and kids.needs[i] < 3 else 0.0
    amount[SETTLED] = 1.0 if away and kids.settled[i] else 0.0
    amount[MOVE] = 1.0 if away and not kids.settled[i] else 0.0
    amount[SUITS] = 1.0 if kids.prefers[i] and word == SUITABLE else 0.0
    amount[UNSAID] = 1.0 if kids.prefers[i] and word == UNSPECIFIED else 0.0


@njit(nogil=True, cache=True)
def _hundredths(amount: Floats, weights: Floats) -> float:
    total = 0.0
    for k in range(amount.size):
        total += weights[k] * amount[k]
    return 100.0 * total


@njit(nogil=True, cache=True)
def points_of_pairs(
    kids: Kids, homes: Register, child: Wholes, home: Wholes, weights: Floats
) -> Floats:
    """Give the hundredths of a point of each child in each home, not yet rounded."""
    found = np.zeros(child.size)
    amount = np.zeros(12)
    for pair in range(child.size):
        _measure(kids, homes, child[pair], home[pair], amount)
        found[pair] = _hundredths(amount, weights)
    return found


@njit(nogil=True, cache=True)
def _may_not(kids: Kids, homes: Register, i: int, h: int, max_miles: float) -> bool:
    """Say whether a rule bars the child that bits alone cannot tell."""
    if kids.chosen[i] >= 0 and kids.chosen[i] != h:
        return True
    for at in range(kids.avoid_begin[i], kids.avoid_begin[i + 1]):
        if kids.avoid[at] == h:
            return True
    return _metres(kids.east[i], kids.north[i], homes, h) / METRES_A_MILE > max_miles


@njit(nogil=True, cache=True)
def _share_out(full: int, best: Floats, cheapest: Floats) -> None:
    """Cheapest way to part each set of members; one block holds its lowest member."""
    for members in range(1, full + 1):
        lowest = members & -members
        others = members ^ lowest
        least = best[members]
        part = others
        while part > 0:
            part = (part - 1) & others
            least = min(least, best[part | lowest] + cheapest[others ^ part])
        cheapest[members] = least


@njit(nogil=True, cache=True)
def _dearest_each(full: int, cheapest: Floats, size: Wholes) -> float:
    most = -np.inf
    for members in range(1, full + 1):
        most = max(most, cheapest[members] / size[members])
    return most


@njit(nogil=True, cache=True)
def cheapest_ways(
    kids: Kids,
    homes: Register,
    begin: Wholes,
    first: int,
    last: int,
    part_prices: Floats,
    part_weights: Floats,
    fixed: Floats,
    counts: Floats,
    without_home: Floats,
    tolls: Floats,
    max_miles: float,
    value: Floats,
    doubtful: Wholes,
) -> None:
    """Write the cheapest way to live of the groups from ``first`` up to ``last``.

    Parameters
    ----------
    kids, homes : Kids, Register
    begin : ndarray of int, shape (n_groups + 1,)
        Children of group g are ``begin[g]:begin[g + 1]``.
    first, last : int
    part_prices : ndarray of float, shape (n_parts,)
        Price of each set of weights.
    part_weights : ndarray of float, shape (n_parts, 12)
        Weights in the order of `TERMS`; points are rounded part by part.
    fixed : ndarray of float, shape (2,)
        Hundredths of each home a group uses, and of each twin without the twin.
    counts : ndarray of float, shape (n_children, 5)
        Hundredths, at the prices of limits, of a penny, of a home out of area,
        of one run for profit, of one over 20 miles off and of being placed.
    without_home : ndarray of float, shape (n_children,)
        Hundredths without a home, twins included.
    tolls : ndarray of float, shape (n_homes, 3)
        Prices of one, of two and of three places.
    max_miles : float
    value, doubtful : ndarray, shape (n_groups,)
        Written: hundredths; 1 where a rounding could go either way.
    """
    n_homes = homes.east.size
    joint = np.zeros(12)
    for part in range(part_prices.size):
        joint += part_prices[part] * part_weights[part]
    a_metre = 100.0 * joint[MILE] / METRES_A_MILE
    a_penny = joint[COST] * 2.0
    rounding = 0.5 * part_prices.sum() + 1.0
    best, cheapest = np.zeros(1 << MOST_MEMBERS), np.zeros(1 << MOST_MEMBERS)
    size = np.zeros(1 << MOST_MEMBERS, dtype=np.int64)
    for members in range(1, 1 << MOST_MEMBERS):
        size[members] = size[members >> 1] + (members & 1)
    cost, amount = np.zeros(MOST_MEMBERS), np.zeros(12)
    for group in range(first, last):
        start = begin[group]
        n = begin[group + 1] - start
        full = (1 << n) - 1
        best[: full + 1] = np.inf
        asked_by_all, lone = ~np.int64(0), 0
        least = np.inf  # points that any home brings for the child at least, distance apart
        for j in range(n):
            i = start + j
            asked_by_all &= kids.asks[i]
            if kids.solo[i]:
                lone |= 1 << j
            best[1 << j] = without_home[i]
            own = counts[i, COUNTS_PLACED] - rounding
            own += min(0.0, counts[i, COUNTS_OUT] + 100.0 * joint[OUT])
            own += min(0.0, counts[i, COUNTS_PROFIT] + 100.0 * joint[PROFIT])
            own += min(0.0, counts[i, COUNTS_OVER_20] + 100.0 * joint[OVER_20])
            least = min(least, own)
        _share_out(full, best, cheapest)
        spare = _dearest_each(full, cheapest, size) - least - fixed[0] / n
        for h in range(n_homes):
            gives = homes.gives[h]
            if asked_by_all & ~gives != 0:
                continue
            room = spare - a_penny * homes.cost[h] - tolls[h, 0] / n
            if room <= 0.0:
                continue
            here, nearest = 0, np.inf
            for j in range(n):
                if kids.asks[start + j] & ~gives == 0:
                    here |= 1 << j
                    east = homes.east[h] - kids.east[start + j]
                    north = homes.north[h] - kids.north[start + j]
                    nearest = min(nearest, east * east + north * north)
            if here == 0 or a_metre * a_metre * nearest > room * room:
                continue
            near_half = 0
            for j in range(n):
                i = start + j
                if not here >> j & 1:
                    continue
                if _may_not(kids, homes, i, h, max_miles):
                    here ^= 1 << j
                    continue
                _measure(kids, homes, i, h, amount)
                total = counts[i, COUNTS_PLACED] + counts[i, COUNTS_COST] * homes.pence[h]
                total += counts[i, COUNTS_OUT] * amount[OUT]
                total += counts[i, COUNTS_PROFIT] * amount[PROFIT]
                total += counts[i, COUNTS_OVER_20] * amount[OVER_20]
                for part in range(part_prices.size):
                    raw = _hundredths(amount, part_weights[part])
                    total += part_prices[part] * np.rint(raw)
                    if abs(raw - floor(raw) - 0.5) < HALF:
                        near_half |= 1 << j
                cost[j] = total
            changed = False
            some = here
            while some > 0:
                alone = some & lone != 0
                lives = size[some] == 1 or not alone
                if lives and (size[some] <= homes.capacity[h] or homes.exempt[h]):
                    taken = homes.capacity[h] if alone else min(size[some], homes.capacity[h])
                    total = fixed[0] + tolls[h, 0] * taken
                    total += tolls[h, 1] * (taken // 2) + tolls[h, 2] * (taken // 3)
                    for j in range(n):
                        if some >> j & 1:
                            total += cost[j]
                            if kids.twins[start + j] & ~some != 0:
                                total += fixed[1]
                    if total < best[some]:
                        best[some] = total
                        changed = True
                    if some & near_half != 0 and total - size[some] < cheapest[some]:
                        doubtful[group] = 1
                some = (some - 1) & here
            if changed:
                _share_out(full, best, cheapest)
                spare = _dearest_each(full, cheapest, size) - least - fixed[0] / n
        value[group] = cheapest[full]


@njit(nogil=True, cache=True)
def _nearest_with_room(
    kids: Kids,
    homes: Register,
    who: Wholes,
    free: Wholes,
    barred: Bools,
    max_miles: float,
) -> int:
    """Nearest home, to the first of some children, that may take them all.

    Of homes equally near to a millionth of a mile, the first of the register.
    """
    lead, n = who[0], who.size
    asked = np.int64(0)
    for i in who:
        asked |= kids.asks[i]
    found, least = NOBODY, np.inf
    for h in range(homes.east.size):
        if asked & ~homes.gives[h] != 0 or barred[h]:
            continue
        empty = free[h] == homes.capacity[h]
        if n > 1:
            ready = free[h] >= n or (homes.exempt[h] and empty)
        else:
            ready = empty if kids.solo[lead] else free[h] > 0
        if not ready:
            continue
        east, north = homes.east[h] - kids.east[lead], homes.north[h] - kids.north[lead]
        away = np.rint(MILLIONTHS * sqrt(east * east + north * north) / METRES_A_MILE)
        if away >= least:
            continue
        fits = True
        for i in who:
            if _may_not(kids, homes, i, h, max_miles):
                fits = False
        if fits:
            found, least = h, away
    return found


@njit(nogil=True, cache=True)
def nearest_first(
    kids: Kids,
    homes: Register,
    begin: Wholes,
    order: Wholes,
    rival_begin: Wholes,
    rival: Wholes,
    max_miles: float,
) -> Wholes:
    """Place group after group in the nearest home with room; give each child's home.

    Parameters
    ----------
    kids, homes : Kids, Register
    begin : ndarray of int, shape (n_groups + 1,)
    order : ndarray of int, shape (n_groups,)
        Whose turn it is.
    rival_begin, rival : ndarray of int
        Children who must not share a home with child i.
    max_miles : float
    """
    home = np.full(kids.east.size, NOBODY)
    free = homes.capacity.copy()
    barred = np.zeros(homes.east.size, dtype=np.bool_)
    for group in order:
        who = np.arange(begin[group], begin[group + 1])
        together = NOBODY
        if who.size > 1 and not kids.solo[who].any():
            for i in who:
                for at in range(rival_begin[i], rival_begin[i + 1]):
                    if home[rival[at]] >= 0:
                        barred[home[rival[at]]] = True
            together = _nearest_with_room(kids, homes, who, free, barred, max_miles)
            barred[:] = False
        if together >= 0:
            home[who] = together
            free[together] = max(0, free[together] - who.size)
            continue
        for i in who:
            for at in range(rival_begin[i], rival_begin[i + 1]):
                if home[rival[at]] >= 0:
                    barred[home[rival[at]]] = True
            alone = who[i - who[0] : i - who[0] + 1]
            one = _nearest_with_room(kids, homes, alone, free, barred, max_miles)
            for at in range(rival_begin[i], rival_begin[i + 1]):
                if home[rival[at]] >= 0:
                    barred[home[rival[at]]] = False
            if one >= 0:
                home[i] = one
                free[one] -= homes.capacity[one] if kids.solo[i] else 1
    return home
