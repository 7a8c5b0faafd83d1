"""A shortage is counted future by future, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.sufficiency import places_touching, shortfall


def homes(places, *, n_bands=1, months=1):
    """Places by the set of bands that homes take, shape (n_sets, 1, months), as sets touch them."""
    by_set = np.zeros((2**n_bands, 1, months))
    for bands, number in places.items():
        by_set[sum(1 << band for band in bands)] += number
    return places_touching(by_set)


def children(*paths):
    """Children of one kind in one month: a number a path, or one for each band."""
    drawn = np.array(paths, dtype=float)
    return (drawn[:, None] if drawn.ndim == 1 else drawn)[:, None, :, None]


def test_the_probability_of_a_shortage_is_the_share_of_futures_that_are_short():
    found = shortfall(children(90, 100, 104, 110), touching=homes({(0,): 100}))

    # Two of four futures exceed 100 places, by 4 and by 10.
    assert found.probability[0, -1, 0] == pytest.approx(0.5)
    assert found.expected[0, -1, 0] == pytest.approx((4 + 10) / 4)
    assert found.missing[:, 0, 0].tolist() == [0, 0, 4, 10]


def test_a_full_house_is_not_a_shortage():
    found = shortfall(children(12, 12), touching=homes({(0,): 12}))

    assert found.probability.max() == 0.0
    assert found.expected.max() == 0.0


def test_four_tenths_of_a_child_are_a_whole_child_in_some_roundings_and_nobody_in_others():
    found = shortfall(children(*[10.4] * 50), touching=homes({(0,): 10}))

    # Rounded at an eighth, three, five and seven: 10.4 + 0.625 and 10.4 + 0.875 reach 11.
    assert found.probability[0, -1, 0] == pytest.approx(0.5)


def test_children_are_rounded_so_that_bands_add_up_to_the_whole_number_of_the_kind():
    found = shortfall(children([0.5, 0.5]), touching=homes({(0,): 0, (1,): 0}, n_bands=2))

    # One child in every rounding, never none or two.
    assert found.missing[0, 0, 0] == pytest.approx(1.0)
    assert found.probability[0, -1, 0] == pytest.approx(1.0)
    assert found.expected[0, :2, 0].sum() == pytest.approx(1.0)


def test_part_of_a_place_too_few_leaves_nobody_without_a_home():
    found = shortfall(children(10, 10), touching=homes({(0,): 9.6}))

    assert found.probability[0, -1, 0] == 0.0
    assert found.expected[0, -1, 0] == pytest.approx(0.4)


def test_bands_that_compete_for_too_few_homes_share_what_is_missing():
    places = homes({(0, 1): 4, (2,): 9}, n_bands=3)

    found = shortfall(children([3, 3, 5]), touching=places)

    # 6 younger children compete for 4 places; the 5 older ones have 9 of their own.
    assert found.expected[0, :, 0].tolist() == pytest.approx([1, 1, 0, 2])
    assert found.probability[0, :, 0].tolist() == pytest.approx([1, 1, 0, 1])


def test_a_spare_place_for_other_ages_does_not_hide_a_missing_one():
    places = homes({(0,): 2, (1,): 9}, n_bands=2)

    found = shortfall(children([3, 1]), touching=places)

    assert found.expected[0, :, 0].tolist() == pytest.approx([1, 0, 1])


def test_the_smallest_set_that_competes_is_named():
    # Band 0 alone lacks 2; with band 1, which has just enough, no more are missing.
    places = homes({(0,): 1, (1,): 2}, n_bands=2)

    found = shortfall(children([3, 2]), touching=places)

    assert found.probability[0, :, 0].tolist() == pytest.approx([1, 0, 1])


def test_a_surplus_of_one_kind_does_not_hide_a_shortage_of_another():
    drawn = np.array([[3.0, 1.0], [1.0, 1.0]])[:, :, None, None]
    touching = np.array([[0.0, 0.0], [2.0, 9.0]])[:, :, None]

    found = shortfall(drawn, touching=touching)

    # Future 1: 1 short and 8 spare; future 2: 1 spare and 8 spare.
    assert found.any_probability[-1, 0] == pytest.approx(0.5)
    assert found.expected[:, -1, 0].tolist() == pytest.approx([0.5, 0.0])


def test_places_that_grow_in_some_futures_are_set_against_the_children_of_those():
    scale = np.array([0.5, 1.5])[:, None, None]

    found = shortfall(children(10, 10), touching=homes({(0,): 10}), scale=scale)

    # 5 places and 15 places for 10 children.
    assert found.missing[:, 0, 0].tolist() == [5, 0]
