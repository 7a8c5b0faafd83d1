"""Intervals from past errors hold what they promise, for cells, authorities and totals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from models.conformal import (
    Likeness,
    honest_quantiles,
    learned_errors,
    learned_proportion,
    non_overlapping,
    spread,
)

LEVELS = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975])
LOW_95, LOW_80, MIDDLE, HIGH_80, HIGH_95 = 0, 2, 6, 10, 12


def _alike(n_nodes, *, totals=False):
    return Likeness(np.zeros(n_nodes, dtype=np.int64), np.array([totals]), np.array([-1]))


def _two_kinds(*, fine, coarse, borrows=0):
    kind = np.repeat([0, 1], [fine, coarse])
    return Likeness(kind, np.array([False, True]), np.array([-1, borrows]))


def _inside(actual, quantiles, low, high):
    return (actual >= quantiles[low]) & (actual <= quantiles[high])


def _past(rng, n_origins, n_nodes, horizon, *, size=200.0, sd=1.0, shared=0.0):
    """Forecasts of one size, errors of `sd` spreads that grow with the root of the lead."""
    point = np.full((n_origins, n_nodes, horizon), size)
    own = rng.standard_normal(point.shape)
    common = rng.standard_normal((n_origins, 1, horizon))
    z = np.sqrt(1 - shared) * own + np.sqrt(shared) * common
    unit = spread(point, np.array(0.06)) * np.sqrt(np.arange(1, horizon + 1))
    return point, point + sd * z * unit


def test_the_unit_of_error_has_a_poisson_part_and_a_part_in_proportion():
    assert spread(np.array(99.0), np.array(0.0)) == pytest.approx(10.0)
    assert spread(np.array(1e6), np.array(0.06)) == pytest.approx(60_000, rel=1e-3)
    assert spread(np.array(-3.0), np.array(0.06)) == 1.0


def test_origins_overlap_as_far_as_their_leads_reach():
    known = np.ones((9, 12), dtype=bool)

    found = non_overlapping(known, spacing=3)

    # 24 months from the first to the last of nine origins.
    assert found[[0, 2, 5, 11]].tolist() == [9, 9, 5, 3]
    assert non_overlapping(np.zeros((9, 12), dtype=bool), spacing=3).tolist() == [0] * 12


def test_quantiles_are_those_of_the_errors():
    point, actual = _past(np.random.default_rng(1), 40, 300, 2)
    likeness = _alike(300)

    found = learned_errors(point, actual, likeness=likeness, spacing=12).intervals(LEVELS)

    quantiles = found.around(point[0])
    truth = np.quantile(actual, LEVELS, axis=(0, 1))
    np.testing.assert_allclose(quantiles[:, 0], truth, atol=0.01 * np.ptp(truth))


def test_independent_errors_are_covered_as_often_as_promised():
    rng = np.random.default_rng(2)
    point, actual = _past(rng, 24, 200, 12)
    likeness = _alike(200)
    fresh_point, fresh = _past(rng, 1, 200, 12)

    quantiles = learned_errors(point, actual, likeness=likeness, spacing=12).intervals(LEVELS)

    around = quantiles.around(fresh_point[0])
    for low, high, promised in ((LOW_80, HIGH_80, 0.8), (LOW_95, HIGH_95, 0.95)):
        held = _inside(fresh[0], around, low, high).sum()
        assert binom.ppf(0.0005, 2400, promised) <= held <= binom.ppf(0.9995, 2400, promised)


def test_a_lone_total_with_few_errors_has_tails_no_wilder_than_its_cells_have():
    rng = np.random.default_rng(16)
    point, actual = _past(rng, 5, 61, 1)

    past = learned_errors(point, actual, likeness=_two_kinds(fine=60, coarse=1), spacing=1)
    around = past.intervals(LEVELS).around(point[0], floor=None)

    cell, total = (around[HIGH_95, place, 0] - around[LOW_95, place, 0] for place in (0, -1))
    assert total < 4 * cell


def test_counts_of_very_different_sizes_are_covered_in_every_class_of_size():
    rng = np.random.default_rng(3)
    size = np.exp(rng.uniform(np.log(0.2), np.log(500), 600))
    point = np.broadcast_to(size[None, :, None], (21, 600, 3)).copy()
    # Twice the variance of a Poisson: negative binomial.
    actual = rng.negative_binomial(point, 0.5).astype(float)

    past = learned_errors(point[:20], actual[:20], likeness=_alike(600), spacing=12)

    around = past.intervals(LEVELS).around(point[20])
    held = _inside(actual[20], around, LOW_80, HIGH_80)
    for sizes in np.array_split(np.argsort(size), 4)[1:]:
        n = 3 * len(sizes)
        # Whole children: an interval of few of them covers somewhat more than promised.
        assert binom.ppf(0.0005, n, 0.8) <= held[sizes].sum() <= binom.ppf(0.9995, n, 0.87)
    assert held[np.argsort(size)[:150]].mean() > 0.8


@pytest.mark.parametrize(("spacing", "horizon"), [(12, 6), (3, 12)])
def test_totals_that_share_every_shock_are_covered_over_many_worlds(spacing, horizon):
    held = np.zeros(2)
    worlds = 150
    for world in range(worlds):
        rng = np.random.default_rng([4, world])
        walk = rng.standard_normal((1, 200)).cumsum(axis=1) * 4 + 1000
        cells = walk / 50 + rng.standard_normal((50, 200)).cumsum(axis=1) * 0.5
        y = np.concatenate([cells, walk])
        origins = 200 - horizon - spacing * np.arange(12, 0, -1)
        point = np.stack([np.repeat(y[:, [o - 1]], horizon, axis=1) for o in origins])
        actual = np.stack([y[:, o : o + horizon] for o in origins])
        now = 200 - horizon
        past = learned_errors(
            point, actual, likeness=_two_kinds(fine=50, coarse=1), spacing=spacing
        )
        around = past.intervals(LEVELS).around(np.repeat(y[:, [now - 1]], horizon, axis=1))
        came = y[-1, now + horizon - 1]
        held += [
            _inside(came, around[:, -1, -1], LOW_80, HIGH_80),
            _inside(came, around[:, -1, -1], LOW_95, HIGH_95),
        ]

    assert held[0] >= binom.ppf(0.01, worlds, 0.78)
    assert held[1] >= binom.ppf(0.01, worlds, 0.92)


def test_nodes_that_share_shocks_are_widened_and_independent_ones_hardly():
    likeness = _alike(50)

    def width(shared):
        point, actual = _past(np.random.default_rng(5), 4, 50, 3, shared=shared)
        past = learned_errors(point, actual, likeness=likeness, spacing=1)
        found = past.intervals(LEVELS).around(point[0])[:, 0, 2]
        raw = np.quantile(actual[:, :, 2], LEVELS)
        return (found[HIGH_80] - found[LOW_80]) / (raw[HIGH_80] - raw[LOW_80])

    assert width(0.0) == pytest.approx(1.0, abs=0.06)
    assert width(0.95) > 1.3


def test_totals_are_widened_by_one_over_the_non_overlapping_origins():
    point, actual = _past(np.random.default_rng(6), 4, 200, 1)
    alone = learned_errors(point, actual, likeness=_alike(200), spacing=1)
    total = learned_errors(point, actual, likeness=_alike(200, totals=True), spacing=1)

    cells, whole = (past.intervals(LEVELS).around(point[0])[:, 0, 0] for past in (alone, total))

    ratio = (whole[HIGH_80] - whole[LOW_80]) / (cells[HIGH_80] - cells[LOW_80])
    assert ratio == pytest.approx(1 + 1 / 4, rel=0.02)


def test_cells_that_nobody_is_in_do_not_narrow_the_intervals_of_small_ones():
    # One authority: six cells of two children, fourteen of sixty, and thirty of nobody.
    rng, n_origins = np.random.default_rng(7), 30
    size = np.repeat([2.0, 60.0, 0.0], [6, 14, 30])
    point = np.broadcast_to(size[:, None], (n_origins, 50, 2))
    actual = rng.poisson(point).astype(float)

    found = learned_errors(point, actual, likeness=_alike(50), spacing=12).intervals(LEVELS)

    quantiles = found.around(point[0])
    inside = np.stack([_inside(came, quantiles, LOW_95, HIGH_95) for came in actual])
    assert inside[:, :6].mean() > 0.9
    assert inside[:, 6:20].mean() > 0.9
    assert (quantiles[HIGH_95, 20:] < 0.1).all()


def test_a_total_with_few_errors_takes_the_shape_of_its_cells_at_its_own_spread():
    rng = np.random.default_rng(7)
    cells, came = _past(rng, 5, 400, 1, sd=1.0)
    total, total_came = _past(rng, 5, 1, 1, sd=0.5)
    points = np.concatenate([cells, total], axis=1)
    actual = np.concatenate([came, total_came], axis=1)

    past = learned_errors(points, actual, likeness=_two_kinds(fine=400, coarse=1), spacing=1)
    around = past.intervals(LEVELS).around(points[0])

    tail = (around[HIGH_95, -1, 0] - 200) / (around[HIGH_80, -1, 0] - 200)
    # Five errors alone cannot tell the 97.5% from the 90% quantile; normal cells can.
    assert tail == pytest.approx(norm.ppf(0.975) / norm.ppf(0.9), rel=0.12)


def test_no_interval_is_narrower_than_the_structural_one_where_that_is_given():
    point, actual = _past(np.random.default_rng(8), 8, 30, 4)
    intervals = learned_errors(point, actual, likeness=_alike(30), spacing=6).intervals(LEVELS)
    structural = np.broadcast_to(norm.ppf(LEVELS)[:, None, None] * 400, (13, 30, 4)).copy()
    structural[:, 1:] = np.nan

    plain = intervals.around(point[0])
    floored = intervals.around(point[0], structural=structural, floor=None)

    assert (floored[HIGH_95, 0] >= 200 + structural[HIGH_95, 0] - 1e-3).all()
    assert (floored[LOW_95, 0] <= 200 + structural[LOW_95, 0] + 1e-3).all()
    np.testing.assert_allclose(floored[MIDDLE], plain[MIDDLE])
    np.testing.assert_allclose(np.maximum(floored[:, 1:], 0), plain[:, 1:])


def test_centred_intervals_do_not_carry_old_drift():
    point, actual = _past(np.random.default_rng(9), 20, 100, 3)
    drift = actual + 40
    likeness = _alike(100)

    past = learned_errors(point, drift, likeness=likeness, spacing=3)
    carried, centred = (past.intervals(LEVELS, centred=c).around(point[0]) for c in (False, True))

    assert carried[MIDDLE].mean() == pytest.approx(240, abs=3)
    assert centred[MIDDLE].mean() == pytest.approx(200, abs=3)


def test_an_honest_past_interval_does_not_see_its_own_error():
    point, actual = _past(np.random.default_rng(10), 6, 40, 2)
    other = actual.copy()
    other[3] += 500
    likeness = _alike(40)

    before, after = (
        list(
            honest_quantiles(
                learned_errors(point, came, likeness=likeness, spacing=1), point, LEVELS
            )
        )
        for came in (actual, other)
    )

    np.testing.assert_array_equal(before[3], after[3])
    assert not np.array_equal(before[2], after[2])


def test_errors_count_as_known_once_their_month_has_passed():
    point, actual = _past(np.random.default_rng(11), 5, 10, 12)
    past = learned_errors(point, actual, likeness=_alike(10), spacing=3)

    known = past.before(2)

    assert known[0].tolist() == [True] * 6 + [False] * 6
    assert known[1].tolist() == [True] * 3 + [False] * 9
    assert not known[2:].any()


def test_95_per_cent_is_called_extrapolated_under_twenty_non_overlapping_origins():
    point, actual = _past(np.random.default_rng(12), 25, 10, 12)
    past = learned_errors(point, actual, likeness=_alike(10), spacing=3)

    # 72 months between the first and the last: 25 origins up to lead 3, 19 at lead 4.
    assert past.intervals(LEVELS).extrapolated.tolist() == [False] * 3 + [True] * 9


def test_leads_without_errors_grow_from_the_nearest_that_has_them():
    point, actual = _past(np.random.default_rng(13), 10, 200, 12)
    actual[:, :, 6:] = np.nan

    around = learned_errors(point, actual, likeness=_alike(200), spacing=1)
    found = around.intervals(LEVELS).around(point[0])

    width = found[HIGH_80, 0] - found[LOW_80, 0]
    assert np.isfinite(found).all()
    assert (np.diff(width[6:]) > 0).all()


def test_with_no_past_at_all_intervals_are_those_of_a_count():
    point = np.full((2, 5, 3), 100.0)

    past = learned_errors(point, np.full(point.shape, np.nan), likeness=_alike(5), spacing=1)
    found = past.intervals(LEVELS).around(point[0])

    assert np.isfinite(found).all()
    assert found[HIGH_80, 0, 0] > 100 + norm.ppf(0.9) * 10


def test_without_a_single_past_origin_intervals_are_wider_still():
    none = np.empty((0, 5, 3))

    found = learned_errors(none, none, likeness=_alike(5), spacing=1).intervals(LEVELS)
    around = found.around(np.full((5, 3), 100.0))

    assert np.isfinite(around).all()
    assert found.extrapolated.all()
    assert around[HIGH_80, 0, 0] > 100 + norm.ppf(0.9) * 10


@pytest.mark.parametrize("size", [0.0, 0.02, 3.0, 1e5])
def test_quantiles_are_ordered_and_never_below_zero(size):
    rng = np.random.default_rng(14)
    point = np.full((6, 30, 5), size)
    actual = rng.poisson(point).astype(float)

    found = learned_errors(point, actual, likeness=_alike(30), spacing=1).intervals(LEVELS)
    around = found.around(point[0])

    assert np.isfinite(around).all()
    assert (around >= 0).all()
    assert (np.diff(around, axis=0) >= 0).all()


def test_cells_that_are_always_empty_have_no_width_to_speak_of():
    zero = np.zeros((10, 40, 6))

    found = learned_errors(zero, zero, likeness=_alike(40), spacing=3).intervals(LEVELS)

    assert found.around(zero[0]).max() < 0.01


def test_the_proportional_part_is_learned_where_sizes_differ():
    rng = np.random.default_rng(15)
    size = np.exp(rng.uniform(np.log(5), np.log(5000), 200))
    point = np.broadcast_to(size[None, :, None], (20, 200, 3)).copy()
    kind = np.zeros(200, dtype=np.int64)

    def learned(proportion):
        unit = spread(point, np.array(proportion))
        actual = point + unit * rng.standard_normal(point.shape)
        return learned_proportion(point, actual, kind=kind, n_kinds=1)[0]

    assert learned(0.0) <= 0.02
    assert learned(0.2) == pytest.approx(0.2, abs=0.07)
