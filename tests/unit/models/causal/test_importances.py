"""What predictors count for: the nearest mixture is the exact one, and the best is found."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.importances import best_importances
from models.causal.simplex import simplex_weights


def mixture(donors, target, importance):
    root = np.sqrt(importance)
    return simplex_weights(donors * root, target * root)


def misfit(importance, donors, target, donors_before, target_before):
    weights = mixture(donors, target, importance)
    return float(np.square(target_before - weights @ donors_before).mean())


def regions_led_by_one_predictor(rng, n_donors=12, n_base=9):
    """Outcomes follow the first predictor; the second leads elsewhere."""
    donors = rng.normal(size=(n_donors, 2))
    target = np.array([0.4, 2.0])
    paths = rng.normal(size=n_base)
    return donors, target, np.outer(donors[:, 0], paths), target[0] * paths


def test_a_predictor_that_leads_elsewhere_counts_for_next_to_nothing():
    case = regions_led_by_one_predictor(np.random.default_rng(4))

    found = best_importances(*case)

    assert found[0] > 0.99
    assert misfit(found, *case) < 1e-6


def test_importances_are_never_nought_and_sum_to_one():
    case = regions_led_by_one_predictor(np.random.default_rng(5))

    found = best_importances(*case)

    assert (found > 0.0).all()
    assert found.sum() == pytest.approx(1.0)


def test_no_split_of_two_predictors_follows_the_target_much_better():
    rng = np.random.default_rng(6)
    donors, target = rng.normal(size=(10, 2)), np.array([1.2, 1.1])
    loadings = donors @ np.array([[1.0, 0.3], [0.2, 1.0]])
    paths = rng.normal(size=(2, 12)).cumsum(axis=1)
    own = np.array([1.2, 1.1]) @ np.array([[1.0, 0.3], [0.2, 1.0]]) @ paths
    case = (donors, target, loadings @ paths, own)

    found = misfit(best_importances(*case), *case)

    tried = [misfit(np.array([one, 1.0 - one]), *case) for one in np.linspace(0.001, 0.999, 500)]
    assert found <= min(tried) * (1 + 1e-3) + 1e-12


def test_the_order_of_donors_does_not_matter():
    rng = np.random.default_rng(7)
    donors, target = rng.normal(size=(9, 4)), rng.normal(size=4)
    before, own = rng.normal(size=(9, 11)), rng.normal(size=11)
    order = rng.permutation(9)

    straight = best_importances(donors, target, before, own)
    turned = best_importances(donors[order], target, before[order], own)

    case = (donors, target, before, own)
    assert misfit(turned, *case) == pytest.approx(misfit(straight, *case), rel=1e-6)


def test_donors_that_are_all_like_the_target_leave_importances_equal():
    donors, target = np.ones((5, 3)), np.ones(3)

    found = best_importances(donors, target, np.ones((5, 6)), np.ones(6))

    np.testing.assert_allclose(found, 1 / 3)
