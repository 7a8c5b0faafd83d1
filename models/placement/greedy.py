"""The yardstick: what a busy duty desk does, the nearest home that fits and has a place.

Larger groups go first, and brothers and sisters go to one home where some home
fits them all. A plan that cannot beat this is not worth its prices.
"""

from __future__ import annotations

import numpy as np

from models.placement.around import grid_of, place_nearest
from models.placement.problem import IntArray, PlacementProblem, rivals_of
from models.placement.tables import compile_tables


def nearest_first(problem: PlacementProblem) -> IntArray:
    """Place group after group, each in the nearest home with room.

    Parameters
    ----------
    problem : PlacementProblem

    Returns
    -------
    ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none. Keeps every hard rule;
        limits on the whole plan are not looked at. Of homes equally near the
        first is taken; a group is as far from a home as its first child.
    """
    rival_begin, rival = rivals_of(problem.apart, problem.n_children)
    return place_nearest(
        compile_tables(problem, {}),
        grid_of(problem),
        np.argsort(-problem.group_size, kind="stable"),
        problem.homes.places.astype(np.int64),
        problem.homes.exempt.astype(np.bool_),
        problem.children.solo.astype(np.bool_),
        rival_begin,
        rival,
    )
