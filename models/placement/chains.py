"""What one more place in each home would save, given a plan: chains of single children.

A place more lets some child come from a home that is worse for it; the place
left behind lets another child come, and so on, until someone without a home
has one. The best chain is the shadow price of the place in the exact flow of
single children, all groups staying where they are: prices of the right size at
once, also where places are so short that prices reach what a missing home costs.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.construct import placed_one_by_one
from models.placement.plan import NO_COLUMN, Plan, column_of_children, places_used
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Prices, Restricted

SWEEPS = 500
"""Moves in a chain, at most; longer ones gain next to nothing."""


def prices_of_chains(restricted: Restricted, plan: Plan, *, side: FloatArray) -> Prices:
    """Give the value of one more place in each home as prices.

    Parameters
    ----------
    restricted : Restricted
    plan : Plan
        Its single children placed at the least cost, as
        `models.placement.construct.plan_from_prices` leaves them.
    side : ndarray of float64, shape (n_rows,)
        Prices of side rows, which stay.

    Returns
    -------
    Prices
        Whole hundredths of a point a place; pairs and threes of places cost no more.
    """
    column_of = column_of_children(restricted, plan)
    value = np.zeros(restricted.n_homes)
    spare = places_used(restricted, plan) < restricted.capacity
    _lengthen(
        restricted.columns.begin,
        restricted.columns.home,
        restricted.columns.cost,
        np.flatnonzero(~placed_one_by_one(restricted)),
        np.asarray(restricted.first_child, dtype=np.int64),
        column_of,
        np.asarray(restricted.unplaced_cost, dtype=np.float64),
        spare,
        value,
    )
    home = np.zeros((restricted.n_homes, 3))
    home[:, 0] = value
    return Prices(home, side).whole()


@njit(nogil=True, cache=True)
def _lengthen(
    begin: IntArray,
    home: NDArray[np.int32],
    cost: FloatArray,
    singles: IntArray,
    first_child: IntArray,
    column_of: IntArray,
    unplaced_cost: FloatArray,
    spare: BoolArray,
    value: FloatArray,
) -> None:  # pragma: no cover - compiled
    """Value iteration over the moves of single children; homes with a place to spare stay at 0."""
    for _ in range(SWEEPS):
        changed = False
        for group in singles:
            child = first_child[group]
            own = column_of[child]
            here = unplaced_cost[child] if own == NO_COLUMN else cost[own] + value[home[own]]
            for c in range(begin[group], begin[group + 1]):
                gain = here - cost[c]
                if gain > value[home[c]] + 0.5 and not spare[home[c]]:
                    value[home[c]] = gain
                    changed = True
        if not changed:
            break
