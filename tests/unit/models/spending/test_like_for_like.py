"""Prices compared like for like, with doubt that knows who sets them."""

from __future__ import annotations

import numpy as np

from models.spending import like_for_like


def some_prices(*, n: int = 200, groups: int = 40, seed: int = 1):
    rng = np.random.default_rng(seed)
    group = np.arange(n) % groups
    x = np.column_stack([np.ones(n), (group % 2).astype(float), rng.normal(size=n)])
    y = x @ [8.0, 0.3, 0.1] + 0.1 * rng.normal(size=n) + 0.2 * rng.normal(size=groups)[group]
    return y, x, group


def test_effects_that_were_planted_are_found():
    y, x, group = some_prices(n=4_000, groups=400)

    found = like_for_like(y, x, group=group)

    assert found is not None
    np.testing.assert_allclose(found.effect, [8.0, 0.3, 0.1], atol=0.05)


def test_eighty_per_cent_intervals_hold_the_planted_premium_four_times_in_five():
    held = []
    for seed in range(300):
        y, x, group = some_prices(seed=seed)
        found = like_for_like(y, x, group=group)
        assert found is not None
        low, high = found.interval(0.8)
        held.append(low[1] <= 0.3 <= high[1])

    assert 0.74 <= np.mean(held) <= 0.86


def test_a_feature_that_is_another_in_disguise_is_not_told_apart():
    y, x, group = some_prices()

    found = like_for_like(y, np.column_stack([x, 2.0 * x[:, 1]]), group=group)

    assert found is not None
    assert np.isnan(found.effect[3])
    assert not np.isnan(found.effect[:3]).any()


def test_two_providers_are_too_few_to_compare():
    y, x, group = some_prices()

    assert like_for_like(y, x[:, :1], group=group % 2) is None
