"""The exact step where limits on the whole plan hold: branch and bound by HiGHS.

A budget or a share makes a knapsack of the whole region. Cuts and a linear
relaxation handle that in a second where clause learning takes minutes.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from models.placement.bundles import homes_of
from models.placement.prices import GroupProblems
from models.placement.problem import HUNDREDTHS, BoolArray, IntArray

NODES_PER_UNIT = 1_000
"""Branching nodes that count as one unit of effort."""

_OUT_OF_TIME = 1
"""Status that SciPy gives where the clock ended the search; the node limit has another."""


def best_within_limits(
    groups: GroupProblems,
    *,
    keep: IntArray,
    keep_unplaced: BoolArray,
    effort: float,
    seconds: float,
) -> tuple[IntArray | None, float, bool]:
    """Find the best plan over some of the bundles.

    Parameters
    ----------
    groups : GroupProblems
    keep : ndarray of int
        Bundles that may be used.
    keep_unplaced : ndarray of bool, shape (n_children,)
        Children who may stay without a home.
    effort : float
        Limit in units of `NODES_PER_UNIT` nodes.
    seconds : float
        Limit of the clock, which only caps.

    Returns
    -------
    tuple of ndarray or None, float, bool
        The plan; hundredths that no plan over these bundles is below; and
        whether the clock ended it.
    """
    problem, bundles = groups.problem, groups.bundles
    kids = np.flatnonzero(keep_unplaced)
    cost = np.r_[groups.cost[keep], groups.unplaced_cost[kids]] / HUNDREDTHS
    options: dict[str, float] = {"mip_rel_gap": 0.0, "node_limit": round(NODES_PER_UNIT * effort)}
    if math.isfinite(seconds):
        options["time_limit"] = max(seconds, 0.01)
    found = milp(
        cost,
        constraints=[
            LinearConstraint(_child_rows(groups, keep, kids), 1.0, 1.0),
            LinearConstraint(_place_rows(groups, keep, kids), -np.inf, problem.homes.places),
            LinearConstraint(*_apart_rows(groups, keep, kids)),
            LinearConstraint(*_limit_rows(groups, keep, kids)),
        ],
        bounds=Bounds(0, 1),
        integrality=np.ones(cost.size),
        options=options,
    )
    bound = -math.inf if found.mip_dual_bound is None else HUNDREDTHS * float(found.mip_dual_bound)
    cut = math.isfinite(seconds) and found.status == _OUT_OF_TIME
    if found.x is None:
        return None, bound, cut
    return homes_of(problem, bundles, keep[found.x[: keep.size] > 0.5]), bound, cut


def _child_rows(groups: GroupProblems, keep: IntArray, kids: IntArray) -> csr_matrix:
    problem, bundles = groups.problem, groups.bundles
    rows, columns = [kids], [keep.size + np.arange(kids.size)]
    for j in range(int(problem.group_size.max(initial=0))):
        has = np.flatnonzero(bundles.members[keep] >> j & 1)
        rows.append(problem.first_child[bundles.group[keep[has]]] + j)
        columns.append(has)
    at = (np.concatenate(rows), np.concatenate(columns))
    shape = (problem.n_children, keep.size + kids.size)
    return csr_matrix((np.ones(at[0].size), at), shape=shape)


def _place_rows(groups: GroupProblems, keep: IntArray, kids: IntArray) -> csr_matrix:
    at = (groups.bundles.home[keep], np.arange(keep.size))
    taken = groups.bundles.places[keep].astype(float)
    return csr_matrix((taken, at), shape=(groups.problem.n_homes, keep.size + kids.size))


def _apart_rows(
    groups: GroupProblems, keep: IntArray, kids: IntArray
) -> tuple[csr_matrix, float, float]:
    """At most one of two children who must not share, in each home."""
    problem, bundles = groups.problem, groups.bundles
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    for pair, two in enumerate(problem.apart.tolist()):
        for child in two:
            bit = int(problem.place_in_group[child])
            mine = bundles.group[keep] == problem.children.group[child]
            has = np.flatnonzero(mine & (bundles.members[keep] >> bit & 1 == 1))
            rows.append(pair * problem.n_homes + bundles.home[keep[has]])
            columns.append(has)
    shape = (max(1, len(problem.apart) * problem.n_homes), keep.size + kids.size)
    if not rows:
        return csr_matrix(shape), -np.inf, 1.0
    at = (np.concatenate(rows), np.concatenate(columns))
    return csr_matrix((np.ones(at[0].size), at), shape=shape), -np.inf, 1.0


def _limit_rows(
    groups: GroupProblems, keep: IntArray, kids: IntArray
) -> tuple[csr_matrix, float, np.ndarray]:
    scale = groups.row_scale[:, None]
    rows = np.hstack([groups.row_of_bundle[:, keep], groups.row_of_unplaced[:, kids]])
    return csr_matrix(rows / scale), -np.inf, groups.limit / groups.row_scale
