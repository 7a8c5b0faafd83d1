"""Settle jobs as the knapsacks agree on them, and price again what is left.

A dive begins with no job settled and aims at a cost to beat. Each time it settles
the jobs that the last passes packed most often with one agent, and prices the rest
again in the room left. Where the bound passes the aim, or a job fits nowhere, some
settled jobs are set free, and the dive goes on from there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.assignment.packing import climb
from models.placement.problem import FloatArray, IntArray

MEMORY = 0.9
"""Weight of earlier passes in how often a pair was packed: some ten count."""
REACH, REACH_A_JOB, LEAST_REACH = 0.5, 0.05, 1e-3
"""How far the pricing within a dive aims at first, at least and a job left, and at last."""


@njit(nogil=True, cache=True)
def dive(
    cost: FloatArray,
    weight: IntArray,
    room: IntArray,
    price: FloatArray,
    packed: FloatArray,
    agent: IntArray,
    aim: float,
    batch: float,
    first_passes: int,
    passes: int,
    tries: int,
    loosened: float,
    noise: float,
    certain: float,
    rng: np.random.Generator,
) -> tuple[bool, float]:  # pragma: no cover - compiled
    """Give every job an agent at a cost of `aim` or less; tell whether it could, and the work.

    `agent` and `room` are changed in place; a job without room keeps the agent it
    has. `packed` tells how often the pairs were packed so far. `batch` is the share
    of the jobs left that are settled at a time, but beside the first only those
    packed as often as is `certain`; `loosened` is about the share that is set free,
    at most `tries` times; `noise` varies the order.
    """
    n_agents, n_jobs = cost.shape
    present, waiting = price.copy(), np.ones(n_jobs, np.bool_)
    kept = packed.copy()
    settled, looked, work = 0.0, first_passes, 0.0
    while waiting.any():
        left = np.flatnonzero(waiting)
        sub_cost = np.empty((n_agents, left.size))
        sub_weight = np.empty((n_agents, left.size), np.int64)
        share = np.empty((n_agents, left.size))
        for i in range(n_agents):
            for at in range(left.size):
                sub_cost[i, at] = cost[i, left[at]]
                sub_weight[i, at] = weight[i, left[at]]
                share[i, at] = kept[i, left[at]]
        sub_price = present[left]
        bound, _, effort = climb(
            sub_cost,
            sub_weight,
            room,
            sub_price,
            looked,
            max(REACH, REACH_A_JOB * left.size),
            aim - settled + 1e-6,
            LEAST_REACH,
            np.inf,
            share,
            1.0,
            MEMORY,
        )
        work += effort
        looked = passes
        hopeless = bound + settled > aim + 1e-6
        where, sure = np.empty(left.size, np.int64), np.empty(left.size)
        for at in range(left.size):
            present[left[at]] = sub_price[at]
            sure[at], where[at] = -1.0, -1
            for i in range(n_agents):
                kept[i, left[at]] = share[i, at]
                if sub_weight[i, at] <= room[i] and share[i, at] > sure[at]:
                    sure[at], where[at] = share[i, at], i
            if where[at] < 0:
                hopeless = True
            sure[at] += noise * rng.random()
        if hopeless:
            if tries <= 0:
                return False, work
            tries -= 1
            looked = first_passes
            for j in range(n_jobs):
                if not waiting[j] and rng.random() < loosened:
                    waiting[j] = True
                    room[agent[j]] += weight[agent[j], j]
                    settled -= cost[agent[j], j]
                if waiting[j]:
                    present[j] = price[j]
                    kept[:, j] = packed[:, j]
            continue
        rank = np.argsort(-sure)
        most, done = max(1, int(batch * left.size)), 0
        for at in rank:
            if done >= most or (done > 0 and sure[at] < certain):
                break
            i, j = where[at], left[at]
            if weight[i, j] > room[i]:
                continue
            agent[j] = i
            room[i] -= weight[i, j]
            settled += cost[i, j]
            waiting[j] = False
            done += 1
    return True, work
