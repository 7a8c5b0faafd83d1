"""Time and memory of check, link and demand on a panel of returns.

    python tests/benchmarks/bench_demand.py [RETURNS]

Without RETURNS, a region of 80,000 children over eight returns is invented
first (not timed). The bar: check, link and demand together in 20 seconds and
1.5 GB on two cores; link and demand in 8 seconds.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcc_forecast.children import link_episodes
from rcc_forecast.demand import demand_table, monthly_demand
from rcc_forecast.geography import AUTHORITIES, read_membership
from rcc_forecast.returns import read_returns
from tests.builders.episodes import a_steady_authority

CHILDREN, RETURNS, AUTHORITIES_FILED = 80_000, range(2018, 2026), 10
MEAN_DAYS = 600.0


def write_region(folder: Path) -> None:
    """Write a regional panel: one file a table, with LA and YEAR, ISO dates."""
    rng = np.random.default_rng(0)
    codes = sorted(AUTHORITIES.index)[:AUTHORITIES_FILED]
    a_year = CHILDREN // AUTHORITIES_FILED // (len(RETURNS) + round(MEAN_DAYS / 365))
    parts = [
        a_steady_authority(
            rng=rng,
            years=RETURNS,
            starts_a_year=a_year,
            mean_days=MEAN_DAYS,
            delay_of_ends=lambda chance, n: chance.exponential(40, n).astype(int),
            local_authority=code,
        )[0].tables
        for code in codes
    ]
    for table in ("episodes", "header"):
        frame = pd.concat([part[table] for part in parts], ignore_index=True)
        frame["child"] = frame["local_authority"] + frame["child"]
        frame = frame.drop(columns=["file", "row"]).rename(columns={"local_authority": "la"})
        if table == "header":
            frame = frame.assign(sex="1", ethnic="WBRI", upn="")
        frame.columns = frame.columns.str.upper()
        frame.to_csv(folder / f"{table}.csv", index=False)


def main(given: list[str]) -> None:
    """Time each step, and say how much memory the run took."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(given[0]) if given else Path(made)
        if not given:
            write_region(path)
        returns = timed("check", lambda: read_returns(path))
    journeys = timed("link", lambda: link_episodes(returns))
    history = timed("demand", lambda: monthly_demand(journeys))
    table = timed("table", lambda: demand_table(history, read_membership()))
    print(
        f"{len(returns.tables['episodes']):,} rows filed, {len(journeys.children):,} children, "
        f"{len(history.leaves):,} leaves, {len(history.months)} months, {len(table):,} rows written"
    )
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def timed(step: str, work: Callable[[], Any]) -> Any:
    """Run a step and print its seconds."""
    began = time.perf_counter()
    result = work()
    print(f"{step:<8}{time.perf_counter() - began:6.2f} s")
    return result


if __name__ == "__main__":
    main(sys.argv[1:])
