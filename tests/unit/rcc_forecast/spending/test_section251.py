"""Typed-in prices and their behaviour are those of the published series."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.spending import prices, section251
from rcc_forecast.spending.weekly_cost import _PUBLISHED_DOUBT
from tests.builders.reference import reference_data

MEASURES = {"residential": "RescareFinance", "fostering": "FosteringFinance"}
OF_CHILDREN = {"residential": 0.12, "fostering": 0.67}
"""Share of children looked after: 11.6% in homes and 67% in foster care in 2025 (DfE)."""


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    table = pd.read_csv(
        reference_data("england/lait_cla_finance_and_measures_la.csv.gz"), dtype=str
    )
    return table.assign(
        value=pd.to_numeric(table["value"], errors="coerce"),
        year=pd.to_numeric(table["period"].str[:4], errors="coerce") + 1,
    )


def by_authority(published: pd.DataFrame, group: str) -> pd.DataFrame:
    rows = published[published["measure_short"] == MEASURES[group]]
    wide = rows.pivot_table("value", "old_la_code", "year")
    return wide[wide.index.isin(set(AUTHORITIES["dfe_code"]))]


@pytest.mark.parametrize("group", list(MEASURES))
def test_englands_series_is_the_published_one(published: pd.DataFrame, group: str):
    rows = published[
        (published["measure_short"] == MEASURES[group]) & (published["old_la_code"] == "970")
    ]

    assert tuple(rows.sort_values("year")["value"]) == section251.ENGLAND[group]


@pytest.mark.parametrize("group", list(MEASURES))
def test_every_authoritys_figure_is_its_newest(published: pd.DataFrame, group: str):
    wide = by_authority(published, group)
    newest = wide.ffill(axis=1).iloc[:, -1].dropna()
    code_of = AUTHORITIES.reset_index().set_index("dfe_code")["local_authority"]

    kept = section251._TABLE[f"{group}_gbp"]

    for number, value in newest.items():
        assert kept[code_of[number]] == value


@pytest.mark.parametrize("group", list(MEASURES))
def test_an_authoritys_own_walk_is_that_of_the_series(published: pd.DataFrame, group: str):
    # Variances of 1- and 4-year changes, less the median's, by size: the slope is the walk.
    logs = np.log(by_authority(published, group)).dropna()
    children = published[published["measure_short"] == "LACnum"]
    number = children.groupby("old_la_code")["value"].mean().reindex(logs.index)
    of_kind = number.to_numpy() * OF_CHILDREN[group]
    sizes = np.quantile(of_kind, [0.0, 0.25, 0.5, 0.75, 1.0])
    found, said = [], []
    for low, high in itertools.pairwise(sizes):
        chosen = (of_kind > low) & (of_kind <= high)
        variance = {lead: robust_variance(logs[chosen], lead) for lead in (1, 4)}
        found.append((variance[4] - variance[1]) / 3.0)
        few = of_kind[chosen].mean()
        said.append(
            min(prices.OWN_WALK[group] + prices.OWN_WALK_PER_CHILD[group] / few, prices._MOST_WALK)
        )

    # Four sizes of 35 authorities: each variance is known to about a third.
    assert 0.6 < np.mean(said) / np.mean(found) < 1.6


@pytest.mark.parametrize("group", list(MEASURES))
def test_what_is_gone_next_year_is_that_of_the_series(published: pd.DataFrame, group: str):
    # Variance of k-year changes = 2 x passing + k x walk, read off 1 and 4 years.
    logs = np.log(by_authority(published, group)).dropna()
    one, four = (robust_variance(logs, lead) for lead in (1, 4))
    passing = np.sqrt((one - (four - one) / 3.0) / 2.0)

    assert _PUBLISHED_DOUBT[group] == pytest.approx(passing, abs=0.02)


def robust_variance(logs: pd.DataFrame, lead: int) -> float:
    change = (logs.shift(-lead, axis=1) - logs).iloc[:, : logs.shape[1] - lead]
    low, high = np.quantile((change - change.median()).to_numpy(), [0.1, 0.9])
    return float(((high - low) / 2.563) ** 2)


def test_a_published_figure_is_brought_to_the_prices_of_the_day():
    on_half_way, years = section251.published_costs(
        ["E08000005"], ["childrens_home"], on=pd.Timestamp("2024-09-30")
    )
    later, _ = section251.published_costs(
        ["E08000005"], ["childrens_home"], on=pd.Timestamp("2026-03-31")
    )

    assert years == ["2024-25"]
    assert on_half_way[0, 0] == pytest.approx(5_645.0)  # Rochdale, 2024-25
    # A year and a half at the mean rise of England, 9.6%.
    assert later[0, 0] == pytest.approx(5_645.0 * np.exp(1.5 * np.log(7385 / 3430) / 8), rel=1e-6)


def test_an_authority_without_a_figure_has_englands():
    cost, _ = section251.published_costs(
        ["E06000053"], ["foster", "adoption"], on=pd.Timestamp("2024-09-30")
    )

    assert cost[0, 0] == pytest.approx(765.0)
    assert np.isnan(cost[0, 1])
