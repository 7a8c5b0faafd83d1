"""Exponential smoothing follows the published recursions."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from models.forecasting.ets import Smoothing, ets, filtered
from tests.builders.series import a_panel


def _sets(alpha, beta=0.0, phi=0.0, gamma=0.0):
    return Smoothing(*(np.array([value]) for value in (alpha, beta, phi, gamma, 2.0)))


def _draw(panel, *, horizon=24, n_paths=200):
    return ets(panel, horizon=horizon, n_paths=n_paths, rng=np.random.default_rng(3))


@pytest.fixture
def y():
    rng = np.random.default_rng(11)
    season = 6 * np.sin(2 * np.pi * np.arange(72) / 12)
    return 60 + season + rng.normal(0, 1, 72).cumsum() + rng.normal(0, 2, 72)


def test_the_level_filter_is_that_of_statsmodels(y):
    theirs = ETSModel(y, error="add").smooth([0.4, y[0]])

    ours = filtered(
        y[None],
        np.array([[y[0]]]),
        np.zeros((1, 1)),
        np.zeros((1, 1, 1)),
        _sets(0.4),
        keep_errors=True,
    )

    np.testing.assert_allclose(ours.errors[0, 0], theirs.resid, atol=1e-9)


def test_the_damped_trend_filter_is_that_of_statsmodels(y):
    model = ETSModel(y, error="add", trend="add", damped_trend=True)
    theirs = model.smooth([0.4, 0.08, 0.9, 55.0, 0.5])

    ours = filtered(
        y[None],
        np.array([[55.0]]),
        np.array([[0.5]]),
        np.zeros((1, 1, 1)),
        _sets(0.4, 0.08, 0.9),
        keep_errors=True,
    )

    np.testing.assert_allclose(ours.errors[0, 0], theirs.resid, atol=1e-9)


def test_the_seasonal_filter_is_that_of_statsmodels(y):
    start = 6 * np.sin(2 * np.pi * np.arange(12) / 12) + np.arange(12)
    model = ETSModel(y, error="add", seasonal="add", seasonal_periods=12)
    # statsmodels lists the season from the month before the first, backwards.
    theirs = model.smooth([0.3, 0.1, 60.0, *start[::-1]])

    ours = filtered(
        y[None],
        np.array([[60.0]]),
        np.zeros((1, 1)),
        start[None, None].copy(),
        _sets(0.3, gamma=0.1),
        keep_errors=True,
    )

    np.testing.assert_allclose(ours.errors[0, 0], theirs.resid, atol=1e-9)


def test_a_clear_season_comes_back_next_year():
    months = np.arange(72)
    y = 100 + 20 * np.sin(2 * np.pi * months / 12) + np.random.default_rng(1).normal(0, 1, 72)

    mean = _draw(a_panel(y), horizon=12).mean()[0]

    np.testing.assert_allclose(mean, 100 + 20 * np.sin(2 * np.pi * (months[:12]) / 12), atol=3)


def test_a_trend_is_followed_but_damped():
    y = 50 + 2.0 * np.arange(60) + np.random.default_rng(1).normal(0, 1, 60)

    mean = _draw(a_panel(y)).mean()[0]

    assert y[-1] < mean[11] < y[-1] + 2 * 12 + 2


def test_shocks_that_series_share_are_shared_in_their_futures():
    rng = np.random.default_rng(5)
    common = rng.normal(0, 2, 80).cumsum()
    y = 100 + common + rng.normal(0, 0.5, (8, 80))

    paths = _draw(a_panel(y)).paths[:, :, -1]

    alone = np.sqrt((paths.std(axis=0) ** 2).sum())
    assert paths.sum(axis=1).std() > 2 * alone


def test_a_thousand_series_take_no_longer_than_a_breath():
    y = np.random.default_rng(6).poisson(8, (1000, 97)).astype(float)

    paths = _draw(a_panel(y), n_paths=50).paths

    assert paths.dtype == np.float32
    assert paths.shape == (50, 1000, 24)
