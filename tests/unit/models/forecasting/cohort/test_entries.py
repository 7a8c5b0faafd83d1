"""Entries are forecast with a flat level, a shared season and shares that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.forecasting.cohort import UASC, Break, Population, forecast_entries
from tests.builders.cohort import a_world

H = 24


def _population(mean, *, n_months=96, seed=3, region=None, breaks=()) -> Population:
    """Poisson entries with means of shape (n_areas, 5, 2), times what `mean` says by month."""
    base = a_world(seed=1, n_months=6, future=0, burn=6, n_areas=2).population
    entries = np.random.default_rng(seed).poisson(mean(np.arange(n_months))).astype(float)
    n_areas = entries.shape[1]
    return replace(
        base,
        entries=entries,
        n_months=n_months,
        n_areas=n_areas,
        region=np.zeros(n_areas, np.int64) if region is None else region,
        completeness=np.ones((n_months, n_areas)),
        breaks=breaks,
    )


def _steady(level=10.0, n_areas=4):
    def mean(months):
        each = np.full((len(months), n_areas, 5, 2), level)
        each[..., :3, UASC] = 0.0
        each[..., UASC] *= 0.2
        return each

    return mean


def test_steady_entries_are_forecast_as_they_were():
    found = forecast_entries(_population(_steady()), until=96, horizon=H)

    np.testing.assert_allclose(found.mean[..., 0].mean(), 10.0, rtol=0.05)
    np.testing.assert_allclose(found.mean[:, :, 3:, UASC].mean(), 2.0, rtol=0.15)


def test_a_band_that_no_child_entered_in_has_none_to_come():
    found = forecast_entries(_population(_steady()), until=96, horizon=H)

    assert (found.mean[:, :, :3, UASC] == 0).all()


def test_a_season_is_found_and_repeated():
    def seasonal(months):
        wave = 1 + 0.3 * np.cos(2 * np.pi * (months - 8) / 12)
        return _steady(20.0)(months) * wave[:, None, None, None]

    found = forecast_entries(_population(seasonal), until=96, horizon=H).mean[..., 0]

    by_month = found.sum(axis=(1, 2))
    expected = 20.0 * 4 * 5 * (1 + 0.3 * np.cos(2 * np.pi * (np.arange(96, 96 + H) - 8) / 12))
    np.testing.assert_allclose(by_month, expected, rtol=0.12)


def test_the_season_follows_the_calendar_of_the_first_column():
    def seasonal(months):
        wave = 1 + 0.3 * np.cos(2 * np.pi * (months - 8) / 12)
        return _steady(20.0)(months) * wave[:, None, None, None]

    population = _population(seasonal)

    shifted = replace(population, first_calendar_month=5)

    np.testing.assert_allclose(
        forecast_entries(shifted, until=96, horizon=H).mean,
        forecast_entries(population, until=96, horizon=H).mean,
        rtol=1e-9,
    )


def test_no_trend_is_carried_on():
    def rising(months):
        return _steady()(months) * (1 + 0.02 * months)[:, None, None, None]

    yearly = forecast_entries(_population(rising), until=96, horizon=36).mean[..., 0]

    first, last = yearly[:12].sum(), yearly[24:].sum()
    np.testing.assert_allclose(last, first, rtol=1e-6)


def test_areas_keep_their_sizes():
    def uneven(months):
        return _steady(10.0, 3)(months) * np.array([0.3, 1.0, 2.0])[:, None, None]

    found = forecast_entries(_population(uneven), until=96, horizon=H).mean[..., 0]

    np.testing.assert_allclose(
        found.sum(axis=(0, 2)) / found.sum() * 3.3, [0.3, 1.0, 2.0], atol=0.1
    )


def test_a_known_dip_is_no_guide():
    def dip(months):
        inside = (months >= 84) & (months < 93)
        return _steady()(months) * np.where(inside, 0.5, 1.0)[:, None, None, None]

    told = _population(dip, breaks=(Break(start=84, end=93),))
    untold = replace(told, breaks=())

    knowing = forecast_entries(told, until=96, horizon=H).mean[..., 0].mean()
    not_knowing = forecast_entries(untold, until=96, horizon=H).mean[..., 0].mean()

    assert abs(knowing - 10) < 0.6
    assert abs(knowing - 10) < abs(not_knowing - 10)


def test_wandering_entries_are_told_to_be_less_sure():
    walk = np.exp(np.cumsum(np.random.default_rng(2).normal(0, 0.06, 96)))

    def wandering(months):
        return _steady()(months) * walk[months][:, None, None, None]

    steady = forecast_entries(_population(_steady()), until=96, horizon=H)
    found = forecast_entries(_population(wandering), until=96, horizon=H)

    assert found.region_sd[0, 0] > 2 * steady.region_sd[0, 0]


def test_two_regions_share_england_and_differ_by_their_own():
    found = forecast_entries(
        _population(_steady(), region=np.array([0, 0, 1, 1])), until=96, horizon=H
    )

    assert found.region_sd.shape == (2, 2)
    assert (found.england_sd > 0).all()


def test_an_area_without_entries_is_given_hardly_any():
    def one_empty(months):
        each = _steady()(months)
        each[:, 2] = 0.0
        return each

    found = forecast_entries(_population(one_empty), until=96, horizon=H).mean

    assert np.isfinite(found).all()
    assert found[:, 2].sum() < 0.01 * found.sum()
