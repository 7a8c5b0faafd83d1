"""What one series cannot tell, the panel can."""

from __future__ import annotations

import numpy as np

from models.forecasting.panel import rolled_points


def test_a_pattern_that_all_series_share_is_found():
    # Every series is an autoregression with the same coefficient around its own level.
    rng = np.random.default_rng(11)
    y = np.zeros((60, 72))
    for t in range(1, 72):
        y[:, t] = 0.7 * y[:, t - 1] + rng.normal(0, 1, 60)
    y += rng.uniform(50, 500, (60, 1))
    level = y[:, -12:].mean(axis=1)

    found = rolled_points(y, season=12, horizon=1, origins=np.array([72]), members=["ridge"])

    away, ahead = y[:, -1] - level, found["ridge"][0, :, 0] - level
    slope = (away * ahead).sum() / (away**2).sum()
    assert 0.5 < slope < 0.9


def test_the_same_numbers_give_the_same_forecast_in_any_unit():
    y = np.random.default_rng(12).poisson(30, (40, 60)).astype(float)

    once = rolled_points(y, season=12, horizon=6, origins=np.array([60]), members=["ridge"])
    thousands = rolled_points(
        y * 1000, season=12, horizon=6, origins=np.array([60]), members=["ridge"]
    )

    np.testing.assert_allclose(thousands["ridge"], once["ridge"] * 1000, rtol=1e-4)
