"""Quantiles of statsforecast models on a panel of years, from every origin, for bench_annual.py.

    INTERPRETER tests/benchmarks/peers/statsforecast_years.py IN.npz OUT.npz MODEL ...

IN has y (n_series, n_periods), origins and horizon; OUT gets one array a model,
(13, n_origins, n_series, horizon). It runs in an environment of its own, each
series by itself: these models know no panel.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, AutoTheta, DynamicOptimizedTheta

MODELS = {
    "AutoETS": lambda: AutoETS(season_length=1),
    "AutoTheta": lambda: AutoTheta(season_length=1),
    "DOTM": lambda: DynamicOptimizedTheta(season_length=1),
    "AutoCES": lambda: AutoCES(season_length=1),
    "AutoARIMA": lambda: AutoARIMA(season_length=1),
}
CENTRAL = [20, 40, 60, 80, 90, 95]


def main(given: list[str]) -> None:
    """Forecast every series from every origin."""
    warnings.filterwarnings("ignore")
    asked = np.load(given[0])
    y, origins, horizon = asked["y"], asked["origins"], int(asked["horizon"])
    found = {}
    for name in given[2:]:
        by_origin = [
            np.stack([quantiles(name, row[:seen], horizon) for row in y], axis=1)
            for seen in origins
        ]
        found[name] = np.stack(by_origin, axis=1)
    np.savez_compressed(given[1], **found)


def quantiles(name: str, history: np.ndarray, horizon: int) -> np.ndarray:
    """Give (13, horizon); a model that fails, or is not finite, holds the last value flat."""
    history = history[np.isfinite(history)]
    flat = np.full((2 * len(CENTRAL) + 1, horizon), history[-1])
    try:
        found = MODELS[name]().forecast(y=history.astype(float), h=horizon, level=CENTRAL)
    except Exception:  # whatever a peer stumbles over, it gets the yardstick
        return flat
    below = [found[f"lo-{level}"] for level in reversed(CENTRAL)]
    above = [found[f"hi-{level}"] for level in CENTRAL]
    together = np.stack([*below, found["mean"], *above])
    return together if np.isfinite(together).all() else flat


if __name__ == "__main__":
    main(sys.argv[1:])
