"""Closing a gap: the least change after which few enough futures are short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.sufficiency.closing import (
    Competition,
    Needed,
    lever_needed,
    places_needed,
    share_needed,
)
from models.sufficiency.hall import places_touching
from models.sufficiency.shortfall import shortfall


def one_band(counts, places):
    """Children of one band, a future a count, and places for them."""
    return Competition(
        children=np.array(counts, dtype=float)[:, None],
        touching=np.array([0.0, float(places)]),
        scale=np.ones(1),
    )


def three_bands(seed=0, *, n=200, scale=None):
    """Children of three bands, homes that take one, two or all of them, a few places too few."""
    rng = np.random.default_rng(seed)
    places = np.array([0.0, 10.3, 8.0, 9.0, 6.0, 3.0, 5.5, 7.0])
    return Competition(
        children=rng.gamma(8.0, 2.2, (n, 3)),
        touching=places_touching(places[:, None])[:, 0],
        scale=np.ones(1) if scale is None else scale,
    )


def with_more(found, places):
    """The same with places added that take any age."""
    more = np.append(0.0, np.full(len(found.touching) - 1, places))
    return replace(found, touching=found.touching + more)


def with_fewer(found, share):
    """The same with children fewer by a share."""
    return replace(found, children=found.children * (1.0 - share))


@pytest.mark.parametrize("seed", range(3))
def test_a_gap_is_as_likely_as_the_balance_says(seed):
    found = three_bands(seed, scale=np.random.default_rng(seed).uniform(0.8, 1.1, 200))

    balance = shortfall(
        found.children[:, None, :, None],
        touching=found.touching[:, None, None],
        scale=found.scale[:, None, None],
    )

    # Paths are kept in 32 bits there: a child on an edge may fall either way.
    assert found.probability() == pytest.approx(balance.probability[0, -1, 0], abs=0.002)
    missing = found.too_many().clip(0).reshape(200, -1).mean(axis=1)
    np.testing.assert_allclose(missing, balance.missing[:, 0, 0], atol=0.26)


def test_places_needed_are_the_fewest_that_bring_the_probability_under_the_target():
    # 8, 9, 10, 11 and 12 children for 8 places, under 40%: one future may stay short.
    found = places_needed(one_band([8, 9, 10, 11, 12], 8), target=0.4)

    assert found.value == 3.0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("target", [0.05, 0.2, 0.5])
def test_one_place_fewer_than_needed_is_not_enough(seed, target):
    found = three_bands(seed)

    needed = places_needed(found, target=target).value

    assert with_more(found, needed).probability() < target
    if needed > 0:
        assert with_more(found, needed - 1).probability() >= target


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("target", [0.05, 0.2, 0.5])
def test_the_share_needed_is_enough_and_a_smaller_one_is_not(seed, target):
    counts = np.random.default_rng(seed).gamma(25.0, 2.0, 200)
    found = one_band(counts, 50)

    needed = share_needed(found, target=target).value

    assert with_fewer(found, needed).probability() < target
    if needed > 0:
        assert with_fewer(found, needed - 0.002).probability() >= target


@pytest.mark.parametrize("seed", range(5))
def test_where_bands_compete_the_share_needed_is_right_to_a_child_or_so(seed):
    found = three_bands(seed)

    needed = share_needed(found, target=0.2).value

    # Bands are rounded in step with one another, which a share of each is not.
    assert with_fewer(found, needed).probability() == pytest.approx(0.2, abs=0.04)


def test_a_gap_that_is_closed_needs_nothing():
    found = one_band([5, 6, 7], 9)

    assert places_needed(found, target=0.2).parts() == (0, 0, 0)
    assert share_needed(found, target=0.2).parts() == (0, 0, 0)


def test_without_any_place_nearly_every_child_would_have_to_be_elsewhere():
    found = share_needed(one_band([40, 41, 42], 0), target=0.2)

    assert found.value > 0.98


def test_carers_in_doubt_ask_for_more_places_than_carers_who_are_sure():
    rng = np.random.default_rng(2)
    sure = one_band(rng.normal(100, 5, 400), 95)
    doubted = replace(sure, scale=rng.normal(1.0, 0.1, 400))

    assert places_needed(doubted, target=0.2).value > places_needed(sure, target=0.2).value


def test_the_interval_is_that_of_the_quantile():
    truth = 50 + 8 * 0.8416 - 50  # one future in five is above the mean by 0.84 deviations
    held = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found = places_needed(one_band(rng.normal(50, 8, 200), 50), target=0.2)
        # Whole places: half a place either way.
        held.append(found.low - 1 <= truth <= found.high + 0.5)

    assert 0.75 <= np.mean(held) <= 0.99


def test_a_lever_is_as_long_as_its_effect_asks():
    effect, size = np.array([0.08, 0.18, 0.3]), np.array([0.1, 0.25, 0.5])

    found = lever_needed(effect, size=size, wanted=Needed(0.13, 0.0, 0.4))

    # Half way from 0.08 to 0.18 is half way from 0.1 to 0.25; 0.4 is beyond.
    assert found.value == pytest.approx(0.175)
    assert found.low == 0.0
    assert found.high == np.inf


def test_a_lever_that_does_nothing_closes_nothing():
    found = lever_needed(np.zeros(2), size=np.array([0.1, 0.5]), wanted=Needed(0.1, 0.1, 0.1))

    assert found.value == np.inf


def test_amounts_beyond_the_range_are_no_answer():
    assert Needed(0.4, 0.3, 0.6).within(0.5).parts() == (0.4, 0.3, np.inf)
