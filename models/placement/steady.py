"""A changed plan held against the one before: nobody moves for a reason too small to tell.

The best plan of a changed world may differ from the plan before in ways that
are worth next to nothing. Whole chains of changes, and then single groups, go
back where they were unless each child's change is worth some points. The
points of a plan are never touched: this only chooses among plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.placement.eligibility import may_live
from models.placement.points import plan_points
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    IntArray,
    PlacementProblem,
    Weights,
)
from models.placement.runs import rows_of_runs
from models.placement.sides import rows_kept
from models.placement.terms import pair_points

_MOST_ROUNDS = 10
"""Rounds of swaps; each brings at least one child back."""


def keep_what_was(
    problem: PlacementProblem,
    home: IntArray,
    before: IntArray,
    *,
    weights: Weights,
    change_of_plan: float,
) -> IntArray:
    """Take back changes that are worth less than they ask of the children.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        The new plan, which keeps every rule.
    before : ndarray of int, shape (n_children,)
        Row of each child's home in the plan before, `UNPLACED` for none and
        where that home is not open now.
    weights : mapping of str to float
        Points by term.
    change_of_plan : float
        Points that each child's change must be worth.

    Returns
    -------
    ndarray of int, shape (n_children,)
        A plan that keeps every rule, with at most ``change_of_plan`` points
        more than ``home`` for every child taken back.
    """
    was = _Before(problem, before, weights, HUNDREDTHS * change_of_plan)
    kept = was.swapped_back(was.groups_taken_back(was.chains_taken_back(home)))
    limits = rows_kept(problem, kept)
    return kept if all(used <= limit for used, limit in limits.values()) else home


@dataclass(frozen=True, slots=True)
class _Before:
    """The plan before, and the hundredths of a point that each child's change must be worth."""

    problem: PlacementProblem
    home: IntArray
    weights: Weights
    worth: float

    def chains_taken_back(self, home: IntArray) -> IntArray:
        """Take back changes that hang together, all of a chain or none."""
        problem = self.problem
        chain = _chains(problem, home, self.home)
        n_chains = int(chain.max(initial=-1)) + 1
        if not n_chains:
            return home
        back = np.where(chain >= 0, self.home, home)
        group_chain = np.full(problem.n_groups, -1, dtype=np.int64)
        np.maximum.at(group_chain, problem.children.group, chain)
        whose = group_chain[problem.children.group]
        mine = whose >= 0
        more = self._more_points(back, home)
        costs = np.bincount(whose[mine], weights=more[mine], minlength=n_chains)
        moved = np.bincount(chain[chain >= 0], minlength=n_chains)
        allowed = costs < self.worth * moved
        broken = ~_child_fits(problem, back)
        np.logical_and.at(allowed, chain[broken & (chain >= 0)], False)
        # Chains share no home: each home's children are of one chain or stay where they are.
        return np.where((chain >= 0) & allowed[chain], self.home, home)

    def groups_taken_back(self, home: IntArray) -> IntArray:
        """Take back groups alone, where the places they had are still open to them."""
        problem, before, group = self.problem, self.home, self.problem.children.group
        changed = (home != before) & (before != UNPLACED)
        asked = np.zeros(problem.n_groups, dtype=bool)
        asked[group[changed]] = True
        more = self._more_points(np.where(asked[group], before, home), home)
        costs = np.bincount(group, weights=more, minlength=problem.n_groups)
        moved = np.bincount(group[home != before], minlength=problem.n_groups)
        asked &= costs < self.worth * moved
        while asked.any():
            trial = np.where(asked[group], before, home)
            full = np.flatnonzero(~_child_fits(problem, trial))
            if not full.size:
                return trial
            # Of those who go back to a home that cannot hold them all, the dearest stays away.
            back_there = full[asked[group[full]] & (home[full] != trial[full])]
            dearest = back_there[np.lexsort((-costs[group[back_there]], trial[back_there]))]
            _, first = np.unique(trial[dearest], return_index=True)
            asked[group[dearest[first]]] = False
        return home

    def swapped_back(self, home: IntArray) -> IntArray:
        """Swap single children with those who came in their place, where that is worth as much."""
        kept, before = home.copy(), self.home
        children = self.problem.children
        alone = (self.problem.group_size == 1)[children.group] & ~children.solo
        alone[self.problem.apart.ravel()] = False
        for _ in range(_MOST_ROUNDS):
            changed = alone & (kept != before)
            wants = np.flatnonzero(changed & (before != UNPLACED))
            came = np.flatnonzero(changed & (kept != UNPLACED))
            one, other = _who_came(wants, before, came, kept)
            fits = _may_swap(self.problem, one, other, kept)
            one, other = one[fits], other[fits]
            gain = self.worth * (1 + (before[other] == kept[one]))
            gain = gain - self._more_by_swap(one, other, kept)
            pairs = np.column_stack([one, other])[np.argsort(-gain, kind="stable")]
            touched: set[int] = set()
            for a, b in pairs[np.sort(-gain) < 0].tolist():
                if a not in touched and b not in touched:
                    kept[a], kept[b] = kept[b], kept[a]
                    touched |= {a, b}
            if not touched:
                break
        return kept

    def _more_points(self, one: IntArray, other: IntArray) -> IntArray:
        """Give what each child costs more in one plan than in the other."""
        return plan_points(self.problem, one, weights=self.weights) - plan_points(
            self.problem, other, weights=self.weights
        )

    def _more_by_swap(self, one: IntArray, other: IntArray, home: IntArray) -> IntArray:
        """Give what two single children cost more in each other's homes."""
        swapped = self._points(one, home[other]) + self._points(other, home[one])
        return swapped - self._points(one, home[one]) - self._points(other, home[other])

    def _points(self, child: IntArray, home: IntArray) -> IntArray:
        """Give the points of single children in homes; none for none, as it is on both sides."""
        points = pair_points(self.problem, child, home, weights=self.weights)
        return np.where(home == UNPLACED, 0, points)


