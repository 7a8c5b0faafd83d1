"""Accuracy, coverage and speed of the panel on published monthly sets.

    python tests/benchmarks/bench_monthly.py [--peers DIR] [--sets SET,...] [--origins N]

For each set and origin: MASE, sCRPS at 13 and at the file's 9 quantiles, and
coverage by lead. DIR holds what peers/statsforecast_quantiles.py wrote; with
it come the ratios to the better of the ensembles ETS + DOTM + CES (mean or
median of quantiles) for sCRPS, and to their mean for MASE. The bars: sCRPS
ratio .97 as geometric mean and 1.00 on no set; MASE 1.00; 80% intervals cover
77-84%, 95% ones 93-97%. Last, 8,000 invented series: the bar is 2 ms a series.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.forecasting.panel import forecast_panel
from models.scores import QUANTILE_LEVELS, seasonal_naive_scale
from tests.builders.monthly_sets import HORIZONS, MonthlySet, monthly_set
from tests.builders.reference import reference_data

SEASON = 12
NINE = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
LEVELS = np.union1d(QUANTILE_LEVELS, NINE)
PEERS = ("AutoETS", "DOTM", "AutoCES")
BUCKETS = (slice(0, 6), slice(6, 12), slice(12, 24))
SPEED_SERIES, SPEED_PERIODS, SPEED_HORIZON = 8_000, 120, 36


def main(given: list[str]) -> None:
    """Judge every set from every origin, then time invented series."""
    asked = _arguments(given)
    folder = reference_data("forecasting")
    ratios: dict[str, list[float]] = {"sCRPS13": [], "sCRPS9": [], "MASE": []}
    for name in asked.sets.split(","):
        for back in range(asked.origins):
            part = monthly_set(folder, name, drop=back * HORIZONS[name])
            judge(part, asked.peers, ratios)
    for measure, found in ratios.items():
        if found:
            geometric = np.exp(np.mean(np.log(found)))
            print(f"{measure} ratio: geometric mean {geometric:.4f}, highest {max(found):.3f}")
    if not asked.no_speed:
        time_invented_series()


def judge(part: MonthlySet, peers: Path | None, ratios: dict[str, list[float]]) -> None:
    """Print one set from one origin, and keep its ratios."""
    began = time.process_time()
    found = forecast_panel(part.history, season=SEASON, horizon=part.horizon, levels=LEVELS)
    cost = (time.process_time() - began) / len(part.history) * 1e3
    own = measures(part, found.quantiles, LEVELS)
    line = (
        f"{part.name:<20}-{part.drop:<3} {len(part.history):4d} series {cost:5.2f} ms  "
        f"MASE {own['MASE']:.4f} sCRPS {own['sCRPS13']:.4f} ({own['sCRPS9']:.4f} at 9)  "
        f"80% {_shown(own['cover80'])}  95% {_shown(own['cover95'])}"
    )
    theirs = None if peers is None else ensembles(part, peers)
    if theirs is not None:
        ratio = {
            "MASE": own["MASE"] / theirs[0]["MASE"],
            "sCRPS13": own["sCRPS13"] / min(them["sCRPS13"] for them in theirs),
            "sCRPS9": own["sCRPS9"] / min(them["sCRPS9"] for them in theirs),
        }
        for measure, value in ratio.items():
            ratios[measure].append(value)
        line += "  ratios " + " ".join(f"{key} {value:.3f}" for key, value in ratio.items())
        line += f"  theirs 80% {_shown(theirs[0]['cover80'])} 95% {_shown(theirs[0]['cover95'])}"
    print(line, flush=True)


def measures(part: MonthlySet, quantiles: np.ndarray, levels: np.ndarray) -> dict[str, object]:
    """Give scaled scores and coverage; series that never changed have no scale and are left out."""
    scale, _ = seasonal_naive_scale(part.history, season=SEASON)
    kept = np.isfinite(scale)
    came, scale, quantiles = part.came[kept], scale[kept], quantiles[:, kept]
    at = {round(float(level), 3): row for level, row in zip(levels, quantiles, strict=True)}
    return {
        "MASE": float(np.mean(np.nanmean(np.abs(came - at[0.5]), axis=1) / scale)),
        "sCRPS13": _scaled_crps(at, came, scale, QUANTILE_LEVELS),
        "sCRPS9": _scaled_crps(at, came, scale, NINE),
        "cover80": _coverage(at[0.1], at[0.9], came),
        "cover95": _coverage(at[0.025], at[0.975], came),
    }


def ensembles(part: MonthlySet, peers: Path) -> tuple[dict, dict] | None:
    """Give measures of the peers' mean and median quantiles; None where a file is missing."""
    paths = [peers / f"{part.name}_{part.drop}_{model}.npz" for model in PEERS]
    if not all(path.exists() for path in paths):
        return None
    found = []
    for path in paths:
        theirs = np.sort(np.load(path)["quantiles"].astype(float), axis=0)
        found.append(_at_levels(theirs))
    together = np.stack(found)
    mean, median = together.mean(axis=0), np.median(together, axis=0)
    return measures(part, mean, LEVELS), measures(part, median, LEVELS)


