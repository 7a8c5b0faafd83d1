"""Whole children by inverse distribution functions have the distributions of the textbook."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.forecasting.cohort.chance import binomial, divided, poisson, rounded, steps_of

U = ((np.arange(20_000) + 0.5) / 20_000).astype(np.float32)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (7, 0.03), (40, 0.08), (3, 0.9), (0, 0.5)])
def test_small_binomial_counts_are_the_quantiles_of_scipy(n, p):
    drawn = binomial(np.full_like(U, n), np.float32(p) * np.ones_like(U), U)

    # 32 bits may put a uniform on the other side of a step: one in a thousand at most.
    assert (drawn != stats.binom.ppf(U, n, p)).mean() < 1e-3


@pytest.mark.parametrize(("n", "p"), [(100, 0.05), (400, 0.2), (30, 0.5)])
def test_large_binomial_counts_have_their_mean_and_spread(n, p):
    drawn = binomial(np.full_like(U, n), np.float32(p) * np.ones_like(U), U)

    np.testing.assert_allclose(drawn.mean(), n * p, rtol=0.01)
    np.testing.assert_allclose(drawn.std(), np.sqrt(n * p * (1 - p)), rtol=0.03)
    assert drawn.max() <= n


@pytest.mark.parametrize("mean", [0.0, 0.2, 2.5, 3.9])
def test_small_poisson_counts_are_the_quantiles_of_scipy(mean):
    drawn = poisson(np.full_like(U, mean), U)

    assert (drawn != np.maximum(stats.poisson.ppf(U, mean), 0)).mean() < 1e-3


def test_more_is_drawn_where_more_is_expected_at_the_same_uniform():
    n = np.full_like(U, 50)

    assert (binomial(n, np.full_like(U, 0.06), U) >= binomial(n, np.full_like(U, 0.05), U)).all()


def test_dividing_loses_nobody_and_keeps_shares():
    rng = np.random.default_rng(3)
    total = rng.integers(0, 9, (4, 5000)).astype(np.float32)
    share = rng.dirichlet(np.ones(6), 4).astype(np.float32)

    parts = divided(total, steps_of(share[..., None]), rng.random((4, 5000), dtype=np.float32))

    np.testing.assert_array_equal(parts.sum(axis=1), total)
    assert parts.min() >= 0
    np.testing.assert_allclose(parts.mean(axis=2), share * total.mean(axis=1)[:, None], atol=0.06)


def test_nobody_is_placed_where_there_is_nowhere_to_go():
    nowhere = steps_of(np.zeros((1, 3, 1), np.float32))

    assert divided(np.zeros((1, 4), np.float32), nowhere, np.full((1, 4), 0.9)).sum() == 0


def test_rounding_keeps_the_sum_within_one_and_each_part_in_expectation():
    rng = np.random.default_rng(4)
    expected = np.broadcast_to(np.float32([0.2, 1.7, 0.05, 3.0])[:, None], (4, 20_000))

    parts = rounded(expected, rng.random(20_000, dtype=np.float32))

    assert np.abs(parts.sum(axis=0) - 4.95).max() < 1
    np.testing.assert_allclose(parts.mean(axis=1), expected[:, 0], atol=0.02)
