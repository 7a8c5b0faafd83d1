"""Price the jobs, and let every agent fill its own knapsack: the stronger bound.

With prices on capacity the bound is that of the linear relaxation. With prices
on the jobs each agent's capacity is kept in whole jobs, which is worth the last
tenths (Fisher, Jaikumar & Van Wassenhove 1986). How often a job was packed over
the last passes tells where it belongs.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.problem import FloatArray, IntArray

PASSES_BEFORE_A_SHORTER_STEP = 10
HALF_CORE = 10
"""Jobs either side of the split that are tried first."""


@njit(nogil=True, cache=True)
def _best_sum(
    profit: FloatArray,
    weight: IntArray,
    room: int,
    listed: IntArray,
    value_at: FloatArray,
    took: NDArray[np.uint8],
) -> float:  # pragma: no cover - compiled
    """Fill by dynamic programming over the jobs listed; `took` tells who got in where."""
    now, then = 0, 1
    value_at[now, : room + 1] = 0.0
    for at in range(listed.size):
        w, p = weight[listed[at]], profit[listed[at]]
        old, new, mark = value_at[now], value_at[then], took[at]
        for y in range(min(w, room + 1)):
            new[y] = old[y]
            mark[y] = 0
        for y in range(w, room + 1):
            other = old[y - w] + p
            better = other > old[y]
            mark[y] = better
            new[y] = other if better else old[y]
        now, then = then, now
    return float(value_at[now, room])


@njit(nogil=True, cache=True)
def fill(
    profit: FloatArray,
    weight: IntArray,
    room: int,
    taken: NDArray[np.int8],
    listed: IntArray,
    value_at: FloatArray,
    took: NDArray[np.uint8],
) -> tuple[float, float, float]:  # pragma: no cover - compiled
    """Solve a knapsack exactly; give its value, the price of its capacity, and the work.

    First over the few jobs about the split of the linear relaxation (its core);
    then, where that value does not settle all others by Dantzig's bound, over
    all that it leaves open. The last three arrays are working space.
    """
    taken[:] = 0
    n_listed, all_weight, value, work = 0, 0, 0.0, 0.1 * profit.size
    for j in range(profit.size):
        if profit[j] > 1e-9 and weight[j] <= room:
            listed[n_listed] = j
            n_listed += 1
            all_weight += weight[j]
    if all_weight <= room:
        for at in range(n_listed):
            taken[listed[at]] = 1
            value += profit[listed[at]]
        return value, 0.0, work
    ratio = np.empty(n_listed)
    for at in range(n_listed):
        ratio[at] = -profit[listed[at]] / weight[listed[at]]
    rank = listed[:n_listed][np.argsort(ratio)]
    left, simple, split = room, 0.0, 0
    while weight[rank[split]] <= left:
        left -= weight[rank[split]]
        simple += profit[rank[split]]
        split += 1
    price = profit[rank[split]] / weight[rank[split]]
    most = simple + price * left
    least, first, end = 0.0, max(0, split - HALF_CORE), min(n_listed, split + HALF_CORE)
    work += n_listed
    for attempt in range(2):
        n_open, left, value = 0, room, 0.0
        taken[:] = 0
        for at in range(n_listed):
            j = rank[at]
            if attempt == 0:
                doubtful = first <= at < end
            else:
                doubtful = most - abs(profit[j] - price * weight[j]) >= least - 1e-9
            if doubtful:
                listed[n_open] = j
                n_open += 1
            elif at < split:
                taken[j] = 1
                left -= weight[j]
                value += profit[j]
        value += _best_sum(profit, weight, left, listed[:n_open], value_at, took)
        work += 0.5 * n_open * left
        for at in range(n_open - 1, -1, -1):
            if took[at, left]:
                taken[listed[at]] = 1
                left -= weight[listed[at]]
        least, settled = value, True
        for at in range(n_listed):
            outside = at < first or at >= end
            j = rank[at]
            if outside and most - abs(profit[j] - price * weight[j]) > least + 1e-9:
                settled = False
        if settled:
            break
    return value, price, work


@njit(nogil=True, cache=True)
def climb_capacity(
    cost: FloatArray, weight: IntArray, capacity: IntArray, passes: int
) -> tuple[float, FloatArray]:  # pragma: no cover - compiled
    """Search prices of capacity, none negative; give the bound and them.

    The step aims as far above the best bound as the last gains bear out, so that
    no plan need be known.
    """
    n_agents, n_jobs = cost.shape
    price, best_price, best = np.zeros(n_agents), np.zeros(n_agents), -1e18
    toward, reach, stalled = np.zeros(n_agents), -1.0, 0
    for _ in range(passes):
        value, over = 0.0, -capacity.astype(np.float64)
        for j in range(n_jobs):
            least, at = 1e18, 0
            for i in range(n_agents):
                here = cost[i, j] + price[i] * weight[i, j]
                if here < least and weight[i, j] <= capacity[i]:
                    least, at = here, i
            value += least
            over[at] += weight[at, j]
        value -= (price * capacity).sum()
        if reach < 0.0:
            reach = 0.5 * abs(value) + 1.0
        stalled += 1
        if value > best:
            if value > best + 0.3 * reach:
                reach *= 1.5
            if value > best + 0.05 * reach:
                stalled = 0
            best = value
            best_price[:] = price
        if stalled >= PASSES_BEFORE_A_SHORTER_STEP:
            reach *= 0.6
            price[:] = best_price
            toward[:] = 0.0
            stalled = 0
            if reach < 1e-5 * abs(best):
                break
            continue
        for i in range(n_agents):
            if price[i] <= 0.0 and over[i] < 0.0:
                over[i] = 0.0
            toward[i] = 0.5 * toward[i] + 0.5 * over[i]
        length = (toward * toward).sum()
        if length < 1e-12:
            break
        for i in range(n_agents):
            price[i] = max(0.0, price[i] + (best + reach - value) / length * toward[i])
    return best, best_price


@njit(nogil=True, cache=True)
def climb(
    cost: FloatArray,
    weight: IntArray,
    capacity: IntArray,
    price: FloatArray,
    passes: int,
    reach: float,
    enough: float,
    least: float,
    most_work: float,
    share: FloatArray,
    begun: float,
    memory: float,
) -> tuple[float, FloatArray, float]:  # pragma: no cover - compiled
    """Search job prices (changed in place); give the bound, prices of capacity, and the work.

    `share`, changed in place, is how often a pair was packed: `begun`, 0 or 1,
    tells whether it holds earlier passes, which count `memory` less each pass.

    The step aims `reach` above the best bound: further after a good gain,
    shorter after passes without one. It ends once the bound is `enough`, the
    reach is under `least`, or the work is done.
    """
    n_agents, n_jobs = cost.shape
    best, best_price = -1e18, price.copy()
    packed = np.zeros((n_agents, n_jobs), np.int8)
    of_place, best_of_place = np.zeros(n_agents), np.zeros(n_agents)
    most_room = capacity.max() + 1
    listed, value_at = np.empty(n_jobs, np.int64), np.empty((2, most_room))
    took = np.empty((n_jobs, most_room), np.uint8)
    profit, toward = np.empty(n_jobs), np.zeros(n_jobs)
    stalled, work = 0, 0.0
    for _ in range(passes):
        value = price.sum()
        for i in range(n_agents):
            for j in range(n_jobs):
                profit[j] = price[j] - cost[i, j]
            got, of_place[i], effort = fill(
                profit, weight[i], capacity[i], packed[i], listed, value_at, took
            )
            value -= got
            work += effort
        begun = memory * begun + 1.0 - memory
        for i in range(n_agents):
            for j in range(n_jobs):
                share[i, j] = memory * share[i, j] + (1.0 - memory) * packed[i, j]
        if value > best:
            stalled = 0 if value > best + 0.05 * reach else stalled + 1
            if value > best + 0.3 * reach:
                reach *= 1.5
            best = value
            best_price[:] = price
            best_of_place[:] = of_place
            if best >= enough:
                break
        elif work > most_work:
            break
        else:
            stalled += 1
        if stalled >= PASSES_BEFORE_A_SHORTER_STEP:
            reach *= 0.7
            price[:] = best_price
            toward[:] = 0.0
            stalled = 0
            if reach < least:
                break
            continue
        length = 0.0
        for j in range(n_jobs):
            times = 0
            for i in range(n_agents):
                times += packed[i, j]
            toward[j] = 0.5 * toward[j] + 0.5 * (1 - times)
            length += toward[j] * toward[j]
        if length < 1e-12:
            break
        step = (best + reach - value) / length
        for j in range(n_jobs):
            price[j] += step * toward[j]
    price[:] = best_price
    if begun > 0.0:
        share /= begun
    return best, best_of_place, work
