"""Time and memory of the statistical half of a forecast for England.

    python tests/benchmarks/bench_england.py [--workers N] [--statsforecast PYTHON [--sample 40]]

8,802 nodes (153 authorities in 9 regions, 8 types, 5 bands, and every total)
over 120 months of invented counts; 36 months ahead; 25 past origins a quarter
apart. In turn: every member's forecasts from all origins, weights learned and
applied as known at each origin, reconciliation of today and of every origin,
intervals learned and scored from past errors, 200 joint futures moved to the
reconciled means and summed to every node. The bar: 40 seconds and 2.5 GB on
two cores. Coverage is of the 36 months that followed, which nothing saw.

With an interpreter that has statsforecast, a sample of the series is fitted by
its AutoETS, DOTM, AutoCES and AutoARIMA, once each and without a backtest, and
the seconds of the processor are scaled to all nodes: the bar is 80 times ours.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before numpy: threads of linear algebra beside processes only wait for one another.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np
from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.conformal import Likeness, honest_quantiles, learned_errors, learned_proportion
from models.forecast import Forecast
from models.forecasting.combination import combined, combined_as_known, learn_weights
from models.forecasting.panel import MEMBERS, rolled_points
from models.reconciliation import Hierarchy, reconciled_as_known, reconciler_from, shifted_paths
from models.scores import QUANTILE_LEVELS, quantile_crps, seasonal_naive_scale
from tests.builders.hierarchy import REGIONS, an_english_hierarchy

AUTHORITIES, TYPES, BANDS = 153, 8, 5
MONTHS, HORIZON, SEASON = 120, 36, 12
ORIGINS, SPACING, PATHS, SEED = 25, 3, 200, 903
CHUNKS = 8
"""Of series: the same for any number of workers, so that the result is too."""

BUCKET = np.searchsorted((6, 12, 24), np.arange(1, HORIZON + 1))
BORROWS = np.array([-1, -1, -1, -1, *range(4), *range(4)])
GROUPS = {"areas": (0, 1, 2), "cells": (3,), "regions": (4, 5, 6, 7), "England": (8, 9, 10, 11)}
"""Kinds of `an_english_hierarchy` that are reported together."""

BAR_SECONDS, BAR_GB = 40.0, 2.5


@dataclass(frozen=True, slots=True)
class Worker:
    """What one chunk took, where it ran in a process of its own."""

    seconds: float
    peak_gb: float


WORKERS: list[Worker] = []
"""Told by each chunk: workers outlive the step, and no system call adds them up."""


def main(given: list[str]) -> None:
    """Time each step, and say how much memory the run took."""
    options = argparse.ArgumentParser()
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--statsforecast", metavar="PYTHON")
    options.add_argument("--sample", type=int, default=40)
    asked = options.parse_args(given)
    workers = asked.workers
    england = invented_england()
    began, began_cpu = time.perf_counter(), time.process_time()
    seen, came = england.y[:, :MONTHS], england.y[:, MONTHS:]
    origins = MONTHS - SPACING * np.arange(ORIGINS, -1, -1)
    actual = what_came(seen, origins[:-1])
    rolled = timed("panel", lambda: members_points(seen, origins, workers))
    past, now = rolled[:, :-1], rolled[:, -1]
    pooled = timed("combine", lambda: combination(past, now, actual, england, seen))
    points, mean = timed("reconcile", lambda: reconciled(*pooled, actual, england.hierarchy))
    intervals = timed("intervals", lambda: conformal(points, actual, england.likeness))
    honest = timed("judge", lambda: judged(intervals, points, actual))
    paths = timed("paths", lambda: shifted_paths(drawn_paths(mean, england), mean=mean.leaves))
    sums = timed("sums", lambda: path_quantiles(paths, england.hierarchy))
    quantiles = timed("publish", lambda: published(intervals, mean, sums, england.likeness))
    wall = time.perf_counter() - began
    cpu = time.process_time() - began_cpu + sum(worker.seconds for worker in WORKERS)
    report(england, came, quantiles, honest)
    accuracy(england, came, [*now, pooled[1], mean.nodes])
    print(
        f"{england.hierarchy.n_nodes:,} nodes, {len(rolled)} members, {ORIGINS} origins; largest "
        f"gap {gap(mean, england.hierarchy):.0e} children\ntogether {wall:.1f} s wall "
        f"(bar {BAR_SECONDS:.0f}), {cpu:.1f} s CPU; peak {peak_gb(workers):.2f} GB in all "
        f"processes (bar {BAR_GB})"
    )
    if asked.statsforecast:
        against_statsforecast(asked.statsforecast, seen, asked.sample, cpu)


@dataclass(frozen=True, slots=True)
class England:
    """Counts of every node and how they add up."""

    y: np.ndarray
    hierarchy: Hierarchy
    likeness: Likeness


def invented_england() -> England:
    """Invent counts: shocks of the country, regions and areas, a season, and a wave of arrivals."""
    rng = np.random.default_rng(SEED)
    hierarchy, kind = an_english_hierarchy(authorities=AUTHORITIES, types=TYPES, bands=BANDS)
    months = MONTHS + HORIZON
    authority, of_type, band = np.unravel_index(
        np.arange(hierarchy.n_leaves), (AUTHORITIES, TYPES, BANDS)
    )
    children = rng.lognormal(6.1, 0.6, AUTHORITIES)
    shares = rng.dirichlet(np.array([8, 6, 3, 2, 1, 0.6, 0.3, 0.1]), AUTHORITIES)
    bands = rng.dirichlet(np.array([1, 3, 4, 8, 5]), (AUTHORITIES, TYPES))
    size = children[authority] * shares[authority, of_type] * bands[authority, of_type, band]
    level = walk(rng, 1, 0.004) + walk(rng, REGIONS, 0.004)[authority % REGIONS]
    level = level + walk(rng, AUTHORITIES, 0.012)[authority]
    level = level + walk(rng, hierarchy.n_leaves, 0.02)
    phase = rng.uniform(0, 2 * np.pi, BANDS)[band, None]
    season = 0.03 * np.sin(2 * np.pi * np.arange(months) / 12 + phase)
    wave = np.exp(-0.5 * ((np.arange(months) - 70) / 9) ** 2)
    arrivals = ((of_type == 4) & (band == 4))[:, None] * 1.5 * wave
    rate = size[:, None] * np.exp(level + season + arrivals)
    # Children stay: what is new of each month's noise is a tenth, so counts move slowly.
    noise = np.empty((hierarchy.n_leaves, months))
    noise[:, 0] = rng.standard_normal(hierarchy.n_leaves)
    for month in range(1, months):
        fresh = rng.standard_normal(hierarchy.n_leaves)
        noise[:, month] = 0.95 * noise[:, month - 1] + np.sqrt(1 - 0.95**2) * fresh
    leaves = np.maximum(np.rint(rate + np.sqrt(rate) * noise), 0.0)
    totals = np.arange(12) >= 8
    return England(hierarchy.added(leaves), hierarchy, Likeness(kind, totals, BORROWS))


def walk(rng: np.random.Generator, n: int, sd: float) -> np.ndarray:
    """Give random walks with a few larger steps, shape (n, months)."""
    steps = rng.standard_t(4, (n, MONTHS + HORIZON)) * sd
    return steps.cumsum(axis=1)


def what_came(y: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Give actuals behind past forecasts, shape (n_origins, n_nodes, horizon)."""
    known = np.concatenate([y, np.full((len(y), HORIZON), np.nan)], axis=1).astype(np.float32)
    return np.stack([known[:, seen : seen + HORIZON] for seen in origins])


