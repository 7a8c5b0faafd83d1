"""Forecasts of statsforecast models for a panel of monthly series, for bench_worlds.py.

    INTERPRETER tests/benchmarks/peers/time_series.py HISTORY.npz HORIZON OUT.npz [MODEL ...]

HISTORY holds `y` of shape (n_series, n_periods). OUT gets, for each model, an
array of shape (5, n_series, horizon): the mean, then the ends of the 80% and of
the 95% interval. It runs in an environment of its own, since statsforecast pins
an older pandas, and imports nothing of this project.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np
from statsforecast.models import (
    AutoARIMA,
    AutoCES,
    AutoETS,
    AutoTheta,
    DynamicOptimizedTheta,
)

SEASON = 12
MODELS = {
    "AutoETS": lambda: AutoETS(season_length=SEASON),
    "AutoTheta": lambda: AutoTheta(season_length=SEASON),
    "DOTM": lambda: DynamicOptimizedTheta(season_length=SEASON),
    "AutoCES": lambda: AutoCES(season_length=SEASON),
    "AutoARIMA": lambda: AutoARIMA(season_length=SEASON),
}
FIGURES = ("mean", "lo-80", "hi-80", "lo-95", "hi-95")


def main(given: list[str]) -> None:
    """Run each model on each series, one after the other."""
    warnings.filterwarnings("ignore")
    y = np.load(given[0])["y"]
    horizon, out = int(given[1]), Path(given[2])
    found = {}
    for model in given[3:] or MODELS:
        began = time.process_time()
        found[model] = np.stack([figures(model, row, horizon) for row in y], axis=1)
        print(f"{model}: {len(y)} series, {time.process_time() - began:.1f} s CPU", flush=True)
    np.savez_compressed(out, **found)


def figures(model: str, history: np.ndarray, horizon: int) -> np.ndarray:
    """Give (5, horizon); a model that fails, or is not finite, repeats the last year."""
    repeated = np.tile(np.resize(history[-SEASON:], horizon), (len(FIGURES), 1))
    try:
        made = MODELS[model]().forecast(y=history.astype(np.float64), h=horizon, level=[80, 95])
    except Exception:  # whatever a peer stumbles over, it gets the yardstick
        return repeated
    together = np.stack([made[name] for name in FIGURES])
    # A count is never negative: cutting at nought can only help it.
    return np.maximum(together, 0.0) if np.isfinite(together).all() else repeated


if __name__ == "__main__":
    main(sys.argv[1:])
