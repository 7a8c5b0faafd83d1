"""Indices of inequality against values derived by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.inequality import (
    NotComparableError,
    excess_variance,
    gap_within,
    gini,
    percentile_ratio,
    slope_index,
    theil,
)


def test_theil_of_two_areas_is_as_by_hand():
    found = theil(np.array([1.0, 3.0]), weights=np.ones(2), groups=np.array([0, 1]))

    assert found.total == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5), abs=1e-12)
    assert found.within == 0.0


def test_theil_between_and_within_regions_add_up_to_the_whole():
    rng = np.random.default_rng(903)
    values, weights = rng.uniform(0, 0.5, 150), rng.integers(20, 2000, 150).astype(float)
    values[:3] = 0.0
    groups = rng.integers(0, 9, 150)

    found = theil(values, weights=weights, groups=groups)

    assert found.between + found.within == pytest.approx(found.total, abs=1e-12)
    assert found.between > 0
    assert found.within > 0


def test_theil_is_nothing_where_all_are_alike():
    found = theil(np.full(4, 0.3), weights=np.arange(1.0, 5.0), groups=np.array([0, 0, 1, 1]))

    assert found.total == pytest.approx(0.0, abs=1e-15)


def test_slope_index_is_the_weighted_line_worked_by_hand():
    # Middles of the areas are .25, .65 and .9; covariance 1.87 over variance .07.
    found = slope_index(np.array([10.0, 16.0, 30.0]), weights=np.array([50.0, 30.0, 20.0]))

    assert found.sii == pytest.approx(1.87 / 0.07, abs=1e-6)
    intercept = 15.8 - 0.5 * 1.87 / 0.07
    assert found.rii == pytest.approx((intercept + 1.87 / 0.07) / intercept, abs=1e-6)


def test_slope_index_of_two_equal_halves_is_the_line_through_both():
    found = slope_index(np.array([10.0, 20.0]), weights=np.ones(2))

    assert (found.sii, found.rii) == (pytest.approx(20.0), pytest.approx(5.0))


def test_gini_of_one_two_three_four_is_a_quarter():
    assert gini(np.array([3.0, 1.0, 4.0, 2.0]), weights=np.ones(4)) == pytest.approx(0.25)


def test_gini_counts_children_and_not_areas():
    twice = gini(np.array([1.0, 1.0, 3.0]), weights=np.ones(3))

    assert gini(np.array([1.0, 3.0]), weights=np.array([2.0, 1.0])) == pytest.approx(twice)


def test_percentile_ratio_of_areas():
    assert percentile_ratio(np.arange(1.0, 12.0)) == pytest.approx(10 / 2)
    assert np.isnan(percentile_ratio(np.array([0.0, 0.0, 0.0, 1.0])))


def test_excess_variance_is_as_by_hand():
    found = excess_variance(np.array([10.0, 30.0]), np.array([100.0, 100.0]))

    assert found.variance == pytest.approx(0.0184, abs=1e-12)
    assert found.shrunken == pytest.approx([0.2 - 0.092, 0.2 + 0.092], abs=1e-12)


def test_chance_alone_leaves_next_to_no_excess_variance():
    rng = np.random.default_rng(903)
    children = np.full(300, 100.0)

    found = excess_variance(rng.binomial(100, 0.2, 300).astype(float), children)

    assert np.sqrt(found.variance) < 0.015  # chance alone spreads shares by 0.04


def test_areas_without_children_cannot_be_compared():
    with pytest.raises(NotComparableError):
        theil(np.ones(2), weights=np.array([1.0, 0.0]), groups=np.zeros(2, dtype=int))
    with pytest.raises(NotComparableError):
        slope_index(np.ones(1), weights=np.ones(1))
    with pytest.raises(NotComparableError):
        excess_variance(np.zeros(2), np.array([0.0, 3.0]))


def test_theil_identity_holds_to_a_trillionth_on_extreme_shares():
    rng = np.random.default_rng(903)
    for _ in range(200):
        values = rng.beta(0.2, 3.0, 40)
        weights = np.exp(rng.normal(5, 2, 40))
        found = theil(values, weights=weights, groups=rng.integers(0, 12, 40))

        assert abs(found.between + found.within - found.total) < 1e-12


def test_slope_index_has_no_doubt_where_every_area_lies_on_the_line():
    weights = np.array([50.0, 30.0, 20.0, 40.0, 60.0])
    share = weights / weights.sum()
    ridit = share.cumsum() - share / 2

    found = slope_index(10 + 5 * ridit, weights=weights)

    assert (found.sii, found.rii) == (pytest.approx(5.0), pytest.approx(1.5))
    assert (found.sii_low, found.sii_high) == (pytest.approx(5.0), pytest.approx(5.0))
    assert (found.rii_low, found.rii_high) == (pytest.approx(1.5), pytest.approx(1.5))


def test_slope_index_of_three_areas_has_no_interval():
    found = slope_index(np.array([10.0, 16.0, 30.0]), weights=np.array([50.0, 30.0, 20.0]))

    assert np.isnan([found.sii_low, found.sii_high, found.rii_low, found.rii_high]).all()


def test_intervals_of_the_slope_indices_hold_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(903)
    inside = []
    for _ in range(500):
        children = rng.lognormal(np.log(480), 0.55, 150).clip(60, 2500).round()
        share = children / children.sum()
        truth = 0.3 - 0.1 * (share.cumsum() - share / 2)
        having = rng.binomial(children.astype(int), truth + 0.03 * rng.standard_normal(150))
        found = slope_index(having / children, weights=children)
        inside.append(
            (found.sii_low <= -0.1 <= found.sii_high, found.rii_low <= 2 / 3 <= found.rii_high)
        )

    # Two standard errors of 500 draws are .02.
    assert np.mean(inside, axis=0) == pytest.approx([0.95, 0.95], abs=0.025)


@pytest.mark.parametrize(("spread", "covered"), [(0.0, 0.975), (0.02, 0.95), (0.06, 0.95)])
def test_the_interval_of_excess_variance_holds_the_truth(spread, covered):
    rng = np.random.default_rng(903)
    inside = []
    for _ in range(400):
        children = rng.integers(60, 900, 60)
        having = rng.binomial(children, (0.2 + spread * rng.standard_normal(60)).clip(0.01, 0.99))
        found = excess_variance(having.astype(float), children.astype(float))
        inside.append(found.low <= spread**2 <= found.high)

    # Two standard errors of 400 draws are .022; without spread only the upper tail can miss.
    assert np.mean(inside) == pytest.approx(covered, abs=0.025)


def test_the_gap_within_areas_is_mantel_and_haenszels_by_hand():
    # Weights 100 * 200 / 300 and 50 * 50 / 100; gaps .1 and -.2.
    found = gap_within(
        np.array([[30.0], [10.0]]),
        np.array([[100.0], [50.0]]),
        np.array([[40.0], [20.0]]),
        np.array([[200.0], [50.0]]),
    )

    weight = 100 * 200 / 300
    assert found.value[0] == pytest.approx((weight * 0.1 + 25 * -0.2) / (weight + 25))
    assert found.strata[0] == 2


def test_an_area_without_one_of_the_groups_says_nothing_of_the_gap():
    both = np.array([[30.0]]), np.array([[100.0]]), np.array([[40.0]]), np.array([[200.0]])
    with_another = [
        np.vstack([each, extra]) for each, extra in zip(both, (9, 10, 0, 0), strict=True)
    ]

    alone, joined = gap_within(*both), gap_within(*with_another)

    assert joined.value == pytest.approx(alone.value)
    assert (joined.low, joined.high) == (pytest.approx(alone.low), pytest.approx(alone.high))


@pytest.mark.parametrize(("few", "differing"), [(False, 0.0), (True, 0.0), (False, 0.05)])
def test_the_interval_of_the_gap_within_areas_holds_the_truth(few, differing):
    rng = np.random.default_rng(903)
    inside = []
    for _ in range(400):
        children = rng.integers(1, 6 if few else 60, (60, 1))
        others = rng.integers(5, 20 if few else 300, (60, 1))
        level = rng.uniform(0.1, 0.4, (60, 1))
        gap = 0.08 + differing * rng.standard_normal((60, 1))
        having = rng.binomial(children, (level + gap).clip(0, 1)).astype(float)
        they_have = rng.binomial(others, level).astype(float)
        found = gap_within(having, children.astype(float), they_have, others.astype(float))
        inside.append(found.low[0] <= 0.08 <= found.high[0])

    assert 0.925 <= np.mean(inside) <= 0.985
