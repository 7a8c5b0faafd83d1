"""Small invented facilities and futures, and their best plans by trying everything."""

from __future__ import annotations

from itertools import product

import numpy as np

from models.placement.siting import SitingProblem, serve


def facilities(seed: int, *, m: int = 4, n: int = 7) -> dict[str, np.ndarray]:
    """Give m facilities, barely large enough, and n customers."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(5, 20, n).astype(float)
    capacity = rng.integers(25, 60, m).astype(float)
    capacity *= max(1.0, 1.6 * demand.sum() / capacity.sum())
    return {
        "open_cost": rng.integers(20, 90, m).astype(float),
        "cost": rng.integers(1, 60, (m, n)).astype(float),
        "demand": demand,
        "capacity": np.floor(capacity),
    }


def best_by_trying(given: dict[str, np.ndarray]) -> float:
    """Give the least cost over every assignment of customers to facilities."""
    m, n = given["cost"].shape
    every = np.array(list(product(range(m), repeat=n)))
    cost = given["cost"][every, np.arange(n)].sum(axis=1)
    fits = np.ones(len(every), dtype=bool)
    for facility in range(m):
        here = every == facility
        fits &= here @ given["demand"] <= given["capacity"][facility]
        cost = cost + given["open_cost"][facility] * here.any(axis=1)
    return float(cost[fits].min())


def a_siting_problem(
    seed: int, *, zones: int = 6, sites: int = 6, futures: int = 3, budget: float = 3.0
) -> SitingProblem:
    """Give an invented region: children on a plane, a few places, sites at one unit each."""
    rng = np.random.default_rng(seed)
    zone, site, supply = (rng.uniform(0, 30, (count, 2)) for count in (zones, sites, 3))

    def miles(places: np.ndarray) -> np.ndarray:
        return 10.0 * np.hypot(*(places[:, None] - zone[None]).transpose(2, 0, 1))

    return SitingProblem(
        site_cost=miles(site),
        site_places=rng.integers(2, 5, sites).astype(float),
        site_price=np.ones(sites),
        supply_cost=miles(supply),
        supply_places=np.tile(rng.integers(1, 4, 3).astype(float), (futures, 1)),
        demand=rng.poisson(2.0, (futures, zones)).astype(float),
        unmet=2_000.0,
        budget=budget,
    )


def best_sites_by_trying(problem: SitingProblem) -> float:
    """Give the least mean points over every affordable choice of sites."""
    values = []
    for choice in product((False, True), repeat=problem.n_sites):
        opened = np.array(choice)
        if problem.affords(opened):
            values.append(serve(problem, opened).points.mean())
    return float(min(values))
