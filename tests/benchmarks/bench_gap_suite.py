"""Public assignment instances: this engine, HiGHS and CP-SAT under the same limit.

    python tests/benchmarks/bench_gap_suite.py [--limit 15] [--large] [--engine-only] [NAME ...]

Instances and best known values are found by RCC_REFERENCE_DATA or beside the
checkout; `--large` adds instances drawn by the published recipes, held against
the bound. Seconds are of the processor, of all threads.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from ortools.sat.python import cp_model

from models.placement.assignment import Assignment, solve_assignment
from models.placement.assignment.settling import settle
from rcc_forecast.cli.public_instances import read_assignment
from tests.builders.assignment import an_assignment

LARGE = [
    (kind, agents, jobs)
    for kind in "CDE"
    for agents, jobs in ((20, 100), (20, 200), (40, 400), (60, 900), (80, 1600))
]


def by_engine(problem: Assignment, limit: float) -> tuple[int | None, float]:
    """Solve as `bench gap` does."""
    until = perf_counter() + limit
    answer = solve_assignment(
        problem, rng=np.random.default_rng(0), seconds_left=lambda: until - perf_counter()
    )
    return answer.value, answer.bound


def by_highs(problem: Assignment, limit: float) -> tuple[int | None, float]:
    """Give every pair to HiGHS."""
    every = problem.weight <= problem.capacity[:, None]
    agent, _, below = settle(problem, every, value=np.inf, nodes=10**9, seconds=limit)
    return None if agent is None else problem.value(agent), below


def by_cp_sat(problem: Assignment, limit: float) -> tuple[int | None, float]:
    """Give every pair to CP-SAT, on two threads."""
    model = cp_model.CpModel()
    pairs = [[model.new_bool_var("") for _ in row] for row in problem.cost]
    for j in range(problem.n_jobs):
        model.add_exactly_one(row[j] for row in pairs)
    for row, weight, room in zip(pairs, problem.weight, problem.capacity, strict=True):
        model.add(cp_model.LinearExpr.weighted_sum(row, weight.tolist()) <= int(room))
    model.minimize(
        cp_model.LinearExpr.weighted_sum(
            [pair for row in pairs for pair in row], problem.cost.ravel().tolist()
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = limit, 2
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (round(solver.objective_value) if found else None), solver.best_objective_bound


def instances(names: list[str], *, large: bool) -> dict[str, tuple[Assignment, int | None]]:
    """Give name, problem and best known value."""
    beside = Path(__file__).resolve().parents[3] / "shared/data"
    folder = Path(os.environ.get("RCC_REFERENCE_DATA") or beside) / "optimiser/gap"
    with (folder / "best_known.csv").open() as lines:
        known = {
            row["Path"].split("/")[-1]: int(row["Best known solution value"])
            for row in csv.DictReader(lines)
        }
    chosen = {}
    for name in names or sorted(known):
        read = read_assignment(folder / name)
        problem = Assignment(cost=read.cost, weight=read.weight, capacity=read.capacity)
        chosen[name] = (problem, known[name])
    if large:
        for kind, agents, jobs in LARGE:
            drawn = an_assignment(kind=kind, agents=agents, jobs=jobs, seed=903)
            chosen[f"{kind.lower()}{agents:02d}{jobs}-drawn"] = (drawn, None)
    return chosen


def main() -> None:
    """Run every solver on every instance and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--limit", type=float, default=15.0)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--engine-only", action="store_true")
    given = parser.parse_args()
    solvers = {"engine": by_engine, "HiGHS": by_highs, "CP-SAT": by_cp_sat}
    if given.engine_only:
        solvers = {"engine": by_engine}
    by_engine(an_assignment(agents=3, jobs=12), 60.0)  # compiles, or loads what was compiled
    for name, (problem, best) in instances(given.names, large=given.large).items():
        for solver, solve in solvers.items():
            wall, cpu = perf_counter(), process_time()
            value, bound = solve(problem, given.limit)
            told = {
                "instance": name,
                "solver": solver,
                "value": value,
                "bound": round(float(bound), 1) if np.isfinite(bound) else None,
                "best_known": best,
                "gap_pct": None if value is None else round(100 * (value / (best or bound) - 1), 3),
                "seconds": round(perf_counter() - wall, 1),
                "cpu_seconds": round(process_time() - cpu, 1),
            }
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
