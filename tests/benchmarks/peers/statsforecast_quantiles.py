"""Quantiles of statsforecast models on the published monthly sets, for bench_monthly.py.

    INTERPRETER tests/benchmarks/peers/statsforecast_quantiles.py DATA OUT SET[:DROP[:MOST]] ...

DATA holds the sets (forecasting/ of the reference data). It runs in an
environment of its own (statsforecast==2.1.1 pins an older pandas), one series
after the other, and writes one file a set, origin and model to OUT; a file
that is there already is kept.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from statsforecast.models import AutoCES, AutoETS, DynamicOptimizedTheta

from tests.builders.monthly_sets import monthly_set

SEASON = 12
MODELS = {
    "AutoETS": lambda: AutoETS(season_length=SEASON),
    "DOTM": lambda: DynamicOptimizedTheta(season_length=SEASON),
    "AutoCES": lambda: AutoCES(season_length=SEASON),
}
CENTRAL = [20, 40, 60, 80, 90, 95]
"""Central intervals in per cent: with the median, the 13 levels of models.scores."""


def main(given: list[str]) -> None:
    """Write what is not there yet."""
    data, out = Path(given[0]), Path(given[1])
    out.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for wanted in given[2:]:
        name, drop, most = [*wanted.split(":"), "", ""][:3]
        part = monthly_set(data, name, drop=int(drop or 0), most=int(most) if most else None)
        for model in MODELS:
            path = out / f"{name}_{part.drop}{'_' + most if most else ''}_{model}.npz"
            if path.exists():
                continue
            began = time.process_time()
            found = np.stack(
                [quantiles(model, row[~np.isnan(row)], part.horizon) for row in part.history],
                axis=1,
            )
            seconds = time.process_time() - began
            np.savez_compressed(path, quantiles=found.astype(np.float32), seconds=seconds)
            print(f"{path.name}: {len(part.history)} series, {seconds:.0f} s", flush=True)


def quantiles(model: str, history: np.ndarray, horizon: int) -> np.ndarray:
    """Give (13, horizon); a model that fails, or is not finite, repeats the last year."""
    repeated = np.tile(np.resize(history[-SEASON:], horizon), (2 * len(CENTRAL) + 1, 1))
    try:
        found = MODELS[model]().forecast(y=history, h=horizon, level=CENTRAL)
    except Exception:  # whatever a peer stumbles over, it gets its yardstick
        return repeated
    below = [found[f"lo-{level}"] for level in reversed(CENTRAL)]
    above = [found[f"hi-{level}"] for level in CENTRAL]
    together = np.stack([*below, found["mean"], *above])
    return together if np.isfinite(together).all() else repeated


if __name__ == "__main__":
    main(sys.argv[1:])
