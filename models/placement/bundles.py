"""Bundles: members of one sibling group who live together in one home.

Pairs of child and home cannot price a split: half of each sibling in two homes
would cost one home. A bundle pays for its home once, so every further home of
a group is paid for, and places are the only thing that couples groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.problem import UNPLACED, IntArray, PlacementProblem, Weights
from models.placement.tables import compile_tables, pair_points
from models.placement.terms import home_points


@dataclass(frozen=True, slots=True)
class Bundles:
    """Bundles in the order of group, members and home.

    Attributes
    ----------
    group : ndarray of int, shape (n_bundles,)
    members : ndarray of int, shape (n_bundles,)
        Members as bits: bit j is the j-th child of the group.
    home : ndarray of int, shape (n_bundles,)
    size : ndarray of int, shape (n_bundles,)
        Number of members.
    places : ndarray of int, shape (n_bundles,)
        Places the bundle takes: one each, but the whole home for a child who
        lives alone and for a group that exceeds the places under an exemption.
    """

    group: IntArray
    members: IntArray
    home: IntArray
    size: IntArray
    places: IntArray

    @property
    def n_bundles(self) -> int:
        """Number of bundles."""
        return int(self.group.size)


def bundles_of_plan(problem: PlacementProblem, home: IntArray) -> Bundles:
    """Give the bundles that a plan uses, in the order of group, members and home.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    """
    placed = np.flatnonzero(home != UNPLACED)
    key = problem.children.group[placed] * problem.n_homes + home[placed]
    used, at = np.unique(key, return_inverse=True)
    members = np.zeros(used.size, dtype=np.int64)
    np.bitwise_or.at(members, at, np.left_shift(1, problem.place_in_group[placed]))
    size = np.bincount(at, minlength=used.size).astype(np.int64)
    alone = np.zeros(used.size, dtype=bool)
    np.logical_or.at(alone, at, problem.children.solo[placed])
    group, where = used // problem.n_homes, used % problem.n_homes
    places = problem.homes.places[where]
    taken = np.where(alone | (size > places), places, size)
    order = np.lexsort((where, members, group))
    return Bundles(group[order], members[order], where[order], size[order], taken[order])


def bundle_costs(problem: PlacementProblem, bundles: Bundles, *, weights: Weights) -> IntArray:
    """Give the points of each bundle: its members' in the home, the home's own, and twins.

    Parameters
    ----------
    problem : PlacementProblem
    bundles : Bundles
    weights : mapping of str to float
        Points by term.

    Returns
    -------
    ndarray of int, shape (n_bundles,)
        Hundredths of a point.
    """
    cost = np.full(bundles.n_bundles, home_points(weights, "home_of_group"), dtype=np.int64)
    apart = home_points(weights, "twins_apart")
    tables = compile_tables(problem, weights)
    for j in range(int(problem.group_size.max(initial=0))):
        has = np.flatnonzero(bundles.members >> j & 1)
        child = problem.first_child[bundles.group[has]] + j
        cost[has] += pair_points(tables, child, bundles.home[has])
        left_behind = problem.twin_mask[child] & ~bundles.members[has]
        cost[has] += np.where(left_behind != 0, apart, 0)
    return cost


def unplaced_costs(problem: PlacementProblem, *, weights: Weights) -> IntArray:
    """Give the points of each child without a home, hundredths, shape (n_children,)."""
    apart = home_points(weights, "twins_apart")
    return np.asarray(
        home_points(weights, "unplaced") + np.where(problem.twin_mask != 0, apart, 0),
        dtype=np.int64,
    )
