"""A what-if tells each child's change against the plan before, and changes no more than it must."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.placement import PlanBefore, plan_placements, read_plan_before, write_plan
from rcc_forecast.results.placement import PlacementPlan
from tests.builders.placement import (
    TODAY,
    a_child,
    a_foster_home,
    a_plan,
    children_table,
    homes_by_child,
    homes_table,
)


def what_if(tmp_path, children, homes, changed_homes, **asked: object) -> PlacementPlan:
    """Plan, store, and plan again with other homes."""
    write_plan(a_plan(children, homes), tmp_path)
    before = read_plan_before(tmp_path)
    before = PlanBefore(
        before.rows,
        before.prices,
        before.summary,
        before.scenario,
        open_homes=frozenset(str(home["home_id"]) for home in homes),
    )
    return plan_placements(
        children_table(*children), homes_table(*changed_homes), on=TODAY, before=before, **asked
    )


def told(plan: PlacementPlan) -> pd.DataFrame:
    assert plan.what_if is not None
    return plan.what_if.set_index("child_id")


def test_a_child_whose_home_closes_is_told_so(tmp_path):
    homes = [a_foster_home("H1"), a_foster_home("H2", miles_east=4)]

    plan = what_if(tmp_path, [a_child()], homes, homes[1:])

    row = told(plan).loc["C1"]
    assert (row["home_before"], row["home_after"], row["changed"]) == ("H1", "H2", 1)
    assert (row["distance_before"], row["distance_after"]) == (1.0, 4.0)
    assert row["why"].startswith("The home before is not open now.")


def test_a_nearer_home_that_opens_is_told_with_the_miles_it_saves(tmp_path):
    homes = [a_foster_home("H1", miles_east=9)]

    plan = what_if(tmp_path, [a_child()], homes, [*homes, a_foster_home("H2", miles_east=2)])

    assert told(plan).loc["C1", "why"] == (
        "A home that was not open before is proposed. 7.0 miles nearer to family."
    )


def test_a_place_that_goes_to_brothers_and_sisters_is_told_to_the_child_who_loses_it(tmp_path):
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    homes = [
        a_foster_home("H1", places_available=2, miles_east=3),
        a_foster_home("H2", places_available=2, miles_east=1),
        a_foster_home("H3", miles_east=6),
    ]
    alone = a_child("C3", miles_east=3)

    plan = what_if(tmp_path, [*siblings, alone], homes, [homes[0], homes[2]])

    assert homes_by_child(plan) == {"C1": "H1", "C2": "H1", "C3": "H3"}
    assert "2 brothers and sisters who now live there together" in told(plan).loc["C3", "why"]


def test_a_child_without_a_home_before_is_told_so(tmp_path):
    children = [a_child("C1"), a_child("C2")]
    homes = [a_foster_home("H1")]

    plan = what_if(tmp_path, children, homes, [*homes, a_foster_home("H2")])

    lucky = told(plan)[told(plan)["changed"] == 1]
    assert lucky["why"].tolist() == ["Had no home in the plan before."]
    assert plan.summary["from"]["placed"] == {"before": 1, "after": 2}
    assert plan.summary["from"]["children_changed"] == 1


def test_nobody_moves_for_less_than_a_change_of_plan_is_worth(tmp_path):
    # 2 miles nearer: 20 points, below the 25 that a change must be worth
    homes = [a_foster_home("H1", miles_east=3)]
    opened = [*homes, a_foster_home("H2", miles_east=1)]

    kept = what_if(tmp_path, [a_child()], homes, opened)
    moved = what_if(tmp_path, [a_child()], homes, opened, weights={"change_of_plan": 10})

    assert homes_by_child(kept) == {"C1": "H1"}
    assert homes_by_child(moved) == {"C1": "H2"}
    assert kept.summary["objective"] == pytest.approx(moved.summary["objective"] + 20)


def test_a_plan_that_stays_for_so_little_claims_no_optimum(tmp_path):
    homes = [a_foster_home("H1", miles_east=3)]

    plan = what_if(tmp_path, [a_child()], homes, [*homes, a_foster_home("H2", miles_east=1)])

    assert plan.summary["status"] == "feasible"
    assert plan.summary["bound"] <= plan.summary["objective"]


def test_two_children_do_not_swap_homes_for_nothing(tmp_path):
    children = [a_child("C1"), a_child("C2")]
    homes = [a_foster_home("H1", miles_east=2), a_foster_home("H2", miles_east=-2)]

    plan = what_if(tmp_path, children, homes, homes, seed=7)

    assert plan.summary["from"]["children_changed"] == 0


def test_a_rule_that_now_bars_the_home_is_told(tmp_path):
    homes = [a_foster_home("H1", ofsted_rating="inadequate"), a_foster_home("H2", miles_east=12)]

    plan = what_if(tmp_path, [a_child()], homes, homes, rules={"min_grade": "good"})

    assert told(plan).loc["C1", "why"].startswith("A rule now bars the home before.")
    assert plan.summary["objective"] >= plan.summary["bound"]


def test_sisters_do_not_stay_in_a_home_that_has_fewer_places_now(tmp_path):
    sisters = [a_child(f"S{i}", sibling_group="G", sibling_plan="together") for i in range(3)]
    roomy = [a_foster_home("H1", places_available=3), a_foster_home("H2", miles_east=9)]
    fewer = [a_foster_home("H1", places_available=2), a_foster_home("H2", miles_east=9)]

    plan = what_if(tmp_path, sisters, roomy, fewer)

    assert plan.plan["home_id"].value_counts().to_dict() == {"H1": 2, "H2": 1}


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="rcc-forecast place"):
        read_plan_before(tmp_path)
