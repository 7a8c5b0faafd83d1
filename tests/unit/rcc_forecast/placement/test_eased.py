"""Where rules keep children without a home, the plan says which, and what keeping them needs."""

from __future__ import annotations

import pytest

from rcc_forecast.placement import verify_plan, write_plan
from tests.builders.placement import (
    BURY,
    a_child,
    a_foster_home,
    a_plan,
    children_table,
    homes_by_child,
    homes_table,
)


def left_out(plan, rule: str):
    (told,) = [told for told in plan.summary["rules_left_out"] if told["rule"] == rule]
    return told


def test_a_budget_that_keeps_a_child_without_a_home_says_how_much_more_is_needed():
    children = [a_child("C1"), a_child("C2"), a_child("C3")]
    homes = [a_foster_home(f"H{i}", weekly_cost_gbp=500.0) for i in range(3)]

    plan = a_plan(children, homes, rules={"weekly_budget_gbp": 1_100.0})

    told = left_out(plan, "weekly_budget_gbp")
    assert plan.summary["unplaced"] == 1
    # Three places at 500 are 1,500: 400 more than 1,100.
    assert (told["more_children_placed"], told["needs_more"]) == (1, 400.0)
    assert told["says"] == (
        "Without this rule 1 more child would have a home; keeping it needs 400.00 GBP a week more."
    )
    assert plan.summary["limits"]["weekly_budget_gbp"]["without_it"] == {
        "more_children_placed": 1,
        "used": 150_000,
    }
    row = plan.rules[plan.rules["about"] == "Were it left out"].iloc[0]
    assert (row["rule"], row["children"]) == ("weekly_budget_gbp", 1)
    assert row["cheapest_relaxation"] == told["says"]


def test_a_limit_is_told_in_the_unit_that_the_region_wrote_it_in():
    children = [a_child("C1"), a_child("C2"), a_child("C3"), a_child("C4")]
    homes = [
        a_foster_home("H0", places_available=3, weekly_cost_gbp=500.0),
        a_foster_home("H1", local_authority=BURY, weekly_cost_gbp=500.0),
    ]
    rules = {"weekly_budget_gbp": 2_100.5, "max_out_of_area_pct": 30}

    plan = a_plan(children, homes, rules=rules)

    # Four places at 500 are 2,000; one of four children lives in Bury, 25 per cent.
    told = {name: limit["in_own_unit"] for name, limit in plan.summary["limits"].items()}
    assert told == {
        "weekly_budget_gbp": {"used": 2_000.0, "limit": 2_100.5, "unit": "GBP a week"},
        "max_out_of_area_pct": {
            "used": 25.0,
            "limit": 30.0,
            "unit": "per cent of the children placed",
        },
    }
    rows = plan.rules.set_index("rule").loc[list(told)]
    assert rows["used"].tolist() == [2_000.0, 25.0]
    assert rows["limit"].tolist() == [2_100.5, 30.0]


def test_disparity_is_told_in_points_between_two_groups():
    near = [a_child(f"A{i}") for i in range(10)]
    far = [a_child(f"B{i}", local_authority=BURY) for i in range(10)]
    homes = [a_foster_home("H", places_available=16), a_foster_home("I", places_available=4)]

    plan = a_plan([*near, *far], homes, rules={"max_disparity_pct": 100})

    # All homes lie in Bolton: 10 of 10 of Bury's children live outside, 10 of all 20, and so 50
    # points above the rate of all; a group as far below would be 100 points away.
    told = plan.summary["limits"][f"max_disparity_pct[out_of_authority,authority,{BURY},above]"]
    assert told["in_own_unit"] == {"used": 100.0, "limit": 100.0, "unit": "percentage points"}


def test_a_share_says_how_many_percentage_points_more_are_needed():
    children = [a_child(f"C{i}") for i in range(4)]
    homes = [
        a_foster_home("H0", places_available=2),
        a_foster_home("H1", places_available=2, local_authority=BURY),
    ]

    plan = a_plan(children, homes, rules={"max_out_of_area_pct": 40})

    told = left_out(plan, "max_out_of_area_pct")
    # Two of four lie in Bury, 50 per cent; within 40 per cent only one of three may.
    assert plan.summary["placed"] == 3
    assert (told["more_children_placed"], told["needs_more"]) == (1, 10.0)


def test_a_farthest_distance_says_how_many_miles_more_are_needed():
    plan = a_plan([a_child()], [a_foster_home(miles_east=12.0)], rules={"max_miles": 10})

    told = left_out(plan, "max_miles")
    assert homes_by_child(plan) == {"C1": None}
    assert told["more_children_placed"] == 1
    assert told["needs_more"] == pytest.approx(2.0, abs=0.011)


def test_a_grade_says_whom_it_keeps_without_a_home_and_no_amount():
    homes = [a_foster_home(ofsted_rating="requires_improvement")]

    plan = a_plan([a_child()], homes, rules={"min_grade": "good"})

    assert (
        left_out(plan, "min_grade")["says"] == "Without this rule 1 more child would have a home."
    )


def test_a_width_of_disparity_that_would_do_is_told_in_percentage_points():
    near = [a_child(f"C{i}") for i in range(10)]
    far = [a_child(f"D{i}", local_authority=BURY, miles_east=60.0) for i in range(10)]
    homes = [a_foster_home(f"H{i}", miles_east=60.0, local_authority=BURY) for i in range(10)]
    homes += [a_foster_home(f"J{i}") for i in range(4)]

    plan = a_plan(near + far, homes, rules={"max_disparity_pct": 20, "max_miles": 20})

    told = left_out(plan, "max_disparity_pct")
    # Four of ten placed in Bolton and ten of ten in Bury: 60 and 0 per cent without a home.
    assert told["more_children_placed"] > 0
    assert told["needs_more"] == pytest.approx(40.0)


def test_rules_that_only_together_keep_a_child_without_a_home_are_told_together():
    homes = [a_foster_home(miles_east=12.0, ofsted_rating="inadequate")]

    plan = a_plan([a_child()], homes, rules={"max_miles": 10, "min_grade": "good"})

    assert left_out(plan, "max_miles")["says"] == (
        "Without this rule no more children would have a home."
    )
    assert left_out(plan, "all rules together")["more_children_placed"] == 1


def test_where_every_child_has_a_home_no_rule_is_left_out():
    plan = a_plan([a_child()], [a_foster_home()], rules={"max_miles": 10})

    assert plan.summary["rules_left_out"] == []


def test_a_plan_that_tells_of_its_rules_is_verified_as_any_other(tmp_path):
    children = [a_child("C1"), a_child("C2")]
    homes = [a_foster_home(f"H{i}", weekly_cost_gbp=500.0) for i in range(2)]

    write_plan(a_plan(children, homes, rules={"weekly_budget_gbp": 600.0}), tmp_path / "plan")

    faults = verify_plan(tmp_path / "plan", children_table(*children), homes_table(*homes))
    assert faults == []
