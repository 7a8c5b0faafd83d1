"""Futures are of whole children, add up, and spread around the expected one."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.cohort import (
    BreakOdds,
    EntriesLever,
    draw_paths,
    expected,
    fit_rates,
    forecast_entries,
    pulled,
    stock_at,
)
from tests.builders.cohort import N_KINDS, a_world

H = 18
CALM = BreakOdds(a_year=(0.0, 0.0))


@pytest.fixture(scope="module")
def given():
    population = a_world(seed=4).population
    rates = fit_rates(population, until=np.array([72]))[0]
    entries = forecast_entries(population, until=72, horizon=H)
    return rates, stock_at(population, 72, clock=rates.clock), entries


def _forecast(given, levers=None):
    rates, stock, entries = given
    return expected(rates, stock, entries.mean, horizon=H, levers=levers)


def _draw(given, *, seed=903, n_paths=300, levers=None, odds=None):
    rates, _, entries = given
    rng = np.random.default_rng(seed)
    forecast = _forecast(given, levers)
    return draw_paths(forecast, entries, rates, n_paths=n_paths, rng=rng, odds=odds)


def test_children_are_whole_and_never_negative(given):
    children = _draw(given).children

    np.testing.assert_array_equal(children, np.rint(children))
    assert children.min() >= 0


def test_every_future_adds_up_from_today(given):
    paths = _draw(given)

    start = _forecast(given).together().start.sum()
    net = paths.entries.sum(axis=(1, 2)) - paths.exits.sum(axis=(1, 2)) - paths.aged_out.sum(axis=1)

    np.testing.assert_array_equal(paths.children.sum(axis=1), start + net.cumsum(axis=1))


def test_the_mean_of_many_futures_is_the_expected_one(given):
    paths = _draw(given, n_paths=1500, odds=CALM)
    stock = _forecast(given).together().stock

    total = paths.children.sum(axis=1)
    error = total.std(axis=0) / np.sqrt(len(total))
    # Three standard errors, and half a percent for the convexity of exits in their level.
    near = 3 * error + 0.005 * total.mean(axis=0)
    assert (np.abs(total.mean(axis=0) - stock.sum(axis=(1, 2, 3, 4))) < near).all()

    leaves = stock[:, paths.area, paths.kind, paths.band, paths.stream].T
    error = paths.children.std(axis=0) / np.sqrt(len(total))
    off = np.abs(paths.children.mean(axis=0) - leaves) > 4 * error + 0.02 * leaves + 0.01
    assert off.mean() < 0.01


def test_turning_18_is_hardly_a_matter_of_chance(given):
    aged_out = _draw(given, odds=CALM).aged_out[:, :, 0].sum(axis=1)

    expected_now = _forecast(given).together().aged_out[0].sum()

    assert np.abs(aged_out - expected_now).max() < 4


def test_the_same_seed_gives_the_same_futures(given):
    np.testing.assert_array_equal(_draw(given).children, _draw(given).children)


def test_further_ahead_is_less_sure(given):
    total = _draw(given).children.sum(axis=1)

    assert total[:, 0].std() < total[:, 6].std() < total[:, 17].std()


def test_breaks_widen_the_futures(given):
    often = BreakOdds(a_year=(0.9, 0.9), entries_sd=(0.5, 0.5))

    calm = _draw(given, odds=CALM).children.sum(axis=1)[:, -1].std()

    assert _draw(given, odds=often).children.sum(axis=1)[:, -1].std() > 1.1 * calm


def test_a_lever_of_size_nought_leaves_every_future_as_it_is(given):
    levers = pulled([EntriesLever(0.0)], horizon=H, n_areas=4, n_kinds=N_KINDS)

    np.testing.assert_array_equal(_draw(given, levers=levers).children, _draw(given).children)


def test_futures_with_and_without_a_lever_share_their_chance(given):
    # The gain of common random numbers: the spread of the difference is a fifth of that of
    # two futures drawn apart, or less.
    levers = pulled([EntriesLever(0.05)], horizon=H, n_areas=4, n_kinds=N_KINDS)
    without = _draw(given).children.sum(axis=1)[:, -1]
    with_lever = _draw(given, levers=levers).children.sum(axis=1)[:, -1]
    apart = _draw(given, levers=levers, seed=904).children.sum(axis=1)[:, -1]

    assert (with_lever - without).std() <= 0.2 * (apart - without).std()
    assert (with_lever - without).mean() > 0


def test_futures_need_todays_children_and_entrants_apart(given):
    rates, stock, entries = given
    together = expected(rates, stock, entries.mean, horizon=H, apart=False)

    with pytest.raises(ValueError, match="apart"):
        draw_paths(together, entries, rates, n_paths=2, rng=np.random.default_rng(1))
