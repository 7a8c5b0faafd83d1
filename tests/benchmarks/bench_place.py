"""Time to a proven best plan, against the model one would write first.

    python tests/benchmarks/bench_place.py [--children 300] [--places 400] [--seed 1]

The natural model has a boolean for each child and home and one for each group
and home. Both see the same children, homes, rules and points in one run.
"""

from __future__ import annotations

import argparse
import json
from time import perf_counter

import numpy as np
from ortools.sat.python import cp_model

from models.placement import DEFAULT_WEIGHTS, PlacementProblem, nearest_first, plan_points, solve
from models.placement.eligibility import may_live
from models.placement.terms import pair_points
from rcc_forecast.placement.build import build_problem
from rcc_forecast.placement.settings import settings_of
from tests.builders.placement import TODAY, an_invented_region


def natural_model(problem: PlacementProblem, *, seconds: float) -> np.ndarray | None:
    """Booleans for child and home, and for group and home; 20 seconds of CP-SAT on two cores."""
    child, home = np.nonzero(
        may_live(problem, np.arange(problem.n_children)[:, None], np.arange(problem.n_homes)[None])
    )
    points = pair_points(problem, child, home, weights=DEFAULT_WEIGHTS)
    model = cp_model.CpModel()
    lives = [model.new_bool_var("") for _ in child]
    without = [model.new_bool_var("") for _ in range(problem.n_children)]
    at: dict[int, list[int]] = {}
    of: dict[int, list[int]] = {}
    for pair, (i, h) in enumerate(zip(child.tolist(), home.tolist(), strict=True)):
        of.setdefault(i, []).append(pair)
        at.setdefault(h, []).append(pair)
    for i in range(problem.n_children):
        model.add_exactly_one([*(lives[pair] for pair in of.get(i, [])), without[i]])
    uses: dict[tuple[int, int], cp_model.IntVar] = {}
    for h, pairs in at.items():
        places, mine = int(problem.homes.places[h]), []
        alone = {}
        for pair in pairs:
            group = int(problem.children.group[child[pair]])
            if (group, h) not in uses:
                uses[group, h] = model.new_bool_var("")
            model.add_implication(lives[pair], uses[group, h])
            mine.append(lives[pair])
            if problem.children.solo[child[pair]]:
                for other in pairs:
                    if other != pair:
                        model.add_implication(lives[pair], lives[other].negated())
        if problem.homes.exempt[h]:
            for group in {int(problem.children.group[child[pair]]) for pair in pairs}:
                alone[group] = model.new_bool_var("")
                for pair in pairs:
                    if problem.children.group[child[pair]] != group:
                        model.add_implication(alone[group], lives[pair].negated())
        model.add(sum(mine) <= places + len(pairs) * sum(alone.values()))
    for i, j in problem.apart.tolist():
        for h in range(problem.n_homes):
            both = [p for p in [*of.get(i, []), *of.get(j, [])] if home[p] == h]
            if len(both) == 2:
                model.add_at_most_one([lives[p] for p in both])
    twins = []
    for i, j in problem.twins.tolist():
        apart = model.new_bool_var("")
        twins.append(apart)
        where = {int(home[p]): p for p in of.get(j, [])}
        model.add_implication(without[i], apart)
        model.add_implication(without[j], apart)
        for p in of.get(i, []):
            other = where.get(int(home[p]))
            same = [] if other is None else [lives[other]]
            model.add_bool_or([lives[p].negated(), apart, *same])
    model.minimize(
        cp_model.LinearExpr.weighted_sum(lives, points.tolist())
        + 2_000_000 * sum(without)
        + 300_000 * sum(uses.values())
        + 150_000 * sum(twins)
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    plan = np.full(problem.n_children, -1, dtype=np.int64)
    for pair, (i, h) in enumerate(zip(child, home, strict=True)):
        if solver.boolean_value(lives[pair]):
            plan[i] = h
    return plan


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--children", type=int, default=300)
    given.add_argument("--places", type=int, default=400)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--seconds", type=float, default=20.0)
    asked = given.parse_args()
    children, homes = an_invented_region(
        n_children=asked.children, n_places=asked.places, seed=asked.seed
    )
    rules = settings_of().rules
    problem = build_problem(children, homes, on=TODAY, replan=False, rules=rules).problem
    floor = 3_000 * problem.n_groups

    def net(plan: np.ndarray) -> float:
        return int(plan_points(problem, plan, weights=DEFAULT_WEIGHTS).sum()) / 100 - floor

    def report(method: str, plan: np.ndarray | None, seconds: float, **more: object) -> None:
        figures = {} if plan is None else {"net": net(plan), "unplaced": int((plan < 0).sum())}
        print(json.dumps({"method": method, "seconds": round(seconds, 2), **figures, **more}))

    reached: list[float] = []
    began = perf_counter()
    priced = solve(
        problem,
        weights=DEFAULT_WEIGHTS,
        progress=lambda _: reached.append(round(perf_counter() - began, 2)),
    )
    taken = perf_counter() - began
    bound = priced.solution.bound / 100 - floor
    report(
        "prices, then exact",
        priced.solution.home,
        taken,
        status=priced.solution.status,
        first_plan_seconds=reached[0],
        net_bound=bound,
        net_gap=round(1 - bound / net(priced.solution.home), 5),
    )
    began = perf_counter()
    report("nearest first", nearest_first(problem), perf_counter() - began)
    began = perf_counter()
    natural = natural_model(problem, seconds=asked.seconds)
    report("natural CP-SAT", natural, perf_counter() - began)


if __name__ == "__main__":
    main()
