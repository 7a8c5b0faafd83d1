"""A shortage is counted future by future, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.sufficiency import pooled_shortfall, shortfall


def test_the_probability_of_a_shortage_is_the_share_of_futures_that_are_short():
    demand = np.array([90.0, 100.0, 104.0, 110.0])[:, None, None]

    found = shortfall(demand, capacity=np.array([[100.0]]))

    # Two of four futures exceed 100 places, by 4 and by 10.
    assert found.probability[0, 0] == 0.5
    assert found.expected[0, 0] == (4 + 10) / 4
    assert found.gap_mean[0, 0] == (-10 + 0 + 4 + 10) / 4


def test_a_full_house_is_not_a_shortage():
    found = shortfall(np.full((3, 1, 1), 12.0), capacity=np.array([[12.0]]))

    assert found.probability[0, 0] == 0.0


def test_rounding_is_not_a_child_without_a_home():
    found = shortfall(np.full((3, 1, 1), 12.0 + 1e-9), capacity=np.array([[12.0]]))

    assert found.probability[0, 0] == 0.0


def test_the_gap_has_the_quantiles_of_its_futures():
    demand = np.arange(11.0)[:, None, None]

    found = shortfall(demand, capacity=np.array([[5.0]]))

    # Futures 0..10 less 5: the tenth is -4, the ninetieth 4.
    assert found.gap_q10[0, 0] == pytest.approx(-4.0)
    assert found.gap_q90[0, 0] == pytest.approx(4.0)


def test_a_surplus_of_one_kind_does_not_hide_a_shortage_of_another():
    demand = np.array([[[3.0], [1.0]], [[1.0], [1.0]]])
    capacity = np.array([[2.0], [9.0]])

    found = pooled_shortfall(demand, capacity=capacity)

    # Future 1: 1 short and 8 spare; future 2: 1 spare and 8 spare.
    assert found.probability[0, 0] == 0.5
    assert found.expected[0, 0] == 0.5
    assert found.gap_mean[0, 0] == (-7 - 9) / 2
