"""How fast a fitted region answers a what-if, and how still differences between what-ifs are.

    python tests/benchmarks/bench_scenarios.py [--returns DIR] [--homes FILE] [--horizon 36]

Fits once, then asks: one scenario at a time, twenty compared. Bars: one in 2 s,
twenty in 20 s. Also: how far path-by-path differences stray for a lever that
touches one authority (0 elsewhere), and how well a quadratic stands in for
running each value of an interval.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.registers import read_homes
from rcc_forecast.results.scenario import KEYS, compared
from rcc_forecast.returns import read_returns
from rcc_forecast.scenarios import (
    Scenario,
    assumptions_of,
    drawn_values,
    parse_scenario,
    runs_of,
)
from rcc_forecast.what_ifs import (
    Fitted,
    Waterfall,
    answers,
    fitted,
    futures_under,
    waterfall,
)

SCENARIOS: dict[str, dict[str, Any]] = {
    "fewer entrants": {"entries": {"change_pct": -5}},
    "fewer entrants, interval": {"entries": {"change_pct": [-10, 0]}},
    "UASC": {"entries": {"uasc_change_pct": [10, 40]}},
    "shorter stays in homes": {
        "durations": {"change_pct": [-20, -5], "placement_type": "childrens_home"}
    },
    "step down": {
        "moves": {"from_type": "childrens_home", "to_type": "foster", "change_pct": [20, 60]}
    },
    "carers": {"foster": {"recruit": [20, 40], "lose_pct": [3, 6], "ramp_months": 12}},
    "homes": {"homes": {"add": [{"placement_type": "childrens_home", "places": 3, "number": 4}]}},
    "prices": {"prices": {"inflation_pct": [2, 6]}},
    "all of it": {
        "entries": {"change_pct": [-10, 0]},
        "durations": {"change_pct": [-20, -5], "placement_type": "childrens_home"},
        "moves": {"from_type": "childrens_home", "to_type": "foster", "change_pct": [20, 60]},
        "foster": {"recruit": [20, 40], "ramp_months": 12},
        "homes": {"add": [{"placement_type": "childrens_home", "places": 3, "number": [2, 6]}]},
        "prices": {"inflation_pct": [2, 6]},
    },
}


def main() -> None:
    """Fit, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--returns", type=Path, default=Path("sample_data"))
    parser.add_argument("--homes", type=Path, default=Path("sample_data/homes.csv"))
    parser.add_argument("--horizon", type=int, default=36)
    given = parser.parse_args()
    config = RunConfig(horizon=given.horizon)
    prepared = pipeline.prepare(read_returns(given.returns), config)
    homes, _ = read_homes(given.homes)
    fit = _timed("fit, once", lambda: fitted(prepared, config))
    for name, keys in SCENARIOS.items():
        _timed(name, partial(answers, fit, homes, parse_scenario(keys, name=name)))
    everything = parse_scenario(SCENARIOS["all of it"])
    falls = _timed("waterfall, six blocks", partial(waterfall, fit, homes, everything))
    _compare_twenty(fit, homes)
    _tell(falls)
    print(f"interval: quadratic against every value run, share of change: {_bend(fit):.2e}")


def _compare_twenty(fit: Fitted, homes: pd.DataFrame) -> None:
    """Answer twenty scenarios and set them beside things as they are."""
    asked = {
        f"{name} {round_}": parse_scenario(keys)
        for round_ in range(3)
        for name, keys in SCENARIOS.items()
    }

    def ask() -> pd.DataFrame:
        found = {"as is": answers(fit, homes)}
        found |= {name: answers(fit, homes, one) for name, one in list(asked.items())[:20]}
        return compared(found)

    table = _timed("twenty compared", ask)
    print(f"  {len(table):,} rows")


def _tell(falls: Waterfall) -> None:
    """Print how wide the waterfall of the widest area is, and whether it sums."""
    steps = falls.steps
    rows = steps[(steps["region"] == "All") & (steps["rcc"] == "") & (steps["horizon"] == 36)]
    rows = rows[(rows["placement_type"] == "childrens_home") & (rows["measure"] == "gap")]
    print(rows[["block", "mean", "q10", "q90", "after", "share_of_spread"]].to_string(index=False))
    parts = steps[~steps["block"].isin(["scenario"])].groupby(KEYS)["mean"].sum()
    whole = steps[steps["block"] == "scenario"].set_index(KEYS)["mean"]
    print(f"  waterfall sums to {np.abs(parts - whole.reindex(parts.index)).max():.1e}")
    size = len(falls.after.table().to_parquet(compression="zstd"))
    print(f"  answers of one scenario: {size / 1e6:.2f} MB as parquet")


def _bend(fit: Fitted) -> float:
    """Worst error of the surface over a wide interval of stays, against runs of single values."""
    wide = parse_scenario(
        {"durations": {"change_pct": [-30, 30]}, "exits": {"change_pct": [0, 40]}}
    )
    runs = runs_of(wide, blocks=wide.on_demand, n_paths=fit.config.n_paths, seed=0)
    by_surface = futures_under(fit, wide)
    worst, widest = 0.0, 0.0
    for path in (3, 57, 121, 199):
        leave, stay = _values(wide, fit.config.n_paths)[path]
        exact = futures_under(
            fit, parse_scenario({"durations": {"change_pct": stay}, "exits": {"change_pct": leave}})
        )
        found = np.tensordot(runs.weights[path], by_surface.runs, axes=1).sum(axis=(1, 2))
        wanted, before = (x.sum(axis=(1, 2)) for x in (exact.runs[0], exact.before))
        worst = max(worst, float(np.abs(found - wanted).max()))
        widest = max(widest, float(np.abs(wanted - before).max()))
    print(f"  widest change {widest:.1f} children, worst error {worst:.2f}")
    return worst / widest


def _values(scenario: Scenario, n_paths: int) -> np.ndarray:
    return drawn_values(assumptions_of(scenario), n_paths=n_paths, seed=0)


def _timed(name: str, ask: Callable[[], Any]) -> Any:
    cpu, wall = time.process_time(), time.perf_counter()
    answer = ask()
    print(
        f"{name:32s} {time.process_time() - cpu:6.2f} s CPU {time.perf_counter() - wall:6.2f} s",
        flush=True,
    )
    return answer


if __name__ == "__main__":
    main()
