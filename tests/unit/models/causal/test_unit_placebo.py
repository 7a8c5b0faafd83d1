"""Placebos in other units: a gap is large only beside the gaps of units without treatment."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import did, synthetic_control, synthetic_did
from models.causal.randomisation import permutation_p
from tests.builders.causal import a_panel, placebos_of, regions_with_shocks

COLUMNS = {"base": np.arange(15), "post": np.arange(15, 20)}
ONE_AND_ONE = {"base": np.array([0]), "post": np.array([1])}


def test_a_large_effect_ranks_first_and_p_is_one_over_the_number_of_units():
    y = regions_with_shocks(np.random.default_rng(1), n_units=13, n_periods=20)
    y[4, 15:] += 200.0

    found = placebos_of(synthetic_control, a_panel(y, {4: 15}), **COLUMNS)

    for statistics in (found.ratios, found.estimates):
        assert permutation_p(statistics, found.chosen.observed) == pytest.approx(1 / 13)


def test_p_values_are_spread_evenly_where_nothing_happened():
    p_values = []
    for seed in range(60):
        y = regions_with_shocks(np.random.default_rng(seed), n_units=10, n_periods=12)
        found = placebos_of(did, a_panel(y, {0: 9}), base=np.arange(9), post=np.arange(9, 12))
        p_values.append(permutation_p(found.estimates, found.chosen.observed))

    assert min(p_values) >= 0.1
    assert np.mean(p_values) == pytest.approx(0.55, abs=0.13)  # (1 + ... + 10) / 100; 3.5 SE


def test_the_standard_error_is_the_spread_over_untreated_units():
    y = np.array([[0.0, 9.0], [0.0, 1.0], [0.0, 2.0], [0.0, 6.0]])

    found = placebos_of(did, a_panel(y, {0: 1}), **ONE_AND_ONE)

    # Each against the mean of the other three, the treated one among them.
    others = [1 - 17 / 3, 2 - 16 / 3, 6 - 12 / 3]
    assert found.spread_of_untreated == pytest.approx(np.std(others, ddof=1))


def test_where_sets_are_many_they_are_drawn_and_the_seed_decides():
    y = regions_with_shocks(np.random.default_rng(1), n_units=40, n_periods=20)
    panel = a_panel(y, {0: 15, 1: 15, 2: 17})

    first, second, other = (
        placebos_of(did, panel, **COLUMNS, most=300, seed=seed).spread_of_untreated
        for seed in (5, 5, 6)
    )

    assert first == second != other
    assert first == pytest.approx(other, rel=0.3)


def test_with_too_few_untreated_units_there_is_no_standard_error():
    y = np.zeros((3, 2))

    found = placebos_of(did, a_panel(y, {0: 1, 1: 1}), **ONE_AND_ONE)

    assert np.isnan(found.spread_of_untreated)


def test_weights_on_periods_leave_the_slope_unknown():
    y = regions_with_shocks(np.random.default_rng(1), n_units=8, n_periods=20)

    by_levels, by_periods = (
        placebos_of(estimator, a_panel(y, {2: 15}), **COLUMNS)
        for estimator in (synthetic_control, synthetic_did)
    )

    assert by_levels.slopes[by_levels.chosen.observed] == pytest.approx(1.0)
    assert np.isnan(by_periods.slopes).all()
