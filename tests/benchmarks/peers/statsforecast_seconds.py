"""Seconds that statsforecast takes to fit a sample of series, for bench_england.py.

    INTERPRETER tests/benchmarks/peers/statsforecast_seconds.py SERIES.npy HORIZON

It runs in an environment of its own (statsforecast==2.1.1 pins an older
pandas): one series after the other, one fit and forecast each, seconds of the
processor, after a first series that compiles. Prints JSON: seconds a series by
model.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

SEASON = 12
MODELS: dict[str, Callable[[], Any]] = {
    "AutoETS": lambda: AutoETS(season_length=SEASON),
    "DOTM": lambda: DynamicOptimizedTheta(season_length=SEASON),
    "AutoCES": lambda: AutoCES(season_length=SEASON),
    "AutoARIMA": lambda: AutoARIMA(season_length=SEASON),
}


def main(given: list[str]) -> None:
    """Fit the sample by every model."""
    warnings.filterwarnings("ignore")
    series, horizon = np.load(given[0]), int(given[1])
    found = {}
    for name, model in MODELS.items():
        fit(model, series[0], horizon)
        began = time.process_time()
        for row in series:
            fit(model, row, horizon)
        found[name] = (time.process_time() - began) / len(series)
    print(json.dumps(found))


def fit(model: Callable[[], Any], row: np.ndarray, horizon: int) -> None:
    """Fit and forecast; a model that gives up early costs what it cost until then."""
    try:
        model().forecast(y=row, h=horizon, level=[80, 95])
    except Exception:  # whatever a peer stumbles over, it gets the yardstick
        return


if __name__ == "__main__":
    main(sys.argv[1:])
