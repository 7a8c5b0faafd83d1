"""Weights follow past errors, and stay near equal while the past is short."""

from __future__ import annotations

import numpy as np

from models.forecasting.panel.combination import combined, lead_buckets


def two_members(*, n_origins):
    rng = np.random.default_rng(9)
    y = rng.normal(100, 5, (30, 80))
    origins = np.arange(80 - n_origins, 81)
    padded = np.concatenate([y, np.full((30, 6), 100.0)], axis=1)
    came = np.stack([padded[:, origin : origin + 6] for origin in origins])
    points = {
        "good": came + rng.normal(0, 1, came.shape),
        "poor": came + rng.normal(0, 4, came.shape),
        "hold_flat": came,
    }
    return points, y, origins


def test_the_member_that_erred_less_weighs_more():
    points, y, origins = two_members(n_origins=40)

    weights = combined(points, y=y, origins=origins, season=12).weights

    assert (weights["good"][-1] > 0.9).all()
    np.testing.assert_allclose(weights["good"] + weights["poor"], 1.0)


def test_the_first_origin_has_no_past_and_weighs_members_alike():
    points, y, origins = two_members(n_origins=40)

    weights = combined(points, y=y, origins=origins, season=12).weights

    np.testing.assert_allclose(weights["good"][0], 0.5)


def test_yardsticks_have_no_voice():
    points, y, origins = two_members(n_origins=10)

    found = combined(points, y=y, origins=origins, season=12)

    assert set(found.weights) == {"good", "poor"}


def test_errors_that_had_not_come_yet_do_not_count():
    points, y, origins = two_members(n_origins=20)
    changed = y.copy()
    changed[:, 70:] += 1000

    before = combined(points, y=y, origins=origins, season=12).points
    after = combined(points, y=changed, origins=origins, season=12).points

    np.testing.assert_array_equal(before[origins <= 70], after[origins <= 70])


def test_leads_that_are_alike_share_their_weights():
    assert lead_buckets(30, 12) == [slice(0, 6), slice(6, 12), slice(12, 24), slice(24, 30)]
    assert lead_buckets(8, 4) == [slice(0, 2), slice(2, 4), slice(4, 8)]
