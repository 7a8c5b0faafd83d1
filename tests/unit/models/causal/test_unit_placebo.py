"""Placebos in other units: a gap is large only beside the gaps of units without treatment."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import did, synthetic_control
from models.causal.unit_placebo import placebo_standard_error, unit_placebos
from tests.builders.causal import a_panel, regions_with_shocks

COLUMNS = {"base": slice(0, 15), "post": slice(15, None)}


def test_a_large_effect_ranks_first_and_p_is_one_over_the_number_of_units():
    y = regions_with_shocks(np.random.default_rng(1), n_units=13, n_periods=20)
    y[4, 15:] += 200.0

    found = unit_placebos(synthetic_control, a_panel(y, {4: 15}), 4, **COLUMNS)

    assert found.p_by_ratio == found.p_by_estimate == found.smallest_p == pytest.approx(1 / 13)


def test_p_values_are_spread_evenly_where_nothing_happened():
    p_values = []
    for seed in range(60):
        y = regions_with_shocks(np.random.default_rng(seed), n_units=10, n_periods=12)
        columns = {"base": slice(0, 9), "post": slice(9, None)}
        p_values.append(unit_placebos(did, a_panel(y, {0: 9}), 0, **columns).p_by_estimate)

    assert min(p_values) >= 0.1
    assert np.mean(p_values) == pytest.approx(0.55, abs=0.13)  # (1 + ... + 10) / 100; 3.5 SE


def test_other_treated_units_are_left_out_throughout():
    y = regions_with_shocks(np.random.default_rng(1), n_units=13, n_periods=20)
    y[7, 15:] += 200.0

    found = unit_placebos(did, a_panel(y, {4: 15, 7: 15}), 4, **COLUMNS)

    assert 7 not in found.rows
    assert found.rows[0] == 4
    assert np.abs(found.estimate).max() < 50.0


def test_the_standard_error_is_the_spread_over_untreated_units():
    y = np.array([[0.0, 9.0], [0.0, 1.0], [0.0, 2.0], [0.0, 6.0]])
    panel = a_panel(y, {0: 1})

    error = placebo_standard_error(did, panel, base=[0], post=[1], rng=np.random.default_rng(0))

    # Each against the mean of the other two: 1 - 4, 2 - 3.5, 6 - 1.5.
    assert error == pytest.approx(np.std([-3.0, -1.5, 4.5]))


def test_where_sets_are_many_they_are_drawn_and_the_seed_decides():
    y = regions_with_shocks(np.random.default_rng(1), n_units=40, n_periods=20)
    panel = a_panel(y, {0: 15, 1: 15, 2: 17})

    first, second, other = (
        placebo_standard_error(did, panel, **COLUMNS, rng=np.random.default_rng(seed))
        for seed in (5, 5, 6)
    )

    assert first == second != other
    assert first == pytest.approx(other, rel=0.3)


def test_with_too_few_untreated_units_there_is_no_standard_error():
    panel = a_panel(np.zeros((3, 2)), {0: 1, 1: 1})

    error = placebo_standard_error(did, panel, base=[0], post=[1], rng=np.random.default_rng(0))

    assert np.isnan(error)
