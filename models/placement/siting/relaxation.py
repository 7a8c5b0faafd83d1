"""What no choice of facilities can beat: customers priced, each facility its best load.

Every customer must be served once; that alone is relaxed, at a price a customer. What remains is
one knapsack a facility, and the choice of facilities whose load pays, under the capacity that
all customers need: K. Holmberg, M. Ronnqvist & D. Yuan (1999), *European Journal of Operational
Research* 113. The knapsacks are whole, so the bound is above the linear relaxation's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.siting.knapsack import best_load, in_order, linear_load

FREE, CLOSED, OPEN = -1, 0, 1
"""What has been decided about a facility."""

SHORTENED = 0.6
SHORTEST_STEP = 0.004
"""What a step is multiplied by when it stalls, and the step at which the search ends."""

_KEPT = 0.3
_MEMORY = 0.05
_GAIN = 1e-5
"""Share of the last direction kept; weight of the newest pass in averages; a gain that counts."""

_UNKNOWN_PLAN = 0.05
"""Without a plan in hand, steps aim this share above the bound."""


class Facilities(NamedTuple):
    """Facilities and their customers, and what has been decided of them.

    Attributes
    ----------
    open_cost, capacity : ndarray of float64, shape (m,)
    cost : ndarray of float64, shape (m, n)
    demand : ndarray of float64, shape (n,)
    allowed : ndarray of bool, shape (m, n)
        Pairs that may still be in a better plan.
    status : ndarray of int64, shape (m,)
        FREE, CLOSED or OPEN.
    fewest, most : int
        Facilities to open.
    """

    open_cost: FloatArray
    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    allowed: BoolArray
    status: IntArray
    fewest: int
    most: int


@njit(nogil=True, cache=True)
def choose_facilities(given: Facilities, worth: FloatArray, chosen: BoolArray) -> float:
    """Choose the cheapest facilities; `chosen` is written to.

    Parameters
    ----------
    given : Facilities
    worth : ndarray, shape (m,)
        Cost of a facility less what its load saves.

    Returns
    -------
    float
        The larger of two relaxations: of the number, and of the capacity; infinite where
        nothing can be chosen.
    """
    status, capacity, need = given.status, given.capacity, given.demand.sum()
    m, fewest, most = worth.size, given.fewest, given.most
    settled = available = 0.0
    n_open = n_free = 0
    for i in range(m):
        chosen[i] = status[i] == OPEN
        if status[i] != CLOSED:
            available += capacity[i]
        if status[i] == OPEN:
            settled += worth[i]
            n_open += 1
        elif status[i] == FREE:
            n_free += 1
    if available < need or n_open > most or n_open + n_free < fewest:
        return np.inf
    # To choose is to leave out: the costliest facilities that can be spared.
    cost = np.zeros(m)
    for i in range(m):
        if status[i] == FREE and worth[i] > 0.0:
            cost[i] = worth[i]
    spared = np.zeros(m, np.bool_)
    by_capacity = settled - best_load(cost, capacity, available - need, spared)
    n_chosen = n_open
    for i in range(m):
        if status[i] == FREE:
            by_capacity += worth[i]
            chosen[i] = not spared[i]
            n_chosen += chosen[i]
    if fewest <= n_chosen <= most:
        return by_capacity
    by_number, counted = settled, n_open
    other = status == OPEN
    for i in in_order(worth):
        if status[i] != FREE:
            continue
        if counted >= fewest and (worth[i] >= 0.0 or counted >= most):
            break
        by_number += worth[i]
        counted += 1
        other[i] = True
    if by_number < by_capacity:
        return by_capacity
    chosen[:] = other
    return by_number


@njit(nogil=True, cache=True)
def _profits(given: Facilities, price: FloatArray, i: int, profit: FloatArray) -> None:
    """Write what each customer of a facility pays above the cost; -1 for one it may not serve."""
    for j in range(profit.size):
        profit[j] = price[j] - given.cost[i, j] if given.allowed[i, j] else -1.0


@njit(nogil=True, cache=True)
def bound_at(
    given: Facilities, price: FloatArray, worth: FloatArray, load: BoolArray, chosen: BoolArray
) -> float:
    """Give the bound at some prices; worth (m,), load (m, n) and chosen (m,) are written to."""
    profit = np.empty(price.size)
    for i in range(worth.size):
        worth[i] = 0.0
        if given.status[i] == CLOSED:
            continue
        _profits(given, price, i, profit)
        saved = best_load(profit, given.demand, given.capacity[i], load[i])
        worth[i] = given.open_cost[i] - saved
    return float(price.sum() + choose_facilities(given, worth, chosen))


@njit(nogil=True, cache=True)
def search_bound(
    given: Facilities,
    first_price: FloatArray,
    plan: float,
    enough: float,
    passes: int,
    patience: int,
) -> tuple[float, FloatArray, FloatArray]:
    """Search prices for a high bound: deflected subgradient with Polyak steps.

    Parameters
    ----------
    given : Facilities
    first_price : ndarray, shape (n,)
    plan : float
        Cost of a plan in hand; infinite without one.
    enough : float
        Bound at which the search may stop.
    passes, patience : int
        Most passes; passes without gain after which the step is shortened.

    Returns
    -------
    tuple
        Bound, its prices (n,), and each facility's share of recent passes in which it was
        chosen (m,).
    """
    m, n = given.cost.shape
    worth, chosen = np.empty(m), np.zeros(m, np.bool_)
    load = np.zeros((m, n), np.bool_)
    price, best_price = first_price.copy(), first_price.copy()
    direction, slope, share = np.zeros(n), np.empty(n), np.zeros(m)
    best, step, stalled = -np.inf, 1.0, 0
    for _ in range(passes):
        bound = bound_at(given, price, worth, load, chosen)
        if bound == np.inf:
            return bound, best_price, share
        slope[:] = 1.0
        for i in range(m):
            share[i] += _MEMORY * (chosen[i] - share[i])
            if chosen[i]:
                slope -= load[i]
        stalled += 1
        if bound > best:
            if bound > best + _GAIN * abs(best):
                stalled = 0
            best = bound
            best_price[:] = price
        square = (slope * slope).sum()
        if best >= enough or square == 0.0:
            break
        if stalled >= patience:
            step *= SHORTENED
            stalled = 0
            price[:] = best_price
            direction[:] = 0.0
            if step < SHORTEST_STEP:
                break
            continue
        direction = _KEPT * direction + slope
        square = (direction * direction).sum()
        if square == 0.0:
            continue
        target = plan if plan < np.inf else best + _UNKNOWN_PLAN * abs(best)
        price = price + step * (target - bound) / square * direction
    return best, best_price, share


@njit(nogil=True, cache=True)
def rule_out(given: Facilities, price: FloatArray, enough: float) -> float:
    """Strike what would lift the bound to `enough`; `allowed` and `status` are written to.

    Returns
    -------
    float
        The bound at these prices; infinite where a facility can be neither open nor closed.
    """
    open_cost, demand, capacity = given.open_cost, given.demand, given.capacity
    allowed, status = given.allowed, given.status
    m, n = given.cost.shape
    worth, chosen, other = np.empty(m), np.zeros(m, np.bool_), np.zeros(m, np.bool_)
    load = np.zeros((m, n), np.bool_)
    bound = bound_at(given, price, worth, load, chosen)
    paid = price.sum()
    if_open = np.full(m, bound)
    for i in range(m):
        if status[i] != FREE:
            continue
        status[i] = CLOSED
        if_closed = paid + choose_facilities(given, worth, other)
        status[i] = OPEN
        if_open[i] = paid + choose_facilities(given, worth, other)
        if if_open[i] >= enough and if_closed >= enough:
            return np.inf
        if if_closed < enough:
            status[i] = CLOSED if if_open[i] >= enough else FREE
    profit, key = np.empty(n), np.empty(n)
    for i in range(m):
        if status[i] == CLOSED:
            allowed[i] = False
            continue
        _profits(given, price, i, profit)
        for j in range(n):
            key[j] = -profit[j] / demand[j]
        order = in_order(key)
        best = open_cost[i] - worth[i]
        for j in range(n):
            if allowed[i, j] and not load[i, j]:
                room = capacity[i] - demand[j]
                forced = profit[j] + linear_load(profit, demand, room, order, j)
                if room < 0.0 or if_open[i] + max(0.0, best - forced) >= enough:
                    allowed[i, j] = False
            elif load[i, j] and status[i] == OPEN:
                without = linear_load(profit, demand, capacity[i], order, j)
                if bound + max(0.0, best - without) >= enough:
                    allowed[:i, j] = False
                    allowed[i + 1 :, j] = False
    return bound
