"""Synthetic control: the nearest mixture of donors, whatever way it is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from models.causal import UnsuitablePanelError, synthetic_control, synthetic_control_on
from models.causal.simplex import _nearest_corner_by_corner, simplex_weights
from tests.builders.causal import a_panel, regions_with_shocks


def slack(donors, target, weights):
    """How far the squared distance can be above its least: the linear bound on the simplex."""
    slope = 2.0 * donors @ (weights @ donors - target)
    return float(slope @ weights - slope.min())


def test_a_unit_that_is_a_mixture_of_others_is_found_to_be_that_mixture():
    rng = np.random.default_rng(3)
    y = regions_with_shocks(rng, n_units=6, n_periods=20)
    y[0] = 0.7 * y[2] + 0.3 * y[4]
    y[0, 15:] -= 2.5

    fit = synthetic_control(a_panel(y, {0: 15}), base=slice(0, 15), post=slice(15, None))

    np.testing.assert_allclose(fit.donor_weights[0], [0, 0, 0.7, 0, 0.3, 0], atol=1e-7)
    np.testing.assert_allclose(fit.by_period[15:], -2.5, atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.integers(1, 25), st.booleans())
def test_no_mixture_is_nearer(seed, n_donors, n_periods, alike):
    rng = np.random.default_rng(seed)
    donors = rng.normal(size=(n_donors, n_periods)) * 10.0 ** rng.integers(-4, 5)
    target = rng.normal(size=n_periods) * np.abs(donors).max()
    if alike:  # rates of small authorities: few values, many of them equal
        donors = rng.integers(0, 4, size=(n_donors, n_periods)).astype(float)
        target = rng.integers(0, 5, size=n_periods).astype(float)

    weights = simplex_weights(donors, target)

    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    least_misfit = 1e-12 * np.square(donors - target).sum()
    misfit = np.square(weights @ donors - target).sum()
    assert slack(donors, target, weights) <= 1e-6 * misfit + least_misfit


@pytest.mark.parametrize("seed", range(20))
def test_the_search_by_corners_proves_its_own_mixture(seed):
    rng = np.random.default_rng(seed)
    donors, target = rng.integers(0, 3, size=(90, 5)), rng.integers(0, 5, size=5)

    weights = _nearest_corner_by_corner((donors - target).T / 30.0)

    misfit = np.square(weights @ donors - target).sum()
    assert weights.min() >= 0.0
    assert slack(donors, target, weights) <= 1e-6 * misfit + 1e-9


def test_a_general_solver_finds_the_same_mixture():
    rng = np.random.default_rng(11)
    donors, target = rng.normal(size=(6, 9)), rng.normal(size=9)

    weights = simplex_weights(donors, target)

    direct = minimize(
        lambda w: np.square(target - w @ donors).sum(),
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    np.testing.assert_allclose(weights, direct.x, atol=1e-5)


def test_of_many_exact_mixtures_the_most_even_is_taken():
    # 0 lies midway between -1 and 1 and between -2 and 2: all ways match exactly.
    donors = np.array([[-1.0], [1.0], [-2.0], [2.0]])

    weights = simplex_weights(donors, np.zeros(1))

    np.testing.assert_allclose(weights, 0.25, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_donors_does_not_decide_between_exact_mixtures(seed):
    rng = np.random.default_rng(seed)
    donors = rng.normal(size=(12, 3))
    target = rng.dirichlet(np.ones(12)) @ donors
    order = rng.permutation(12)

    weights = simplex_weights(donors, target)
    shuffled = simplex_weights(donors[order], target)

    np.testing.assert_allclose(shuffled, weights[order], atol=1e-7)
    np.testing.assert_allclose(weights @ donors, target, atol=1e-8)


def test_donors_that_are_all_alike_weigh_the_same():
    np.testing.assert_allclose(simplex_weights(np.full((4, 3), 2.0), np.full(3, 2.0)), 0.25)


def test_what_happened_later_does_not_choose_the_donors():
    y = regions_with_shocks(np.random.default_rng(4), n_units=10, n_periods=15)
    other = y.copy()
    other[:, 12:] = regions_with_shocks(np.random.default_rng(5), n_units=10, n_periods=3)

    columns = {"base": slice(0, 12), "post": slice(12, None)}
    first = synthetic_control(a_panel(y, {0: 12}), **columns)
    second = synthetic_control(a_panel(other, {0: 12}), **columns)

    np.testing.assert_array_equal(first.donor_weights, second.donor_weights)


def test_each_treated_unit_has_its_own_mixture():
    y = regions_with_shocks(np.random.default_rng(8), n_units=12, n_periods=20)

    columns = {"base": slice(0, 16), "post": slice(16, None)}
    both = synthetic_control(a_panel(y, {0: 16, 1: 16}), **columns)
    alone = synthetic_control(a_panel(y, {0: 16}).among(np.delete(np.arange(12), 1)), **columns)

    np.testing.assert_allclose(np.delete(both.donor_weights[0], 1), alone.donor_weights[0])


def test_predictors_that_tell_donors_apart_choose_them():
    rng = np.random.default_rng(2)
    predictors = rng.normal(size=(10, 3)) * [1.0, 1e6, 1e-3]  # any units of measure
    predictors[0] = 0.6 * predictors[3] + 0.4 * predictors[7]
    y = (predictors / [1.0, 1e6, 1e-3]) @ rng.normal(size=(3, 12)) + 10.0

    found = synthetic_control_on(predictors)(
        a_panel(y, {0: 9}), base=slice(0, 9), post=slice(9, None)
    )

    np.testing.assert_allclose(found.by_period, 0.0, atol=1e-4)


def test_a_donor_without_a_predictor_is_not_used():
    rng = np.random.default_rng(2)
    y = regions_with_shocks(rng, n_units=8, n_periods=12)
    predictors = rng.normal(size=(8, 2))
    predictors[5, 1] = np.nan

    found = synthetic_control_on(predictors)(
        a_panel(y, {0: 9}), base=slice(0, 9), post=slice(9, None)
    )

    assert found.donor_weights[0, 5] == 0.0
    assert found.donor_weights[0].sum() == pytest.approx(1.0)


def test_a_treated_unit_without_a_predictor_is_refused():
    y = regions_with_shocks(np.random.default_rng(2), n_units=8, n_periods=12)
    predictors = np.ones((8, 2))
    predictors[0, 0] = np.nan

    with pytest.raises(UnsuitablePanelError, match="lacks a predictor"):
        synthetic_control_on(predictors)(a_panel(y, {0: 9}), base=slice(0, 9), post=slice(9, None))
