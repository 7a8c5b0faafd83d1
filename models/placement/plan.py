"""A plan over listed columns: who lives where, what it costs, what it keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.problem import UNPLACED, BoolArray, FloatArray, IntArray
from models.placement.restricted import Restricted
from models.placement.runs import rows_of_runs

NO_COLUMN = -1
"""Column of a child without a home."""

_ROUNDING = 1e-6
"""Share of a side row's largest coefficient that adding up may lose."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Columns chosen, and the children left without a home.

    Attributes
    ----------
    column : ndarray of int64, rising
        Each child is in one of them at most.
    unplaced : ndarray of int64, rising
        Children who are in none.
    """

    column: IntArray
    unplaced: IntArray

    @classmethod
    def of_children(cls, column_of: IntArray) -> Plan:
        """Give the plan in which each child is in its column, or in `NO_COLUMN`."""
        used = np.unique(column_of)
        return cls(used[used != NO_COLUMN], np.flatnonzero(column_of == NO_COLUMN))


def column_of_children(restricted: Restricted, plan: Plan) -> IntArray:
    """Give the column each child is in, `NO_COLUMN` for none, shape (n_children,)."""
    columns, column = restricted.columns, np.asarray(plan.column)
    group = np.searchsorted(columns.begin, column, side="right") - 1
    column_of = np.full(restricted.n_children, NO_COLUMN, dtype=np.int64)
    for place in range(int(restricted.group_size.max(initial=0))):
        has = (columns.members[column] >> place & 1) == 1
        column_of[restricted.first_child[group[has]] + place] = column[has]
    return column_of


def home_of(restricted: Restricted, plan: Plan) -> IntArray:
    """Give the home of each child, `UNPLACED` for none, shape (n_children,)."""
    column_of = column_of_children(restricted, plan)
    home = np.full(restricted.n_children, UNPLACED, dtype=np.int64)
    placed = np.flatnonzero(column_of != NO_COLUMN)
    home[placed] = restricted.columns.home[column_of[placed]]
    return home


def plan_of_homes(restricted: Restricted, home: IntArray) -> Plan | None:
    """Find the columns of a plan that is given as homes.

    Parameters
    ----------
    restricted : Restricted
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.

    Returns
    -------
    Plan or None
        None where a bundle of the plan is not among the columns.
    """
    columns = restricted.columns
    group_of_child = restricted.group_of_child
    place = np.arange(restricted.n_children) - restricted.first_child[group_of_child]
    placed = np.flatnonzero(home != UNPLACED)
    key = group_of_child[placed] * restricted.n_homes + home[placed]
    where, inverse = np.unique(key, return_inverse=True)
    bits = np.left_shift(1, place[placed]).astype(np.float64)
    together = np.bincount(inverse, weights=bits, minlength=where.size).astype(np.int64)
    if not where.size:
        return Plan(where, np.arange(restricted.n_children))
    listed = columns.group * restricted.n_homes + columns.home
    at = np.minimum(np.searchsorted(where, listed), where.size - 1)
    used = np.flatnonzero((where[at] == listed) & (together[at] == columns.members))
    if used.size != where.size:
        return None
    return Plan(used, np.flatnonzero(home == UNPLACED))


def plan_cost(restricted: Restricted, plan: Plan) -> float:
    """Give the hundredths of a point of a plan."""
    return float(
        restricted.columns.cost[plan.column].sum() + restricted.unplaced_cost[plan.unplaced].sum()
    )


def places_used(restricted: Restricted, plan: Plan) -> IntArray:
    """Give the places that a plan takes in each home, shape (n_homes,)."""
    columns = restricted.columns
    return np.asarray(
        np.bincount(
            columns.home[plan.column],
            weights=columns.places[plan.column],
            minlength=restricted.n_homes,
        ),
        dtype=np.int64,
    )


def side_use(restricted: Restricted, plan: Plan) -> FloatArray:
    """Give what a plan uses of each side row, shape (n_rows,)."""
    sides = restricted.sides
    if sides is None:
        return np.zeros(0)
    entry = rows_of_runs(sides.begin[plan.column], np.diff(sides.begin)[plan.column])
    used = np.bincount(sides.row[entry], weights=sides.coefficient[entry], minlength=sides.n_rows)
    return np.asarray(used + sides.unplaced[:, plan.unplaced].sum(axis=1))


def keeps_rows(restricted: Restricted, plan: Plan) -> bool:
    """Say whether a plan keeps places, pairs apart and hard side rows."""
    if (places_used(restricted, plan) > restricted.capacity).any():
        return False
    home = home_of(restricted, plan)
    one, other = restricted.apart.reshape(-1, 2).T
    if ((home[one] == home[other]) & (home[one] != UNPLACED)).any():
        return False
    return keeps_sides(restricted, plan)


def keeps_sides(restricted: Restricted, plan: Plan) -> bool:
    """Say whether a plan keeps the side rows that are hard."""
    sides = restricted.sides
    if sides is None:
        return True
    over = side_use(restricted, plan) - sides.limit
    hard: BoolArray = np.isinf(sides.most)
    return not bool((hard & (over > _ROUNDING * sides.scale)).any())


def missed_cost(restricted: Restricted, plan: Plan) -> float:
    """Give the hundredths of a point for missing side rows that are not hard."""
    sides = restricted.sides
    if sides is None:
        return 0.0
    over = np.maximum(side_use(restricted, plan) - sides.limit, 0.0)
    soft = np.isfinite(sides.most)
    return float((over[soft] * sides.most[soft]).sum())
