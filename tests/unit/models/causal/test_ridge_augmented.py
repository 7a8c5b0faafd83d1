"""Ridge-augmented synthetic control: nearer before, at the price of weights below zero."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import UnsuitablePanelError, ridge_augmented, synthetic_control
from models.causal.ridge_augmented import _corrections, _penalty, augmented_residuals
from models.causal.simplex import simplex_weights
from tests.builders.causal import a_panel, regions_with_shocks

COLUMNS = {"base": slice(0, 12), "post": slice(12, None)}


def test_the_match_before_is_never_worse_than_the_mixtures():
    for seed in range(10):
        y = regions_with_shocks(np.random.default_rng(seed), n_units=14, n_periods=16)

        plain = synthetic_control(a_panel(y, {0: 12}), **COLUMNS)
        augmented = ridge_augmented(a_panel(y, {0: 12}), **COLUMNS)

        before = [np.square(fit.gaps[0, :12]).sum() for fit in (augmented, plain)]
        assert before[0] <= before[1] * (1 + 1e-9)


def test_a_unit_beyond_all_donors_is_reached_by_a_weight_below_zero():
    rng = np.random.default_rng(1)
    path = rng.normal(size=16).cumsum()
    y = np.outer(np.arange(1.0, 9.0), path) + 0.05 * rng.normal(size=(8, 16))
    y[0] = 12.0 * path  # the donors go up to 8

    plain = synthetic_control(a_panel(y, {0: 12}), **COLUMNS)
    augmented = ridge_augmented(a_panel(y, {0: 12}), **COLUMNS)

    assert augmented.donor_weights.min() < 0.0
    assert abs(augmented.att) < 0.1 * abs(plain.att)


def test_nothing_is_added_where_the_mixture_matches():
    y = regions_with_shocks(np.random.default_rng(3), n_units=10, n_periods=16)
    y[0] = 0.5 * y[1] + 0.5 * y[2]

    plain = synthetic_control(a_panel(y, {0: 12}), **COLUMNS)
    augmented = ridge_augmented(a_panel(y, {0: 12}), **COLUMNS)

    np.testing.assert_allclose(augmented.donor_weights, plain.donor_weights, atol=1e-5)


def test_the_correction_is_the_ridge_regression_of_the_paper():
    rng = np.random.default_rng(4)
    donors, missed = rng.normal(size=(7, 5)), rng.normal(size=5)

    found = _corrections(donors, missed, np.array([0.3, 20.0]))

    for penalty, weights in zip((0.3, 20.0), found, strict=True):
        direct = donors @ np.linalg.solve(donors.T @ donors + penalty * np.eye(5), missed)
        np.testing.assert_allclose(weights, direct)


def test_residuals_over_the_base_are_the_gaps_of_the_comparison():
    y = regions_with_shocks(np.random.default_rng(21), n_units=12, n_periods=16)
    target, donors = y[0, :12], y[1:, :12]

    fit = ridge_augmented(a_panel(y, {0: 12}), **COLUMNS)
    residuals = augmented_residuals(donors, target)(target[None], donors)

    np.testing.assert_allclose(residuals[0], fit.gaps[0, :12], atol=1e-9)


def test_a_period_more_is_fitted_at_the_penalty_learned_without_it():
    rng = np.random.default_rng(22)
    donors, target = rng.normal(size=(9, 21)), 1.3 * rng.normal(size=21)
    middle = donors[:, :20].mean(axis=0)
    largest = np.linalg.svd(donors[:, :20] - middle, compute_uv=False)[0] ** 2
    penalty = _penalty(
        donors[:, :20] - middle, target[:20] - middle, largest * 1e-8 ** (np.arange(21) / 20)
    )

    found = augmented_residuals(donors[:, :20], target[:20])(target[None], donors)

    centred = donors - donors.mean(axis=0)
    mixture = simplex_weights(donors, target)
    missed = target - mixture @ donors
    added = centred @ np.linalg.solve(centred.T @ centred + penalty * np.eye(21), missed)
    np.testing.assert_allclose(found[0], missed - added @ centred, atol=1e-9)


def test_donors_that_are_all_alike_leave_the_mixtures_residuals():
    donors, target = np.tile(np.arange(6.0), (4, 1)), np.arange(6.0) + 2.0

    found = augmented_residuals(donors, target)(target[None], donors)

    np.testing.assert_allclose(found, 2.0)


def test_under_three_base_periods_it_is_refused():
    y = regions_with_shocks(np.random.default_rng(3), n_units=10, n_periods=4)

    with pytest.raises(UnsuitablePanelError, match="3 base periods"):
        ridge_augmented(a_panel(y, {0: 2}), base=slice(0, 2), post=slice(2, None))


@pytest.mark.parametrize(("n_donors", "n_base"), [(8, 20), (20, 8), (9, 9)])
def test_the_penalty_is_that_of_refitting_without_each_period(n_donors, n_base):
    rng = np.random.default_rng(12)
    donors, target = rng.normal(size=(n_donors, n_base)), 1.5 * rng.normal(size=n_base)
    penalties = np.geomspace(1e-4, 1e3, 15)

    found = _penalty(donors, target, penalties)

    errors = np.empty((n_base - 1, penalties.size))
    for left_out in range(n_base - 1):
        kept = np.delete(donors, left_out, axis=1)
        mixture = simplex_weights(kept, np.delete(target, left_out))
        missed = np.delete(target, left_out) - mixture @ kept
        for place, penalty in enumerate(penalties):
            added = kept @ np.linalg.solve(kept.T @ kept + penalty * np.eye(n_base - 1), missed)
            gap = target[left_out] - (mixture + added) @ donors[:, left_out]
            errors[left_out, place] = gap**2
    # One standard error above the best: Hastie, Tibshirani & Friedman, section 7.10.
    bar = errors.mean(axis=0) + errors.std(axis=0, ddof=1) / np.sqrt(n_base - 1)
    within = errors.mean(axis=0) <= bar[errors.mean(axis=0).argmin()]
    assert found == penalties[within].max()


def test_figures_too_large_to_square_are_refused():
    y = regions_with_shocks(np.random.default_rng(13), n_units=6, n_periods=16)
    y[2, 3] = 1e300

    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(UnsuitablePanelError, match="too large"),
    ):
        ridge_augmented(a_panel(y, {0: 12}), **COLUMNS)
