"""Joint futures of children, laid out by leaf, and how wide they are."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecast import Forecast
from rcc_forecast.forecasting import draw_futures
from rcc_forecast.forecasting.structural import SPREAD_LEVELS
from tests.builders.engines import HORIZON, the_engine

N_PATHS = 200


@pytest.fixture(scope="module")
def engine():
    return the_engine()


@pytest.fixture(scope="module")
def futures(engine):
    return draw_futures(engine.history, engine.cohort.today, n_paths=N_PATHS, seed=1)


def test_futures_stand_on_the_leaves_that_children_are_in(engine, futures):
    drawn = futures.children()
    empty = engine.measures["children"].rolled.now["cohort"]
    nodes = engine.measures["children"].nodes

    assert drawn.shape == (N_PATHS, len(engine.history.leaves), HORIZON)
    # Expected and drawn children of the same cell agree, within the chance of 200 draws.
    mean = nodes.added(drawn.mean(axis=0, dtype=float))[: nodes.n_coherent]
    expected = empty[: nodes.n_coherent]
    np.testing.assert_allclose(mean, expected, atol=0.5 + 0.05 * expected.max())
    assert np.abs(mean - expected).mean() < 0.3


def test_futures_are_of_whole_children(futures):
    drawn = futures.children()

    np.testing.assert_array_equal(drawn, drawn.round())
    assert drawn.min() >= 0


def test_the_same_seed_draws_the_same_futures_and_another_others(engine, futures):
    again, other = (
        draw_futures(engine.history, engine.cohort.today, n_paths=N_PATHS, seed=seed)
        for seed in (1, 2)
    )

    assert again.children().tobytes() == futures.children().tobytes()
    assert again.children().tobytes() != other.children().tobytes()


def test_the_spread_of_england_is_that_of_its_summed_futures(engine, futures):
    nodes = engine.measures["children"].nodes
    england = int((nodes.frame["level"] == "england/total").to_numpy().argmax())
    only = np.arange(len(nodes.frame)) == england

    spread = futures.spread(nodes.summing, "children", only=only)

    summed = futures.children().sum(axis=1, dtype=float)
    quantiles = Forecast(summed[:, None]).quantile(SPREAD_LEVELS)[:, 0]
    expected = quantiles / summed.mean(axis=0) - 1
    np.testing.assert_allclose(spread.relative[:, england], expected, atol=1e-4)
    assert np.isnan(spread.relative[:, ~only]).all()


@pytest.mark.parametrize("measure", ["entries", "exits"])
def test_flows_spread_around_their_mean_at_every_level(engine, futures, measure):
    nodes = engine.measures[measure].nodes

    spread = futures.spread(nodes.summing, measure)

    assert np.isfinite(spread.relative).all()
    assert (np.diff(spread.relative, axis=0) >= -1e-6).all()
    # A figure of one child in a hundred futures has all its quantiles below its mean.
    england = (nodes.frame["level"] == "england/total").to_numpy()
    assert (spread.relative[0, england] < 0).all()
    assert (spread.relative[-1, england] > 0).all()


def test_a_spread_scales_with_the_mean_it_is_put_around(engine, futures):
    nodes = engine.measures["children"].nodes
    spread = futures.spread(nodes.summing, "children")
    mean = nodes.added(engine.history.corrected["children"][:, -HORIZON:])
    levels = np.array([0.1, 0.9])

    once, twice = spread.around(mean, levels), spread.around(2 * mean, levels)

    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5)
    england = (nodes.frame["level"] == "england/total").to_numpy()
    assert (once[0, england] < 0).all()
    assert (once[1, england] > 0).all()
