"""Reconciled forecasts add up, and are the ones that the textbook gives."""

from __future__ import annotations

import numpy as np
import pytest

from models.reconciliation import RECONCILIATIONS
from models.reconciliation.base import ResidualsNeededError, reconciliation
from models.reconciliation.min_trace import shrunk_covariance
from models.reconciliation.projection import ErrorCovariance, projection
from tests.builders.hierarchy import a_small_hierarchy, an_english_hierarchy, shared_errors

SMALL = a_small_hierarchy()


@pytest.fixture(params=sorted(RECONCILIATIONS))
def method(request):
    return RECONCILIATIONS[request.param]


def _base(hierarchy, *, columns=4, seed=5):
    leaves = np.random.default_rng(seed).uniform(5, 50, (hierarchy.n_leaves, columns))
    noise = np.random.default_rng(seed + 1).normal(0, 3, (hierarchy.n_nodes, columns))
    return hierarchy.added(leaves) + noise


def _textbook(hierarchy, covariance, base):
    """S (S'W^-1 S)^-1 S'W^-1 y, with dense matrices."""
    summing = np.vstack([hierarchy.adding.toarray(), np.eye(hierarchy.n_leaves)])
    weighed = np.linalg.solve(covariance, summing)
    return summing @ np.linalg.solve(summing.T @ weighed, weighed.T @ base)


def test_reconciled_forecasts_add_up(method):
    found = method(SMALL, residuals=shared_errors(SMALL))(_base(SMALL))

    assert np.abs(SMALL.gaps(found.nodes)).max() < 1e-9


def test_forecasts_that_add_up_already_are_left_alone(method):
    coherent = SMALL.added(np.random.default_rng(2).uniform(0, 9, (SMALL.n_leaves, 3)))

    found = method(SMALL, residuals=shared_errors(SMALL))(coherent)

    np.testing.assert_allclose(found.nodes, coherent, atol=1e-9)


def test_reconciling_twice_changes_nothing_more(method):
    reconcile = method(SMALL, residuals=shared_errors(SMALL))

    once = reconcile(_base(SMALL)).nodes

    np.testing.assert_allclose(reconcile(once).nodes, once, atol=1e-9)


@pytest.mark.parametrize("shrinkage", [None, 0.05, 0.5, 1.0])
def test_shrunk_mint_is_the_dense_textbook_form(shrinkage):
    residuals, base = shared_errors(SMALL), _base(SMALL)
    shrunk = shrunk_covariance(residuals, SMALL, shrinkage=shrinkage)
    centred = residuals - residuals.mean(axis=1, keepdims=True)
    sample = centred @ centred.T / residuals.shape[1]
    dense = shrunk.shrinkage * np.diag(np.diag(sample)) + (1 - shrunk.shrinkage) * sample

    found = projection(SMALL, shrunk.covariance)(base)

    np.testing.assert_allclose(found.nodes, _textbook(SMALL, dense, base), atol=1e-8)


@pytest.mark.parametrize("name", ["ols", "wls_structural", "wls_variance"])
def test_least_squares_are_the_dense_textbook_form(name):
    residuals, base = shared_errors(SMALL), _base(SMALL)
    variances = {
        "ols": np.ones(SMALL.n_nodes),
        "wls_structural": SMALL.leaves_under(),
        "wls_variance": residuals.var(axis=1),
    }

    found = RECONCILIATIONS[name](SMALL, residuals=residuals)(base)

    expected = _textbook(SMALL, np.diag(variances[name]), base)
    np.testing.assert_allclose(found.nodes, expected, atol=1e-9)


def test_bottom_up_keeps_every_leaf():
    base = _base(SMALL)

    found = RECONCILIATIONS["bottom_up"](SMALL)(base)

    np.testing.assert_array_equal(found.leaves, base[SMALL.n_totals :])


