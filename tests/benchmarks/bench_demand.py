"""Time and memory of check, link and demand on eight years of England's returns.

    python tests/benchmarks/bench_demand.py [RETURNS]

Without RETURNS, about 80,000 children over eight returns are invented first
(not timed) and kept in the system's temporary folder for the next time. The
bar: check, link and demand together in 20 seconds and 1.5 GB on two cores.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.returns import findings_text, read_returns
from rcc_forecast.runs import whole_folder
from rcc_forecast.synthetic import synthesise, write_region

YEARS, SEED = 8, 1
CHILDREN = 20_400
"""In care on the last day; four times as many are in the eight returns."""

_TOO_SMALL = {"E06000053", "E09000001", "E06000017"}
"""Isles of Scilly, City of London, Rutland: at this level they may have no child at all."""

BAR_SECONDS, BAR_GB = 20.0, 1.5


def main(given: list[str]) -> None:
    """Time each step, and say how much memory the run took."""
    path = Path(given[0]) if given else invented_returns()
    began, began_cpu = time.perf_counter(), time.process_time()
    returns = timed("read", lambda: read_returns(path))
    found = timed("check", lambda: pipeline.check(returns))
    timed("page", lambda: findings_text(returns))
    prepared = timed("prepare", lambda: pipeline.prepare(returns, RunConfig()))
    table = timed("table", lambda: pipeline.demand(prepared))
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    history = prepared.history
    print(
        f"{len(returns.files):,} tables, {int(returns.files['rows_filed'].sum()):,} rows filed, "
        f"{len(returns.tables['episodes']):,} of them episodes, "
        f"{len(prepared.journeys.children):,} children, {len(found):,} findings\n"
        f"{len(history.leaves):,} leaves, {len(history.months)} months, {len(table):,} rows out\n"
        f"together {wall:.2f} s wall (bar {BAR_SECONDS:.0f}), {cpu:.2f} s CPU, "
        f"peak {peak:.2f} GB (bar {BAR_GB})"
    )


def invented_returns() -> Path:
    """Give the folder of invented returns, made the first time."""
    folder = Path(tempfile.gettempdir()) / f"rcc-bench-{CHILDREN}-{YEARS}-{SEED}"
    if not (folder / "truth.json").exists():
        authorities = sorted(set(AUTHORITIES.index) - _TOO_SMALL)
        # In a process of its own this would not count towards the peak; it says so instead.
        print(f"inventing returns in {folder}: run again for the peak of memory")
        region = synthesise(authorities, years=YEARS, seed=SEED, children=CHILDREN)
        with whole_folder(folder) as unfinished:
            write_region(region, unfinished)
    return folder


def timed(step: str, work: Callable[[], Any]) -> Any:
    """Run a step and print its seconds, by the clock and of the processor."""
    began, began_cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    print(f"{step:<8}{wall:7.2f} s wall {cpu:7.2f} s CPU")
    return result


if __name__ == "__main__":
    main(sys.argv[1:])
