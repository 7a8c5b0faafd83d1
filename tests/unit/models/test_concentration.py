"""Shares of a market."""

from __future__ import annotations

import numpy as np

from models.concentration import concentration


def test_one_provider_with_everything_is_ten_thousand():
    found = concentration(np.array([[8.0, 0.0]]))

    assert found.hhi[0] == 10_000.0
    assert (found.largest[0], found.holders[0]) == (1.0, 1)


def test_four_equal_providers_are_twenty_five_hundred():
    found = concentration(np.full((1, 4), 3.0))

    assert found.hhi[0] == 2_500.0


def test_a_market_without_places_says_nothing():
    found = concentration(np.zeros((1, 3)))

    assert np.isnan(found.hhi[0])
    assert np.isnan(found.largest[0])
    assert found.holders[0] == 0