def test_mint_at_the_size_of_england_adds_up():
    hierarchy, _ = an_english_hierarchy()
    residuals = shared_errors(hierarchy, n_periods=60)

    found = RECONCILIATIONS["mint_shrink"](hierarchy, residuals=residuals)(_base(hierarchy))

    assert (hierarchy.n_totals, hierarchy.n_nodes) == (2_682, 8_802)
    assert np.abs(hierarchy.gaps(found.nodes)).max() < 1e-6


def test_the_sparse_solution_at_the_size_of_twenty_authorities_is_the_dense_one():
    hierarchy, _ = an_english_hierarchy(authorities=20, types=4, bands=3)
    base = _base(hierarchy)
    covariance = shrunk_covariance(shared_errors(hierarchy), hierarchy).covariance
    dense = np.diag(covariance.diagonal) + covariance.factor @ covariance.factor.T

    found = projection(hierarchy, covariance)(base)

    np.testing.assert_allclose(found.nodes, _textbook(hierarchy, dense, base), atol=1e-7)


def test_no_leaf_is_negative_after_setting_to_zero_and_sums_still_hold():
    base = _base(SMALL)
    base[SMALL.n_totals] = -40.0

    found = RECONCILIATIONS["ols"](SMALL)(base)
    cut = found.non_negative(SMALL)

    assert (found.leaves < 0).any()
    assert (cut.nodes >= 0).all()
    np.testing.assert_allclose(SMALL.gaps(cut.nodes), 0, atol=1e-9)


@pytest.mark.parametrize("past", [np.nan, 0.0, 3.0])
def test_nodes_without_a_past_or_without_errors_do_no_harm(past):
    residuals = shared_errors(SMALL)
    residuals[[0, 2, 7, 9]] = past
    residuals[4, :10] = np.nan

    found = RECONCILIATIONS["mint_shrink"](SMALL, residuals=residuals)(_base(SMALL))

    assert np.isfinite(found.nodes).all()
    assert np.abs(SMALL.gaps(found.nodes)).max() < 1e-6


def test_a_node_that_never_erred_hardly_moves():
    residuals = shared_errors(SMALL)
    residuals[SMALL.n_totals] = 0.0
    base = _base(SMALL)

    found = RECONCILIATIONS["wls_variance"](SMALL, residuals=residuals)(base)

    moved = np.abs(found.nodes - base)
    assert (moved[SMALL.n_totals] < 0.05 * moved[SMALL.n_totals + 1 :].max(axis=0)).all()


def test_errors_of_size_zero_everywhere_still_reconcile():
    residuals = np.zeros((SMALL.n_nodes, 12))

    found = RECONCILIATIONS["mint_shrink"](SMALL, residuals=residuals)(_base(SMALL))

    assert np.abs(SMALL.gaps(found.nodes)).max() < 1e-9


def test_a_total_over_one_leaf_and_two_totals_over_the_same_leaves_are_allowed():
    hierarchy, _ = an_english_hierarchy(authorities=9, types=2, bands=1)
    covariance = ErrorCovariance(np.ones(hierarchy.n_nodes))

    found = projection(hierarchy, covariance)(_base(hierarchy))

    assert np.abs(hierarchy.gaps(found.nodes)).max() < 1e-9


def test_two_methods_may_not_share_a_name():
    with pytest.raises(ValueError, match="already a reconciliation named 'ols'"):
        reconciliation("ols")(RECONCILIATIONS["bottom_up"])


def test_methods_that_learn_say_that_they_need_residuals():
    with pytest.raises(ResidualsNeededError, match="mint_shrink learns from past errors"):
        RECONCILIATIONS["mint_shrink"](SMALL)


def test_many_columns_are_reconciled_as_each_would_be_alone():
    base = _base(SMALL, columns=2500)
    reconcile = RECONCILIATIONS["mint_shrink"](SMALL, residuals=shared_errors(SMALL))

    every, last = reconcile(base).nodes, reconcile(base[:, -1:]).nodes

    np.testing.assert_allclose(every[:, -1:], last, atol=1e-9)
