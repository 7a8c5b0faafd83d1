"""Plans made without prices: the duty desk's, a flow of single children, and two monoliths."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from models.placement import Priced
from models.placement.eligibility import may_live
from models.placement.flow import flow_of_pairs
from models.placement.limited import choose_within_limits
from models.placement.plan import home_of
from models.placement.problem import UNPLACED
from models.placement.tables import compile_tables, pair_points
from tests.benchmarks.placing.regions_to_place import HUNDREDTHS, Case

NATURAL_HOMES, FLOW_HOMES = 25, 400
"""Cheapest homes of each child that the natural model and the flow may use."""

CHILDREN_AT_ONCE = 250

NO_NODE_LIMIT = 1e6


@dataclass(frozen=True)
class Pairs:
    """Children and the homes they may use, with hundredths of a point."""

    child: np.ndarray
    home: np.ndarray
    points: np.ndarray


def cheapest_pairs(case: Case, homes_a_child: int) -> Pairs:
    """List the cheapest homes of every child who may live there, every place being free."""
    problem = case.problem
    tables = compile_tables(problem, case.settings.weights)
    every_home, parts = np.arange(problem.n_homes)[None], []
    for first in range(0, problem.n_children, CHILDREN_AT_ONCE):
        kids = np.arange(first, min(first + CHILDREN_AT_ONCE, problem.n_children))[:, None]
        child, home = np.nonzero(may_live(problem, kids, every_home))
        child = child + first
        points = pair_points(tables, child, home)
        order = np.lexsort((home, points, child))
        rank = np.arange(child.size) - np.searchsorted(child, child)
        near = order[rank < homes_a_child]
        parts.append((child[near], home[near], points[near]))
    return Pairs(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def flow_without_siblings(case: Case, pairs: Pairs) -> np.ndarray:
    """Give every child the home of the best flow, brothers and sisters not looked at.

    For regions without children who must live alone or apart: a flow knows neither.
    """
    problem = case.problem
    without = np.full(
        problem.n_children, round(HUNDREDTHS * case.settings.weights["unplaced"]), dtype=float
    )
    places = problem.homes.places.astype(np.int64)
    used = flow_of_pairs(pairs.child, pairs.home, pairs.points, without, places)
    home = np.full(problem.n_children, UNPLACED, dtype=np.int64)
    home[pairs.child[used]] = pairs.home[used]
    return home


def bundles_by_highs(priced: Priced, *, seconds: float) -> tuple[np.ndarray | None, float]:
    """Give HiGHS every bundle that the engine listed; the plan, and its own bound in hundredths."""
    restricted = priced.restricted
    chosen = choose_within_limits(
        restricted,
        keep=np.arange(restricted.columns.n_columns),
        keep_unplaced=np.ones(restricted.n_children, dtype=bool),
        effort=NO_NODE_LIMIT,
        seconds=seconds,
    )
    home = None if chosen.plan is None else home_of(restricted, chosen.plan)
    return home, float(chosen.bound)


def natural_model(case: Case, pairs: Pairs, *, seconds: float) -> np.ndarray | None:
    """Booleans for child and home, and for group and home, to CP-SAT on two cores."""
    model = _Natural(case, pairs)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    if solver.solve(model.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    plan = np.full(case.problem.n_children, -1, dtype=np.int64)
    lives = np.array([solver.boolean_value(each) for each in model.lives], dtype=bool)
    plan[pairs.child[lives]] = pairs.home[lives]
    return plan


class _Natural:
    """The model that one would write first."""

    def __init__(self, case: Case, pairs: Pairs) -> None:
        self.case, self.model = case, cp_model.CpModel()
        self.child, self.home = pairs.child.tolist(), pairs.home.tolist()
        self.group = case.problem.children.group[pairs.child].tolist()
        self.lives = [self.model.new_bool_var("") for _ in self.child]
        self.without = [self.model.new_bool_var("") for _ in range(case.problem.n_children)]
        self.of: dict[int, list[int]] = defaultdict(list)
        self.at: dict[int, list[int]] = defaultdict(list)
        for pair, (i, h) in enumerate(zip(self.child, self.home, strict=True)):
            self.of[i].append(pair)
            self.at[h].append(pair)
        for i, without in enumerate(self.without):
            self.model.add_exactly_one([*(self.lives[pair] for pair in self.of[i]), without])
        self.uses = self.homes_of_groups()
        for h, here in self.at.items():
            self.places_of(h, here)
        self.rivals()
        self.minimise(pairs.points)

    def homes_of_groups(self) -> dict[tuple[int, int], cp_model.IntVar]:
        uses: dict[tuple[int, int], cp_model.IntVar] = {}
        for pair, key in enumerate(zip(self.group, self.home, strict=True)):
            if key not in uses:
                uses[key] = self.model.new_bool_var("")
            self.model.add_implication(self.lives[pair], uses[key])
        return uses

    def places_of(self, h: int, here: list[int]) -> None:
        """Hold a home's places, a child who lives alone in it, and the exemption for one group."""
        problem, model, lives = self.case.problem, self.model, self.lives
        places, spare = int(problem.homes.places[h]), []
        for pair in here:
            if problem.children.solo[self.child[pair]]:
                for other in here:
                    if other != pair:
                        model.add_implication(lives[pair], lives[other].negated())
        if problem.homes.exempt[h]:
            for group in {self.group[pair] for pair in here}:
                if problem.group_size[group] <= places:
                    continue
                only = model.new_bool_var("")
                for pair in here:
                    if self.group[pair] != group:
                        model.add_implication(only, lives[pair].negated())
                spare.append(only * int(problem.group_size[group] - places))
        model.add(sum(lives[pair] for pair in here) <= places + sum(spare))

    def rivals(self) -> None:
        for i, j in self.case.problem.apart.tolist():
            where = {self.home[pair]: pair for pair in self.of[j]}
            for pair in self.of[i]:
                if self.home[pair] in where:
                    other = where[self.home[pair]]
                    self.model.add_at_most_one([self.lives[pair], self.lives[other]])

    def minimise(self, points: np.ndarray) -> None:
        weights = self.case.settings.weights
        of_group, apart, none = (
            round(HUNDREDTHS * weights[name])
            for name in ("home_of_group", "twins_apart", "unplaced")
        )
        self.model.minimize(
            cp_model.LinearExpr.weighted_sum(self.lives, np.asarray(points, dtype=int).tolist())
            + none * sum(self.without)
            + of_group * sum(self.uses.values())
            + apart * sum(self.twins_apart())
        )

    def twins_apart(self) -> list[cp_model.IntVar]:
        """Say of each twin, by a boolean, that some twin does not share the home."""
        pairs = self.case.problem.twins.tolist()
        apart = {i: self.model.new_bool_var("") for pair in pairs for i in pair}
        for i, j in pairs + [pair[::-1] for pair in pairs]:
            where = {self.home[pair]: pair for pair in self.of[j]}
            self.model.add_implication(self.without[i], apart[i])
            for pair in self.of[i]:
                other = where.get(self.home[pair])
                same = [] if other is None else [self.lives[other]]
                self.model.add_bool_or([self.lives[pair].negated(), apart[i], *same])
        return list(apart.values())
