"""The exact step by branch and bound of HiGHS: better where limits on the whole plan hold.

A budget or a share makes a knapsack of the whole region. Cuts and a linear
relaxation handle that in a second where clause learning takes minutes.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from models.placement.exact import Chosen, Kept
from models.placement.problem import HUNDREDTHS, BoolArray, FloatArray, IntArray
from models.placement.restricted import Restricted

NODES_PER_UNIT = 1_000
"""Branching nodes that count as one unit of effort."""

_OUT_OF_TIME = 1
"""Status that SciPy gives where the clock ended the search; the node limit has another."""


def choose_within_limits(
    restricted: Restricted,
    *,
    keep: IntArray,
    keep_unplaced: BoolArray,
    effort: float,
    seconds: float = math.inf,
) -> Chosen:
    """Find the best plan over some of the columns.

    Parameters
    ----------
    restricted : Restricted
        Side rows that may be missed cost their highest price for each unit.
    keep : ndarray of int
        Columns that may be used.
    keep_unplaced : ndarray of bool, shape (n_children,)
        Children who may stay without a home.
    effort : float
        Limit in units of `NODES_PER_UNIT` nodes.
    seconds : float
        Limit of the clock, which only caps.

    Returns
    -------
    Chosen
    """
    kept = Kept(restricted, np.unique(keep), np.flatnonzero(keep_unplaced))
    n_rows, limit, penalty = _side_limits(restricted)
    soft = np.flatnonzero(np.isfinite(penalty))
    cost = np.concatenate([kept.cost, penalty[soft]]) / HUNDREDTHS
    whole = np.concatenate([np.ones(kept.cost.size), np.zeros(soft.size)])
    options: dict[str, float] = {"mip_rel_gap": 0.0, "node_limit": round(NODES_PER_UNIT * effort)}
    if math.isfinite(seconds):
        options["time_limit"] = max(seconds, 0.01)
    constraints = [
        LinearConstraint(_child_rows(kept, cost.size), 1.0, 1.0),
        LinearConstraint(_place_rows(kept, cost.size), -np.inf, restricted.capacity),
    ]
    if len(restricted.apart):
        constraints.append(LinearConstraint(_pair_rows(kept, cost.size), -np.inf, 1.0))
    if n_rows:
        rows = _side_rows(kept, soft, n_rows)
        constraints.append(LinearConstraint(rows, -np.inf, limit))
    found = milp(
        cost,
        constraints=constraints,
        bounds=Bounds(0, np.where(whole == 1, 1.0, np.inf)),
        integrality=whole,
        options=options,
    )
    bound = -math.inf if found.mip_dual_bound is None else HUNDREDTHS * float(found.mip_dual_bound)
    return Chosen(
        plan=None if found.x is None else kept.plan_of(found.x[: kept.cost.size] > 0.5),
        bound=math.floor(max(bound, -1e15)),
        proven=found.status == 0,
        out_of_time=math.isfinite(seconds) and found.status == _OUT_OF_TIME,
    )


def _side_limits(restricted: Restricted) -> tuple[int, FloatArray, FloatArray]:
    """Give the number of side rows, their limits by scale, and what each scale missed costs."""
    sides = restricted.sides
    if sides is None:
        return 0, np.zeros(0), np.zeros(0)
    return sides.n_rows, sides.limit / sides.scale, sides.most * sides.scale


def _child_rows(kept: Kept, size: int) -> csr_matrix:
    child, row = kept.of_children()
    return csr_matrix((np.ones(row.size), (child, row)), shape=(kept.restricted.n_children, size))


def _place_rows(kept: Kept, size: int) -> csr_matrix:
    columns = kept.restricted.columns
    at = (columns.home[kept.column], np.arange(kept.column.size))
    taken = columns.places[kept.column].astype(float)
    return csr_matrix((taken, at), shape=(kept.restricted.n_homes, size))


def _pair_rows(kept: Kept, size: int) -> csr_matrix:
    pair, row = kept.of_pairs()
    number, pair_row = np.unique(pair, return_inverse=True)
    shape = (max(1, number.size), size)
    return csr_matrix((np.ones(row.size), (pair_row, row)), shape=shape)


def _side_rows(kept: Kept, soft: IntArray, n_rows: int) -> csr_matrix:
    """State each side row in units of its scale, less what is missed of it."""
    sides = kept.restricted.sides
    scale = np.ones(n_rows) if sides is None else sides.scale
    missed = np.zeros((n_rows, soft.size))
    missed[soft, np.arange(soft.size)] = -1.0
    return csr_matrix(np.hstack([kept.of_sides() / scale[:, None], missed]))
