"""Faults in what was filed are told by row, and everybody else is planned for."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.placement import tidy_children
from rcc_forecast.placement.frontier import frontier_table
from tests.builders.placement import (
    BURY,
    a_child,
    a_foster_home,
    a_plan,
    children_table,
    homes_by_child,
)


def rows_of(plan, rule: str) -> list[int]:
    return plan.findings.of(rule)["row"].tolist()


def test_a_child_whom_no_home_may_take_is_told_by_row_and_the_rest_is_planned():
    plan = a_plan([a_child("C1", needs=3), a_child("C2")], [a_foster_home(needs_met=2)])

    assert homes_by_child(plan) == {"C1": None, "C2": "H1"}
    assert rows_of(plan, "child-fits-no-home") == [2]


def test_a_home_without_places_is_told():
    plan = a_plan([a_child()], [a_foster_home("H1"), a_foster_home("H2", places_available=0)])

    assert plan.findings.of("home-without-places")["rows"].tolist() == [1]


def test_a_group_larger_than_any_home_is_told_and_planned_in_parts():
    siblings = [a_child(f"C{i}", sibling_group="G") for i in range(3)]
    homes = [a_foster_home("H1", places_available=2), a_foster_home("H2")]

    plan = a_plan(siblings, homes)

    assert plan.summary["placed"] == 3
    assert rows_of(plan, "group-larger-than-any-home") == [2, 3, 4]


def test_a_place_in_the_sea_is_told_and_used_as_it_stands():
    at_sea = a_child("C1", easting=640_000, northing=500_000)

    children, findings = tidy_children(pd.DataFrame([at_sea, a_child("C2")]))

    assert findings.of("place-outside-england")["row"].tolist() == [2]
    assert children["child_id"].tolist() == ["C1", "C2"]


def test_degrees_in_place_of_metres_are_refused():
    children = [a_child("C1", easting=-2.4, northing=53.6), a_child("C2")]

    assert children_table(*children)["child_id"].tolist() == ["C2"]


def test_what_a_choice_costs_and_who_lives_elsewhere_for_it_is_told():
    homes = [a_foster_home("H1"), a_foster_home("H2", miles_east=12)]
    children = [a_child("C1", miles_east=1, wish="To stay near Gran"), a_child("C2", miles_east=12)]
    overrides = pd.DataFrame({"child_id": ["C1"], "home_id": ["H2"], "reason": ["Near Gran"]})

    told = a_plan(children, homes, overrides=overrides).overrides

    row = told.iloc[0]
    assert (row["home_proposed"], row["home_chosen"], row["kept"]) == ("H1", "H2", 1)
    assert (row["wish"], row["reason"]) == ("To stay near Gran", "Near Gran")
    # 11 miles more, ten points a mile
    assert row["points_more"] == 110.0
    assert row["places_taken_from"] == "C2"


def test_a_budget_of_one_authority_leaves_the_others_alone():
    children = [a_child("C1"), a_child("C2", local_authority=BURY)]
    homes = [
        a_foster_home("H1", weekly_cost_gbp=1000.0, places_available=2),
        a_foster_home("H2", weekly_cost_gbp=400.0, miles_east=15),
        a_foster_home("H3", weekly_cost_gbp=400.0, miles_east=15),
    ]

    plan = a_plan(children, homes, budgets={BURY: 500.0})

    assert homes_by_child(plan)["C1"] == "H1"
    assert homes_by_child(plan)["C2"] in {"H2", "H3"}
    assert f"weekly_budget_gbp[{BURY}]" in plan.summary["limits"]
    assert plan.rules["about"].iloc[0] == "Bury"


def test_a_child_without_a_home_shows_which_rule_to_ease():
    plan = a_plan([a_child(age=14)], [a_foster_home(age_max=12)])

    rules = plan.rules.set_index("rule")
    assert rules.loc["age", "children"] == 1
    assert "wider age range" in rules.loc["age", "cheapest_relaxation"]


def test_a_plan_that_another_beats_in_everything_is_not_efficient():
    def figures(miles: float, together: int) -> dict[str, object]:
        return {
            "groups": 10,
            "groups_together": together,
            "mean_miles": miles,
            "over_20_miles_pct": 0.0,
            "weekly_cost_gbp": 100.0,
            "unplaced": 0,
            "objective": 1.0,
            "bound": 1.0,
            "net_gap": 0.0,
        }

    plans = [
        ("home_of_group", 0.0, figures(2.0, 5)),
        ("home_of_group", 300.0, figures(3.0, 9)),
        ("home_of_group", 1000.0, figures(3.5, 9)),
    ]

    assert frontier_table(plans)["efficient"].tolist() == [1, 1, 0]
