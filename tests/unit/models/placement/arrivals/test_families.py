"""Families are listed once with all they could take, and drawn whole."""

from __future__ import annotations

import numpy as np

from models.placement import plan_points
from models.placement.arrivals import (
    count_units,
    draw_families,
    list_families,
    problem_of,
    spread_out,
    two_halves,
)
from models.placement.eligibility import may_live
from tests.builders.arrivals import WEIGHTS, a_problem, answered, families_of
from tests.builders.placement import a_child, a_foster_home
from tests.builders.regions import a_region, region_problem


def test_every_bundle_that_the_rules_allow_is_listed_once():
    problem = region_problem(a_region("replan", children=60, seed=5))

    listed = list_families(problem, weights=WEIGHTS).listed

    columns = listed.columns
    found = set(zip(columns.group, columns.members, columns.home, columns.places, strict=True))
    assert len(found) == columns.n_columns
    assert found == set(_allowed_bundles(problem))


def _allowed_bundles(problem):
    """The rules, spelt out: who may live there, who must live alone, places and exemptions."""
    every_home = np.arange(problem.n_homes)
    allowed = may_live(problem, np.arange(problem.n_children)[:, None], every_home)
    places, exempt = problem.homes.places, problem.homes.exempt
    for group, size in enumerate(problem.group_size):
        for members in range(1, 1 << size):
            who = [problem.first_child[group] + j for j in range(size) if members >> j & 1]
            solo = problem.children.solo[who].any()
            if solo and len(who) > 1:
                continue
            for home in np.flatnonzero(allowed[who].all(axis=0)):
                over = len(who) > places[home]
                if not over or exempt[home]:
                    yield (group, members, home, places[home] if over or solo else len(who))


def test_a_forecast_lists_the_cheapest_homes_alone():
    homes = [a_foster_home(f"H{mile}", miles_east=mile) for mile in (5, 1, 3)]
    problem = a_problem([a_child()], homes)

    listed = list_families(problem, weights=WEIGHTS, most_homes=2).listed

    assert listed.columns.home.tolist() == [1, 2]


def test_children_apart_by_plan_come_together_and_never_share_a_home():
    apart = {"sibling_group": "S", "sibling_plan": "apart"}
    children = [a_child("C1", **apart), a_child("C2", **apart), a_child("C3")]
    homes = [
        a_foster_home("H1", places_available=2),
        a_foster_home("H2", miles_east=9.0, places_available=2),
    ]

    families = families_of(children, homes)
    answers, _, _ = answered(families)

    assert families.n_units == 2
    assert answers.home[:, 0].tolist() == [0, 1, 0]


def test_a_family_drawn_twice_is_two_families_with_twins_and_homes_to_avoid_of_their_own():
    children = [
        a_child("C1", sibling_group="S", twin_of="C2", avoid_home_ids="H2"),
        a_child("C2", sibling_group="S"),
    ]
    problem = a_problem(children, [a_foster_home("H1"), a_foster_home("H2")])

    twice = problem_of(problem, np.array([0, 0]), np.array([0, 1]))

    assert twice.group_size.tolist() == [2, 2]
    assert twice.twins.tolist() == [[0, 1], [2, 3]]
    assert twice.avoid.tolist() == [[0, 1], [2, 1]]


def test_children_apart_by_plan_stay_apart_from_those_of_their_own_draw():
    apart = {"sibling_group": "S", "sibling_plan": "apart"}
    problem = a_problem([a_child("C1", **apart), a_child("C2", **apart)], [a_foster_home()])

    twice = problem_of(problem, np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]))

    assert twice.apart.tolist() == [[0, 1], [2, 3]]


def test_two_halves_share_no_family_and_leave_none_out():
    problem = region_problem(a_region("replan", children=80, seed=2))

    one, other = two_halves(problem, rng=np.random.default_rng(1))

    assert abs(count_units(one) - count_units(other)) <= 1
    assert count_units(one) + count_units(other) == count_units(problem)
    together = np.vstack([one.children.xy, other.children.xy])
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(problem.children.xy, axis=0))


def test_families_drawn_are_as_many_as_asked_for():
    problem = region_problem(a_region("replan", children=80, seed=2))

    drawn = draw_families(problem, n_units=25, rng=np.random.default_rng(1))

    assert count_units(drawn) == 25


def test_a_family_that_is_moved_moves_with_its_school_and_its_siblings():
    children = [
        a_child(f"C{n}", sibling_group="S", school_easting=371_000, school_northing=410_000)
        for n in range(2)
    ]
    problem = a_problem(children, [a_foster_home()])

    spread = spread_out(problem, copies=3, miles=4.0, rng=np.random.default_rng(1))

    moved = spread.children.xy - np.tile(problem.children.xy, (3, 1))
    school_moved = spread.children.school_xy - np.tile(problem.children.school_xy, (3, 1))
    np.testing.assert_allclose(moved, school_moved)
    np.testing.assert_array_equal(moved[0::2], moved[1::2])
    assert np.unique(moved[:, 0]).size == 3


def test_points_of_answers_are_those_of_a_plan():
    problem = region_problem(a_region("vacancies", children=60, seed=4))
    families = list_families(problem, weights=WEIGHTS)

    answers, _, points = answered(families)

    home = answers.home[problem.children.group, problem.place_in_group].astype(np.int64)
    assert points == plan_points(problem, home, weights=WEIGHTS).sum()
