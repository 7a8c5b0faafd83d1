"""Scores are worked by hand here, so that a table of them can be trusted."""

from __future__ import annotations

import numpy as np
import pytest

from models.scores import (
    QUANTILE_LEVELS,
    QUANTILE_WEIGHTS,
    mase,
    quantile_crps,
    rmsse,
    seasonal_naive_scale,
)


def test_the_scale_is_the_mean_yearly_change_in_the_history():
    # Changes over two quarters of a "year" of 2: 3-1, 6-2, 5-3 = 2, 4, 2.
    absolute, square = seasonal_naive_scale(np.array([[1.0, 2, 3, 6, 5]]), season=2)

    assert absolute == pytest.approx([8 / 3])
    assert square == pytest.approx([np.sqrt((4 + 16 + 4) / 3)])


def test_a_series_that_never_moved_has_no_scale():
    absolute, square = seasonal_naive_scale(np.full((1, 30), 4.0), season=12)

    assert np.isnan(absolute).all()
    assert np.isnan(square).all()


def test_mase_is_the_mean_absolute_error_in_naive_errors():
    # |1|, |-3| mean 2; over a scale of 4.
    assert mase(np.array([[1.0, -3.0]]), np.array([4.0])) == pytest.approx([0.5])


def test_rmsse_is_the_root_mean_square_error_in_naive_errors():
    # Squares 9 and 16, mean 12.5.
    assert rmsse(np.array([[3.0, -4.0]]), np.array([2.0])) == pytest.approx([np.sqrt(12.5) / 2])


def test_a_month_that_has_not_come_scores_nothing():
    assert mase(np.array([[1.0, np.nan]]), np.array([2.0])) == pytest.approx([0.5])


def test_the_weights_of_the_quantiles_fill_the_unit_interval():
    assert QUANTILE_WEIGHTS.sum() == pytest.approx(1.0)
    # Cell of the first level ends midway to the second: (0.025 + 0.05) / 2.
    assert QUANTILE_WEIGHTS[0] == pytest.approx(0.0375)
    assert QUANTILE_WEIGHTS[6] == pytest.approx(0.1)


def test_quantiles_that_are_all_right_score_nothing():
    assert quantile_crps(np.full((13, 1), 5.0), np.array([5.0])) == pytest.approx([0.0])


def test_a_sure_forecast_scores_its_distance():
    # All quantiles 5, actual 7: 2 Σ w_i p_i · 2 = 4 Σ w_i p_i, and Σ w_i p_i is 1/2 by symmetry.
    assert quantile_crps(np.full((13, 1), 5.0), np.array([7.0])) == pytest.approx([2.0])


def test_quantiles_and_paths_of_one_distribution_score_alike():
    paths = np.random.default_rng(4).normal(10, 3, (20_000, 1))
    quantiles = np.quantile(paths, QUANTILE_LEVELS, axis=0)

    by_quantiles = quantile_crps(quantiles, np.array([12.0]))

    # mean|X − y| − Σ_i (2i − m − 1) x_(i) / m², x sorted: Gneiting & Raftery (2007), equation 21.
    rank = 2 * np.arange(1, 20_001) - 20_000 - 1
    of_paths = np.abs(paths - 12.0).mean() - (rank * np.sort(paths[:, 0])).sum() / 20_000**2
    # Thirteen levels stand for all: within two per cent of a normal's CRPS.
    assert by_quantiles == pytest.approx([of_paths], rel=0.02)
