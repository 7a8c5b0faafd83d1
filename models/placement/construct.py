"""A plan from prices: groups take bundles, largest first; single children by exact flow."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from models.placement.bundles import homes_of
from models.placement.prices import GroupProblems, Prices
from models.placement.problem import UNPLACED, IntArray, PlacementProblem


def plan_from_prices(groups: GroupProblems, prices: Prices) -> IntArray:
    """Give a plan that keeps places and pairs apart; side rows may be broken.

    Parameters
    ----------
    groups : GroupProblems
    prices : Prices

    Returns
    -------
    ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    """
    problem = groups.problem
    free = problem.homes.places.copy()
    first = _placed_one_by_one(problem)
    chosen = _groups_by_price(groups, prices, first, free)
    home = homes_of(problem, groups.bundles, chosen)
    singles = np.flatnonzero(~first)[problem.group_size[~first] == 1]
    _singles_by_flow(groups, prices, problem.first_child[singles], free, home)
    return home


def _placed_one_by_one(problem: PlacementProblem) -> np.ndarray:
    """Mark groups that a flow cannot place: siblings, children alone in a home, pairs apart."""
    special = problem.group_size > 1
    special[problem.children.group[problem.children.solo]] = True
    special[problem.children.group[problem.apart.ravel()]] = True
    return special


def _groups_by_price(
    groups: GroupProblems, prices: Prices, first: np.ndarray, free: IntArray
) -> IntArray:
    problem, bundles = groups.problem, groups.bundles
    value, unplaced_value = groups.priced(prices)
    begin = np.searchsorted(bundles.group, np.arange(problem.n_groups + 1))
    order = np.flatnonzero(first)
    order = order[np.argsort(-problem.group_size[order], kind="stable")]
    rivals = _rivals(problem)
    home_of_child: dict[int, int] = {}
    chosen: list[int] = []
    for group in order:
        listed = np.arange(begin[group], begin[group + 1])
        fits = bundles.places[listed] <= free[bundles.home[listed]]
        kids = problem.first_child[group] + np.arange(problem.group_size[group])
        for place, child in enumerate(kids):
            barred = [home_of_child[r] for r in rivals.get(int(child), ()) if r in home_of_child]
            if barred:
                has = (bundles.members[listed] >> place & 1) == 1
                fits &= ~(has & np.isin(bundles.home[listed], barred))
        listed = listed[fits]
        for bundle in _cheapest_partition(
            bundles.members[listed], value[listed], unplaced_value[kids]
        ):
            index = listed[bundle]
            home = bundles.home[index]
            if bundles.places[index] > free[home]:
                continue  # two blocks of one group wanted the same last place
            free[home] -= bundles.places[index]
            chosen.append(int(index))
            members = int(bundles.members[index])
            home_of_child |= {
                int(child): int(home) for j, child in enumerate(kids) if members >> j & 1
            }
    return np.array(chosen, dtype=np.int64)


def _rivals(problem: PlacementProblem) -> dict[int, list[int]]:
    rivals: dict[int, list[int]] = {}
    for one, other in problem.apart.tolist():
        rivals.setdefault(one, []).append(other)
        rivals.setdefault(other, []).append(one)
    return rivals


def _cheapest_partition(members: IntArray, value: np.ndarray, unplaced: np.ndarray) -> list[int]:
    """Give the indices of the bundles in the cheapest partition of one group."""
    n_sets = 1 << unplaced.size
    best, which = np.full(n_sets, np.inf), np.full(n_sets, -1)
    order = np.lexsort((value, members))
    heads = np.flatnonzero(np.r_[True, np.diff(members[order]) != 0]) if order.size else order
    best[members[order[heads]]] = value[order[heads]]
    which[members[order[heads]]] = order[heads]
    for j, points in enumerate(unplaced):
        if points < best[1 << j]:
            best[1 << j], which[1 << j] = points, -1
    cheapest, block = np.zeros(n_sets), np.zeros(n_sets, dtype=np.int64)
    for wanted in range(1, n_sets):
        low, sub, least = wanted & -wanted, wanted, np.inf
        while sub:
            if sub & low and best[sub] + cheapest[wanted ^ sub] < least:
                least, block[wanted] = best[sub] + cheapest[wanted ^ sub], sub
            sub = (sub - 1) & wanted
        cheapest[wanted] = least
    left, used = n_sets - 1, []
    while left:
        taken = int(block[left])
        if which[taken] >= 0:
            used.append(int(which[taken]))
        left ^= taken
    return used


def _singles_by_flow(
    groups: GroupProblems, prices: Prices, kids: IntArray, free: IntArray, home: IntArray
) -> None:
    """Fill `home` for the single children, exactly, by minimum-cost flow."""
    if not kids.size:
        return
    problem, bundles = groups.problem, groups.bundles
    position = np.full(problem.n_children, -1)
    position[kids] = np.arange(kids.size)
    child = problem.first_child[bundles.group]
    arc = np.flatnonzero((position[child] >= 0) & (free[bundles.home] > 0))
    points, without = groups.cost[arc], groups.unplaced_cost[kids]
    if groups.rows:
        points = points + prices.side @ groups.row_of_bundle[:, arc]
        without = without + prices.side @ groups.row_of_unplaced[:, kids]
    taken = min_cost_assignment(
        position[child[arc]], bundles.home[arc], np.rint(points), np.rint(without), free
    )
    home[kids] = taken


def min_cost_assignment(
    child: IntArray, home: IntArray, points: np.ndarray, without: np.ndarray, free: IntArray
) -> IntArray:
    """Place single children at the least points.

    Parameters
    ----------
    child, home : ndarray of int, shape (n_pairs,)
        Pairs that are allowed.
    points : ndarray, shape (n_pairs,)
        Whole numbers.
    without : ndarray, shape (n_kids,)
        Points of each child without a home.
    free : ndarray of int, shape (n_homes,)
        Places left.

    Returns
    -------
    ndarray of int, shape (n_kids,)
        Row of the home, `UNPLACED` for none.
    """
    n_kids, n_homes = without.size, free.size
    none, sink = n_kids + n_homes, n_kids + n_homes + 1
    every_child, every_home = np.arange(n_kids), np.arange(n_homes)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.r_[child, every_child, n_kids + every_home, [none]].astype(np.int32),
        np.r_[n_kids + home, np.full(n_kids, none), np.full(n_homes, sink), [sink]].astype(
            np.int32
        ),
        np.r_[np.ones(child.size + n_kids), free, [n_kids]].astype(np.int64),
        np.r_[points, without, np.zeros(n_homes + 1)].astype(np.int64),
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:n_kids], supply[sink] = 1, -n_kids
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("A flow in which every child may stay without a home has a solution.")
    used = flow.flows(np.arange(child.size, dtype=np.int32)) > 0
    taken = np.full(n_kids, UNPLACED, dtype=np.int64)
    taken[child[used]] = home[used]
    return taken
