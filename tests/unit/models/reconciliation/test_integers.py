"""Whole children: every level adds up, and nobody is moved by one or more."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.reconciliation import rounded_nested

AUTHORITY = np.repeat(np.arange(6), 4)
REGION = AUTHORITY // 3
MANY = arrays(float, 24, elements=st.floats(0, 40, allow_nan=False))


def _sums(values, group):
    return np.array([values[group == g].sum(axis=0) for g in np.unique(group)])


@given(values=MANY)
@settings(max_examples=200, deadline=None)
def test_totals_regions_authorities_and_cells_move_by_less_than_one(values):
    whole = rounded_nested(values, levels=[REGION, AUTHORITY])

    assert whole.dtype.kind == "i"
    for group in (np.zeros(24, dtype=int), REGION, AUTHORITY, np.arange(24)):
        assert np.abs(_sums(whole, group) - _sums(values, group)).max() < 1 + 1e-6


def test_the_total_is_the_rounded_total():
    values = np.array([0.4, 0.4, 0.4, 0.4])

    whole = rounded_nested(values)

    assert whole.sum() == 2
    assert whole.tolist() == [1, 1, 0, 0]


def test_most_remainder_is_rounded_up_first():
    assert rounded_nested(np.array([1.2, 2.9, 0.9])).tolist() == [1, 3, 1]


def test_whole_numbers_stay_as_they_are():
    values = np.random.default_rng(1).integers(0, 30, (24, 3)).astype(float)

    whole = rounded_nested(values, levels=[REGION, AUTHORITY])

    np.testing.assert_array_equal(whole, values)


def test_every_column_is_rounded_by_itself():
    values = np.random.default_rng(1).uniform(0, 9, (24, 5))

    whole = rounded_nested(values, levels=[REGION, AUTHORITY])

    alone = rounded_nested(values[:, 3], levels=[REGION, AUTHORITY])
    np.testing.assert_array_equal(whole[:, 3], alone)


def test_groups_may_come_in_any_order_of_cells():
    values = np.random.default_rng(2).uniform(0, 9, 24)
    shuffled = np.random.default_rng(3).permutation(24)

    whole = rounded_nested(values[shuffled], levels=[REGION[shuffled], AUTHORITY[shuffled]])

    for group in (REGION[shuffled], AUTHORITY[shuffled]):
        assert np.abs(_sums(whole, group) - _sums(values[shuffled], group)).max() < 1
