"""The best load is the best of all loads."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from models.placement.siting.knapsack import best_load, in_order


@pytest.mark.parametrize("seed", range(20))
def test_no_other_load_is_worth_more(seed):
    rng = np.random.default_rng(seed)
    profit, weight = rng.normal(5, 6, 9), rng.integers(1, 12, 9).astype(float)
    every = np.array(list(product((0, 1), repeat=9)))
    best = (every @ profit)[every @ weight <= 20].max()
    taken = np.zeros(9, dtype=bool)

    found = best_load(profit, weight, 20.0, taken)

    assert found == pytest.approx(best)
    assert profit[taken].sum() == pytest.approx(best)
    assert weight[taken].sum() <= 20


def test_equal_keys_keep_their_order():
    key = np.array([2.0, 1.0, 2.0, 1.0, 0.0] * 7)

    np.testing.assert_array_equal(in_order(key), np.argsort(key, kind="stable"))
