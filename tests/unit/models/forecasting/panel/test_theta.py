"""Theta agrees with statsmodels where both mean the same."""

from __future__ import annotations

import numpy as np
from statsmodels.tsa.forecasting.theta import ThetaModel

from models.forecasting.panel import rolled_points
from models.forecasting.panel.theta import seasonal_indices


def test_a_drifting_level_is_forecast_as_by_statsmodels():
    rng = np.random.default_rng(8)
    y = 200 + 0.8 * np.arange(150) + np.cumsum(rng.normal(0, 2, (3, 150)), axis=1)

    ours = rolled_points(y, season=1, horizon=12, origins=np.array([150]), members=["theta"])

    for row in range(3):
        theirs = ThetaModel(y[row], period=1, deseasonalize=False).fit().forecast(12)
        # Their gain is one number and ours a mixture: within 2% of the series' level.
        np.testing.assert_allclose(ours["theta"][0, row], theirs, rtol=0.02)


def test_seasonal_indices_are_ratios_that_average_one():
    month = np.arange(72) % 12
    index = 1 + 0.3 * np.sin(2 * np.pi * np.arange(12) / 12)
    y = (100 * index[month])[None]

    found = seasonal_indices(y, np.ones_like(y, dtype=bool), slots=month, season=12)

    np.testing.assert_allclose(found[0], index, rtol=0.01)


def test_a_series_without_season_has_none_taken_out():
    y = np.random.default_rng(2).normal(100, 5, (1, 72))

    found = seasonal_indices(y, np.ones_like(y, dtype=bool), slots=np.arange(72) % 12, season=12)

    np.testing.assert_array_equal(found, 1.0)
