"""The parts of the annual engine, each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.annual.features import features_of
from models.forecasting.annual.intervals import (
    PastErrors,
    deviation,
    learned_width,
    own_volatility,
    quantile_steps,
)
from models.forecasting.annual.momentum import ahead, carried_growth, panel_growth
from models.forecasting.annual.panel import AnnualPanel, carried, log_offset
from models.forecasting.annual.pooled import coefficients, moments_of, ridge_of


def _pulls(x, y, *, seen):
    ridge = ridge_of(np.zeros(len(x), dtype=bool))
    return coefficients(moments_of(x, y, np.ones_like(y)), seen=seen, ridge=ridge)


def test_steady_growth_is_trusted_more_the_longer_it_lasts():
    short, long = carried_growth(np.full(2, 0.03)), carried_growth(np.full(10, 0.03))

    assert 0 < short < long <= 0.75 * 0.03


def test_growth_that_turns_every_year_is_not_carried_on():
    assert carried_growth(np.tile([0.03, -0.03], 5)) == 0


def test_one_year_of_growth_is_no_evidence():
    assert carried_growth(np.array([0.05])) == 0


def test_the_panels_growth_counts_series_known_in_both_years():
    y = np.log(np.array([[10.0, 20, 20], [np.nan, 500, 500]]))

    growth = panel_growth(y, y)

    np.testing.assert_allclose(growth, [np.log(2), 0])


def test_one_slip_of_the_pen_is_not_everybodys_momentum():
    rng = np.random.default_rng(1)
    y = np.log(100.0) + rng.normal(0.02, 0.03, (30, 4)).cumsum(axis=1)
    slipped = y.copy()
    slipped[0, 3] += np.log(1000)

    assert panel_growth(slipped, slipped)[-1] == pytest.approx(panel_growth(y, y)[-1], abs=0.02)


def test_a_pull_fades_with_the_years():
    np.testing.assert_allclose(ahead(3), [1, 1.85, 1.85 + 0.85**2])


def test_gaps_take_the_last_value_before_them():
    filled = carried(np.array([np.nan, 1, np.nan, 3]))

    np.testing.assert_array_equal(filled, [np.nan, 1, 1, 3])


@pytest.mark.parametrize(("y", "offset"), [([1, 2], 0), ([0, 2, 6], 1), ([0, 0.1], 0.05), ([0], 1)])
def test_logs_of_nothing_are_taken_just_below_the_smallest_value(y, offset):
    assert log_offset(np.array(y, dtype=float)) == pytest.approx(offset)


def test_features_do_not_know_what_comes_after():
    rng = np.random.default_rng(1)
    y = np.exp(rng.normal(5, 1, (20, 9)))
    panel = AnnualPanel(y, np.arange(20) % 4, y * 30, y[None] * 2)
    weight = np.sqrt(y)

    whole = features_of(panel, np.log(y), weight)
    part = features_of(panel.until(6), np.log(y[:, :6]), weight[:, :6])

    # How far features are pulled in is of the panel as known; the rest is the same.
    for name, a, b in zip(whole.names, whole.x, part.x, strict=True):
        near = np.abs(b) < 0.9 * np.abs(b).max()
        np.testing.assert_allclose(a[:, :6][near], b[near], err_msg=name)


def test_features_set_series_apart_and_do_not_move_them_together():
    rng = np.random.default_rng(1)
    y = np.exp(rng.normal(5, 0.3, (20, 9)))

    found = features_of(AnnualPanel(y, np.arange(20) % 4, y * 30), np.log(y), np.ones_like(y))

    np.testing.assert_allclose(found.x.mean(axis=1), 0, atol=0.02)


def test_a_coefficient_that_repeats_every_year_is_found():
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (1, 200, 10))
    y = np.zeros((200, 10))
    for t in range(9):
        y[:, t + 1] = y[:, t] + 0.05 * x[0, :, t] + rng.normal(0, 0.05, 200)
    # A feature drawn anew each year pulls in the first year alone: 2.65 years' worth of leads
    # share one year's pull, so the coefficient lies below it.
    found = _pulls(x, y, seen=10)

    assert 0.02 < found[0] < 0.05


def test_a_coefficient_that_changes_sign_with_the_years_is_hardly_trusted():
    rng = np.random.default_rng(1)
    x = np.repeat(rng.normal(0, 1, (1, 200, 1)), 10, axis=2)
    sign = np.tile([1, -1, -1, 1], 3)[:9]
    y = np.concatenate([np.zeros((200, 1)), (0.05 * sign * x[0, :, :9]).cumsum(axis=1)], axis=1)

    found = _pulls(x, y, seen=10)

    assert abs(found[0]) < 0.005


def test_before_anything_is_known_nothing_pulls():
    x, y = np.ones((2, 5, 3)), np.zeros((5, 3))

    assert _pulls(x, y, seen=1).tolist() == [0, 0]


def test_the_more_columns_the_less_each_is_believed():
    few, many = (ridge_of(np.arange(n + 2) >= 2) for n in (1, 12))

    assert few[0] == many[0]
    assert many[-1] > 3 * few[-1]


def test_a_series_that_moves_more_than_its_size_says_has_a_wider_interval():
    rng = np.random.default_rng(1)
    change = rng.normal(0, 0.05, (40, 10))
    change[0] *= 5

    own = own_volatility(change, np.full((40, 10), 300.0))

    assert own[0, -1] > 2
    assert np.median(own[1:, -1]) == pytest.approx(1, abs=0.25)
    assert (own[:, 0] == 1).all()


def test_small_series_have_wider_intervals_in_logs():
    rng = np.random.default_rng(1)
    size = np.exp(rng.uniform(3, 7, (10, 200)))
    error = rng.normal(0, np.sqrt(0.003 + 1.5 / size))[:, :, None]

    width = learned_width(PastErrors(error, size, np.ones_like(size)))

    assert width.by_size[0] == pytest.approx(1.5, rel=0.3)
    spread = deviation(width, np.array([20.0, 1000.0]), np.ones(2))
    assert spread[0, 0] > 3 * spread[1, 0]


def test_without_past_errors_the_interval_is_the_normals_and_grows_with_the_lead():
    nothing = PastErrors(np.full((1, 4, 3), np.nan), np.ones((1, 4)), np.ones((1, 4)))

    width = learned_width(nothing)

    assert (np.diff(width.common) > 0).all()
    np.testing.assert_allclose(
        quantile_steps(width, np.array([0.1, 0.5, 0.9])), [-1.2816, 0, 1.2816], atol=1e-3
    )
