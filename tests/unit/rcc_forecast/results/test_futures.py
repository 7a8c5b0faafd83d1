"""Futures of an area are as wide as its published forecast, and add up to its means."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.results.areas import Area
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import AreaFutures, area_futures, area_key
from tests.builders.engines import HORIZON, handed_out, the_engine
from tests.builders.histories import MANCHESTER, SALFORD, a_membership

JOINS_IN_MONTH = 4
"""Salford joins the co-operative in the course of the forecast; Manchester is in it before."""


@lru_cache(maxsize=1)
def given() -> tuple[DemandForecast, AreaFutures]:
    engine = the_engine()
    joins = (engine.history.months[-1] + np.timedelta64(1, "D")).replace(day=1)
    for _ in range(JOINS_IN_MONTH - 1):
        joins = (joins + np.timedelta64(32, "D")).replace(day=1)
    membership = a_membership(joins=joins.date().isoformat())
    forecast = handed_out(engine, membership=membership)
    return forecast, area_futures(forecast, membership=membership, seed=1)


def area_of(futures: AreaFutures, **named: str) -> Area:
    return next(
        area
        for area in futures.areas
        if all(getattr(area, name) == value for name, value in named.items())
    )


def published(forecast: DemandForecast, **keys: str):
    table = forecast.table()
    keys = {"measure": "children", "population": ALL, "rcc": "", **keys}
    if keys["local_authority"] != ALL:
        keys.pop("rcc")
    for column, value in keys.items():
        table = table[table[column] == value]
    return table.sort_values("horizon")


def test_means_by_kind_and_band_are_those_of_the_forecast_table() -> None:
    forecast, futures = given()

    children = futures.children(area_of(futures, local_authority=SALFORD)).mean(axis=0)

    for k, kind in enumerate(futures.kinds):
        for b, band in enumerate(futures.bands):
            rows = published(forecast, local_authority=SALFORD, placement_type=kind, age_band=band)
            np.testing.assert_allclose(children[k, b], rows["mean"], atol=2e-3)


@pytest.mark.parametrize("column", ["q10", "q50", "q90"])
def test_a_kind_is_as_uncertain_as_its_published_interval_says(column: str) -> None:
    forecast, futures = given()
    level = {"q10": 0.1, "q50": 0.5, "q90": 0.9}[column]
    foster = futures.kinds.index("foster")

    children = futures.children(area_of(futures, local_authority=MANCHESTER))[:, foster].sum(axis=1)

    rows = published(forecast, local_authority=MANCHESTER, placement_type="foster", age_band=ALL)
    # Sixty futures, and a mean held fast: a quantile is good to a few per cent of the total.
    np.testing.assert_allclose(
        np.quantile(children, level, axis=0), rows[column], rtol=0.06, atol=1.0
    )


def test_a_co_operative_has_the_children_of_those_who_are_members_that_month() -> None:
    _, futures = given()
    mean = {
        code: futures.children(area_of(futures, local_authority=code)).mean(axis=0).sum(axis=(0, 1))
        for code in (MANCHESTER, SALFORD)
    }
    pool = next(area for area in futures.areas if area_key(area)[2])

    together = futures.children(pool).mean(axis=0).sum(axis=(0, 1))

    before, after = JOINS_IN_MONTH - 2, HORIZON - 1
    np.testing.assert_allclose(together[before], mean[MANCHESTER][before], rtol=1e-5)
    np.testing.assert_allclose(
        together[after], mean[MANCHESTER][after] + mean[SALFORD][after], rtol=1e-5
    )


def test_areas_add_up_to_england() -> None:
    _, futures = given()
    single = [area for area in futures.areas if area.local_authority != ALL]
    england = futures.areas[0]

    summed = sum(futures.children(area).mean(axis=0) for area in single)

    np.testing.assert_allclose(summed, futures.children(england).mean(axis=0), atol=1e-3)
