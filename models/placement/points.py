"""The points of a plan, child by child, whoever made it."""

from __future__ import annotations

import numpy as np

from models.placement.problem import UNPLACED, BoolArray, IntArray, PlacementProblem, Weights
from models.placement.tables import compile_tables, pair_points
from models.placement.terms import home_points


def plan_points(problem: PlacementProblem, home: IntArray, *, weights: Weights) -> IntArray:
    """Give each child's share of the objective; the shares add up to it.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    weights : mapping of str to float
        Points by term.

    Returns
    -------
    ndarray of int, shape (n_children,)
        Hundredths of a point. Brothers and sisters in one home share its
        points equally, the first of them taking what cannot be divided.
    """
    points = np.full(problem.n_children, home_points(weights, "unplaced"), dtype=np.int64)
    placed = np.flatnonzero(home != UNPLACED)
    points[placed] = pair_points(compile_tables(problem, weights), placed, home[placed])
    points[placed] += _share_of_home(problem, placed, home[placed], weights)
    points += _twins_apart(problem, home, weights)
    return points


def _share_of_home(
    problem: PlacementProblem, child: IntArray, home: IntArray, weights: Weights
) -> IntArray:
    key = problem.children.group[child] * problem.n_homes + home
    _, first, bundle, size = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    whole = home_points(weights, "home_of_group")
    share = whole // size[bundle]
    share[first] += whole % size
    return np.asarray(share, dtype=np.int64)


def _twins_apart(problem: PlacementProblem, home: IntArray, weights: Weights) -> IntArray:
    without = np.zeros(problem.n_children, dtype=bool)
    one, other = problem.twins[:, 0], problem.twins[:, 1]
    apart = (home[one] != home[other]) | (home[one] == UNPLACED)
    without[one[apart]] = True
    without[other[apart]] = True
    return np.where(without, home_points(weights, "twins_apart"), 0)


def groups_together(problem: PlacementProblem, home: IntArray) -> BoolArray:
    """Say which groups live in one home, every member placed, shape (n_groups,)."""
    first = home[problem.first_child]
    same = home == first[problem.children.group]
    everyone = np.bincount(problem.children.group, weights=same, minlength=problem.n_groups)
    return np.asarray((everyone == problem.group_size) & (first != UNPLACED))
