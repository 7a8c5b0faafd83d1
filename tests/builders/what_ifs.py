"""A small fitted region with its homes, made once a process, and scenarios put to it."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.scenarios import Scenario, parse_scenario
from rcc_forecast.what_ifs import Fitted, fitted
from tests.builders.histories import BLACKPOOL, MANCHESTER, SALFORD, some_returns
from tests.builders.register import a_home, a_register

CONFIG = RunConfig(horizon=12, origins=2, n_paths=80, seed=903)


@lru_cache(maxsize=1)
def the_region() -> Fitted:
    """Three authorities of the North West, forecast for a year."""
    return fitted(pipeline.prepare(some_returns(), CONFIG), CONFIG)


@lru_cache(maxsize=1)
def its_homes() -> pd.DataFrame:
    """Foster households and children's homes in each authority, some with a place free."""
    homes = []
    for code in (BLACKPOOL, MANCHESTER, SALFORD):
        homes += [
            a_home(
                f"F{code}{i}",
                placement_type="foster",
                local_authority=code,
                places_approved=3,
                places_available=i % 2,
                age_min=0,
                weekly_cost_gbp=700.0,
            )
            for i in range(12)
        ]
        homes += [a_home(f"C{code}{i}", local_authority=code) for i in range(6)]
    return a_register(*homes)


def a_scenario(name: str = "what-if", **given: object) -> Scenario:
    """A scenario given as TOML would give it."""
    return parse_scenario(given, name=name)
