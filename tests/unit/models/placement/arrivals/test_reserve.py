"""The reserve is what places are worth to families forecast to come."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.arrivals import draw_futures, held_for, price_futures
from tests.builders.arrivals import an_invented_market, families_of
from tests.builders.placement import a_child, a_foster_home


def test_a_place_that_nobody_will_miss_is_free():
    families = families_of([a_child()], [a_foster_home("H1"), a_foster_home("H2")])
    futures = draw_futures(families, n_futures=3, n_units=1, rng=np.random.default_rng(1))

    reserve = price_futures(futures, free=np.array([1, 1]), to_come=1)

    assert (held_for(reserve.mean, free=np.array([1, 1]), places=np.array([1, 1])) < 1.0).all()


def test_the_only_place_of_two_families_to_come_is_worth_a_child_without_a_home():
    families = families_of([a_child()], [a_foster_home("H1")])
    futures = draw_futures(families, n_futures=2, n_units=2, rng=np.random.default_rng(1))

    reserve = price_futures(futures, free=np.array([1]), to_come=2)

    # 20,000 points without a home against 3,000 for a home, 10 a mile and 150 for none here.
    assert reserve.mean[0, 0] == pytest.approx(100 * (20_000 - 3_000 - 10), rel=0.01)


def test_a_pair_of_places_is_held_for_brothers_and_sisters():
    siblings = [a_child(f"C{n}", sibling_group="S") for n in range(2)]
    families = families_of(
        siblings,
        [a_foster_home("H1", places_available=2)]
        + [a_foster_home(f"S{n}", miles_east=2.0) for n in range(4)],
    )
    futures = draw_futures(families, n_futures=2, n_units=2, rng=np.random.default_rng(1))
    free = families.problem.homes.places

    reserve = price_futures(futures, free=free, to_come=2)

    both = held_for(reserve.mean, free=free, places=np.minimum(free, 2))
    # Two pairs of siblings come for one pair of places: a split costs 3,000 points.
    assert both[0] > 100 * 2_000
    assert both[1:].max() < both[0] / 2


def test_the_value_of_places_is_the_difference_between_those_free_and_those_left():
    prices = np.array([[10.0, 100.0, 1_000.0]] * 3)
    free = np.array([3, 2, 1])

    first = held_for(prices, free=free, places=np.array([1, 1, 1]))

    # Of three, a single child breaks the three and keeps a pair; of two, it breaks the pair.
    assert first.tolist() == [10 + 1_000, 10 + 100, 10]


def test_prices_are_the_same_on_one_core_and_on_several():
    families, futures, _ = an_invented_market(children=60)
    free = families.problem.homes.places

    alone = price_futures(futures, free=free, to_come=20, workers=1)
    shared = price_futures(futures, free=free, to_come=20, workers=3)

    np.testing.assert_array_equal(alone.futures, shared.futures)


def test_places_expected_to_come_free_make_the_others_cheaper():
    families = families_of([a_child()], [a_foster_home("H1", places_available=2)])
    futures = draw_futures(families, n_futures=2, n_units=2, rng=np.random.default_rng(1))
    free = np.array([1])

    scarce = price_futures(futures, free=free, to_come=2)
    eased = price_futures(futures, free=free, to_come=2, coming_free=np.array([1.0]))

    assert eased.mean[0, 0] < scarce.mean[0, 0]
