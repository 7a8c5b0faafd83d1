"""Demand, sufficiency and placements for Regional Care Cooperatives, from SSDA903 returns.

The names below are what a notebook needs; anything deeper may change::

    import rcc_forecast as rcc

    config = rcc.RunConfig(horizon=36)
    prepared = rcc.pipeline.prepare(rcc.read_returns(Path("returns")), config)
    forecast = rcc.pipeline.forecast(prepared, config).table()
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

# Before numpy is first loaded: the many small sums of a sparse factorisation take seventeen times
# the processor time when each is shared out over threads. Set it yourself to have it otherwise.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

_FACE = {
    "RunConfig": "rcc_forecast.config",
    "Scenario": "rcc_forecast.scenarios",
    "read_children": "rcc_forecast.registers",
    "read_homes": "rcc_forecast.registers",
    "read_returns": "rcc_forecast.returns",
    "read_scenario": "rcc_forecast.scenarios",
}

__all__ = ["__version__", "pipeline", *_FACE]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: most commands need few of them."""
    if name == "pipeline":
        return import_module("rcc_forecast.pipeline")
    if name not in _FACE:
        raise AttributeError(f"rcc_forecast has no public name {name!r}.")
    return getattr(import_module(_FACE[name]), name)
