"""Funnels call authorities similar or not, and process charts fix their baseline first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation.gaps.charts import funnel_of, xmr_of
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.evaluation_charts import FUNNEL, XMR
from tests.builders.evaluations import NORTH, a_panel, a_spec, the_cells

STAMP = Stamp("0" * 64, 1, 1, EXPLORATORY)


def _funnel(panel: pd.DataFrame, **changed) -> pd.DataFrame:
    spec = a_spec(**changed)
    return funnel_of(the_cells(panel, spec), spec)


def _months(*, since: int = 2021, months: int = 60, change: float = 0.0) -> pd.DataFrame:
    """Give a panel by month whose treated regions change from April 2025."""
    names = [f"{since + k // 12}-{k % 12 + 1:02d}" for k in range(months)]
    rng = np.random.default_rng(903)
    rows = []
    for place in range(6):
        region = ["North", "South", "East", "West", "Mid", "Far"][place]
        for name in names:
            touched = change if place < 2 and name >= "2025-04" else 0.0
            share = 0.2 + touched + 0.01 * rng.standard_normal()
            rows.append((f"U{place}", region, name, "far", round(2000 * share), 2000))
    columns = ["la_code", "region", "period", "outcome", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns)


def _xmr(panel: pd.DataFrame, **changed) -> pd.DataFrame:
    spec = a_spec(**changed)
    return xmr_of(the_cells(panel, spec), spec)


def test_the_funnel_is_of_the_latest_period_and_in_order_of_codes():
    table = _funnel(a_panel(effect=0.1))

    assert set(table["period"]) == {"2026"}
    assert table["la_code"].tolist() == sorted(table["la_code"])


def test_only_an_authority_far_from_the_rest_is_read_as_outside():
    panel = a_panel(regions=12, units=6)
    odd = (panel["la_code"] == "U033") & (panel["period"] == "2026")
    panel = panel.assign(numerator=panel["numerator"].where(~odd, 700))

    table = _funnel(panel).set_index("la_code")

    assert table.loc["U033", "reading"] == "outside 99.8%"
    assert (table["reading"].drop("U033") == "similar").mean() > 0.9
    inside = table["value"].between(table["low_998"], table["high_998"])
    assert (inside == (table["reading"] != "outside 99.8%")).all()


def test_every_reading_agrees_with_the_limits_beside_it():
    rng = np.random.default_rng(903)
    panel = a_panel(units=10)
    panel = panel.assign(numerator=rng.binomial(2000, rng.uniform(0.1, 0.3, len(panel))))

    table = _funnel(panel)

    outside = ~table["value"].between(table["low_95"], table["high_95"])
    assert (outside == (table["reading"] != "similar")).all()
    assert table["note"].str.contains("times as wide as chance alone").all()


def test_a_withheld_count_has_an_interval_and_no_value():
    panel = a_panel()
    hidden = (panel["la_code"] == "U033") & (panel["period"] == "2026")
    panel = panel.assign(numerator=panel["numerator"].astype(str).where(~hidden, "c"))

    row = _funnel(panel).set_index("la_code").loc["U033"]

    assert row["reading"] == "withheld"
    assert np.isnan(row["value"])
    assert row["note"].startswith("count withheld: share from 0.001 to 0.003")  # 1 and 5 of 2,000


def test_outcomes_without_counts_have_no_funnel():
    panel = a_panel()
    cost = panel.drop(columns=["numerator", "denominator"]).assign(outcome="cost", value=900.0)
    both = pd.concat([panel, cost], ignore_index=True)

    table = _funnel(both, outcomes=["far", "cost"])

    assert set(table["outcome"]) == {"far"}
    assert not len(_funnel(cost, primary="cost", outcomes=["cost"]))


def test_two_authorities_are_not_compared():
    table = _funnel(a_panel(regions=2, units=1))

    assert set(table["reading"]) == {"not compared"}
    assert table["low_95"].isna().all()
    assert set(table["note"]) == {"fewer than 3 authorities: no limits"}


def test_an_annual_series_is_a_run_of_points_without_limits():
    table = _xmr(a_panel(years=range(2018, 2027)))

    assert table["low"].isna().all()
    assert set(table["note"]) == {"fewer than 12 points: no limits"}
    assert (table["rules"] == "").all()


def test_all_regions_together_stand_first_and_are_pooled():
    panel = a_panel()
    table = _xmr(panel)

    assert table["region"].iloc[0] == "All"
    pooled = panel[panel["period"] == "2026"]
    value = table[(table["region"] == "All") & (table["period"] == "2026")]["value"].iloc[0]
    assert value == pytest.approx(pooled["numerator"].sum() / pooled["denominator"].sum())


def test_the_baseline_ends_before_the_announcement_so_later_points_move_no_limit():
    treated = [
        {"unit": unit, "announced": "2024-02", "delivery": "2025-04"} for unit in ("North", "South")
    ]

    steady, moved = (_xmr(_months(change=by), treated=treated) for by in (0.0, 0.1))

    north = [table[table["region"] == NORTH] for table in (steady, moved)]
    assert set(north[0]["note"]) == {"baseline 2021-01 to 2024-01: 37 points"}
    assert north[0]["high"].iloc[0] == north[1]["high"].iloc[0]
    after = north[1][north[1]["period"] >= "2025-04"]
    assert after["rules"].str.contains("beyond").all()
    assert after["rules"].str.contains("shift").all()
    assert (north[0]["rules"] == "").mean() > 0.8


def test_a_month_without_a_value_has_no_point_and_is_counted():
    panel = _months()
    panel = panel[~((panel["region"] == NORTH) & (panel["period"] == "2022-05"))]
    spec = [{"unit": unit, "delivery": "2025-04"} for unit in ("North", "South")]

    north = _xmr(panel, treated=spec).set_index("region").loc[NORTH]

    assert np.isnan(north.loc[north["period"] == "2022-05", "value"]).all()
    assert north["note"].str.endswith("50 points; periods without a value: 1").all()


def test_a_series_with_memory_is_told_to_raise_more_false_alarms():
    rng = np.random.default_rng(903)
    panel = _months()
    wander = np.zeros(60)
    for month in range(1, 60):
        wander[month] = 0.9 * wander[month - 1] + rng.standard_normal()
    number = panel.groupby("region").cumcount().to_numpy()
    panel = panel.assign(numerator=(400 + 20 * wander[number]).round())
    spec = [{"unit": unit, "delivery": "2025-04"} for unit in ("North", "South")]

    table = _xmr(panel, treated=spec)

    assert table["note"].str.contains("points follow one another").all()


def test_an_outcome_that_is_not_in_the_panel_has_no_chart():
    spec = a_spec(outcomes=["far", "absent"])
    cells = the_cells(a_panel(), spec)

    assert set(xmr_of(cells, spec)["outcome"]) == {"far"}
    assert set(funnel_of(cells, spec)["outcome"]) == {"far"}


def test_both_tables_are_of_the_declared_form():
    panel, spec = a_panel(), a_spec()
    cells = the_cells(panel, spec)

    assert stamped(funnel_of(cells, spec), FUNNEL, STAMP).columns.tolist() == FUNNEL.names
    assert stamped(xmr_of(cells, spec), XMR, STAMP).columns.tolist() == XMR.names
