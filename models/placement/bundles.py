"""Bundles: members of one sibling group who live together in one home.

Pairs of child and home cannot price a split: half of each sibling in two homes
would cost one home. A bundle pays for its home once, so every further home of
a group is paid for, and places are the only thing that couples groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.eligibility import may_live
from models.placement.problem import IntArray, PlacementProblem, Weights
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


def list_bundles(problem: PlacementProblem, *, groups: IntArray | None = None) -> Bundles:
    """List every bundle that could live in some home, over all homes.

    Parameters
    ----------
    problem : PlacementProblem
    groups : ndarray of int, optional
        Groups to list, rising; all when absent.

    Returns
    -------
    Bundles
    """
    wanted = np.arange(problem.n_groups) if groups is None else groups
    sizes = problem.group_size[wanted]
    parts = [
        _bundles_of_size(problem, wanted[sizes == size], int(size)) for size in np.unique(sizes)
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
    if not columns:
        columns = [np.zeros(0, dtype=np.int64) for _ in range(5)]
    group, members, home, size, places = columns
    order = np.lexsort((home, members, group))
    return Bundles(group[order], members[order], home[order], size[order], places[order])


def _bundles_of_size(
    problem: PlacementProblem, groups: IntArray, size: int
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    every_home = np.arange(problem.n_homes)
    child = problem.first_child[groups][:, None] + np.arange(size)[None, :]
    allowed = may_live(problem, child[:, :, None], every_home[None, None, :])
    solo = problem.children.solo[child]
    places, exempt = problem.homes.places, problem.homes.exempt
    found: list[list[IntArray]] = [[], [], [], [], []]
    for members in range(1, 1 << size):
        who = [j for j in range(size) if members >> j & 1]
        fits = allowed[:, who].all(axis=1)
        if len(who) > 1:
            fits &= (places >= len(who)) | (exempt & (places > 0))
            fits &= ~solo[:, who].any(axis=1)[:, None]
        row, home = np.nonzero(fits)
        whole_home = solo[row, who[0]] if len(who) == 1 else places[home] < len(who)
        found[0].append(groups[row])
        found[1].append(np.full(row.size, members))
        found[2].append(home)
        found[3].append(np.full(row.size, len(who)))
        found[4].append(np.where(whole_home, places[home], len(who)))
    columns = [np.concatenate(parts).astype(np.int64) for parts in found]
    return columns[0], columns[1], columns[2], columns[3], columns[4]


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


def homes_of(problem: PlacementProblem, bundles: Bundles, chosen: IntArray) -> IntArray:
    """Turn chosen bundles into the home of each child, shape (n_children,)."""
    home = np.full(problem.n_children, -1, dtype=np.int64)
    for j in range(int(problem.group_size.max(initial=0))):
        has = chosen[(bundles.members[chosen] >> j & 1) == 1]
        home[problem.first_child[bundles.group[has]] + j] = bundles.home[has]
    return home
