"""Indices of inequality against values derived by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.inequality import (
    NotComparableError,
    excess_variance,
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