def members_points(y: np.ndarray, origins: np.ndarray, workers: int) -> np.ndarray:
    """Forecast from every origin, shape (n_members, n_origins, n_nodes, horizon)."""
    chunks = [np.arange(first, len(y), CHUNKS) for first in range(CHUNKS)]
    parts = Parallel(n_jobs=workers, return_as="generator")(
        delayed(chunk_points)(y[rows], origins) for rows in chunks
    )
    found: np.ndarray | None = None
    for rows, (part, worker) in zip(chunks, parts, strict=True):
        if workers > 1:
            WORKERS.append(worker)
        if found is None:
            found = np.empty((len(part), len(origins), len(y), HORIZON), dtype=np.float32)
        found[:, :, rows] = part
    if found is None:
        raise ValueError("There are no series.")
    return found


def chunk_points(y: np.ndarray, origins: np.ndarray) -> tuple[np.ndarray, Worker]:
    """Forecast one chunk of series, and tell what it took."""
    began = time.process_time()
    points = rolled_points(y, season=SEASON, horizon=HORIZON, origins=origins)
    together = np.stack([points[name] for name in sorted(points)])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return together, Worker(time.process_time() - began, peak)


def combination(
    past: np.ndarray, now: np.ndarray, actual: np.ndarray, england: England, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Combine past origins as known then, and today."""
    scale, _ = seasonal_naive_scale(y, season=SEASON)
    kind = england.likeness.kind
    settings: dict[str, Any] = {
        "scale": scale,
        "kind": kind,
        "bucket": BUCKET,
        "prior": np.ones((len(past), england.likeness.n_kinds)),
        "spacing": SPACING,
    }
    then = combined_as_known(past, actual, **settings)
    weights = learn_weights(past, actual, **settings)
    return then, combined(now, weights, kind=kind, bucket=BUCKET)


def reconciled(
    past: np.ndarray, now: np.ndarray, actual: np.ndarray, hierarchy: Hierarchy
) -> tuple[np.ndarray, Any]:
    """Reconcile every origin as known then, and today."""
    points = reconciled_as_known(past, actual, hierarchy, spacing=SPACING)
    reconcile = reconciler_from(actual - past, hierarchy)
    return points, reconcile(now).non_negative(hierarchy)


def conformal(points: np.ndarray, actual: np.ndarray, likeness: Likeness) -> Any:
    """Learn from the errors of reconciled forecasts."""
    found = learned_proportion(points, actual, kind=likeness.kind, n_kinds=likeness.n_kinds)
    return learned_errors(points, actual, likeness=likeness, spacing=SPACING, proportion=found)


def judged(past: Any, points: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Score past intervals, each from the other origins.

    Gives CRPS, inside 80%, inside 95% and number of forecasts, summed, by
    group of kinds and range of leads.
    """
    found = np.zeros((4, len(GROUPS), BUCKET.max() + 1))
    levels = QUANTILE_LEVELS
    for came, quantiles in zip(actual, honest_quantiles(past, points, levels), strict=True):
        known = np.isfinite(came)
        inner = known & (came >= quantiles[2]) & (came <= quantiles[10])
        outer = known & (came >= quantiles[0]) & (came <= quantiles[12])
        crps = np.nan_to_num(quantile_crps(quantiles, came.astype(float)))
        for place, kinds in enumerate(GROUPS.values()):
            nodes = np.isin(past.likeness.kind, kinds)
            for part, values in zip(found, (crps, inner, outer, known), strict=True):
                by_lead = values[nodes].sum(axis=0)
                part[place] += np.bincount(BUCKET, weights=by_lead)
    return found


def drawn_paths(mean: Any, england: England) -> np.ndarray:
    """Draw joint futures of the leaves: walks of country, regions, areas and leaves."""
    rng = np.random.default_rng(SEED)
    n_leaves = england.hierarchy.n_leaves
    authority = np.arange(n_leaves) // (TYPES * BANDS)
    paths = np.empty((PATHS, n_leaves, HORIZON), dtype=np.float32)
    expected = mean.leaves.astype(np.float32)
    for path in paths:
        steps = 0.006 * rng.standard_normal((1 + REGIONS + AUTHORITIES, HORIZON), dtype=np.float32)
        shocks = steps.cumsum(axis=1)
        level = shocks[:1] + shocks[1 + authority % REGIONS] + 2 * shocks[1 + REGIONS + authority]
        own = rng.standard_normal((n_leaves, HORIZON), dtype=np.float32).cumsum(axis=1)
        spread = np.sqrt(expected) * 0.3
        np.maximum(expected * np.exp(level) + spread * own, 0.0, out=path)
    return paths


def path_quantiles(paths: np.ndarray, hierarchy: Hierarchy) -> np.ndarray:
    """Sum every future and give quantiles of totals, shape (n_levels, n_totals, horizon)."""
    return Forecast(paths).node_quantiles(hierarchy.adding, QUANTILE_LEVELS)


def published(past: Any, mean: Any, sums: np.ndarray, likeness: Likeness) -> np.ndarray:
    """Give quantiles of every node, for regions and England no narrower than the futures."""
    floor = np.full((len(QUANTILE_LEVELS), len(mean.nodes), HORIZON), np.nan, dtype=np.float32)
    wide = likeness.kind[: len(mean.totals)] >= 4
    floor[:, : len(mean.totals)][:, wide] = (sums - mean.totals)[:, wide]
    return past.intervals(QUANTILE_LEVELS).around(mean.nodes, structural=floor)


def report(england: England, came: np.ndarray, quantiles: np.ndarray, honest: np.ndarray) -> None:
    """Print what intervals held, in the past and in the months that nothing saw."""
    kind = england.likeness.kind
    for place, (name, kinds) in enumerate(GROUPS.items()):
        crps, inner, outer, known = honest[:, place]
        past = " ".join(
            f"{a:.2f}/{b:.2f}" for a, b in zip(inner / known, outer / known, strict=True)
        )
        nodes = np.isin(kind, kinds)
        held = [
            ((came >= quantiles[low]) & (came <= quantiles[high]))[nodes].mean()
            for low, high in ((2, 10), (0, 12))
        ]
        print(
            f"{name:<8}past coverage by leads {past}, CRPS {crps.sum() / known.sum():.2f}; "
            f"unseen months {held[0]:.2f}/{held[1]:.2f}"
        )


def accuracy(england: England, came: np.ndarray, points: list[np.ndarray]) -> None:
    """Print errors of each member, the combination and the reconciled forecast, by kind."""
    kind = england.likeness.kind
    names = [*sorted(MEMBERS), "combination", "reconciled"]
    for name, point in zip(names, points, strict=True):
        wape = [
            np.abs(point - came)[kind == k].sum() / came[kind == k].sum() * 100
            for k in range(england.likeness.n_kinds)
        ]
        print(f"WAPE % {name:<15}" + "".join(f"{value:6.2f}" for value in wape))


def gap(mean: Any, hierarchy: Hierarchy) -> float:
    """Give the largest difference between a total and its leaves."""
    return float(np.abs(hierarchy.gaps(mean.nodes)).max())


def peak_gb(workers: int) -> float:
    """Give the peaks of memory of this process and of every worker, added up."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return own + workers * max((worker.peak_gb for worker in WORKERS), default=0.0)


def against_statsforecast(python: str, y: np.ndarray, sample: int, ours: float) -> None:
    """Print the seconds that statsforecast would take for one fit of every node."""
    rows = y[np.random.default_rng(SEED).choice(len(y), sample, replace=False)]
    script = Path(__file__).parent / "peers" / "statsforecast_seconds.py"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.npy"
        np.save(path, rows)
        told = subprocess.run(
            [python, script, path, str(HORIZON)], capture_output=True, text=True, check=True
        )
    seconds = {name: each * len(y) for name, each in json.loads(told.stdout).items()}
    for name, whole in seconds.items():
        print(f"{name:<10}{whole:8.0f} s CPU for {len(y):,} nodes, one fit")
    four = sum(seconds.values())
    without = four - seconds["AutoARIMA"]
    print(
        f"one fit by all four takes {four / ours:.0f} times our whole run (bar 80), "
        f"without AutoARIMA {without / ours:.0f} times"
    )


def timed(step: str, work: Callable[[], Any]) -> Any:
    """Run a step and print its seconds, by the clock and of this process, and the peak so far."""
    began, began_cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{step:<10}{wall:7.2f} s wall {cpu:7.2f} s CPU, peak {peak:.2f} GB", flush=True)
    return result


if __name__ == "__main__":
    main(sys.argv[1:])
