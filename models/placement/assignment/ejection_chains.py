"""Better a plan by ejection chains: a job out, another into its place, and so on.

Capacity may be broken on the way, at a penalty that rises while a plan breaks it
and falls while it does not (Yagiura, Ibaraki & Glover 2004). Where a job may go
and who may follow are lists of the pairs that the prices leave in play.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.problem import FloatArray, IntArray

LONGEST_CHAIN = 8


@njit(nogil=True, cache=True)
def _more(before: float, change: float) -> float:  # pragma: no cover - compiled
    """Excess gained where the load less the capacity is `before` and changes."""
    return max(0.0, before + change) - max(0.0, before)


@njit(nogil=True, cache=True)
def descend(
    cost: FloatArray,
    weight: FloatArray,
    capacity: FloatArray,
    reduced: FloatArray,
    near: IntArray,
    fitting: IntArray,
    penalty: FloatArray,
    agent: IntArray,
    best_agent: IntArray,
    best: float,
    order: IntArray,
) -> tuple[float, float, float, float]:  # pragma: no cover - compiled
    """Move jobs until no chain helps; give best value, the plan's cost and excess, and work.

    `agent` is changed in place; `best_agent` holds the best plan met that keeps
    every capacity, `best` its value.
    """
    n_agents, n_jobs = cost.shape
    over, total, excess, work = -capacity, 0.0, 0.0, 0.0
    for j in range(n_jobs):
        over[agent[j]] += weight[agent[j], j]
        total += cost[agent[j], j]
    for i in range(n_agents):
        excess += max(0.0, over[i])
    if excess < 1e-9 and total < best - 1e-9:
        best = total
        best_agent[:] = agent
    touched, mark = np.zeros(n_jobs, np.int64), 0
    job, source = np.empty(LONGEST_CHAIN, np.int64), np.empty(LONGEST_CHAIN, np.int64)
    idle, at = 0, 0
    while idle < n_jobs:
        first = order[at]
        at = (at + 1) % n_jobs
        idle += 1
        mark += 1
        touched[first] = mark
        home = agent[first]
        change_excess = _more(over[home], -weight[home, first])
        change = -cost[home, first] + penalty[home] * change_excess
        over[home] -= weight[home, first]
        gain, steps, last = -1e-9, -1, -1
        hole, length = home, 0
        while True:
            # Let the first job end wherever it is cheapest.
            for i in near[first]:
                if length == 0 and i == home:
                    continue
                new = change + cost[i, first] + penalty[i] * _more(over[i], weight[i, first])
                if new < gain:
                    gain, steps, last = new, length, i
            work += 3 * near.shape[1]
            if steps == length or length == LONGEST_CHAIN:
                break
            work += 5 * fitting.shape[1]
            chosen, least = -1, 1e18
            for j in fitting[hole]:
                s = agent[j]
                if touched[j] == mark or s == hole:
                    continue
                into = penalty[hole] * _more(over[hole], weight[hole, j])
                key = reduced[hole, j] - reduced[s, j] + into
                if key < least:
                    chosen, least = j, key
                left = over[s] - weight[s, j]
                new = (
                    change
                    + cost[hole, j]
                    - cost[s, j]
                    + into
                    + penalty[s] * (max(0.0, left) - max(0.0, over[s]))
                    + cost[s, first]
                    + penalty[s] * _more(left, weight[s, first])
                )
                if new < gain:
                    gain, steps, last = new, length + 1, s
                    job[length], source[length] = j, s
            if steps == length + 1 or chosen < 0:
                break
            s = agent[chosen]
            change += cost[hole, chosen] - cost[s, chosen]
            change += penalty[hole] * _more(over[hole], weight[hole, chosen])
            change += penalty[s] * _more(over[s], -weight[s, chosen])
            over[hole] += weight[hole, chosen]
            over[s] -= weight[s, chosen]
            touched[chosen] = mark
            job[length], source[length] = chosen, s
            hole = s
            length += 1
        for back in range(length - 1, -1, -1):
            into_agent = home if back == 0 else source[back - 1]
            over[into_agent] -= weight[into_agent, job[back]]
            over[source[back]] += weight[source[back], job[back]]
        over[home] += weight[home, first]
        if steps < 0:
            continue
        idle = 0
        for step in range(steps + 1):
            # The last step brings the first job to rest.
            j = first if step == steps else job[step]
            i = last if step == steps else (home if step == 0 else source[step - 1])
            total += cost[i, j] - cost[agent[j], j]
            over[agent[j]] -= weight[agent[j], j]
            over[i] += weight[i, j]
            agent[j] = i
        excess = 0.0
        for i in range(n_agents):
            excess += max(0.0, over[i])
        if excess < 1e-9 and total < best - 1e-9:
            best = total
            best_agent[:] = agent
    return best, total, excess, work


@njit(nogil=True, cache=True)
def wander(
    cost: FloatArray,
    weight: FloatArray,
    capacity: FloatArray,
    reduced: FloatArray,
    near: IntArray,
    fitting: IntArray,
    penalty: FloatArray,
    agent: IntArray,
    best_agent: IntArray,
    best: float,
    kicked: IntArray,
    where: IntArray,
    order: IntArray,
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Descend, move some jobs by chance, and descend again; give the best value met and the work.

    `kicked` and `where`, shape (n_rounds, n_kicks), say which jobs move and to
    which of their near agents. All else is as in `descend`.
    """
    present, present_value, work = agent.copy(), 1e18, 0.0
    for turn in range(kicked.shape[0]):
        best, total, excess, effort = descend(
            cost,
            weight,
            capacity,
            reduced,
            near,
            fitting,
            penalty,
            agent,
            best_agent,
            best,
            order,
        )
        work += effort
        load = -capacity
        for j in range(agent.size):
            load[agent[j]] += weight[agent[j], j]
        value = total
        for i in range(capacity.size):
            value += penalty[i] * max(0.0, load[i])
        for i in range(capacity.size):
            if excess < 1e-9:
                penalty[i] *= 0.95
            elif load[i] > 0:
                penalty[i] *= 1.1
        if value <= present_value + 0.5:
            present_value = value
            present[:] = agent
        else:
            present_value += 0.1 * (value - present_value)
        agent[:] = present
        for kick in range(kicked.shape[1]):
            agent[kicked[turn, kick]] = near[kicked[turn, kick], where[turn, kick]]
    return best, work
