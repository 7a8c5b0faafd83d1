"""Spend is children times prices, adds up in every direction, and knows its doubt."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.results.futures import KINDS
from rcc_forecast.results.spending import Spending
from rcc_forecast.spending import forecast_spend
from tests.builders.spending import (
    AS_OF,
    BOLTON,
    BURY,
    LEEDS,
    a_market,
    some_futures,
    some_stays,
)

KEYS = ["region", "local_authority", "rcc", "placement_type", "sector", "horizon"]


def spending(*, seed: int = 9, futures: dict[str, Any] | None = None, **given: Any) -> Spending:
    given = {"homes": a_market(), "episodes": some_stays(), "as_of": AS_OF, **given}
    return forecast_spend(some_futures(**(futures or {})), rng=np.random.default_rng(seed), **given)


@lru_cache(maxsize=1)
def usual() -> Spending:
    return spending()


def row(table: pd.DataFrame, **keys: object) -> pd.Series:
    for column, value in keys.items():
        table = table[table[column] == value]
    assert len(table) == 1, keys
    return table.iloc[0]


def test_sectors_add_up_to_the_kind_and_kinds_to_the_whole():
    spend = usual().spend
    area = [key for key in KEYS if key != "sector"]
    priced = spend[spend["spend_mean"].notna()]
    by_sector = priced[priced["sector"] != ALL].groupby(area)[["spend_mean", "children_mean"]].sum()
    told = priced[priced["sector"] == ALL].set_index(area)[["spend_mean", "children_mean"]]
    by_sector = by_sector.reindex(told.index, fill_value=0.0)

    np.testing.assert_allclose(by_sector, told, rtol=1e-9, atol=1e-6)

    area.remove("placement_type")
    kinds = priced[(priced["sector"] == ALL) & (priced["placement_type"] != ALL)]
    whole = priced[(priced["sector"] == ALL) & (priced["placement_type"] == ALL)]
    summed = kinds.groupby(area)[["spend_mean", "children_mean"]].sum()
    np.testing.assert_allclose(
        summed.reindex(whole.set_index(area).index), whole[["spend_mean", "children_mean"]]
    )


@pytest.mark.parametrize(
    ("table", "figure"), [("spend", "spend_mean"), ("years", "spend_mean_gbp")]
)
def test_authorities_add_up_to_regions_and_england(table: str, figure: str):
    rows = getattr(usual(), table)
    same = [
        name for name in ("placement_type", "sector", "horizon", "financial_year") if name in rows
    ]
    rows = rows[rows[figure].notna()]
    single = rows[rows["local_authority"] != ALL].groupby(same)[figure].sum()
    england = rows[(rows["region"] == ALL) & (rows["rcc"] == "")].set_index(same)[figure]
    regions = rows[(rows["region"] != ALL) & (rows["local_authority"] == ALL)]

    np.testing.assert_allclose(single.reindex(england.index), england, rtol=1e-12)
    np.testing.assert_allclose(
        regions.groupby(same)[figure].sum().reindex(england.index), england, rtol=1e-12
    )


def test_a_cooperative_counts_members_from_the_month_they_join():
    spend = usual().spend
    whole = spend[(spend["placement_type"] == ALL) & (spend["sector"] == ALL)]

    def of(month: int, **keys: object) -> float:
        return float(row(whole, horizon=month, **keys)["spend_mean"])

    pool = {"region": ALL, "rcc": "Together"}
    assert of(1, **pool) == pytest.approx(of(1, local_authority=BOLTON))
    assert of(9, **pool) == pytest.approx(
        of(9, local_authority=BOLTON) + of(9, local_authority=BURY)
    )


def test_kinds_without_any_price_say_so_and_are_left_out_of_totals():
    spend = usual().spend

    supported = spend[(spend["placement_type"] == "supported") & (spend["sector"] == ALL)]

    assert (supported["children_mean"] > 0).all()
    assert supported["spend_mean"].isna().all()
    assert supported["cost_source"].str.startswith("No price is known").all()


def test_certain_children_at_a_certain_mix_cost_children_times_price():
    told = spending(
        futures={"doubt": 0.0},
        costs=pd.DataFrame(
            {
                "local_authority": None,
                "placement_type": ["childrens_home", "foster"],
                "sector": None,
                "weekly_cost_gbp": [5_000.0, 600.0],
            }
        ),
        inflation={"inflation_pct": 0.0},
    )

    bolton = row(told.spend, local_authority=BOLTON, placement_type=ALL, sector=ALL, horizon=1)
    # 10 children at 5,000 and 30 at 600.
    assert bolton["spend_mean"] == pytest.approx(68_000.0, rel=0.01)
    assert bolton["children_mean"] == pytest.approx(40.0)


def test_prices_rise_by_the_drift_of_published_costs_unless_a_what_if_says_otherwise():
    def yearly(told: Spending) -> float:
        kind = {"local_authority": LEEDS, "placement_type": "childrens_home", "sector": ALL}
        first, later = (
            row(told.spend, horizon=month, **kind)["weekly_cost_gbp"] for month in (6, 18)
        )
        return float(later / first - 1.0)

    assert yearly(usual()) == pytest.approx(0.10, abs=0.03)
    assert yearly(spending(inflation={"inflation_pct": 2.0})) == pytest.approx(0.02, abs=0.02)
    kept = {"inflation_pct": 2.0, "placement_type": "foster"}
    assert yearly(spending(inflation=kept)) == pytest.approx(yearly(usual()), rel=1e-6)


def test_an_interval_of_one_value_is_that_value():
    exact = spending(inflation={"inflation_pct": 3.0})
    interval = spending(inflation={"inflation_pct": (3.0, 3.0)})

    pd.testing.assert_frame_equal(exact.spend, interval.spend)


def test_doubt_of_children_and_of_prices_both_widen_the_interval():
    def width(told: Spending) -> float:
        years = row(told.years, region=ALL, rcc="", placement_type=ALL, financial_year="2026-27")
        return float((years["spend_q90_gbp"] - years["spend_q10_gbp"]) / years["spend_mean_gbp"])

    certain = spending(futures={"doubt": 0.0})

    assert 0.02 < width(certain) < width(usual())


def test_parts_of_the_change_add_up_for_every_area():
    change = usual().change
    keys = ["region", "local_authority", "rcc", "horizon"]
    parts = change[change["part"] != "change"].groupby(keys)["change_mean"].sum()
    whole = change[change["part"] == "change"].set_index(keys)

    np.testing.assert_allclose(parts.reindex(whole.index), whole["change_mean"], atol=1e-6)
    np.testing.assert_allclose(
        whole["then_mean"] - whole["today_mean"], whole["change_mean"], atol=1e-6
    )
    single = change[change["local_authority"] != ALL].groupby(["horizon", "part"])["change_mean"]
    england = change[(change["region"] == ALL) & (change["rcc"] == "")]
    england = england.set_index(["horizon", "part"])["change_mean"]
    np.testing.assert_allclose(single.sum().reindex(england.index), england, rtol=1e-4, atol=1.0)


def test_the_change_ends_at_the_spend_that_is_told():
    told = usual()
    change = told.change[(told.change["part"] == "change")].set_index(
        ["local_authority", "horizon"]
    )
    spend = told.spend[(told.spend["placement_type"] == ALL) & (told.spend["sector"] == ALL)]

    for code in (BOLTON, BURY, LEEDS):
        for month in (12, 18):
            then = row(spend, local_authority=code, horizon=month)["spend_mean"]
            assert change.loc[(code, month), "then_mean"] == pytest.approx(then, rel=1e-5)


def test_more_children_alone_are_told_as_children():
    told = spending(futures={"growth": 0.2, "doubt": 0.0}, inflation={"inflation_pct": 0.0})

    last = told.change[(told.change["region"] == ALL) & (told.change["rcc"] == "")]
    last = last[last["horizon"] == 18].set_index("part")["change_mean"]

    assert last["children"] > 0.9 * last["change"]


def test_a_budget_that_is_the_mean_is_overspent_about_every_other_time():
    years = usual().years
    mean = row(years, region=ALL, rcc="", placement_type=ALL, financial_year="2026-27")
    weekly = mean["spend_mean_gbp"] / 365.0 * 7.0

    budget = spending(budgets=[{"weekly_gbp": weekly}, {"weekly_gbp": 10 * weekly}]).budget

    # Two budgets for the same whole: the first row of each year is the first budget's.
    first, generous = budget.iloc[0], budget.iloc[2]
    assert first["budget_gbp"] == pytest.approx(mean["spend_mean_gbp"])
    assert 0.35 < first["p_overspend"] < 0.65
    assert first["expected_overspend_gbp"] > 0
    assert (generous["p_overspend"], generous["expected_overspend_gbp"]) == (0.0, 0.0)


def test_a_budget_of_an_authority_without_returns_says_so():
    budget = spending(budgets=[{"weekly_gbp": 1e5, "local_authority": "E08000003"}]).budget

    assert budget["spend_mean_gbp"].isna().all()
    assert budget["note"].str.contains("filed no returns").all()


BLOCK = {"provider": "A", "placement_type": "childrens_home", "places": 6}


def test_a_block_cheaper_than_the_price_of_the_day_saves_and_the_spend_shows_it():
    told = spending(contracts=[{**BLOCK, "weekly_cost_gbp": 4_000.0}])

    first = told.contracts.iloc[0]
    whole = {"region": ALL, "rcc": "", "placement_type": ALL, "financial_year": "2026-27"}
    saved = (
        row(usual().years, **whole)["spend_mean_gbp"] - row(told.years, **whole)["spend_mean_gbp"]
    )
    assert first["saving_mean_gbp"] > 0
    assert saved == pytest.approx(first["saving_mean_gbp"], rel=1e-3)
    part = told.change[(told.change["part"] == "contracts") & (told.change["region"] == ALL)]
    assert (part["change_mean"] < 0).all()


def test_a_block_larger_than_need_is_paid_for_empty():
    told = spending(contracts=[{**BLOCK, "places": 200, "weekly_cost_gbp": 4_000.0}])

    first = told.contracts.iloc[0]
    assert first["unused_mean"] > 150
    assert first["saving_mean_gbp"] < 0
    # 200 places for 52 weeks and a day.
    assert first["block_gbp"] == pytest.approx(200 * 4_000 * 365 / 7)


def test_a_block_is_filled_no_fuller_than_such_homes_are():
    # Private homes in the market: 2 of 3 places taken.
    told = spending(contracts=[{**BLOCK, "weekly_cost_gbp": 4_000.0}])

    assert told.contracts["used_mean"].iloc[0] == pytest.approx(4.0)
    assert "67%" in told.contracts["note"].iloc[0]


def test_the_same_seed_gives_the_same_spend_and_a_what_if_the_same_chance():
    again, what_if = spending(), spending(contracts=[{**BLOCK, "weekly_cost_gbp": 4_000.0}])

    pd.testing.assert_frame_equal(usual().spend, again.spend)
    foster = {"local_authority": BOLTON, "placement_type": "foster", "sector": ALL, "horizon": 12}
    assert row(what_if.spend, **foster)["spend_q90"] == row(usual().spend, **foster)["spend_q90"]


def test_returns_without_providers_cost_the_kind_and_say_not_said():
    stays = some_stays().assign(place_provider=pd.Series([None] * len(some_stays()), dtype="str"))

    told = spending(episodes=stays)

    homes = told.spend[told.spend["placement_type"] == "childrens_home"]
    assert set(homes["sector"]) == {"not_said", ALL}
    assert homes["spend_mean"].notna().all()


def test_children_in_dearer_kinds_than_they_need_cost_the_difference():
    misplaced = pd.DataFrame(
        {
            "region": "North West",
            "local_authority": BOLTON,
            "rcc": "Together",
            "placement_type": ["childrens_home", "foster", "childrens_home"],
            "needed_type": ["foster", "foster", "supported"],
            "children_mean": [4.0, 26.0, 1.0],
            "children_q10": [2.0, 20.0, 0.0],
            "children_q90": [6.0, 30.0, 2.0],
        }
    )

    found = spending(misplaced=misplaced).wrong_kind

    to_foster = row(found, needed_type="foster")
    price = to_foster["weekly_cost_gbp"] - to_foster["needed_weekly_cost_gbp"]
    assert to_foster["extra_mean"] == pytest.approx(4.0 * price, rel=0.02)
    assert to_foster["extra_q10"] < to_foster["extra_mean"] < to_foster["extra_q90"]
    assert row(found, needed_type="supported")["note"] != ""
    assert row(found, needed_type=ALL)["extra_mean"] == pytest.approx(to_foster["extra_mean"])


def test_spend_without_any_home_in_the_register_is_at_published_costs():
    told = spending(homes=a_market().iloc[:0])

    bolton = row(told.spend, local_authority=BOLTON, placement_type="foster", sector=ALL, horizon=1)
    assert bolton["cost_source"].startswith("Section 251")
    assert 400 < bolton["weekly_cost_gbp"] < 2_000
    assert told.market["homes"].sum() == 0
    assert len(told.sentences()) == 3


def test_every_kind_of_the_futures_has_a_total_in_every_area():
    spend = usual().spend
    kinds = spend[spend["sector"] == ALL].groupby(["region", "local_authority", "rcc"])

    assert all(set(rows["placement_type"]) == {*KINDS, ALL} for _, rows in kinds)
