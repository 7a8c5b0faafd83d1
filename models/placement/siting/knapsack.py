"""The best load of one facility: an exact 0/1 knapsack, small enough to be asked a million times.

Depth first in the order of profit per weight, cut by the linear bound: E. Horowitz & S. Sahni
(1974), *Journal of the ACM* 21; bound: G. B. Dantzig (1957), *Operations Research* 5.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.problem import BoolArray, FloatArray, IntArray

MOST_STEPS = 20_000
"""Steps after which a knapsack is cut; its answer is then the linear bound, which is valid too."""

_ALMOST_NOTHING = 1e-9


@njit(nogil=True, cache=True)
def in_order(key: FloatArray) -> IntArray:
    """Give positions by rising key, ties in the order given: a shell sort, quick to compile."""
    order = np.arange(key.size)
    gap = key.size // 2
    while gap > 0:
        for last in range(gap, key.size):
            moved = order[last]
            at = last
            while at >= gap and (
                key[order[at - gap]] > key[moved]
                or (key[order[at - gap]] == key[moved] and order[at - gap] > moved)
            ):
                order[at] = order[at - gap]
                at -= gap
            order[at] = moved
        gap //= 2
    return order


@njit(nogil=True, cache=True)
def best_load(profit: FloatArray, weight: FloatArray, capacity: float, taken: BoolArray) -> float:
    """Choose what to carry for the most profit; `taken` is written to.

    Parameters
    ----------
    profit, weight : ndarray, shape (n,)
        Items without profit, or too heavy alone, are left.
    capacity : float
        Weight that can be carried.
    taken : ndarray of bool, shape (n,)
        Set to the choice.

    Returns
    -------
    float
        Profit of the choice; an upper bound of it where the search was cut.
    """
    taken[:] = False
    listed = np.empty(profit.size, np.int64)
    n = 0
    whole_weight = whole_profit = 0.0
    for item in range(profit.size):
        if profit[item] > _ALMOST_NOTHING and weight[item] <= capacity:
            listed[n] = item
            n += 1
            whole_weight += weight[item]
            whole_profit += profit[item]
    if whole_weight <= capacity:
        for rank in range(n):
            taken[listed[rank]] = True
        return whole_profit
    key = np.empty(n)
    for rank in range(n):
        key[rank] = -profit[listed[rank]] / weight[listed[rank]]
    order = in_order(key)
    p, w = np.empty(n), np.empty(n)
    for rank in range(n):
        item = listed[order[rank]]
        p[rank], w[rank] = profit[item], weight[item]
    carried = np.zeros(n, np.bool_)
    best_carried = np.zeros(n, np.bool_)
    best = root = -1.0
    now, room, first = 0.0, capacity, 0
    for _ in range(MOST_STEPS):
        stop, left, filled = first, room, now
        while stop < n and w[stop] <= left:
            left -= w[stop]
            filled += p[stop]
            stop += 1
        bound = filled
        if stop < n:
            bound += p[stop] * left / w[stop]
        if root < 0.0:
            root = bound
        if bound > best + _ALMOST_NOTHING:
            carried[first:stop] = True
            now, room, first = filled, left, stop + 1
            if now > best:
                best = now
                best_carried[:] = carried
            if first < n:
                continue
        last = min(first, n) - 1
        while last >= 0 and not carried[last]:
            last -= 1
        if last < 0:
            root = best
            break
        carried[last] = False
        now -= p[last]
        room += w[last]
        first = last + 1
    for rank in range(n):
        taken[listed[order[rank]]] = best_carried[rank]
    return root


@njit(nogil=True, cache=True)
def linear_load(
    profit: FloatArray, weight: FloatArray, capacity: float, order: IntArray, without: int
) -> float:
    """Give the linear bound of a load that leaves one item out, items in the order given."""
    total, room = 0.0, capacity
    for item in order:
        if profit[item] <= 0.0:
            break
        if item == without:
            continue
        if weight[item] > room:
            return float(total + profit[item] * room / weight[item])
        room -= weight[item]
        total += profit[item]
    return total
