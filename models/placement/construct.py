"""A plan from prices: groups take bundles, largest first; single children by exact flow."""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.choice import (
    WAITING,
    Choices,
    choices_of,
    take_cheapest,
    value_at,
    work_arrays,
)
from models.placement.flow import flow_of_pairs
from models.placement.plan import NO_COLUMN, Plan
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Prices, Restricted
from models.placement.runs import rows_of_runs


def plan_from_prices(restricted: Restricted, prices: Prices) -> Plan:
    """Give a plan that keeps places and pairs apart; side rows may be broken.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices
        Prices of side rows are added to the costs; those of homes steer the
        groups, and the flow of single children finds its own.

    Returns
    -------
    Plan
    """
    first = placed_one_by_one(restricted)
    column_of = np.full(restricted.n_children, NO_COLUMN, dtype=np.int64)
    free = restricted.capacity.astype(np.int64)
    _groups_by_price(restricted, prices, first, column_of, free)
    singles_by_flow(restricted, prices, ~first, column_of, free)
    return Plan.of_children(column_of)


def placed_one_by_one(restricted: Restricted) -> BoolArray:
    """Mark groups that a flow cannot place, shape (n_groups,).

    Brothers and sisters, children who take more than one place, and children
    who may not share a home with another.
    """
    special = np.asarray(restricted.group_size > 1)
    columns = restricted.columns
    wide = np.flatnonzero(columns.places > 1)
    special[np.searchsorted(columns.begin, wide, side="right") - 1] = True
    return special | restricted.kept_apart


def _groups_by_price(
    restricted: Restricted,
    prices: Prices,
    first: BoolArray,
    column_of: IntArray,
    free: IntArray,
) -> None:
    """Place the groups that are marked, the largest first, each as the places left allow."""
    if not first.any():
        return
    order = np.flatnonzero(first)
    order = order[np.argsort(-restricted.group_size[order], kind="stable")]
    choices = choices_of(restricted, prices, groups=first | restricted.kept_apart)
    choice_of = choices_of_columns(choices, column_of)
    mine = first[restricted.group_of_child]
    choice_of[mine] = WAITING
    _take_in_order(choices, np.asarray(order, dtype=np.int64), free, choice_of)
    placed = np.flatnonzero(mine & (choice_of >= 0))
    column_of[mine] = NO_COLUMN
    column_of[placed] = choices.column[choice_of[placed]]


def choices_of_columns(choices: Choices, column_of: IntArray) -> IntArray:
    """Translate columns into choices; children whose column is no choice have none."""
    known = np.sort(choices.column)
    rank = np.argsort(choices.column, kind="stable")
    choice_of = np.full(column_of.size, NO_COLUMN, dtype=np.int64)
    if known.size:
        at = np.minimum(np.searchsorted(known, column_of), known.size - 1)
        found = known[at] == column_of
        choice_of[found] = rank[at[found]]
    return choice_of


@njit(nogil=True, cache=True)
def _take_in_order(
    choices: Choices, order: IntArray, free: IntArray, choice_of: IntArray
) -> None:  # pragma: no cover - compiled
    work, state = work_arrays(), np.ones(1, np.uint64)
    for group in order:
        take_cheapest(choices, group, free, choice_of, 0.0, state, work)


def singles_by_flow(
    restricted: Restricted,
    prices: Prices,
    singles: BoolArray,
    column_of: IntArray,
    free: IntArray,
) -> None:
    """Place single children exactly, all others staying where they are.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices
        Those of side rows are added to the costs.
    singles : ndarray of bool, shape (n_groups,)
        Groups of one child who takes one place and may share with anybody.
    column_of : ndarray of int64, shape (n_children,)
        Written for these children.
    free : ndarray of int64, shape (n_homes,)
        Places left for them; lowered by what they take.
    """
    columns, groups = restricted.columns, np.flatnonzero(singles)
    if not groups.size:
        return
    kids = restricted.first_child[groups]
    count = columns.begin[groups + 1] - columns.begin[groups]
    arc = rows_of_runs(columns.begin[groups], count)
    kid = np.repeat(np.arange(kids.size), count)
    open_ = free[columns.home[arc]] > 0
    arc, kid = arc[open_], kid[open_]
    value, without = _cost_and_sides(restricted, prices)
    home = columns.home[arc].astype(np.int64)
    used = flow_of_pairs(
        kid, home, np.rint(value[arc]), np.rint(without[kids]), np.maximum(free, 0)
    )
    column_of[kids] = NO_COLUMN
    column_of[kids[kid[used]]] = arc[used]
    np.subtract.at(free, home[used], 1)


def _cost_and_sides(restricted: Restricted, prices: Prices) -> tuple[FloatArray, FloatArray]:
    if restricted.sides is None or not prices.side.any():
        return restricted.columns.cost, restricted.unplaced_cost
    no_price = Prices(np.zeros_like(prices.home), prices.side)
    return value_at(restricted, no_price)
