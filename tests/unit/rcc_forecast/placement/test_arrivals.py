"""Arrivals simulated from tables: policies compared, places to hold back, who gave and took."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.placement.arrivals import POLICIES
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.placement import arrivals
from rcc_forecast.placement.arrivals import TooManyToSimulateError, compare_arrivals
from rcc_forecast.placement.settings import SettingError
from tests.builders.placement import TODAY, a_child, a_foster_home, children_table, homes_table
from tests.builders.regions import a_region, region_tables


@pytest.fixture(scope="module")
def compared():
    return compare_arrivals(*_a_small_region(), on=TODAY, weeks=6, replications=2, seed=3)


def _a_small_region() -> tuple[pd.DataFrame, pd.DataFrame]:
    return region_tables(a_region("vacancies", children=60, seed=11))


def test_every_policy_and_hindsight_have_a_mean_and_each_replication(compared):
    rows = compared.arrivals.groupby("policy")["replication"].apply(list)

    assert set(rows.index) == {*POLICIES, "hindsight"}
    assert all(listed == ["mean", "1", "2"] for listed in rows)


def test_the_mean_of_a_policy_is_that_of_its_replications(compared):
    table = compared.arrivals
    means = table[table["replication"] == "mean"].set_index("policy")
    each = table[table["replication"] != "mean"].groupby("policy")[["net_points", "mean_miles"]]

    pd.testing.assert_frame_equal(
        each.mean().sort_index(), means[["net_points", "mean_miles"]].sort_index(), atol=1e-3
    )


def test_the_scale_runs_from_the_nearest_home_to_hindsight(compared):
    means = compared.arrivals[compared.arrivals["replication"] == "mean"].set_index("policy")

    assert means.loc["nearest", "share_of_gap_closed"] == 0
    assert means.loc["hindsight", "share_of_gap_closed"] == 1
    assert means["net_points"].min() == means.loc["hindsight", "net_points"]


def test_what_authorities_take_and_give_adds_up_to_everything(compared):
    whole = compared.allocation[compared.allocation["weeks"] == "All"]

    for share in ("children_pct", "taken_pct", "given_pct"):
        assert whole[share].sum() == pytest.approx(100, abs=0.2)
    assert whole["balance_pct"].sum() == pytest.approx(0, abs=0.2)


def test_the_weeks_are_told_in_parts(compared):
    assert set(compared.allocation["weeks"]) == {"All", "1-1", "2-3", "4-4", "5-6"}


def test_reserves_are_dearest_first_and_count_the_places_free_today(compared):
    reserve = compared.reserve
    _, homes = _a_small_region()

    assert (np.diff(reserve["reserve"]) <= 0).all()
    assert (reserve["worth_holding_back"] <= reserve["places"]).all()
    youngest = reserve[(reserve["age_band"] == "0") & (reserve["needs"] == 0)]
    takes_babies = homes[(homes["age_min"] == 0) & (homes["places_available"] > 0)]
    assert youngest["places"].sum() == takes_babies["places_available"].sum()


def test_scarce_places_are_worth_holding_back_and_plentiful_ones_are_not():
    # Ten families with need 3 for three such places; ten others for thirty places.
    children = [a_child(f"A{n}", needs=3) for n in range(10)]
    children += [a_child(f"B{n}", needs=0) for n in range(10)]
    homes = [a_foster_home(f"S{n}", needs_met=3) for n in range(3)]
    homes += [a_foster_home(f"P{n}", needs_met=0) for n in range(30)]

    compared = compare_arrivals(
        children_table(*children), homes_table(*homes), on=TODAY, weeks=2, replications=1, seed=1
    )

    by_needs = compared.reserve[compared.reserve["age_band"] == "5-9"].set_index("needs")
    assert by_needs.loc[3, "worth_holding_back"] == 3
    assert by_needs.loc[3, "sure_pct"] == 100
    # Without the place a child has none: 20,000 points against some 3,010 for a home a mile away.
    assert by_needs.loc[3, "reserve"] == pytest.approx(20_000 - 3_010, rel=0.05)
    # Among the 33 homes for children with need 0 are the three; the thirty are all but free.
    plentiful = (33 * by_needs.loc[0, "reserve"] - 3 * by_needs.loc[3, "reserve"]) / 30
    assert plentiful < 100


def test_hindsight_is_left_out_where_children_leave():
    children, homes = _a_small_region()
    homes["places_approved"] = homes["places_available"] + 1

    compared = compare_arrivals(
        children, homes, on=TODAY, weeks=6, replications=1, seed=3, leave_weekly=0.1
    )

    assert "hindsight" not in set(compared.arrivals["policy"])
    assert compared.arrivals["share_of_gap_closed"].isna().all()
    assert compared.summary["hindsight_mean_gap_points"] is None


def test_one_family_is_too_few_to_forecast_from():
    with pytest.raises(NothingUsableError, match="fewer than two families"):
        compare_arrivals(children_table(a_child()), homes_table(a_foster_home()), on=TODAY)


def test_tables_larger_than_a_region_are_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(arrivals, "MOST_PAIRS", 10)

    with pytest.raises(TooManyToSimulateError, match="one region"):
        compare_arrivals(*_a_small_region(), on=TODAY)


def test_a_share_who_leave_above_one_is_refused():
    with pytest.raises(SettingError, match="leave_weekly"):
        compare_arrivals(*_a_small_region(), on=TODAY, leave_weekly=1.5)
