"""Panels show the past only; paths are summed inside each future."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.forecast import Forecast
from tests.builders.series import a_population

TOTALS = sparse.csr_array(np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 1]]))


def test_a_panel_until_a_month_forgets_later_moves_and_breaks():
    panel = a_population()

    seen = panel.until(20)

    assert seen.n_periods == 20
    assert seen.flows.period.max() == 19


def test_node_quantiles_are_those_of_sums_within_each_future():
    paths = np.random.default_rng(2).gamma(2, 5, (101, 3, 4)).astype(np.float32)
    forecast = Forecast(paths)
    levels = np.array([0.1, 0.5, 0.9])

    found = forecast.node_quantiles(TOTALS, levels)

    expected = forecast.summed(TOTALS).quantile(levels)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_means_of_nodes_are_sums_of_means():
    paths = np.random.default_rng(2).gamma(2, 5, (101, 3, 4)).astype(np.float32)
    forecast = Forecast(paths)

    np.testing.assert_allclose(forecast.summed(TOTALS).mean(), TOTALS @ forecast.mean(), rtol=1e-5)
