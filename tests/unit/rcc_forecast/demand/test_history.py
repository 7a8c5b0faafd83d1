"""The demand table says every node, measure and month in one row each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.demand import demand_table, monthly_demand
from rcc_forecast.geography import read_membership
from rcc_forecast.tables.demand import DEMAND
from tests.builders.episodes import an_episode, filed_yearly, journeys_of


@pytest.fixture(scope="module")
def table():
    stays = [
        an_episode(decom="2019-05-10", dec="2021-05-10"),
        an_episode(decom="2020-02-10", child="B2", place="K2", dob="2004-02-01"),
        an_episode(decom="2018-02-10", child="C3", local_authority="E10000017"),
    ]
    history = monthly_demand(journeys_of(filed_yearly(*stays, years=range(2020, 2023))))
    return demand_table(history, read_membership())


def test_the_table_has_the_columns_of_the_contract_then_the_added_ones(table):
    assert list(table.columns) == [
        *("region", "local_authority", "placement_type", "age_band", "population"),
        *("measure", "month", "value", "rcc", "value_corrected", "local_authority_name"),
    ]
    assert list(table.columns) == DEMAND.names


def test_there_is_one_row_a_node_measure_and_month(table):
    # 2 authorities, 1 region, 1 co-operative and England; 68 rows each; 3 measures; 37 months.
    assert len(table) == 5 * 68 * 3 * 37
    keys = [name for name in table.columns if not name.startswith(("value", "local_authority_n"))]
    assert not table.duplicated(keys).any()


def test_months_are_iso_last_days_and_values_are_whole(table):
    assert table["month"].iloc[0] == "2019-03-31"
    assert pd.api.types.is_integer_dtype(table["value"])


def test_a_co_operative_counts_its_members_and_the_region_all(table):
    at = table[(table["month"] == "2020-06-30") & (table["measure"] == "children")]
    total = at[(at[["placement_type", "age_band", "population"]] == "All").all(axis=1)]

    assert list(total.loc[total["rcc"] == "Greater Manchester", "value"]) == [2, 2]
    assert list(total.loc[total["region"] == "North West", "value"]) == [2, 1, 3]


def test_all_levels_are_there_for_entries_and_exits_too(table):
    homes = table[
        (table["measure"] == "entries")
        & (table["placement_type"] == "childrens_home")
        & (table["age_band"] == "16-17")
        & (table["local_authority"] == "E08000003")
    ]

    assert homes["value"].sum() == 1


def test_names_are_given_and_a_sum_reads_all(table):
    names = dict(zip(table["local_authority"], table["local_authority_name"], strict=True))

    assert names == {"E08000003": "Manchester", "E10000017": "Lancashire", "All": "All"}


def test_values_that_are_complete_are_the_same_corrected(table):
    np.testing.assert_array_equal(table["value"], table["value_corrected"])
