"""The exact choice over what prices leave open, by HiGHS.

Q. Huangfu & J. A. J. Hall (2018), *Mathematical Programming Computation* 10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from models.placement.problem import IntArray
from models.placement.siting.relaxation import CLOSED, OPEN, Facilities

MOST_NODES = 50_000
"""Nodes of one exact step, after which it answers with what it has."""

_LONGEST = 1e7
"""Seconds that HiGHS is given where no clock is set."""

_PROVEN, _INFEASIBLE = 0, 2
"""Status that SciPy gives where the choice is proven best, and where there is none."""


@dataclass(frozen=True, slots=True)
class Core:
    """Answer of the exact step.

    Attributes
    ----------
    facility : ndarray of int64, shape (n,), or None
        A plan, where one was found that is good enough.
    bound : float
        Nothing in the core costs less.
    settled : bool
        Whether nothing better is left in the core.
    """

    facility: IntArray | None
    bound: float
    settled: bool


def solve_core(given: Facilities, *, enough: float, seconds: float) -> Core:
    """Choose among the pairs that are still allowed.

    Parameters
    ----------
    given : Facilities
    enough : float
        Plans that cost this much or more are of no interest; may be infinite.
    seconds : float
        Only caps.
    """
    demand, capacity, status = given.demand, given.capacity, given.status
    m, n = given.cost.shape
    facility, customer = np.nonzero(given.allowed & (status != CLOSED)[:, None])
    pairs = facility.size
    pair = np.arange(pairs)
    costs = np.concatenate([given.cost[facility, customer], given.open_cost])
    ones = np.ones(pairs)
    served = sparse.csr_array((ones, (customer, pair)), shape=(n, pairs + m))
    load = sparse.csr_array(
        (
            np.concatenate([demand[customer], -capacity]),
            (np.concatenate([facility, np.arange(m)]), np.arange(pairs + m)),
        ),
        shape=(m, pairs + m),
    )
    # Pair by pair, nobody is served by a closed facility: far tighter than the loads alone.
    forced = sparse.csr_array(
        (
            np.concatenate([ones, -ones]),
            (np.concatenate([pair, pair]), np.concatenate([pair, pairs + facility])),
        ),
        shape=(pairs, pairs + m),
    )
    limits = [
        LinearConstraint(served, 1.0, 1.0),
        LinearConstraint(load, -np.inf, 0.0),
        LinearConstraint(forced, -np.inf, 0.0),
    ]
    if math.isfinite(enough):
        limits.append(LinearConstraint(sparse.csr_array(costs[None]), -np.inf, enough))
    least = np.concatenate([np.zeros(pairs), status == OPEN])
    most = np.concatenate([ones, status != CLOSED])
    found = milp(
        costs,
        constraints=limits,
        integrality=np.ones(pairs + m),
        bounds=Bounds(least, most),
        options={
            "time_limit": min(max(seconds, 0.01), _LONGEST),
            "node_limit": MOST_NODES,
            "mip_rel_gap": 0.0,
        },
    )
    settled = found.status in (_PROVEN, _INFEASIBLE)
    bound = -math.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.x is None:
        return Core(None, bound, settled)
    chosen = found.x[:pairs] > 0.5
    plan = np.empty(n, dtype=np.int64)
    plan[customer[chosen]] = facility[chosen]
    return Core(plan, bound, settled)
