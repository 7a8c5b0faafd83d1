"""Assignments by the published recipes (Chu & Beasley 1997; Yagiura and others 2004)."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np

from models.placement.assignment import Assignment


def an_assignment(*, kind: str = "D", agents: int = 3, jobs: int = 8, seed: int = 1) -> Assignment:
    """Draw an instance of type C, D or E."""
    rng = np.random.default_rng(seed)
    shape = (agents, jobs)
    if kind == "C":
        weight, cost = rng.integers(5, 26, shape), rng.integers(10, 51, shape)
    elif kind == "D":
        weight = rng.integers(1, 101, shape)
        cost = 111 - weight + rng.integers(-10, 11, shape)
    else:
        weight = np.floor(1 - 10 * np.log(1 - rng.random(shape))).astype(np.int64)
        cost = np.floor(1000 / weight - 10 * (1 - rng.random(shape))).astype(np.int64)
    capacity = (0.8 * weight.sum(axis=1) / agents).astype(np.int64)
    return Assignment(cost=cost, weight=weight, capacity=capacity)


def best_by_hand(problem: Assignment) -> int | None:
    """Try every plan; None where none keeps the capacities."""
    values = [
        problem.value(np.array(plan))
        for plan in product(range(problem.n_agents), repeat=problem.n_jobs)
        if problem.keeps(np.array(plan))
    ]
    return min(values) if values else None


def written(problem: Assignment, path: Path) -> Path:
    """Write an assignment in the published layout."""
    rows = [[problem.n_agents, problem.n_jobs], *problem.cost, *problem.weight, problem.capacity]
    path.write_text("\n".join(" ".join(map(str, row)) for row in rows))
    return path
