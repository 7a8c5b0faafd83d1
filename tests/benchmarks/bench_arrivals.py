"""Families arrive one at a time: how much of the distance to hindsight each policy closes.

    python tests/benchmarks/bench_arrivals.py --replications 30

Out of sample: in each replication a region is drawn whose families are cut in two at random.
One half comes, in a random order; the forecast knows only the other half. About 400 children
come for 440 places. All policies meet the same families (common random numbers), so that
standard errors are those of paired differences. Hindsight places everybody at once with the
engine, and its own gap is told.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from time import process_time

import numpy as np

from models.placement import DEFAULT_WEIGHTS, PlacementProblem
from models.placement.arrivals import (
    DEFAULT_POLICY,
    POLICIES,
    Figures,
    answers_of_policies,
    draw_futures,
    draw_stream,
    figures_of,
    list_families,
    place_all_at_once,
    problem_of,
    share_closed,
    spread_out,
    standard_error,
)
from tests.builders.regions import a_region, region_problem

CHILDREN, PLACES, WEEKS = 800, 440, 26
HINDSIGHT, YARDSTICK = "hindsight", "nearest"


def two_samples(seed: int, rng: np.random.Generator) -> tuple[PlacementProblem, PlacementProblem]:
    """Who comes, and who is known from before: two halves of one demand, over the same homes."""
    whole = region_problem(a_region("vacancies", children=CHILDREN, seed=seed))
    order = rng.permutation(whole.n_homes)
    places = whole.homes.places.copy()
    places[order[np.cumsum(places[order]) > PLACES]] = 0
    whole = replace(whole, homes=replace(whole.homes, places=places))
    groups = rng.permutation(whole.n_groups)
    halves = [np.sort(groups[part::2]) for part in range(2)]
    one, other = (problem_of(whole, half, np.arange(half.size)) for half in halves)
    return one, other


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--replications", type=int, default=30)
    given.add_argument("--first", type=int, default=0)
    given.add_argument("--futures", type=int, default=20)
    given.add_argument("--miles", type=float, default=4.0)
    asked = given.parse_args()
    found: dict[str, list[Figures]] = {}
    seconds: dict[str, float] = {}
    gaps = []
    for replication in range(asked.first, asked.first + asked.replications):
        rng = np.random.default_rng([2026, replication])
        who_comes, known = two_samples(7_000 + replication, rng)
        families = list_families(who_comes, weights=DEFAULT_WEIGHTS)
        forecast = list_families(
            spread_out(known, copies=5, miles=asked.miles, rng=rng),
            weights=DEFAULT_WEIGHTS,
            most_homes=60,
        )
        futures = draw_futures(forecast, n_futures=asked.futures, n_units=known.n_groups, rng=rng)
        stream = draw_stream(
            families, n_units=families.n_units, weeks=WEEKS, rng=rng, replace=False
        )
        for name in POLICIES:
            began = process_time()
            answers = answers_of_policies(families, futures, stream, policies=[name])[name]
            found.setdefault(name, []).append(figures_of(families, stream, answers.home))
            seconds[name] = seconds.get(name, 0.0) + process_time() - began
        began = process_time()
        best = place_all_at_once(families, stream, weights=DEFAULT_WEIGHTS)
        seconds[HINDSIGHT] = seconds.get(HINDSIGHT, 0.0) + process_time() - began
        found.setdefault(HINDSIGHT, []).append(figures_of(families, stream, best.home))
        gaps.append(best.gap_points / 100 / found[HINDSIGHT][-1].net_points)
        if len(gaps) > 1 and (len(gaps) % 5 == 0 or len(gaps) == asked.replications):
            report(found, seconds, gaps)


def report(found: dict[str, list[Figures]], seconds: dict[str, float], gaps: list[float]) -> None:
    net = {name: np.array([row.net_points for row in rows]) for name, rows in found.items()}
    for name, rows in found.items():
        share, error = share_closed(net[YARDSTICK], net[name], net[HINDSIGHT])
        told = {
            "policy": name,
            "replications": len(rows),
            "net": round(float(net[name].mean())),
            "standard_error": round(standard_error(net[name])),
            "closed": round(share, 3),
            "closed_error": round(error, 3),
            "closed_of_best_points": round(
                share_closed(net["best_points"], net[name], net[HINDSIGHT])[0], 3
            ),
            "above_default": round(float((net[name] - net[DEFAULT_POLICY]).mean())),
            "above_default_error": round(standard_error(net[name] - net[DEFAULT_POLICY])),
            "unplaced": round(float(np.mean([row.unplaced for row in rows])), 2),
            "together_pct": round(float(np.nanmean([row.together_pct for row in rows])), 1),
            "over_20_miles_pct": round(
                float(np.nanmean([row.over_20_miles_pct for row in rows])), 2
            ),
            "mean_miles": round(float(np.nanmean([row.mean_miles for row in rows])), 2),
            "cpu_seconds": round(seconds[name] / len(rows), 2),
        }
        print(json.dumps(told), flush=True)
    print(json.dumps({"hindsight_net_gap": round(float(np.mean(gaps)), 5)}), flush=True)


if __name__ == "__main__":
    main()
