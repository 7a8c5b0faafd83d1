"""Who needs a place: growth, and children who live outside the area's homes."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.investing.kinds import bands_taken, kinds_served, takes_kind
from rcc_forecast.investing.need import need_of
from tests.builders.investing import children_in, held, leaves_of
from tests.builders.register import BOLTON

LEAVES = leaves_of()
NOW = children_in(LEAVES, {(BOLTON, "foster", "5-9"): 10})


def need(later: float, **holding: float):
    future = children_in(LEAVES, {(BOLTON, "foster", "5-9"): later})
    return need_of(
        future[None], leaves=LEAVES, held=held(NOW, **holding), kinds=["foster", "childrens_home"]
    )


def test_children_who_have_a_place_near_home_keep_it():
    assert need(10, own=10).children.sum() == 0


def test_growth_needs_places():
    assert need(13, own=10).children.sum() == pytest.approx(3)


def test_children_outside_the_areas_homes_need_a_place_to_come_back_to():
    assert need(10, own=6).children.sum() == pytest.approx(4)


def test_places_that_are_left_behind_are_free_for_others():
    found = need(8, own=10)

    assert found.children.sum() == 0
    assert found.freed.sum() == pytest.approx(2)


def test_where_residents_cannot_be_seen_they_hold_what_is_taken():
    assert need(10, own=np.nan, taken=3).children.sum() == pytest.approx(4)


def test_a_childrens_home_may_take_a_child_for_whom_fostering_is_planned_but_not_the_reverse():
    assert takes_kind("childrens_home", "foster")
    assert not takes_kind("foster", "childrens_home")
    assert kinds_served(["foster"]) == ["foster", "supported"]


def test_a_home_counts_for_the_age_bands_of_which_it_takes_half():
    taken = bands_taken(np.array([0.0, 8.0]), np.array([17.0, 15.0]))

    np.testing.assert_array_equal(taken, [[1, 1, 1, 1, 1], [0, 0, 0, 1, 0]])
