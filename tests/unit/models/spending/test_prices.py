"""Prices ahead are as doubtful as a few years of rises leave them."""

from __future__ import annotations

import numpy as np

from models.spending import (
    GrowthProcess,
    common_growth,
    gaps_of_members,
    growth_to_months,
    stratified_normals,
)

TWO_GROUPS = GrowthProcess(
    drift=np.array([0.1, 0.04]),
    spread=np.array([0.04, 0.03]),
    correlation=np.array([[1.0, 0.7], [0.7, 1.0]]),
    years_seen=8,
)


def test_the_mean_rise_is_the_drift_that_was_seen():
    drift, shocks = common_growth(
        TWO_GROUPS, n_years=3, n_paths=2_000, rng=np.random.default_rng(1)
    )

    np.testing.assert_allclose(drift.mean(axis=0), [0.1, 0.04], atol=0.002)
    np.testing.assert_allclose(shocks.mean(axis=(0, 2)), 0.0, atol=0.003)


def test_fewer_years_seen_leave_more_doubt_of_the_drift():
    few = GrowthProcess(TWO_GROUPS.drift, TWO_GROUPS.spread, TWO_GROUPS.correlation, years_seen=4)

    known, unsure = (
        common_growth(process, n_years=1, n_paths=4_000, rng=np.random.default_rng(1))[0]
        for process in (TWO_GROUPS, few)
    )

    assert np.ptp(np.quantile(unsure[:, 0], [0.1, 0.9])) > 1.3 * np.ptp(
        np.quantile(known[:, 0], [0.1, 0.9])
    )


def test_a_rise_in_april_comes_at_once_and_an_even_one_month_by_month():
    yearly = np.full((2, 1, 2), 0.12)
    months = np.arange(0, 25) / 12.0

    change = growth_to_months(yearly, year_of_month=months, in_april=np.array([1.0, 0.0]))

    np.testing.assert_allclose(change[0, 0, [0, 11, 12]], [0.12, 0.12, 0.24])
    np.testing.assert_allclose(change[1, 0, [0, 11, 12]], [0.01, 0.12, 0.13])


def test_in_mid_year_an_april_rise_has_already_come():
    yearly = np.full((1, 1, 2), 0.12)
    from_september = np.arange(6, 20) / 12.0

    change = growth_to_months(yearly, year_of_month=from_september, in_april=np.array([1.0]))

    np.testing.assert_allclose(change[0, 0, [0, 5, 6]], [0.0, 0.0, 0.12], atol=1e-12)


def test_members_stray_around_their_group_and_not_off_it():
    factors = gaps_of_members(
        walk=np.full((3, 2), 0.01),
        settles=np.zeros((3, 2, 24)),
        months=np.arange(1, 25.0),
        n_paths=4_000,
        rng=np.random.default_rng(2),
    )

    np.testing.assert_allclose(factors.mean(axis=0), 1.0, atol=1e-5)
    # Variance 0.01 a year for two years.
    np.testing.assert_allclose(np.log(factors[..., -1]).std(axis=0), np.sqrt(0.02), rtol=0.06)


def test_columns_of_stratified_normals_have_the_same_values_in_other_orders():
    drawn = stratified_normals(101, 3, np.random.default_rng(3))

    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(drawn[:, [0]], axis=0) * [1, 1, 1])
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.5
    assert not np.array_equal(drawn[:, 0], drawn[:, 1])
