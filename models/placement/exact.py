"""The exact step: choose among the bundles that prices could not rule out, by CP-SAT."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from models.placement.bundles import homes_of
from models.placement.prices import GroupProblems
from models.placement.problem import UNPLACED, BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the solver found.

    Attributes
    ----------
    home : ndarray of int or None, shape (n_children,)
        The plan; None where it found none in time.
    bound : int
        Hundredths of a point that no plan over these bundles is below.
    proven : bool
        No plan over these bundles is better.
    out_of_time : bool
        The clock, not the count of steps, ended it.
    """

    home: IntArray | None
    bound: int
    proven: bool
    out_of_time: bool


def choose_bundles(
    groups: GroupProblems,
    *,
    keep: IntArray,
    keep_unplaced: BoolArray,
    hint: IntArray,
    seed: int,
    effort: float,
    seconds: float,
) -> Chosen:
    """Find the best plan over some of the bundles, where no side row holds.

    Parameters
    ----------
    groups : GroupProblems
    keep : ndarray of int
        Bundles that may be used.
    keep_unplaced : ndarray of bool, shape (n_children,)
        Children who may stay without a home.
    hint : ndarray of int, shape (n_children,)
        A plan to begin from.
    seed : int
        The same seed gives the same plan.
    effort : float
        Limit in the solver's own deterministic units, close to seconds.
    seconds : float
        Limit of the clock, which only caps.

    Returns
    -------
    Chosen
    """
    model = cp_model.CpModel()
    used = [model.new_bool_var("") for _ in range(keep.size)]
    without = {int(child): model.new_bool_var("") for child in np.flatnonzero(keep_unplaced)}
    _each_child_once(model, groups, keep, used, without)
    _places(model, groups, keep, used)
    _pairs_apart(model, groups, keep, used)
    kids = list(without)
    model.minimize(
        cp_model.LinearExpr.weighted_sum(used, groups.cost[keep].astype(np.int64).tolist())
        + cp_model.LinearExpr.weighted_sum(
            list(without.values()), groups.unplaced_cost[kids].astype(np.int64).tolist()
        )
    )
    for variable, value in zip(used, bundles_used(groups, keep=keep, home=hint), strict=True):
        model.add_hint(variable, bool(value))
    for child, variable in without.items():
        model.add_hint(variable, int(hint[child] == UNPLACED))

    solver = _repeatable_solver(seed=seed, effort=effort, seconds=seconds)
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    stopped = status in (cp_model.FEASIBLE, cp_model.UNKNOWN)
    chosen = keep[[solver.boolean_value(x) for x in used]] if found else keep[:0]
    return Chosen(
        home=homes_of(groups.problem, groups.bundles, chosen) if found else None,
        bound=math.ceil(solver.best_objective_bound - 1e-6),
        proven=status == cp_model.OPTIMAL,
        out_of_time=stopped and solver.wall_time >= seconds,
    )


def _repeatable_solver(*, seed: int, effort: float, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    # One worker: several finish in an order that the machine decides, and so would the plan.
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    if math.isfinite(seconds):
        solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    return solver


def _each_child_once(
    model: cp_model.CpModel,
    groups: GroupProblems,
    keep: IntArray,
    used: list[cp_model.IntVar],
    without: dict[int, cp_model.IntVar],
) -> None:
    bundles, problem = groups.bundles, groups.problem
    options: list[list[cp_model.IntVar]] = [[] for _ in range(problem.n_children)]
    first = problem.first_child[bundles.group[keep]].tolist()
    for variable, begin, members in zip(used, first, bundles.members[keep].tolist(), strict=True):
        left = members
        while left:
            low = left & -left
            options[begin + low.bit_length() - 1].append(variable)
            left ^= low
    for child, listed in enumerate(options):
        if child in without:
            listed.append(without[child])
        model.add_exactly_one(listed)


def _places(
    model: cp_model.CpModel, groups: GroupProblems, keep: IntArray, used: list[cp_model.IntVar]
) -> None:
    bundles, places = groups.bundles, groups.problem.homes.places
    taken = bundles.places[keep]
    order = np.argsort(bundles.home[keep], kind="stable")
    for rows in _runs(bundles.home[keep][order], order):
        room = int(places[bundles.home[keep[rows[0]]]])
        if int(taken[rows].sum()) > room:
            some = [used[row] for row in rows]
            if room == 1:
                model.add_at_most_one(some)
            else:
                load = cp_model.LinearExpr.weighted_sum(some, taken[rows].tolist())
                model.add(load <= room)


def _pairs_apart(
    model: cp_model.CpModel, groups: GroupProblems, keep: IntArray, used: list[cp_model.IntVar]
) -> None:
    if not groups.problem.apart.size:
        return
    homes_with = _homes_with(groups, keep)
    for one, other in groups.problem.apart.tolist():
        for home in sorted(homes_with[one].keys() & homes_with[other].keys()):
            both = homes_with[one][home] + homes_with[other][home]
            model.add_at_most_one([used[row] for row in both])


def _homes_with(groups: GroupProblems, keep: IntArray) -> dict[int, dict[int, list[int]]]:
    """Rows of `keep` by child concerned and home that holds the child there."""
    problem, bundles = groups.problem, groups.bundles
    concerned: dict[int, dict[int, list[int]]] = {int(c): {} for c in problem.apart.ravel()}
    for child, homes in concerned.items():
        bit = int(problem.place_in_group[child])
        mine = bundles.group[keep] == problem.children.group[child]
        has = np.flatnonzero(mine & (bundles.members[keep] >> bit & 1 == 1))
        for row in has.tolist():
            homes.setdefault(int(bundles.home[keep[row]]), []).append(row)
    return concerned


def _runs(value: IntArray, order: IntArray) -> list[IntArray]:
    """Rows of equal value, given the order that sorts them."""
    cuts = np.flatnonzero(np.diff(value)) + 1
    return [run for run in np.split(order, cuts) if run.size]


def bundles_used(groups: GroupProblems, *, keep: IntArray, home: IntArray) -> BoolArray:
    """Say which bundles a plan uses: exactly these members of the group live there.

    Parameters
    ----------
    groups : GroupProblems
    keep : ndarray of int
        The bundles asked about.
    home : ndarray of int, shape (n_children,)
        The plan.

    Returns
    -------
    ndarray of bool, shape of `keep`
    """
    bundles, problem = groups.bundles, groups.problem
    placed = np.flatnonzero(home != UNPLACED)
    if not placed.size:
        return np.zeros(keep.size, dtype=bool)
    bit = np.asarray(1 << problem.place_in_group[placed])
    key = problem.children.group[placed] * problem.n_homes + home[placed]
    where, inverse = np.unique(key, return_inverse=True)
    together = np.bincount(inverse, weights=bit, minlength=where.size).astype(np.int64)
    wanted = bundles.group[keep] * problem.n_homes + bundles.home[keep]
    at = np.minimum(np.searchsorted(where, wanted), where.size - 1)
    return np.asarray((where[at] == wanted) & (together[at] == bundles.members[keep]))
