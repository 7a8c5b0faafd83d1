"""Weights follow what past errors say, as far as the past is long enough to say it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from models.forecasting.combination import (
    PRIOR_ORIGINS,
    Weights,
    combined,
    combined_as_known,
    learn_weights,
)

KIND = np.repeat([0, 1], 30)
BUCKET = np.repeat([0, 1], 6)
EQUAL = np.ones((3, 2))


def _past(*, n_origins=40, noise=(0.2, 2.0, 2.0), seed=1):
    """Three members of 60 nodes; the first is much the nearest."""
    rng = np.random.default_rng(seed)
    actual = rng.uniform(50, 60, (n_origins, 60, 12))
    errors = rng.standard_normal((3, *actual.shape)) * np.reshape(noise, (3, 1, 1, 1))
    return actual + errors, actual


def _learned(points, actual, *, prior=EQUAL, spacing=12, scale=None):
    unit = np.ones(60) if scale is None else scale
    return learn_weights(
        points, actual, scale=unit, kind=KIND, bucket=BUCKET, prior=prior, spacing=spacing
    )


def test_weights_are_not_negative_and_sum_to_one():
    found = _learned(*_past())

    assert (found.values >= 0).all()
    np.testing.assert_allclose(found.values.sum(axis=0), 1)


def test_a_member_that_is_nearer_has_more_weight():
    found = _learned(*_past())

    assert (found.values[0] > 0.8).all()


def test_weights_have_the_least_absolute_error_on_the_simplex():
    points, actual = _past(noise=(1.0, 1.5, 2.0), n_origins=8)
    leads = np.ix_(np.arange(8), np.arange(30), [0, 2, 5])
    errors = np.stack([(member - actual)[leads].ravel() for member in points])
    n = errors.shape[1]
    constraint = sparse.vstack(
        [
            sparse.hstack([errors.T, -sparse.eye_array(n), sparse.eye_array(n)]),
            sparse.csr_array(np.concatenate([np.ones(3), np.zeros(2 * n)])[None]),
        ]
    )
    least = linprog(
        np.concatenate([np.zeros(3), np.ones(2 * n)]),
        A_eq=constraint,
        b_eq=np.concatenate([np.zeros(n), [1]]),
    )

    found = _learned(points, actual).values[:, 0, 0]
    before_prior = (found * (8 + PRIOR_ORIGINS) - PRIOR_ORIGINS / 3) / 8

    assert np.abs(before_prior @ errors).sum() <= 1.0005 * least.fun


def test_short_pasts_stay_near_the_prior():
    prior = np.array([[0.2, 0.2], [0.7, 0.7], [0.1, 0.1]])
    points, actual = _past(n_origins=2)

    found = _learned(points, actual, prior=prior, spacing=1)

    # Two origins a month apart are one: (1 · w + 6 · prior) / 7.
    assert found.origins[0].tolist() == [1, 1]
    assert _learned(*_past(n_origins=9), spacing=12).origins[0].tolist() == [9, 9]
    assert found.values[1, 0, 1] >= 6 / 7 * 0.7 - 1e-9


def test_with_nothing_known_weights_are_the_prior():
    prior = np.array([[1.0, 2.0], [1.0, 1.0], [2.0, 1.0]])
    points, actual = _past(n_origins=3)

    found = _learned(points, np.full_like(actual, np.nan), prior=prior)

    np.testing.assert_allclose(found.values[:, :, 0], prior / 4)
    assert (found.origins == 0).all()


def test_kinds_and_ranges_of_leads_have_weights_of_their_own():
    points, actual = _past(noise=(1.0, 1.0, 1.0))
    points[0, :, :30, :6] = actual[:, :30, :6]
    points[1, :, 30:, 6:] = actual[:, 30:, 6:]

    found = _learned(points, actual).values

    assert found[0, 0, 0] > 0.8
    assert found[1, 1, 1] > 0.8
    assert found[0, 0, 1] < 0.6


def test_nodes_that_never_move_have_no_say():
    points, actual = _past()
    points[1, :, :10] = actual[:, :10]
    scale = np.ones(60)
    scale[:10] = np.nan

    with_them, without = _learned(points, actual, scale=scale), _learned(*_past(), scale=scale)

    np.testing.assert_allclose(with_them.values, without.values)


def test_a_member_that_could_not_run_has_the_prior_alone_and_none_now():
    points, actual = _past()
    points[2] = np.nan

    found = _learned(points, actual)
    now = combined(points[:, 0], found, kind=KIND, bucket=BUCKET)

    assert (found.values[2] <= PRIOR_ORIGINS / (PRIOR_ORIGINS + 40) / 3).all()
    assert np.isfinite(now).all()


def test_the_combination_is_the_weighted_mean():
    weights = Weights(np.array([[[0.25]], [[0.75]]]), np.ones((1, 1)))
    points = np.stack([np.full((1, 2), 4.0), np.full((1, 2), 8.0)])

    found = combined(points, weights, kind=np.zeros(1, dtype=int), bucket=np.zeros(2, dtype=int))

    assert found.tolist() == [[7.0, 7.0]]


def test_past_combinations_use_only_what_was_known_then():
    points, actual = _past(n_origins=14)
    changed = actual.copy()
    changed[8:] += 100

    first, second = (
        combined_as_known(
            points,
            came,
            scale=np.ones(60),
            kind=KIND,
            bucket=BUCKET,
            prior=EQUAL,
            spacing=3,
            every=2,
        )
        for came in (actual, changed)
    )

    # Origin 8's first month has passed at origin 9; weights are learned anew at 10.
    np.testing.assert_array_equal(first[:10], second[:10])
    assert not np.array_equal(first[12:], second[12:])


def test_the_first_past_combination_has_the_prior():
    points, actual = _past(n_origins=3)
    prior = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])

    found = combined_as_known(
        points, actual, scale=np.ones(60), kind=KIND, bucket=BUCKET, prior=prior, spacing=3
    )

    assert found[0] == pytest.approx(points[0, 0], rel=1e-6)
