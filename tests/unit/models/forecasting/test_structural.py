"""Areas carry level and season; their series follow by shares."""

from __future__ import annotations

import numpy as np

from models.forecasting.structural import structural
from tests.builders.series import a_panel, a_steady_panel


def _draw(panel, *, horizon=12, n_paths=200):
    return structural(panel, horizon=horizon, n_paths=n_paths, rng=np.random.default_rng(3))


def test_a_season_of_the_area_comes_back_in_each_of_its_series():
    months = np.arange(72)
    season = 1 + 0.3 * np.sin(2 * np.pi * months / 12)
    noise = np.random.default_rng(1).normal(0, 0.5, (2, 72))
    y = np.array([[60.0], [30.0]]) * season + noise

    mean = _draw(a_panel(y)).mean()

    np.testing.assert_allclose(mean, np.array([[60.0], [30.0]]) * season[:12], rtol=0.08)


def test_series_divide_their_area_by_their_latest_shares():
    share = np.repeat([0.3, 0.6], 36)
    total = 100 + np.random.default_rng(1).normal(0, 2, 72)

    mean = _draw(a_panel(np.vstack([share * total, (1 - share) * total]))).mean()

    np.testing.assert_allclose(mean[0] / mean.sum(axis=0), 0.6, atol=0.02)


def test_shifts_between_series_do_not_make_their_area_uncertain():
    rng = np.random.default_rng(4)
    share = np.clip(0.5 + rng.normal(0, 0.03, 72).cumsum(), 0.1, 0.9)
    y = 200 * np.vstack([share, 1 - share])

    paths = _draw(a_panel(y)).paths

    assert paths.sum(axis=1).std() < 0.2 * paths[:, 0].std()


def test_an_area_that_is_empty_stays_empty():
    y = np.vstack([a_steady_panel(n_areas=1).y, np.zeros((1, 60))])

    paths = _draw(a_panel(y, group=[0, 0, 1])).paths

    assert paths[:, 2].max() == 0
