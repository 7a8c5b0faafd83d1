"""Is the cohort core without bias? Given the true entries, in worlds without shocks.

    python3 run.py bench oracle [--worlds 50] [--first 1]

Calm worlds of other authors' making (`tests/benchmarks/worlds`: children in
continuous days, ages and durations of other shapes than the core's) are filed as
returns and read back. From month 97 the core is told the entries that came, and
its total 12, 24 and 36 months on is set against the truth. The bar: an absolute
bias of 0.5% at 36 months, with a standard error under 0.2%.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.forecast import FloatArray
from models.forecasting.cohort import expected, fit_rates, stock_at
from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.returns import read_returns_from
from tests.benchmarks.worlds.filing import returns_of
from tests.benchmarks.worlds.lives import lives_of
from tests.benchmarks.worlds.nature import Family

SEEN, HORIZON = 97, 36
SHOWN = (12, 24, 36)


def main(given: list[str]) -> None:
    """Print each world's error, then the bias and its standard error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args(given)
    errors = []
    for seed in range(asked.first, asked.first + asked.worlds):
        history = history_of(seed)
        errors.append(oracle_errors(history))
        print(f"world {seed}: " + _row(100 * errors[-1]), flush=True)
    found = 100 * np.array(errors)
    print(f"bias, % at {SHOWN} months: {_row(found.mean(axis=0))}")
    print(f"standard error:            {_row(found.std(axis=0, ddof=1) / np.sqrt(len(found)))}")


def history_of(seed: int) -> DemandHistory:
    """Give a calm world's history, read back from its returns."""
    files = returns_of(lives_of(Family.CALM, seed=seed))
    return pipeline.prepare(read_returns_from(files), RunConfig()).history


def oracle_errors(history: DemandHistory) -> FloatArray:
    """Give the total's relative error at the leads shown, the true entries being known."""
    population = history.population
    if population is None:
        raise ValueError("The history has counts alone; it must follow the children.")
    rates = fit_rates(population, until=np.array([SEEN]))[0]
    came = population.entries[SEEN : SEEN + HORIZON]
    stock = stock_at(population, SEEN, clock=rates.clock)
    ahead = expected(rates, stock, came, horizon=len(came), apart=False).together()
    told = ahead.stock.sum(axis=(1, 2, 3, 4))
    truth = history.corrected["children"].sum(axis=0)[SEEN : SEEN + HORIZON]
    return (told / truth - 1)[np.array(SHOWN) - 1]


def _row(values: FloatArray) -> str:
    return " ".join(f"{value:+.2f}" for value in values)


if __name__ == "__main__":
    main(sys.argv[1:])
