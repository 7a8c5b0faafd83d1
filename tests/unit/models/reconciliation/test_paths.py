"""Moved futures average to the reconciled means, and add up in every future."""

from __future__ import annotations

import numpy as np

from models.reconciliation import shifted_paths
from tests.builders.hierarchy import a_small_hierarchy

SMALL = a_small_hierarchy()
PATHS = np.random.default_rng(3).poisson(6.0, (200, SMALL.n_leaves, 8)).astype(np.float32)


def test_moved_futures_average_to_the_mean_asked_for():
    mean = np.random.default_rng(4).uniform(1, 20, PATHS.shape[1:])

    moved = shifted_paths(PATHS, mean=mean)

    np.testing.assert_allclose(moved.mean(axis=0, dtype=float), mean, rtol=1e-6)
    assert (moved >= 0).all()


def test_totals_of_moved_futures_average_to_totals_of_the_means():
    mean = np.random.default_rng(4).uniform(1, 20, PATHS.shape[1:])

    moved = shifted_paths(PATHS, mean=mean)
    totals = np.stack([SMALL.added(path) for path in moved])

    np.testing.assert_allclose(totals.mean(axis=0, dtype=float), SMALL.added(mean), rtol=1e-6)


def test_futures_already_at_their_mean_do_not_move():
    moved = shifted_paths(PATHS, mean=PATHS.mean(axis=0, dtype=float))

    np.testing.assert_allclose(moved, PATHS, rtol=1e-6)


def test_a_leaf_that_is_empty_in_every_future_stays_empty_where_none_are_expected():
    empty = np.zeros((50, 2, 3))

    assert (shifted_paths(empty, mean=np.zeros((2, 3))) == 0).all()


def test_a_leaf_that_is_empty_in_every_future_takes_the_mean_that_is_expected():
    moved = shifted_paths(np.zeros((50, 2, 3)), mean=np.full((2, 3), 0.3))

    np.testing.assert_allclose(moved, 0.3, rtol=1e-6)


def test_no_single_future_is_made_to_hold_the_whole_mean():
    rare = np.zeros((100, 1, 1))
    rare[0] = 1.0

    moved = shifted_paths(rare, mean=np.full((1, 1), 2.0))

    assert moved.mean(dtype=float) == np.float32(2.0) or abs(moved.mean(dtype=float) - 2) < 1e-6
    assert moved.max() < 7.0
