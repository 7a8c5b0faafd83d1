"""Each month's change is entries, exits, 18th birthdays and moves, and nothing is left over."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.cohort.levers import EntriesLever, pulled
from rcc_forecast.codes import ALL
from rcc_forecast.forecasting.explanation import explain_demand
from rcc_forecast.forecasting.means import combined_means
from rcc_forecast.forecasting.under import stepped_under
from rcc_forecast.tables.explanation import EXPLANATION
from tests.builders.engines import the_engine


@pytest.fixture(scope="module")
def explained():
    return explain_demand(the_engine())


def test_the_parts_sum_to_the_forecast_at_every_node_and_month(explained):
    e = explained
    parts = e["before"] + e["entries"] - e["exits"] - e["aged_out"] + e["band_in"] - e["band_out"]
    parts += e["moved_in"] - e["moved_out"] + e["adjustment"]

    assert list(e.columns) == EXPLANATION.names
    np.testing.assert_allclose(parts, e["mean"], atol=1e-9)


def test_the_explanation_ends_at_the_forecast_that_is_handed_out(explained):
    means = combined_means(the_engine(), "children").nodes

    np.testing.assert_allclose(explained["mean"], means.ravel(), atol=1e-9)


def test_moves_between_kinds_cancel_in_a_total_and_birthdays_over_bands(explained):
    totals = explained[(explained["placement_type"] == ALL) & (explained["age_band"] == ALL)]

    np.testing.assert_allclose(totals["moved_in"], totals["moved_out"], atol=1e-9)
    np.testing.assert_allclose(totals["band_in"], totals["band_out"], atol=1e-9)


def test_each_month_begins_where_the_one_before_ended(explained):
    keys = ["region", "local_authority", "placement_type", "age_band", "population"]
    ends = explained.groupby(keys, sort=False)["mean"].shift()
    later = ends.notna()

    np.testing.assert_allclose(explained.loc[later, "before"], ends[later], atol=1e-12)


def test_a_lever_on_entries_shows_as_entries():
    engine = the_engine()
    n_areas = len(engine.history.authorities)
    levers = pulled([EntriesLever(0.5)], horizon=engine.horizon, n_areas=n_areas, n_kinds=10)

    plain, more = (
        explain_demand(engine),
        explain_demand(engine, under=stepped_under(engine.cohort.today, [levers])),
    )

    np.testing.assert_allclose(more["entries"], 1.5 * plain["entries"], rtol=1e-9, atol=1e-12)
