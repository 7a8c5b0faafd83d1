"""Where to open over many futures: seconds, gap, and what planning for the spread is worth.

    python tests/benchmarks/bench_invest.py [ZONES SITES FUTURES NUMBER] ...

Invented regions: children of four levels of need in zones on a plane, places that there are at
120 points at 92% of the mean demand, sites of three or four places; a child may go to a place of
its own or a higher level. Without arguments: a region, and one three times as large.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from models.placement.siting import SitingProblem, solve_siting

LEVELS = 4
UNMET = 5_000.0


def region(zones: int, sites: int, futures: int, number: int, *, seed: int = 0) -> SitingProblem:
    rng = np.random.default_rng(seed)
    zone, site, supply = (rng.uniform(0, 80, (n, 2)) for n in (zones, sites, 120))
    base = rng.gamma(2, 1.2, (zones, LEVELS)) * np.array([1, 0.6, 0.3, 0.15])
    demand = np.stack(
        [
            rng.poisson(base * rng.lognormal(0, 0.12) * rng.lognormal(0, 0.15, (zones, 1)))
            for _ in range(futures)
        ]
    )
    free = rng.multinomial(int(base.sum() * 0.92), np.ones(120) / 120)
    supply_level, site_level = rng.integers(0, LEVELS, 120), rng.integers(0, LEVELS, sites)

    def points(places: np.ndarray, level: np.ndarray) -> np.ndarray:
        miles = np.hypot(*(places[:, None] - zone).transpose(2, 0, 1))
        near = 10 * miles + 600 * (miles > 20)
        meets = level[:, None, None] >= np.arange(LEVELS)
        return np.where(meets, near[:, :, None], np.inf).reshape(len(places), -1)

    return SitingProblem(
        site_cost=points(site, site_level),
        site_places=np.where(site_level == LEVELS - 1, 3.0, 4.0),
        site_price=np.ones(sites),
        supply_cost=points(supply, supply_level),
        supply_places=np.tile(free.astype(float), (futures, 1)),
        demand=demand.reshape(futures, -1).astype(float),
        unmet=UNMET,
        budget=float(number),
    )


def run(zones: int, sites: int, futures: int, number: int) -> None:
    problem = region(zones, sites, futures, number)
    started, until = time.process_time(), time.monotonic() + 120
    found = solve_siting(problem, seconds_left=lambda: until - time.monotonic())
    seconds = time.process_time() - started
    print(
        f"{zones} zones x {LEVELS}, {sites} sites, {futures} futures, {number} to open: "
        f"{seconds:.1f} s CPU, gap {found.gap:.3%}, points {found.value:,.0f} "
        f"(nothing {found.nothing:,.0f}; planned for the mean {found.value_for_the_mean:,.0f}, "
        f"{found.value_for_the_mean / found.value - 1:.1%} dearer)",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    solve_siting(region(3, 4, 2, 2))
    sizes = np.array(
        arguments or ["60", "60", "5", "20", "60", "200", "20", "30"], dtype=int
    ).reshape(-1, 4)
    for size in sizes:
        run(*(int(number) for number in size))


if __name__ == "__main__":
    main(sys.argv[1:])
