"""Stock and flow learns rates from moves over child-months, and steps them forward."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import NoFlowsError
from models.forecast import OUTSIDE, Flows, SeriesPanel
from models.forecasting.stock_flow import stock_flow_points, stock_flow_rates
from tests.builders.series import a_panel, a_population


def _points(panel, *, window=36, horizon=24, origins=None):
    seen = np.array([panel.n_periods] if origins is None else origins)
    return stock_flow_points(panel, origins=seen, horizon=horizon, window=window)


def _one_area(y, rows):
    period, origin, destination, count = np.array(rows).T
    flows = Flows(period, origin, destination, count.astype(float))
    return SeriesPanel(np.asarray(y, dtype=float), 12, np.zeros(len(y), dtype=np.int64), flows)


def test_a_rate_is_moves_over_child_months():
    # 10, 8, 8 children at the starts of three months: 26 child-months, 2 moves to the other state.
    panel = _one_area([[10, 8, 8, 8], [0, 2, 2, 2]], [(1, 0, 1, 2)])

    rates = stock_flow_rates(panel, window=3)

    assert rates.transition[0, 0, 1] == pytest.approx(2 / 26)


def test_entries_are_a_monthly_mean_over_the_window():
    panel = _one_area([[4, 7, 7, 9]], [(1, OUTSIDE, 0, 3), (3, OUTSIDE, 0, 2)])

    assert stock_flow_rates(panel, window=3).entries[0, 0] == pytest.approx(5 / 3)


def test_moves_before_the_window_are_forgotten():
    panel = _one_area([[10, 5, 5, 5]], [(1, 0, OUTSIDE, 5)])

    assert stock_flow_rates(panel, window=2).transition[0, 0, 0] == 1.0


def test_an_area_with_few_children_leans_on_all_areas():
    # Area 0: 1 child-month without an exit. Area 1: 99 with 33. Together 33 in 100.
    panel = SeriesPanel(
        np.array([[1.0, 1.0], [99.0, 66.0]]),
        12,
        np.array([0, 1]),
        Flows(np.array([1]), np.array([1]), np.array([OUTSIDE]), np.array([33.0])),
        state=np.array([0, 0]),
    )

    leaving = 1 - stock_flow_rates(panel, window=1).transition[:, 0, 0]

    assert leaving[0] == pytest.approx(24 * 0.33 / (1 + 24))
    assert leaving[1] == pytest.approx((33 + 24 * 0.33) / (99 + 24))


def test_rates_of_a_known_chain_are_recovered():
    # 120 months of 1,200 children an area: rates of 2% and 3% within a tenth.
    panel = a_population(n_areas=2, n_periods=121, children=1200)

    rates = stock_flow_rates(panel, window=120)

    assert rates.transition[0, 0, 1] == pytest.approx(0.02, rel=0.1)
    assert 1 - rates.transition[0, 0].sum() == pytest.approx(0.03, rel=0.1)


def test_a_month_is_those_who_stay_and_move_in_and_the_entrants():
    # Ten here, none there; over one month of ten, 2 move and 1 leaves, and 4 enter.
    panel = _one_area(
        [[10, 11], [0, 2]],
        [(1, 0, 1, 2), (1, 0, OUTSIDE, 1), (1, OUTSIDE, 0, 4)],
    )

    points = _points(panel, horizon=2)[0]

    # 11 x 0.7 + 4, and 2 + 11 x 0.2; then the same again.
    np.testing.assert_allclose(points[:, 0], [11.7, 4.2])
    np.testing.assert_allclose(points[:, 1], [11.7 * 0.7 + 4, 4.2 + 11.7 * 0.2])


def test_nobody_is_lost_where_nobody_leaves():
    panel = _one_area([[50, 45, 43], [50, 55, 57]], [(1, 0, 1, 5), (2, 0, 1, 4), (2, 1, 0, 2)])

    np.testing.assert_allclose(_points(panel)[0].sum(axis=0), 100.0)


def test_a_past_forecast_sees_nothing_after_its_origin():
    panel = a_population(n_periods=61)

    points = _points(panel, origins=[40, 61], horizon=12)

    np.testing.assert_array_equal(points[0], _points(panel.until(40), horizon=12)[0])
    np.testing.assert_array_equal(points[1], _points(panel, horizon=12)[0])


def test_expected_children_are_never_negative():
    panel = a_population(n_areas=1, children=12)

    assert _points(panel, window=2, horizon=36).min() >= 0


def test_corrected_stocks_need_not_be_whole_children():
    panel = a_population()
    panel = replace(panel, y=panel.y - 0.3 * (panel.y > 1))

    points = _points(panel, horizon=1)

    assert points.sum() == pytest.approx(panel.y[:, -1].sum(), rel=0.05)


def test_stocks_that_fall_short_of_recorded_moves_send_away_everybody_at_most():
    # One child by the corrected stock, two by the record.
    panel = _one_area([[1.0, 0.5]], [(1, 0, OUTSIDE, 2)])

    rates = stock_flow_rates(panel, window=1)

    assert rates.transition[0, 0, 0] == 0.0


def test_stocks_without_their_moves_are_refused():
    with pytest.raises(NoFlowsError, match="stock_flow"):
        _points(a_panel(np.arange(40)), window=12)
