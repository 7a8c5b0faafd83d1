"""Rule pairs out by what they would cost, and solve exactly what is left.

At the jobs' prices a pair of job and agent is forced into that agent's knapsack,
and out of all others: where the bound then passes the best plan, no better plan
has the pair (Posta, Ferland & Michelon 2012). The few that remain go to a
mixed-integer solver.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from models.placement.assignment.problem import Assignment
from models.placement.problem import BoolArray, FloatArray, IntArray


@njit(nogil=True, cache=True)
def forced(
    cost: FloatArray, weight: IntArray, capacity: IntArray, price: FloatArray
) -> tuple[FloatArray, FloatArray]:  # pragma: no cover - compiled
    """Give what the bound gains where a pair is forced in, and where it is forced out."""
    n_agents, n_jobs = cost.shape
    taken_in, left_out = np.full((n_agents, n_jobs), np.inf), np.zeros((n_agents, n_jobs))
    listed, position = np.empty(n_jobs, np.int64), np.empty(n_jobs, np.int64)
    for i in range(n_agents):
        n_listed, room = 0, capacity[i]
        for j in range(n_jobs):
            position[j] = -1
            if price[j] > cost[i, j] and weight[i, j] <= room:
                position[j] = n_listed
                listed[n_listed] = j
                n_listed += 1
        before, after = np.zeros((n_listed + 1, room + 1)), np.zeros((n_listed + 1, room + 1))
        for at in range(n_listed):
            j, back = listed[at], listed[n_listed - 1 - at]
            gain, w = price[j] - cost[i, j], weight[i, j]
            before[at + 1] = before[at]
            for y in range(w, room + 1):
                before[at + 1, y] = max(before[at, y], before[at, y - w] + gain)
            gain, w, last = price[back] - cost[i, back], weight[i, back], n_listed - at
            after[last - 1] = after[last]
            for y in range(w, room + 1):
                after[last - 1, y] = max(after[last, y], after[last, y - w] + gain)
        best = before[n_listed, room]
        for j in range(n_jobs):
            gain, spare = price[j] - cost[i, j], room - weight[i, j]
            if spare < 0:
                continue
            at = position[j]
            if at < 0:
                taken_in[i, j] = best - before[n_listed, spare] - gain
                continue
            inside, outside = -1e18, -1e18
            for y in range(room + 1):
                outside = max(outside, before[at, y] + after[at + 1, room - y])
            for y in range(spare + 1):
                inside = max(inside, before[at, y] + after[at + 1, spare - y])
            taken_in[i, j] = best - inside - gain
            left_out[i, j] = best - outside
    return taken_in, left_out


def undecided(problem: Assignment, price: FloatArray, *, bound: float, value: float) -> BoolArray:
    """Tell which pairs a plan better than `value` may hold, shape (n_agents, n_jobs)."""
    cost = problem.cost.astype(np.float64)
    taken_in, left_out = forced(cost, problem.weight, problem.capacity, price)
    extra: FloatArray = taken_in + left_out.sum(axis=0) - left_out
    open_pairs: BoolArray = bound + extra <= value - 1 + 1e-6
    return open_pairs


def settle(
    problem: Assignment, pairs: BoolArray, *, value: float, nodes: int, seconds: float
) -> tuple[IntArray | None, bool, float]:
    """Look for a plan below `value` over some of the pairs.

    Parameters
    ----------
    problem : Assignment
    pairs : ndarray of bool, shape (n_agents, n_jobs)
    value : float
        Cost of the best plan known, a whole number; infinite where none is.
    nodes : int
        Most nodes of the search tree.
    seconds : float
        Most seconds.

    Returns
    -------
    tuple
        The agents of a better plan or None; whether the search ended by itself,
        so that no plan over these pairs is better still; and the solver's bound.
    """
    if not pairs.any(axis=0).all():
        return None, True, np.inf
    job, agent = np.nonzero(pairs.T)
    cost = problem.cost[agent, job].astype(np.float64)
    column = np.arange(job.size)
    once = csr_array((np.ones(job.size), (job, column)), shape=(problem.n_jobs, job.size))
    fits = csr_array(
        (problem.weight[agent, job].astype(np.float64), (agent, column)),
        shape=(problem.n_agents, job.size),
    )
    answer = milp(
        cost,
        integrality=np.ones(job.size),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once, 1, 1),
            LinearConstraint(fits, -np.inf, problem.capacity),
        ],
        options={"node_limit": nodes, "time_limit": seconds, "mip_rel_gap": 0.0},
    )
    ended = answer.status in (0, 2)
    dual = answer.mip_dual_bound
    below = np.inf if answer.status == 2 else -np.inf if dual is None else float(dual)
    if answer.x is None:
        return None, ended, below
    chosen = np.flatnonzero(answer.x > 0.5)
    found = np.full(problem.n_jobs, -1)
    found[job[chosen]] = agent[chosen]
    better = problem.keeps(found) and problem.value(found) < value
    return (found if better else None), ended, below
