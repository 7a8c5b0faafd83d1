"""A family is answered with the cheapest homes among the places free, at points and reserve."""

from __future__ import annotations

import numpy as np

from models.placement.problem import UNPLACED
from tests.builders.arrivals import answered, families_of
from tests.builders.placement import a_child, a_foster_home

DEAR = 100_000.0


def test_without_a_reserve_a_child_gets_the_best_home_with_a_place():
    families = families_of(
        [a_child("C1"), a_child("C2")],
        [a_foster_home("H1", miles_east=1.0), a_foster_home("H2", miles_east=5.0)],
    )

    answers, free, _ = answered(families)

    assert answers.home[:, 0].tolist() == [0, 1]
    assert free.tolist() == [0, 0]


def test_a_place_held_for_others_is_not_given_to_a_child_whom_another_home_suits_nearly_as_well():
    families = families_of(
        [a_child()], [a_foster_home("H1", miles_east=1.0), a_foster_home("H2", miles_east=5.0)]
    )
    prices = np.array([[DEAR, 0.0, 0.0], [0.0, 0.0, 0.0]])

    answers, _, _ = answered(families, prices=prices)

    assert answers.home[0, 0] == 1


def test_a_child_who_breaks_a_pair_of_places_pays_for_the_pair():
    families = families_of(
        [a_child()],
        [
            a_foster_home("H1", miles_east=1.0, places_available=2),
            a_foster_home("H2", miles_east=5.0),
        ],
    )
    prices = np.array([[0.0, DEAR, 0.0], [0.0, 0.0, 0.0]])

    whole, _, _ = answered(families, prices=prices)
    broken, _, _ = answered(families, prices=prices, free=np.array([1, 1]))

    assert whole.home[0, 0] == 1
    assert broken.home[0, 0] == 0


def test_what_the_places_were_held_at_is_told():
    families = families_of([a_child()], [a_foster_home("H1", places_available=2)])

    answers, _, _ = answered(families, prices=np.array([[700.0, 50.0, 0.0]]))

    assert answers.reserve[0, 0] == 750.0
    assert answers.places[0, 0] == 1


def test_a_child_is_left_without_a_home_only_where_no_place_is_free():
    families = families_of([a_child("C1"), a_child("C2")], [a_foster_home("H1")])

    answers, _, _ = answered(families)

    assert answers.home[:, 0].tolist() == [0, UNPLACED]


def test_brothers_and_sisters_who_want_the_same_last_place_do_not_both_get_it():
    siblings = [a_child(f"C{n}", sibling_group="S") for n in range(2)]
    families = families_of(
        siblings, [a_foster_home("H1", miles_east=1.0), a_foster_home("H2", miles_east=30.0)]
    )

    answers, free, _ = answered(families)

    assert sorted(answers.home[0, :2].tolist()) == [0, 1]
    assert free.tolist() == [0, 0]


def test_a_home_with_an_exemption_takes_a_large_group_only_while_nobody_lives_there():
    siblings = [a_child(f"C{n}", sibling_group="S") for n in range(3)]
    families = families_of(siblings, [a_foster_home("H1", places_available=2, sibling_exemption=1)])

    empty, left, _ = answered(families)
    half_full, _, _ = answered(families, free=np.array([1]))

    assert empty.home[0, :3].tolist() == [0, 0, 0]
    assert left.tolist() == [0]
    assert (half_full.home[0, :3] == 0).sum() == 1
