"""The points of a plan, each with its arithmetic: a home used by a group is 3,000."""

from __future__ import annotations

import pytest

from tests.builders.placement import (
    BURY,
    EAST,
    METRES_A_MILE,
    NORTH,
    a_child,
    a_foster_home,
    a_plan,
    points_by_child,
)


def points_of(child: dict[str, object], home: dict[str, object], **asked: object) -> float:
    return points_by_child(a_plan([child], [home], **asked))["C1"]


def test_a_home_two_miles_away_costs_its_miles():
    # 3,000 for the home + 10 x 2 miles
    assert points_of(a_child(), a_foster_home(miles_east=2)) == 3_020


def test_the_way_to_school_costs_three_points_a_mile():
    child = a_child(school_easting=EAST + 6 * METRES_A_MILE, school_northing=NORTH)

    # 3,000 + 10 x 2 miles + 3 x 4 miles from school
    assert points_of(child, a_foster_home(miles_east=2)) == 3_032


def test_the_twentieth_mile_is_a_line():
    # 3,000 + 10 x 20; 3,000 + 10 x 20.5 + 600
    assert points_of(a_child(), a_foster_home(miles_east=20)) == 3_200
    assert points_of(a_child(), a_foster_home(miles_east=20.5)) == 3_805


def test_another_authority_costs_150():
    # 3,000 + 10 x 1 + 150
    assert points_of(a_child(), a_foster_home(local_authority=BURY)) == 3_160


def test_a_home_that_requires_improvement_costs_150():
    # 3,000 + 10 x 1 + 150
    assert points_of(a_child(), a_foster_home(ofsted_rating="requires_improvement")) == 3_160


def test_a_home_for_profit_costs_40():
    # 3,000 + 10 x 1 + 40
    assert points_of(a_child(), a_foster_home(sector="private")) == 3_050


def test_fifty_pounds_a_week_cost_one_point():
    # 3,000 + 10 x 1 + 980 / 50
    assert points_of(a_child(), a_foster_home(weekly_cost_gbp=980.0)) == 3_029.60


def test_a_childrens_home_is_kept_for_need_3():
    home = a_foster_home(placement_type="childrens_home")

    # 3,000 + 10 x 1 + 500; 3,000 + 10 x 1
    assert points_of(a_child(needs=2), home) == 3_510
    assert points_of(a_child(needs=3), home) == 3_010


@pytest.mark.parametrize(("settled", "price"), [(1, 800), (0, 200)])
def test_a_move_costs_more_where_a_child_is_settled(settled, price):
    child = a_child(current_home_id="H9", settled=settled)

    # 3,000 + 10 x 1 + the move
    assert points_of(child, a_foster_home()) == 3_010 + price


def test_staying_is_no_move():
    assert points_of(a_child(current_home_id="H1", settled=1), a_foster_home()) == 3_010


@pytest.mark.parametrize(("word", "price"), [("suitable", 60), ("unspecified", 90)])
def test_a_kind_that_is_not_the_preferred_one_costs_points(word, price):
    child = a_child(suit_foster=word, suit_childrens_home="preferred")

    # 3,000 + 10 x 1 + the word
    assert points_of(child, a_foster_home()) == 3_010 + price


def test_where_no_kind_is_preferred_none_costs_points():
    assert points_of(a_child(suit_foster="suitable"), a_foster_home()) == 3_010


def test_a_child_without_a_home_costs_20_000():
    assert points_of(a_child(needs=3), a_foster_home(needs_met=0)) == 20_000


def test_siblings_in_one_home_share_its_3_000_points():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2", "C3")]

    plan = a_plan(siblings, [a_foster_home(places_available=3)])

    # 3,000 / 3 + 10 x 1 each
    assert points_by_child(plan) == {"C1": 1_010, "C2": 1_010, "C3": 1_010}
    assert plan.summary["objective"] == 3_030


def test_each_further_home_of_a_group_costs_3_000():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]

    plan = a_plan(siblings, [a_foster_home("H1"), a_foster_home("H2")])

    # 2 x (3,000 + 10 x 1)
    assert plan.summary["objective"] == 6_020


def test_twins_apart_cost_750_each():
    twins = [a_child("C1", sibling_group="G", twin_of="C2"), a_child("C2", sibling_group="G")]

    plan = a_plan(twins, [a_foster_home("H1"), a_foster_home("H2")])

    # 2 x (3,000 + 10 x 1 + 750)
    assert plan.summary["objective"] == 7_520


def test_a_twin_whose_twin_has_no_home_is_without_the_twin():
    twins = [a_child("C1", sibling_group="G", twin_of="C2"), a_child("C2", sibling_group="G")]

    plan = a_plan(twins, [a_foster_home("H1")])

    # 3,000 + 10 x 1 + 750, and 20,000 + 750
    assert plan.summary["objective"] == 24_510


def test_siblings_stay_together_for_up_to_three_thousand_points_of_miles():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    near = [a_foster_home("H1"), a_foster_home("H2")]
    # Together at 15 miles: 3,000 + 2 x 150 = 3,300, against 6,020 apart.
    together = a_foster_home("H3", miles_east=15, places_available=2)

    plan = a_plan(siblings, [*near, together])

    assert plan.summary["objective"] == 3_300
    assert plan.summary["groups_together"] == 1


def test_weights_can_be_changed_by_name():
    # 100 for the home + 5 x 2 miles
    asked = {"weights": {"home_of_group": 100, "mile": 5}}
    assert points_of(a_child(), a_foster_home(miles_east=2), **asked) == 110


def test_the_points_of_the_children_add_up_to_the_objective():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2", "C3")]
    homes = [a_foster_home("H1", places_available=2), a_foster_home("H2", miles_east=3.3)]

    plan = a_plan([*siblings, a_child("C4")], homes)

    assert plan.plan["points"].sum() == pytest.approx(plan.summary["objective"], abs=1e-9)


def test_the_net_gap_leaves_out_the_first_home_of_every_group():
    plan = a_plan([a_child("C1"), a_child("C2")], [a_foster_home(), a_foster_home("H2")])
    objective, bound = plan.summary["objective"], plan.summary["bound"]

    assert plan.summary["families"] == 2
    assert plan.summary["net_gap"] == pytest.approx((objective - bound) / (objective - 6_000))