def _chains(problem: PlacementProblem, home: IntArray, before: IntArray) -> IntArray:
    """Give changes that hang together through a home or a group one number, -1 for no change."""
    changed = np.flatnonzero(home != before)
    group = problem.children.group[changed]
    n_nodes = problem.n_groups + problem.n_homes
    ties = []
    for at in (home, before):
        placed = at[changed] != UNPLACED
        ties.append(
            np.column_stack([group[placed], problem.n_groups + at[changed][placed]]).reshape(-1, 2)
        )
    one, other = np.concatenate(ties).T
    graph = coo_array((np.ones(one.size), (one, other)), shape=(n_nodes, n_nodes))
    _, component = connected_components(graph, directed=False)
    chain = np.full(problem.n_children, -1, dtype=np.int64)
    chain[changed] = np.unique(component[group], return_inverse=True)[1]
    return chain


def _child_fits(problem: PlacementProblem, home: IntArray) -> BoolArray:
    """Say whether each child's home may take the child together with all who are there."""
    fits = np.ones(problem.n_children, dtype=bool)
    placed = np.flatnonzero(home != UNPLACED)
    here = home[placed]
    load = np.bincount(here, minlength=problem.n_homes)
    group = problem.children.group[placed]
    lowest = np.full(problem.n_homes, problem.n_groups, dtype=np.int64)
    highest = np.full(problem.n_homes, -1, dtype=np.int64)
    np.minimum.at(lowest, here, group)
    np.maximum.at(highest, here, group)
    one_group_exempt = (lowest == highest) & problem.homes.exempt & (problem.homes.places > 0)
    within = (load <= problem.homes.places) | one_group_exempt
    alone = np.zeros(problem.n_homes, dtype=bool)
    alone[here[problem.children.solo[placed]]] = True
    within &= ~alone | (load <= 1)
    one, other = problem.apart.T
    rivals = (home[one] == home[other]) & (home[one] != UNPLACED)
    within[home[one][rivals]] = False
    fits[placed] = within[here] & may_live(problem, placed, here)
    return fits


def _who_came(
    wants: IntArray, before: IntArray, came: IntArray, home: IntArray
) -> tuple[IntArray, IntArray]:
    """Pair each child who lost a home with each of those who live there now."""
    came = came[np.argsort(home[came], kind="stable")]
    first = np.searchsorted(home[came], before[wants], side="left")
    count = np.searchsorted(home[came], before[wants], side="right") - first
    return np.repeat(wants, count), came[rows_of_runs(first, count)]


def _may_swap(
    problem: PlacementProblem, one: IntArray, other: IntArray, home: IntArray
) -> BoolArray:
    without = home[one] == UNPLACED
    there = may_live(problem, one, home[other])
    return np.asarray(there & (without | may_live(problem, other, home[one])))
