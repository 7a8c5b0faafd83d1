"""Foster carers as arrays and as a register: a builder gives only what the test is about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.sufficiency.carers import (
    NEW_MONTHS,
    CarerPaths,
    CarerStock,
    RatePrior,
    ShareDrift,
    drawn_carers,
)
from rcc_forecast.geography import read_membership
from rcc_forecast.results.areas import areas_of
from rcc_forecast.results.futures import BANDS, KINDS, AreaFutures
from tests.builders.register import BOLTON, BURY, a_home

STEADY = RatePrior(mean=0.12, region_spread=0.14, shape=14.0, yearly_shape=1e9, drift=0.0)
"""Rates that vary between authorities alone."""

STILL = ShareDrift(not_available=0.0, filled=0.0)


def a_stock(households: int = 100, *, horizon: int = 24, **given: object) -> CarerStock:
    """One authority's households, of two places each, a fifth not available, the rest 3/4 full."""
    none = np.zeros((1, horizon))
    fields: dict[str, object] = {
        "new": np.zeros((1, NEW_MONTHS)),
        "settled": np.array([float(households)]),
        "planned_in": none,
        "planned_out": none,
        "places": np.array([2.0]),
        "places_spread": 0.0,
        "places_in": none,
        "places_out": none,
        "not_available": np.array([0.2]),
        "filled": np.array([0.75]),
        **given,
    }
    return CarerStock(**fields)  # type: ignore[arg-type]


def carers(
    stock: CarerStock, *, recruiting: float, leaving: float, n_paths: int = 400, **how: object
) -> CarerPaths:
    """Futures at rates that are the same in all of them."""
    given: dict[str, object] = {
        "recruit_prior": STEADY,
        "leave_prior": STEADY,
        "drift": STILL,
        "rng": np.random.default_rng(7),
        **how,
    }
    rates = np.ones((n_paths, len(stock.settled)))
    return drawn_carers(stock, recruiting=recruiting * rates, leaving=leaving * rates, **given)  # type: ignore[arg-type]


def a_foster_home(home_id: str, **given: object) -> pd.DataFrame:
    """A household long approved for two, with one place free, in Bolton."""
    usual = {"placement_type": "foster", "places_approved": 2, "places_available": 1}
    return a_home(home_id, **{**usual, **given})


def foster_homes(number: int, *, prefix: str = "F", **given: object) -> pd.DataFrame:
    """Several households alike; a list gives each its own."""
    shared = {name: value for name, value in given.items() if not isinstance(value, list)}
    one = a_foster_home(f"{prefix}0", **shared)
    homes = one.loc[one.index.repeat(number)].reset_index(drop=True)
    homes["home_id"] = [f"{prefix}{i}" for i in range(number)]
    for name in given.keys() - shared.keys():
        homes[name] = pd.Series(given[name]).astype(one[name].dtype)
    return homes


def two_authorities(
    *, months: int = 12, n_paths: int = 100, children: float = 0.0, first: str = "2025-04-30"
) -> AreaFutures:
    """Bolton and Bury with the same children of every kind and band in every future."""
    authorities = pd.DataFrame(
        {"local_authority": [BOLTON, BURY], "region": ["North West", "North West"]}
    )
    ahead = pd.date_range(first, periods=months, freq="ME")
    areas = areas_of(authorities, months=ahead, membership=read_membership())
    shape = (n_paths, 2, len(KINDS), len(BANDS), months)
    return AreaFutures(
        areas=areas,
        authorities=authorities,
        months=ahead,
        paths=np.full(shape, children, dtype=np.float32),
        published={},
        seed=0,
    )
