"""A forecast adds up at every level, is never negative, and says where it came from."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.forecasting import backtest_demand, forecast_demand
from rcc_forecast.results.demand import Break
from rcc_forecast.tables.forecast import FORECAST, QUANTILES
from tests.builders.series import (
    BLACKPOOL,
    MANCHESTER,
    SALFORD,
    a_history,
    a_membership,
    as_known,
)

SUPPORTED = Break(
    "supported-accommodation", pd.Timestamp("2021-10-31"), "regulated from now", "kept together"
)
HISTORY = a_history(breaks=(SUPPORTED,))
KNOWN = [as_known(HISTORY, n) for n in (37, 49, 61)]
# Salford joins the co-operative seven months into the forecast.
MEMBERSHIP = a_membership(joins="2024-10-15")


def _forecast(*, seed=0, backtested=True, history=HISTORY):
    backtest = None
    if backtested:
        backtest = backtest_demand(
            history,
            KNOWN,
            membership=MEMBERSHIP,
            horizon=12,
            n_paths=60,
            forecasters=("hold_flat", "ets", "stock_flow_24"),
        )
    return forecast_demand(
        history,
        backtest,
        membership=MEMBERSHIP,
        horizon=12,
        n_paths=100,
        seed=seed,
        configuration={"horizon": 12},
        code_version="0.1.0",
    )


@pytest.fixture(scope="module")
def forecast():
    return _forecast()


def _totals(table, measure="children"):
    whole = (table["placement_type"] == ALL) & (table["age_band"] == ALL)
    return table[whole & (table["population"] == ALL) & (table["measure"] == measure)]


def test_the_table_has_the_columns_of_the_contract_in_order(forecast):
    assert list(forecast.table().columns) == [
        *("region", "local_authority", "placement_type", "age_band", "population"),
        *("measure", "month", "horizon", "mean", *QUANTILES),
        *("model", "rcc", "local_authority_name"),
    ]
    assert FORECAST.names == list(forecast.table().columns)


@pytest.mark.parametrize("measure", ["children", "entries", "exits"])
def test_the_means_of_leaves_sum_to_every_total(forecast, measure):
    leaves = forecast.leaf_paths[measure].mean(axis=0, dtype=float)
    labels = forecast.leaves[measure]
    table = forecast.table().query("measure == @measure and rcc == ''")

    for node, rows in table.groupby(
        ["region", "local_authority", "placement_type", "age_band", "population"]
    ):
        inside = np.ones(len(labels), dtype=bool)
        for column, value in zip(
            ["region", "local_authority", "placement_type", "age_band", "population"],
            node,
            strict=True,
        ):
            inside &= (value == ALL) | (labels[column] == value).to_numpy()
        months = rows["horizon"].to_numpy() - 1
        np.testing.assert_allclose(rows["mean"], leaves[inside].sum(axis=0)[months], atol=1e-6)


def test_authorities_add_up_to_their_region(forecast):
    totals = _totals(forecast.table())
    region = totals[(totals["region"] == "North West") & (totals["local_authority"] == ALL)]
    parts = totals[totals["local_authority"] != ALL].groupby("horizon")["mean"].sum()

    np.testing.assert_allclose(region.set_index("horizon")["mean"], parts, atol=1e-6)


def test_a_co_operative_has_the_members_of_each_month(forecast):
    totals = _totals(forecast.table())
    of_rcc = totals[(totals["local_authority"] == ALL) & (totals["rcc"] != "")]
    of_rcc = of_rcc.set_index("horizon")["mean"]
    by_code = totals.pivot_table(index="horizon", columns="local_authority", values="mean")

    # To the end of September 2024 Manchester alone; from October, lead 7, Salford too.
    np.testing.assert_allclose(of_rcc.loc[:6], by_code.loc[:6, MANCHESTER], atol=1e-6)
    both = by_code[MANCHESTER] + by_code[SALFORD]
    np.testing.assert_allclose(of_rcc.loc[7:], both.loc[7:], atol=1e-6)


def test_authority_rows_name_their_co_operative_on_the_date(forecast):
    rows = _totals(forecast.table()).set_index(["local_authority", "horizon"])["rcc"]

    assert rows[SALFORD, 6] == ""
    assert rows[SALFORD, 7] == "Greater Manchester"
    assert rows[BLACKPOOL, 12] == ""


def test_quantiles_are_ordered_and_nothing_is_negative(forecast):
    quantiles = forecast.table()[list(QUANTILES)].to_numpy()

    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert forecast.table()[["mean", *QUANTILES]].to_numpy().min() >= 0


def test_months_are_last_days_after_the_as_of_day(forecast):
    first, last = forecast.months[0], forecast.months[-1]

    assert first == pd.Timestamp("2024-04-30")
    assert last == pd.Timestamp("2025-03-31")
    assert set(forecast.table()["month"]) == set(forecast.months)


def test_the_same_inputs_and_seed_give_the_same_table(forecast):
    assert forecast.table().equals(_forecast().table())


def test_another_seed_gives_other_futures(forecast):
    other = _forecast(seed=1)

    assert not np.array_equal(other.leaf_paths["children"], forecast.leaf_paths["children"])


def test_without_a_backtest_today_is_held_flat_and_the_notes_say_so():
    forecast = _forecast(backtested=False)

    assert set(forecast.models.values()) == {"hold_flat"}
    assert "too short for a backtest" in forecast.meta["notes"][0]


def test_the_provenance_is_told_in_json(forecast):
    meta = json.loads(json.dumps(forecast.meta))

    assert meta["as_of"] == "2024-03-31"
    assert meta["data_hash"] == "0" * 64
    assert meta["backtest_origins"] == ["2021-03-31", "2022-03-31", "2023-03-31"]
    assert meta["breaks"][0]["name"] == "supported-accommodation"
    assert "no part of the spread" in meta["breaks"][0]["handling"]
    assert set(meta["coverage"]["children"]) == {"80", "95", "by_level"}
    assert meta["cut_short"] == []


def test_a_break_before_the_data_is_not_listed():
    assert _forecast(history=a_history(), backtested=False).meta["breaks"] == []
