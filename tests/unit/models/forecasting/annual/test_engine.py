"""Yearly stocks hold flat unless the panel itself bears out something better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.forecasting.annual import (
    CANDIDATES,
    ENGINE,
    AnnualPanel,
    EmptyPanelError,
    forecast_annual,
    rolled_annual,
)
from models.scores import QUANTILE_LEVELS
from tests.builders.annual import a_growing_panel, a_panel_of_rates, a_random_walk_panel

LEVELS = QUANTILE_LEVELS


def _wape_over_flat(panel, lead=1):
    rolled = rolled_annual(panel, horizon=lead, n_origins=panel.n_periods - 5)

    def wrong(name):
        found = rolled[name]
        pairs = zip(found.origins, found.mean, strict=True)
        return sum(
            np.nansum(np.abs(mean[:, lead - 1] - panel.y[:, seen + lead - 1]))
            for seen, mean in pairs
            if seen + lead <= panel.n_periods
        )

    return wrong(ENGINE) / wrong("hold_flat")


def test_a_panel_of_random_walks_stays_at_hold_flat():
    ratios = [_wape_over_flat(a_random_walk_panel(seed=seed)) for seed in range(10)]

    assert np.mean(ratios) < 1.005


def test_momentum_that_is_real_is_carried_on():
    # Shared growth of 8% a year; hold-flat is wrong by about that much every year.
    assert _wape_over_flat(a_growing_panel()) < 0.6


def test_rates_drift_back_to_their_regions():
    panel = a_panel_of_rates()

    with_children = _wape_over_flat(panel, lead=3)
    without = _wape_over_flat(replace(panel, exposure=None), lead=3)

    assert with_children < 0.9
    assert with_children < without - 0.02


def test_a_column_that_says_nothing_changes_little():
    panel = a_random_walk_panel()
    noise = np.random.default_rng(5).lognormal(3, 0.5, (2, *panel.y.shape))

    ratio = _wape_over_flat(replace(panel, columns=noise))

    assert ratio < 1.01


def test_a_column_that_leads_the_value_is_used():
    panel = a_random_walk_panel(n_years=14)
    ahead = panel.y[:, 1:]  # next year's value, known a year before

    ratio = _wape_over_flat(AnnualPanel(panel.y[:, :-1], panel.group, columns=ahead[None]))

    assert ratio < 0.7


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_what_came_after_the_origin_changes_nothing(candidate):
    panel = a_panel_of_rates()
    seen = 8
    other = replace(
        panel,
        y=np.hstack([panel.y[:, :seen], panel.y[:, seen:] * 3 + 50]),
        exposure=np.hstack([panel.exposure[:, :seen], panel.exposure[:, seen:] * 2]),
    )

    a, b = (
        rolled_annual(given, horizon=3, n_origins=panel.n_periods - seen)[candidate]
        for given in (panel, other)
    )

    assert a.origins[0] == seen
    assert a.mean[0].tobytes() == b.mean[0].tobytes()
    assert a.quantiles[:, 0].tobytes() == b.quantiles[:, 0].tobytes()


def test_a_rolled_forecast_is_the_one_that_would_have_been_made_then():
    panel = a_panel_of_rates()

    rolled = rolled_annual(panel, horizon=3, n_origins=4)[ENGINE]
    then = forecast_annual(panel.until(9), horizon=3, levels=LEVELS)

    place = int(np.flatnonzero(rolled.origins == 9)[0])
    np.testing.assert_array_equal(rolled.mean[place], then.mean)
    np.testing.assert_array_equal(rolled.quantiles[:, place], then.quantiles)


def test_asking_for_fewer_years_gives_the_same_first_ones():
    panel = a_growing_panel()

    one = forecast_annual(panel, horizon=1, levels=LEVELS)
    five = forecast_annual(panel, horizon=5, levels=LEVELS)

    np.testing.assert_array_equal(one.mean, five.mean[:, :1])


@pytest.mark.parametrize(
    "y",
    [
        [[5.0]],
        [[5.0, 7.0]],
        [[0.0, 0.0, 0.0, 0.0]],
        [[7.0] * 8],
        [[10, 11, 10, 12, 9000, 11, 10, 12]],
        [[3, 4, np.nan, np.nan, 6, 5]],
        [[np.nan, np.nan, 4, 5], [9, 8, np.nan, np.nan], [1, 2, 3, 4]],
        [[0, 0, 0, 5], [100, 90, 95, 92]],
        [[1e9, 1.1e9, 1.2e9], [1, 0, 2]],
    ],
)
def test_any_history_gives_figures_that_are_finite_ordered_and_not_negative(y):
    panel = AnnualPanel(np.array(y, dtype=float), np.zeros(len(y), dtype=np.int64))

    made = forecast_annual(panel, horizon=5, levels=LEVELS)

    assert np.isfinite(made.mean).all()
    assert np.isfinite(made.quantiles).all()
    assert (made.quantiles >= 0).all()
    assert (np.diff(made.quantiles, axis=0) >= 0).all()


def test_an_odd_handful_of_series_is_forecast_too():
    nothing = np.nan
    y = np.array(
        [
            [nothing, nothing, nothing, 5],
            [0, 0, 0, 0],
            [7, 7, 7, 7],
            [4, nothing, nothing, 9],
            [10, 1e6, nothing, nothing],
        ]
    )
    exposure = np.where(np.isfinite(y), 100.0, nothing)
    panel = AnnualPanel(y, np.array([0, 0, 1, 2, 2]), exposure, exposure[None] / 10)

    made = forecast_annual(panel, horizon=3, levels=LEVELS)

    assert np.isfinite(made.quantiles).all()
    assert (np.diff(made.quantiles, axis=0) >= 0).all()


def test_series_that_never_had_a_child_stay_at_none_with_some_doubt():
    panel = a_random_walk_panel()
    y = np.vstack([panel.y, np.zeros(panel.n_periods)])

    made = forecast_annual(AnnualPanel(y, np.append(panel.group, 0)), horizon=3, levels=LEVELS)

    assert (made.mean[-1] == 0).all()
    assert (made.quantiles[-1, -1] > 0).all()


def test_a_short_history_is_held_flat_with_wider_doubt():
    long = a_random_walk_panel(n_years=13)
    short = long.until(1)

    wide, usual = (forecast_annual(panel, horizon=1, levels=LEVELS) for panel in (short, long))

    np.testing.assert_allclose(wide.mean[:, 0], short.y[:, -1])
    width = [
        np.median((q[-1] - q[0]) / m)
        for q, m in ((wide.quantiles, wide.mean), (usual.quantiles, usual.mean))
    ]
    assert width[0] > width[1]


def test_the_centre_is_the_median():
    made = forecast_annual(a_growing_panel(), horizon=3, levels=LEVELS)

    np.testing.assert_allclose(made.mean, made.quantiles[6], rtol=1e-9)


def test_exposure_may_be_partly_blank():
    panel = a_panel_of_rates()
    exposure = panel.exposure.copy()
    exposure[:, 0] = np.nan
    exposure[3] = np.nan

    made = forecast_annual(replace(panel, exposure=exposure), horizon=3, levels=LEVELS)

    assert np.isfinite(made.mean).all()


def test_a_column_without_any_change_is_a_label_and_not_used():
    panel = a_random_walk_panel()
    code = np.repeat(np.arange(1.0, panel.n_series + 1)[:, None], panel.n_periods, axis=1)

    with_code = forecast_annual(replace(panel, columns=code[None]), horizon=2, levels=LEVELS)
    without = forecast_annual(panel, horizon=2, levels=LEVELS)

    np.testing.assert_array_equal(with_code.mean, without.mean)


def test_intervals_cover_what_they_say():
    inside = []
    for seed in range(6):
        panel = a_random_walk_panel(seed=seed)
        found = rolled_annual(panel, horizon=2, n_origins=5)[ENGINE]
        for place, seen in enumerate(found.origins[:-1]):
            came = panel.y[:, seen : seen + 2]
            low, high = found.quantiles[2, place], found.quantiles[10, place]
            inside.append(((came >= low) & (came <= high)).mean())

    assert 0.76 < np.mean(inside) < 0.86


def test_a_series_without_any_value_is_refused():
    panel = AnnualPanel(np.array([[np.nan, np.nan], [1.0, 2.0]]), np.zeros(2, dtype=np.int64))

    with pytest.raises(EmptyPanelError, match="1 series"):
        forecast_annual(panel, horizon=1, levels=LEVELS)
