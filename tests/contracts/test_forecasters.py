"""What every forecaster promises, whoever wrote it: found through the register."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import ModelError, ShortHistoryError
from models.forecasting import FORECASTERS
from tests.builders.series import a_panel, a_population

STEADY = a_population()


@pytest.fixture(params=sorted(FORECASTERS))
def draw(request):
    forecaster = FORECASTERS[request.param]

    def drawn(panel, *, seed=903, horizon=18, n_paths=60):
        return forecaster(panel, horizon=horizon, n_paths=n_paths, rng=np.random.default_rng(seed))

    return drawn


def test_the_same_seed_gives_the_same_forecast(draw):
    np.testing.assert_array_equal(draw(STEADY).paths, draw(STEADY).paths)


def test_another_seed_gives_other_futures(draw):
    assert not np.array_equal(draw(STEADY, seed=1).paths, draw(STEADY, seed=2).paths)


def test_every_series_has_every_future_and_month(draw):
    assert draw(STEADY, horizon=7, n_paths=11).paths.shape == (11, STEADY.n_series, 7)


def test_no_future_has_fewer_than_no_children(draw):
    paths = draw(a_population(children=6)).paths

    assert np.isfinite(paths).all()
    assert paths.min() >= 0


def test_what_came_after_the_origin_changes_nothing(draw):
    later = replace(STEADY, y=np.hstack([STEADY.y[:, :49], STEADY.y[:, 49:] * 3 + 50]))

    np.testing.assert_array_equal(draw(STEADY.until(49)).paths, draw(later.until(49)).paths)


def test_the_further_ahead_the_wider_the_spread(draw):
    total = draw(STEADY, n_paths=300, horizon=36).paths.sum(axis=1)

    assert total[:, -1].std() > total[:, 0].std()


def test_a_constant_series_stays_what_it_is(draw):
    constant = replace(STEADY, y=np.full_like(STEADY.y, 7.0))
    if _needs_flows(draw, constant):
        pytest.skip("A chain of moves is not about levels; its own tests hold it to its moments.")

    np.testing.assert_allclose(draw(replace(constant, flows=None)).paths, 7.0, rtol=1e-6)


def test_an_empty_panel_stays_empty(draw):
    empty = replace(STEADY, y=np.zeros_like(STEADY.y), flows=_no_moves(STEADY))

    assert draw(empty).paths.max() == 0


@pytest.mark.parametrize("outlier", [0, 30, 59])
def test_one_huge_outlier_leaves_futures_finite(draw, outlier):
    y = STEADY.y.copy()
    y[0, outlier] = 1e9

    paths = draw(replace(STEADY, y=y)).paths

    assert np.isfinite(paths).all()
    assert paths.min() >= 0


def test_a_single_month_is_refused_in_words(draw):
    with pytest.raises(ShortHistoryError, match="needs"):
        draw(STEADY.until(1))


def test_a_sparse_series_gets_a_small_forecast_and_no_error(draw):
    y = STEADY.y.copy()
    y[1] = 0
    y[1, ::7] = 1

    paths = draw(replace(STEADY, y=y)).paths

    assert np.isfinite(paths).all()


def test_a_series_alone_is_a_panel_too(draw):
    lone = a_panel(20 + np.arange(48) % 5)
    if _needs_flows(draw, lone):
        pytest.skip("There are no moves behind a lone series.")

    assert draw(lone).paths.shape == (60, 1, 18)


def _needs_flows(draw, panel):
    try:
        draw(replace(panel, flows=None))
    except ShortHistoryError:
        raise
    except ModelError:
        return True
    return False


def _no_moves(panel):
    flows = panel.flows
    return replace(flows, count=np.zeros_like(flows.count))