def time_invented_series() -> None:
    """Time forecast and past errors of many counts, and say how much memory they took."""
    rng = np.random.default_rng(1)
    shape = (SPEED_SERIES, SPEED_PERIODS)
    size = np.exp(rng.normal(2.5, 1.0, (SPEED_SERIES, 1)))
    drift = np.exp(np.cumsum(rng.normal(0.0, 0.03, shape), axis=1))
    phase = rng.integers(0, SEASON, (SPEED_SERIES, 1))
    season = 1 + 0.2 * np.sin(2 * np.pi * (np.arange(SPEED_PERIODS) + phase) / SEASON)
    y = rng.poisson(size * drift * season).astype(float)
    began, began_cpu = time.perf_counter(), time.process_time()
    forecast_panel(y, season=SEASON, horizon=SPEED_HORIZON, levels=NINE)
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{SPEED_SERIES:,} series x {SPEED_PERIODS}, h = {SPEED_HORIZON}: {wall:.1f} s wall, "
        f"{cpu:.1f} s CPU, {cpu / SPEED_SERIES * 1e3:.2f} ms a series (bar 2), peak {peak:.2f} GB"
    )


def _scaled_crps(
    at: dict[float, np.ndarray], came: np.ndarray, scale: np.ndarray, levels: np.ndarray
) -> float:
    """Give 2 Σ w pinball over the mean seasonal-naive error; w as in models.scores."""
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    total = np.zeros(came.shape)
    for level, weight in zip(levels, np.diff(edges), strict=True):
        short = came - at[round(float(level), 3)]
        total += 2 * weight * np.maximum(level * short, (level - 1) * short)
    return float(np.mean(np.nanmean(total, axis=1) / scale))


def _coverage(low: np.ndarray, high: np.ndarray, came: np.ndarray) -> list[float]:
    """Give the share inside, in total and by bucket of leads."""
    known = np.isfinite(came)
    inside = np.where(known, (came >= low) & (came <= high), np.nan)
    parts = [inside, *(inside[:, leads] for leads in BUCKETS if leads.start < came.shape[1])]
    return [float(np.nanmean(part)) for part in parts]


def _at_levels(theirs: np.ndarray) -> np.ndarray:
    """Read quantiles at `LEVELS`; quartiles, which peers do not give, lie between neighbours."""
    found = np.empty((len(LEVELS), *theirs.shape[1:]))
    for place, level in enumerate(LEVELS):
        above = min(int(np.searchsorted(QUANTILE_LEVELS, level - 1e-9)), len(QUANTILE_LEVELS) - 1)
        below = max(above - 1, 0)
        gap = QUANTILE_LEVELS[above] - QUANTILE_LEVELS[below]
        share = (level - QUANTILE_LEVELS[below]) / gap if gap else 0.0
        found[place] = (1 - share) * theirs[below] + share * theirs[above]
    return found


def _shown(shares: list[float]) -> str:
    total, *by_lead = (f"{share:.2f}".removeprefix("0") for share in shares)
    return f"{total} ({' '.join(by_lead)})"


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench monthly")
    parser.add_argument("--peers", type=Path, metavar="DIR")
    parser.add_argument("--sets", default=",".join(HORIZONS))
    parser.add_argument("--origins", type=int, default=3)
    parser.add_argument("--no-speed", action="store_true")
    return parser.parse_args(given)


if __name__ == "__main__":
    main(sys.argv[1:])
