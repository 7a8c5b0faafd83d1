"""Calibrated intervals hold what they promise, and means stay where they are."""

from __future__ import annotations

import numpy as np
import pytest

from models.calibration import (
    MOST_STRETCH,
    NARROWEST,
    Stretch,
    in_half_widths,
    learn_stretch,
    stretched,
)

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
ONE_KIND = np.zeros(50, dtype=np.int64)
ONE_BUCKET = np.zeros(12, dtype=np.int64)


def _learned(past, *, total=False):
    return learn_stretch(past, past, kind=ONE_KIND, bucket=ONE_BUCKET, totals=np.array([total]))


def test_an_actual_on_the_edge_is_one_half_width_away():
    at = in_half_widths(np.array([12.0]), np.array([4.0]), np.array([8.0]), np.array([12.0]))

    assert at == pytest.approx([1.0])


def test_each_side_has_its_own_half_width():
    low, median, high = np.array([6.0]), np.array([8.0]), np.array([16.0])

    assert in_half_widths(np.array([4.0]), low, median, high) == pytest.approx([2.0])
    assert in_half_widths(np.array([12.0]), low, median, high) == pytest.approx([0.5])


def test_an_interval_without_width_that_missed_cannot_be_stretched():
    still = np.array([0.0])

    assert np.isinf(in_half_widths(np.array([1.0]), still, still, still)).all()
    assert in_half_widths(still, still, still, still) == pytest.approx([0.0])


def test_intervals_half_as_wide_as_errors_are_stretched_to_cover():
    # Errors are uniform on 0 to 2.5 half-widths: 80% of them lie below 2.
    past = np.random.default_rng(3).uniform(0, 2.5, (10, 50, 12))

    stretch = _learned(past)

    assert stretch.inner[0, 0] == pytest.approx(2.0, rel=0.02)
    assert stretch.outer[0, 0] == pytest.approx(0.95 * 2.5, rel=0.02)


def test_totals_are_widened_by_one_over_the_number_of_origins():
    past = np.ones((8, 50, 12))

    assert _learned(past[:2], total=True).inner[0, 0] == pytest.approx(1 + 1 / 2)
    assert _learned(past, total=True).inner[0, 0] == pytest.approx(1 + 1 / 8)


def test_authorities_are_narrowed_but_not_without_end():
    assert _learned(np.full((10, 50, 12), 0.1)).inner[0, 0] == NARROWEST


def test_totals_are_never_narrowed():
    past = np.full((10, 50, 12), 0.1)

    assert _learned(past, total=True).inner[0, 0] == 1.0


def test_no_interval_is_stretched_without_end():
    assert _learned(np.full((5, 50, 12), 900.0)).outer[0, 0] == MOST_STRETCH


def test_without_past_errors_nothing_changes():
    assert _learned(np.full((5, 50, 12), np.nan)).inner[0, 0] == 1.0


def test_stretched_quantiles_keep_their_median_order_and_sign():
    rng = np.random.default_rng(5)
    quantiles = np.sort(rng.gamma(2, 3, (5, 50, 12)), axis=0)
    stretch = Stretch(np.array([[3.0]]), np.array([[0.6]]))

    moved = stretched(quantiles, levels=LEVELS, stretch=stretch, kind=ONE_KIND, bucket=ONE_BUCKET)

    np.testing.assert_allclose(moved[2], quantiles[2])
    assert (np.diff(moved, axis=0) >= 0).all()
    assert moved.min() >= 0


def test_calibration_learned_on_one_past_covers_another():
    # Errors twice as wide as the normal quantiles that were given; judged on fresh ones.
    rng = np.random.default_rng(6)
    given = np.array([-1.96, -1.2816, 0, 1.2816, 1.96])[:, None, None] + np.zeros((5, 50, 12))
    past = 2 * rng.normal(size=(20, 50, 12))
    inner = in_half_widths(past, given[1], given[2], given[3])
    outer = in_half_widths(past, given[0], given[2], given[4])
    stretch = learn_stretch(
        inner, outer, kind=ONE_KIND, bucket=ONE_BUCKET, totals=np.array([False])
    )

    # Shifted by 20 so that nothing is cut at zero.
    moved = stretched(given + 20, levels=LEVELS, stretch=stretch, kind=ONE_KIND, bucket=ONE_BUCKET)
    fresh = 20 + 2 * rng.normal(size=(200, 50, 12))

    covered = ((moved[1] <= fresh) & (fresh <= moved[3])).mean()
    # 12,000 past errors place the 80% quantile within half a point.
    assert covered == pytest.approx(0.80, abs=0.01)
