"""A what-if moves each future by what it says, and leaves its chance as it is."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast import pipeline
from rcc_forecast.codes import ALL
from rcc_forecast.results.scenario import ScenarioFutures
from rcc_forecast.what_ifs import futures_under
from tests.builders.histories import MANCHESTER, SALFORD
from tests.builders.what_ifs import CONFIG, a_scenario, the_region

ALL_LEVERS = {
    "entries": {"change_pct": [-10, -2]},
    "exits": {"change_pct": [0, 15], "age_band": "16-17"},
    "moves": {"from_type": "childrens_home", "to_type": "foster", "change_pct": 40},
}


def area_of(code, futures):
    return next(area for area in futures.areas if area.local_authority == code)


def test_a_scenario_without_levers_on_demand_has_the_futures_as_they_are():
    assert futures_under(the_region(), a_scenario(foster={"recruit": 4})) is the_region().futures


def test_a_lever_of_size_nought_leaves_every_future_as_it_is_to_the_last_bit():
    futures = futures_under(the_region(), a_scenario(entries={"change_pct": 0}))

    for area in futures.areas:
        np.testing.assert_array_equal(futures.children(area), futures.base.children(area))


def test_an_interval_of_one_number_is_that_number_to_the_last_bit():
    one, other = (
        futures_under(
            the_region(), a_scenario(entries={"change_pct": change}, durations={"change_pct": 5})
        )
        for change in (7, [7, 7])
    )

    for area in one.areas:
        np.testing.assert_array_equal(one.children(area), other.children(area))


def test_an_authority_that_no_lever_names_keeps_its_futures_exactly():
    lever = {"change_pct": [-30, -10], "local_authority": MANCHESTER}

    futures = futures_under(the_region(), a_scenario(entries=lever))

    there, here = (area_of(code, futures) for code in (SALFORD, MANCHESTER))
    np.testing.assert_array_equal(futures.children(there), futures.base.children(there))
    assert futures.children(here).sum() < futures.base.children(here).sum()


def test_fewer_entrants_are_fewer_children_in_every_single_future():
    futures = futures_under(the_region(), a_scenario(entries={"change_pct": -10}))

    for area in futures.areas:
        before = futures.base.children(area).sum(axis=(1, 2))
        assert (futures.children(area).sum(axis=(1, 2)) <= before).all()


def test_the_mean_of_the_futures_is_the_forecast_under_the_same_scenario():
    scenario = a_scenario(**ALL_LEVERS)
    fit = the_region()
    table = pipeline.forecast(fit.prepared, CONFIG, scenario=scenario, judged=fit.outlook).table()
    children = table[(table["measure"] == "children") & (table["population"] == ALL)]
    cells = children[(children["placement_type"] != ALL) & (children["age_band"] != ALL)]

    futures = futures_under(fit, scenario)

    for code in (MANCHESTER, SALFORD):
        rows = cells[cells["local_authority"] == code]
        wanted = rows.groupby("horizon")["mean"].sum()
        found = futures.children(area_of(code, futures)).sum(axis=(1, 2), dtype=float).mean(axis=0)
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_means_of_authorities_sum_to_their_region_under_intervals_too():
    futures = futures_under(the_region(), a_scenario(**ALL_LEVERS))

    england = futures.children(futures.areas[0]).mean(axis=0, dtype=float)
    parts = sum(
        futures.children(area).mean(axis=0, dtype=float)
        for area in futures.areas
        if area.local_authority != ALL
    )
    np.testing.assert_allclose(parts, england, atol=1e-6)


def test_an_interval_makes_the_difference_uncertain_and_a_number_does_not():
    sure, unsure = (
        futures_under(the_region(), a_scenario(entries={"change_pct": change}))
        for change in (-10, [-20, 0])
    )
    england = sure.areas[0]
    before = sure.base.children(england).sum(axis=(1, 2))[:, -1]

    shares = [
        futures.children(england).sum(axis=(1, 2))[:, -1] / before for futures in (sure, unsure)
    ]

    assert shares[1].std() > 3 * shares[0].std()
    assert shares[1].mean() == pytest.approx(shares[0].mean(), abs=0.01)


def test_some_months_alone_are_the_same_numbers():
    futures = futures_under(the_region(), a_scenario(**ALL_LEVERS))
    assert isinstance(futures, ScenarioFutures)
    england, months = futures.areas[0], np.array([2, 11])

    np.testing.assert_array_equal(
        futures.children_at(england, months), futures.children(england)[..., months]
    )


def test_a_forecast_under_an_interval_is_wider_than_at_its_middle_and_as_high():
    fit = the_region()
    narrow, wide = (
        pipeline.forecast(
            fit.prepared,
            CONFIG,
            scenario=a_scenario(entries={"change_pct": change}),
            judged=fit.outlook,
        ).table()
        for change in (-10, [-40, 20])
    )
    whole = (narrow["measure"] == "children") & (narrow[["region", "local_authority"]] == ALL).all(
        axis=1
    )
    whole &= (narrow[["placement_type", "age_band", "population"]] == ALL).all(axis=1)
    last = whole & (narrow["horizon"] == CONFIG.horizon) & (narrow["rcc"] == "")

    widths = [float((table["q90"] - table["q10"])[last].iloc[0]) for table in (narrow, wide)]
    means = [float(table["mean"][last].iloc[0]) for table in (narrow, wide)]

    assert widths[1] > widths[0]
    assert means[1] == pytest.approx(means[0], rel=0.01)
