"""Difference in differences: two subtractions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.causal import did
from models.causal.base import WeighingEstimator
from tests.builders.causal import a_panel, regions_with_shocks


def test_the_effect_is_the_treated_change_less_the_others_mean_change():
    y = [
        [10.0, 12.0, 20.0, 22.0],  # treated: 21 - 11 = 10
        [5.0, 5.0, 6.0, 8.0],  # 7 - 5 = 2
        [1.0, 3.0, 6.0, 6.0],  # 6 - 2 = 4
    ]

    fit = did(a_panel(y, {0: 2}), base=slice(0, 2), post=slice(2, None))

    assert fit.att == pytest.approx(10.0 - (2.0 + 4.0) / 2)


def test_children_weigh_the_treated_and_the_others_where_weights_are_given():
    y = [[0.0, 4.0], [0.0, 8.0], [0.0, 1.0], [0.0, 2.0]]
    panel = a_panel(y, {0: 1, 1: 1}, weight=[100, 300, 50, 150])

    fit = did(panel, base=slice(0, 1), post=slice(1, None))

    # (100 x 4 + 300 x 8) / 400 - (50 x 1 + 150 x 2) / 200
    assert fit.att == pytest.approx(7.0 - 1.75)


def test_periods_between_base_and_start_are_told_but_do_not_count():
    y = [[1.0, 9.0, 3.0], [1.0, 1.0, 1.0]]

    fit = did(a_panel(y, {0: 1}), base=[0], post=[2])

    assert fit.att == pytest.approx(2.0)
    assert fit.by_period[1] == pytest.approx(8.0)


def test_columns_may_be_truth_values():
    y = [[1.0, 9.0, 3.0], [1.0, 1.0, 1.0]]
    panel = a_panel(y, {0: 1})
    years = np.array([2023, 2024, 2025])

    fit = did(panel, base=years < 2024, post=years > 2024)

    assert fit.att == pytest.approx(2.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_all_assignments_in_one_pass_are_as_one_by_one(seed, staggered, weighed):
    rng = np.random.default_rng(seed)
    y = regions_with_shocks(rng, n_units=9, n_periods=8)
    weight = rng.uniform(0.5, 5.0, size=9) if weighed else None
    panel = a_panel(y, {1: 4, 3: 6 if staggered else 4, 8: 5 if staggered else 4}, weight)
    assignments = np.stack([rng.permutation(9)[:3] for _ in range(6)])
    columns = {"base": slice(0, 4), "post": slice(4, None)}

    at_once = did.estimates(panel, assignments, **columns)

    one_by_one = WeighingEstimator.estimates(did, panel, assignments, **columns)
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-10)
