"""Small series share what they hold together; shocks are drawn once for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.forecasting import FORECASTERS
from models.forecasting.levels import last_level, sparse_series, without_breaks
from models.forecasting.shocks import drawn_periods, paths_around, pooled_spread
from tests.builders.series import a_panel, a_steady_panel


def test_a_series_with_fewer_than_three_children_on_average_is_sparse():
    y = np.tile([[1.0, 2, 3], [9, 8, 7], [2, 2, 2]], (1, 8))

    assert sparse_series(a_panel(y)).tolist() == [True, False, False]


def test_sparse_series_keep_the_total_of_their_area():
    rng = np.random.default_rng(3)
    panel = a_panel(rng.poisson(0.8, (6, 30)), group=[0, 0, 0, 1, 1, 1])

    level = last_level(panel)

    assert level[:3].sum() == pytest.approx(panel.y[:3, -1].sum())
    assert level[3:].sum() == pytest.approx(panel.y[3:, -1].sum())


def test_a_cell_that_is_empty_today_is_not_empty_for_ever():
    panel = a_panel([[1.0, 0, 1, 0] * 6, [2.0, 1, 2, 3] * 6])

    assert last_level(panel)[0] > 0


def test_flat_means_that_area_totals_stay_where_they_are():
    panel = a_steady_panel()

    mean = FORECASTERS["hold_flat"](
        panel, horizon=12, n_paths=100, rng=np.random.default_rng(1)
    ).mean()

    np.testing.assert_allclose(mean.sum(axis=0), np.full(12, panel.y[:, -1].sum()), rtol=1e-5)


def test_every_past_period_is_as_likely_as_any_other():
    periods = drawn_periods(30, horizon=24, n_paths=5000, block=12, rng=np.random.default_rng(1))

    share = np.bincount(periods.ravel(), minlength=30) / periods.size
    # 10,000 runs of 12: a period's share is 1/30 within about 4% (one standard error 2%).
    np.testing.assert_allclose(share, 1 / 30, rtol=0.1)


def test_cutting_at_zero_does_not_lift_the_mean():
    expected = np.full((1, 3), 0.4)
    noise = np.random.default_rng(1).normal(0, 2, (1, 500, 3))

    found = paths_around(expected, lambda block: noise[block], n_paths=500)

    np.testing.assert_allclose(found.mean(), expected, rtol=1e-5)
    assert found.paths.min() >= 0


def test_a_calm_series_borrows_spread_from_its_panel():
    errors = np.array([[1.0, -1.0], [3.0, -3.0]])

    factor = pooled_spread(errors, np.array([10.0, 10.0]), prior_periods=2)

    assert factor[0] > 1 > factor[1]


def test_a_change_of_definition_is_no_part_of_the_spread():
    steady = np.tile([20.0, 21, 20, 19], 15)
    shifted = steady + np.where(np.arange(60) >= 30, 500.0, 0.0)
    panel = replace(a_panel(shifted), breaks=(30,))

    def spread(given):
        return FORECASTERS["hold_flat"](
            given, horizon=6, n_paths=200, rng=np.random.default_rng(1)
        ).paths.std()

    assert spread(panel) < spread(replace(panel, breaks=())) / 20


def test_year_on_year_changes_across_a_break_are_left_out_for_a_year():
    panel = replace(a_panel(np.arange(40)), breaks=(20,))
    changes = panel.y[:, 12:] - panel.y[:, :-12]

    kept = without_breaks(panel, changes, first=12, lasting=12)

    assert kept.shape[1] == changes.shape[1] - 12
