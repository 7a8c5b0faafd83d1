"""The shrinkage through pairs of periods is the one over pairs of nodes."""

from __future__ import annotations

import numpy as np
import pytest

from models.reconciliation.shrinkage import correlation_shrinkage
from tests.builders.hierarchy import a_small_hierarchy, shared_errors


def _brute_force(residuals):
    """Schäfer & Strimmer (2005), equations for Var(r_ij), pair by pair."""
    n_nodes, t = residuals.shape
    x = residuals - residuals.mean(axis=1, keepdims=True)
    x /= x.std(axis=1, ddof=1, keepdims=True)
    variances = squares = 0.0
    for i in range(n_nodes):
        for j in range(n_nodes):
            if i == j:
                continue
            w = x[i] * x[j]
            r = t / (t - 1) * w.mean()
            variances += t / (t - 1) ** 3 * ((w - w.mean()) ** 2).sum()
            squares += r**2
    return min(max(variances / squares, 0.0), 1.0)


@pytest.mark.parametrize("n_periods", [5, 12, 40])
def test_shrinkage_is_the_sum_over_pairs_of_nodes(n_periods):
    residuals = shared_errors(a_small_hierarchy(), n_periods=n_periods)
    centred = residuals - residuals.mean(axis=1, keepdims=True)

    assert correlation_shrinkage(centred) == pytest.approx(_brute_force(residuals), rel=1e-9)


def test_errors_without_anything_in_common_are_shrunk_almost_wholly():
    residuals = np.random.default_rng(4).standard_normal((200, 40))

    assert correlation_shrinkage(residuals - residuals.mean(axis=1, keepdims=True)) > 0.9


def test_errors_that_are_all_one_shock_are_hardly_shrunk():
    shock = np.random.default_rng(4).standard_normal(60)
    residuals = np.outer(np.linspace(1, 3, 30), shock - shock.mean())

    assert correlation_shrinkage(residuals) < 0.1


@pytest.mark.parametrize("residuals", [np.zeros((4, 9)), np.ones((1, 9)), np.full((3, 9), np.nan)])
def test_with_nothing_to_learn_from_no_correlation_is_believed(residuals):
    assert correlation_shrinkage(residuals) == 1.0
