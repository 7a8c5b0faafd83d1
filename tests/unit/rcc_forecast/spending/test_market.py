"""Who holds the market, and what is paid for like need."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.results.futures import KINDS
from rcc_forecast.spending.market import market_rows
from rcc_forecast.spending.prices_paid import PRIVATE, compare_prices, prices_paid_rows
from tests.builders.register import a_home, a_register
from tests.builders.spending import (
    AS_OF,
    AUTHORITIES,
    BOLTON,
    LEEDS,
    a_market,
    some_futures,
)

HOME = KINDS.index("childrens_home")
REGIONS = AUTHORITIES.set_index("local_authority")["region"].to_dict()


def market_of(homes: pd.DataFrame, children: np.ndarray | None = None) -> pd.DataFrame:
    futures = some_futures(n_paths=4)
    children = np.zeros((3, len(KINDS), 4)) if children is None else children
    return market_rows(
        futures.areas,
        months=futures.months,
        homes=homes,
        authorities=AUTHORITIES["local_authority"].tolist(),
        kinds=KINDS,
        children=children,
        comparisons=compare_prices(homes, regions=REGIONS, kinds=KINDS, as_of=AS_OF),
        as_of=AS_OF,
    )


def england(rows: pd.DataFrame) -> pd.Series:
    return rows[(rows["region"] == ALL) & (rows["rcc"] == "")].iloc[0]


def test_the_planted_private_premium_for_like_need_is_found():
    found = compare_prices(a_market(), regions=REGIONS, kinds=KINDS, as_of=AS_OF)

    table = prices_paid_rows(found).set_index("feature")

    assert table.loc[PRIVATE, "difference_pct"] == pytest.approx(40.0, abs=6.0)
    assert table.loc[PRIVATE, "q025"] < 40.0 < table.loc[PRIVATE, "q975"]
    assert table.loc["one level more of needs met", "difference_pct"] == pytest.approx(10, abs=3)
    assert table.loc["for one child at a time", "difference_pct"] == pytest.approx(50, abs=12)


def test_a_few_homes_are_not_compared_and_the_row_says_why():
    found = compare_prices(
        a_register(a_home("1"), a_home("2")), regions=REGIONS, kinds=KINDS, as_of=AS_OF
    )

    table = prices_paid_rows(found)

    assert table["difference_pct"].isna().all()
    assert table["note"].str.contains("at least 30 homes").all()


def test_the_margin_proxy_is_the_private_price_above_own_cost_for_like_need():
    rows = market_of(a_market(private_premium=1.4))

    # 1 - 1 / 1.4
    assert england(rows)["margin_proxy_pct"] == pytest.approx(28.6, abs=4.0)
    assert england(rows)["margin_proxy_q10"] < 28.6 < england(rows)["margin_proxy_q90"]


def test_one_provider_with_most_places_dominates():
    homes = a_register(
        *(a_home(f"big{i}", provider="Big", places_approved=6) for i in range(6)),
        a_home("small", provider="Small", places_approved=4),
    )

    whole = england(market_of(homes))

    assert whole["largest_share"] == pytest.approx(0.9)
    assert whole["hhi"] == pytest.approx(8_200.0)
    assert whole["note"].startswith("Bought places are highly concentrated")


def test_an_authoritys_own_places_are_not_part_of_the_bought_market():
    homes = a_register(
        *(a_home(f"own{i}", provider="Council", sector="local_authority") for i in range(5)),
        a_home("p1", provider="A"),
        a_home("p2", provider="B"),
    )

    whole = england(market_of(homes))

    assert whole["providers"] == 3
    assert whole["bought_providers"] == 2
    assert whole["bought_hhi"] == pytest.approx(5_000.0)
    assert whole["for_profit_places_share"] == pytest.approx(2 / 7)


def test_with_few_homes_nothing_is_said_about_who_dominates():
    rows = market_of(a_register(a_home("1"), a_home("2", local_authority=LEEDS)))

    assert rows["hhi"].isna().all()
    assert rows["note"].str.startswith("Fewer than 5 homes").all()


def test_own_children_with_private_providers_are_a_share_of_those_whose_provider_is_known():
    children = np.zeros((3, len(KINDS), 4))
    children[0, HOME] = [2.0, 6.0, 0.0, 4.0]

    rows = market_of(a_market(), children)

    bolton = rows[rows["local_authority"] == BOLTON].iloc[0]
    assert bolton["for_profit_children_share"] == pytest.approx(0.75)
    assert bolton["own_children"] == 12
