"""A change of a sum of products is parted without remainder and without regard to order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.spending import attribute_product


def test_one_factor_that_moved_has_the_whole_change():
    before = [np.full((1, 1), 10.0), np.full((1, 1), 5.0)]
    after = [np.full((1, 1), 12.0), np.full((1, 1), 5.0)]

    children, price = attribute_product(before, after)

    assert (children, price) == (10.0, 0.0)


def test_two_factors_share_what_they_do_together():
    # 10 x 5 = 50 becomes 12 x 6 = 72: 2 x 5 + 2 x 1 / 2 = 11, and 1 x 10 + 2 x 1 / 2 = 11.
    before = [np.full((1, 1), 10.0), np.full((1, 1), 5.0)]
    after = [np.full((1, 1), 12.0), np.full((1, 1), 6.0)]

    children, price = attribute_product(before, after)

    assert (children, price) == (11.0, 11.0)


@given(seed=st.integers(0, 10_000), factors=st.integers(1, 4))
def test_parts_always_add_up_to_the_change(seed: int, factors: int):
    rng = np.random.default_rng(seed)
    empty = rng.random((5, 3, 2)) < 0.2
    before, after = (
        [np.where(empty, 0.0, rng.random((5, 3, 2))) for _ in range(factors)] for _ in range(2)
    )

    parts = attribute_product(before, after)

    change = np.prod(after, axis=0).sum(axis=(1, 2)) - np.prod(before, axis=0).sum(axis=(1, 2))
    np.testing.assert_allclose(sum(parts), change, atol=1e-12)
