"""Candidates are judged on the past as it was known, side by side with hold flat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rcc_forecast.errors import NothingUsableError, UnknownNameError
from rcc_forecast.forecasting import backtest_demand
from rcc_forecast.forecasting.rows import bucket_name, lead_buckets, rows_of
from tests.builders.series import SALFORD, a_history, a_membership, as_known

HISTORY = a_history()
QUICK = ("hold_flat", "ets", "stock_flow_24")


def _backtest(history=HISTORY, known=None, **wanted):
    known = [as_known(history, n) for n in (37, 49, 61)] if known is None else known
    settings = {"horizon": 12, "n_paths": 60, "forecasters": QUICK, **wanted}
    return backtest_demand(history, known, membership=a_membership(), **settings)


@pytest.fixture(scope="module")
def backtest():
    return _backtest()


def test_every_measure_gets_one_model_for_all_its_series(backtest):
    assert set(backtest.chosen()) == {"children", "entries", "exits"}
    marked = backtest.table().query("chosen == 'yes'")
    assert marked.groupby("measure")["model"].nunique().eq(1).all()


def test_hold_flat_and_the_peers_method_are_scored_beside_the_rest(backtest):
    models = set(backtest.table().query("measure == 'children'")["model"])

    assert {"hold_flat", "stock_flow_24"} <= models


def test_hold_flat_is_scored_even_where_nobody_asked_for_it():
    table = _backtest(forecasters=("ets",)).table()

    assert "hold_flat" in set(table["model"])


def test_a_candidate_without_flows_is_named_with_its_reason(backtest):
    row = backtest.table().query("measure == 'entries' and model == 'stock_flow_24'")

    assert len(row) == 1
    assert "moves" in row["note"].item()
    assert row["chosen"].item() == "no"


def test_skill_is_one_less_the_ratio_to_hold_flat(backtest):
    rows = (
        backtest.table()
        .query("measure == 'children' and level == 'authority/total' and horizon == 'All'")
        .set_index("model")
    )

    assert rows.at["hold_flat", "skill_vs_hold_flat"] == pytest.approx(0)
    assert rows.at["ets", "skill_vs_hold_flat"] == pytest.approx(
        1 - rows.at["ets", "scrps"] / rows.at["hold_flat", "scrps"]
    )


def test_bias_is_worked_by_hand():
    # Every total of the truth is ten children higher than the last month known: hold flat
    # is 10 too low a month on each of three leaves that held 30.
    history = a_history(n_months=61)
    flat = np.full_like(history.corrected["children"], 30.0)
    flat[:, 49:] = 40.0
    history = replace(history, corrected={**history.corrected, "children": flat})

    rows = (
        _backtest(history, [as_known(history, 49)])
        .table()
        .query(
            "measure == 'children' and model == 'hold_flat' and level == 'england/total'"
            " and horizon == 'All'"
        )
    )

    assert rows["bias"].item() == pytest.approx(-10 / 40)
    assert rows["wape"].item() == pytest.approx(10 / 40)


def test_the_past_is_seen_as_it_was_known_then():
    # Ten children per leaf were recorded late: known today, not then.
    then = as_known(HISTORY, 49)
    late = {**then.corrected, "children": np.maximum(then.corrected["children"] - 10, 0)}
    late_then = replace(then, corrected=late)

    def flat(known):
        return (
            _backtest(known=[known], forecasters=())
            .table()
            .query("measure == 'children' and level == 'england/total' and horizon == '1-6'")[
                "bias"
            ]
            .item()
        )

    assert flat(late_then) < flat(then) - 0.05


def test_an_authority_that_filed_later_was_empty_then():
    known = as_known(HISTORY, 49)
    fewer = a_history(authorities=("E08000003", "E06000009"))
    rows = rows_of(HISTORY.leaves, "children")
    then = rows_of(fewer.leaves, "children")

    panel = rows.taking(then.panel(as_known(fewer, 49), "children"), of=then)

    assert panel.y.shape == known.corrected["children"].shape
    of_salford = (HISTORY.leaves["local_authority"] == SALFORD).to_numpy()
    assert panel.y[of_salford].sum() == 0
    assert panel.y[~of_salford].sum() == fewer.corrected["children"][:, :49].sum()


def test_months_that_have_not_come_are_told_and_not_scored():
    backtest = _backtest(known=[as_known(HISTORY, 49), as_known(HISTORY, 70)])

    assert "1 of 2 past forecasts are scored on fewer than 12 months" in backtest.notes[-1]
    rows = backtest.table().query("model == 'ets' and level == 'england/total'")
    assert rows.query("horizon == '7-12'")["origins"].eq(1).all()
    assert rows.query("horizon == '1-6'")["origins"].eq(2).all()


def test_calibrated_coverage_never_judges_an_origin_by_itself():
    one = _backtest(known=[as_known(HISTORY, 49)]).table()

    assert one["calibrated_80"].isna().all()


def test_one_region_is_not_counted_again_as_england_when_choosing():
    from rcc_forecast.forecasting.backtest import _distinct
    from rcc_forecast.results.hierarchy import nodes_on

    nodes = nodes_on(HISTORY.leaves, membership={})
    distinct = nodes.frame[_distinct(nodes.summing)]

    assert not {"england"} & set(distinct["area_level"])


def test_the_same_seed_gives_the_same_table():
    first, second = _backtest(), _backtest()

    assert first.table().equals(second.table())


def test_a_history_without_a_usable_past_says_so():
    with pytest.raises(NothingUsableError, match="no past return"):
        _backtest(known=[as_known(HISTORY, 8)])


def test_an_unknown_forecaster_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'hold_flat'"):
        _backtest(forecasters=("hold_flut",))


def test_leads_are_scored_in_half_years_then_years():
    assert lead_buckets(26).tolist() == [0] * 6 + [1] * 6 + [2] * 12 + [3] * 2
    assert [bucket_name(place, 26) for place in range(4)] == ["1-6", "7-12", "13-24", "25-26"]
