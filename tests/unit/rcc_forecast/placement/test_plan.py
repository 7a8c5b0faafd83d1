"""A plan says what it proposes, why, and how far it can be believed."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from rcc_forecast.errors import NothingUsableError, UnknownNameError
from rcc_forecast.placement import plan_placements, write_plan
from rcc_forecast.placement.settings import SettingError
from tests.builders.placement import (
    BURY,
    TODAY,
    a_child,
    a_foster_home,
    a_plan,
    an_invented_region,
    homes_by_child,
)


def reason_of(children, homes, **asked) -> str:
    return str(a_plan(children, homes, **asked).plan["reason"].iloc[0])


def test_children_come_out_in_the_order_they_came_in():
    children = [a_child("C3", sibling_group="G"), a_child("C1"), a_child("C2", sibling_group="G")]

    plan = a_plan(children, [a_foster_home(places_available=3)])

    assert plan.plan["child_id"].tolist() == ["C3", "C1", "C2"]


def test_the_plan_says_what_stands_against_as_is_and_the_nearest_home():
    children = [a_child("C1", current_home_id="H2"), a_child("C2", miles_east=2)]
    homes = [a_foster_home("H1"), a_foster_home("H2", miles_east=30)]

    summary = a_plan(children, homes, replan=True).summary

    assert summary["as_is"]["placed"] == 1
    assert summary["as_is"]["over_20_miles_pct"] == 100
    assert summary["greedy"]["objective"] >= summary["objective"] >= summary["bound"]
    assert "never a decision" in summary["advice"]


def test_the_reason_names_the_home_by_kind_and_miles_and_the_next_best():
    homes = [a_foster_home("H1", miles_east=1), a_foster_home("H2", miles_east=4)]

    reason = reason_of([a_child()], homes)

    assert reason.startswith("A foster home in the child's own authority, 1.0 miles from family.")
    # 10 x 3 miles further
    assert "Next best: a foster home, 4.0 miles, 30 points more" in reason
    assert "H1" not in reason


def test_the_reason_says_that_siblings_are_together():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]

    reason = reason_of(siblings, [a_foster_home(places_available=2)])

    assert "All 2 brothers and sisters live there together." in reason


def test_a_nearer_home_that_others_need_is_named_as_such():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    homes = [a_foster_home("H1", places_available=2), a_foster_home("H2", miles_east=6)]

    plan = a_plan([*siblings, a_child("C3")], homes)

    assert "1 home nearer would fit and is proposed for others" in plan.plan["reason"].iloc[2]


@pytest.mark.parametrize(
    ("home", "words"),
    [
        (a_foster_home(age_max=4), "1 take another age"),
        (a_foster_home(needs_met=0), "1 do not meet the level of need"),
        (a_foster_home(places_available=0), "1 have no place free"),
    ],
)
def test_a_child_without_a_home_is_told_which_rule_binds(home, words):
    assert words in reason_of([a_child(needs=1)], [home])


def test_where_no_home_is_open_the_plan_still_says_so():
    plan = a_plan([a_child()], [a_foster_home(closed="2020-01-01")])

    assert plan.summary["unplaced"] == 1
    assert plan.plan["home_id"].isna().all()


def test_children_who_compete_for_too_few_places_are_listed_together():
    children = [a_child(f"C{i}", age=12 + i) for i in range(3)]

    shortages = a_plan(children, [a_foster_home()]).shortages

    assert shortages[["children", "places", "without_home"]].to_numpy().tolist() == [[3, 1, 2]]
    assert shortages["ages"].tolist() == ["12-14"]


def test_nobody_short_of_a_home_means_no_shortage():
    assert a_plan([a_child()], [a_foster_home()]).shortages.empty


def test_a_group_that_no_home_can_take_is_told_to_need_one():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]

    groups = a_plan(siblings, [a_foster_home("H1"), a_foster_home("H2")]).groups

    assert groups["together"].tolist() == [0]
    assert "no open home fits all of them" in groups["why"].iloc[0]


def test_a_place_that_more_children_want_than_it_holds_has_a_price():
    children = [a_child("C1"), a_child("C2")]

    prices = a_plan(children, [a_foster_home(age_min=9, age_max=9)]).prices

    assert prices["age_band"].unique().tolist() == ["5-9"]
    assert prices["price"].iloc[0] > 0


def test_what_a_person_has_chosen_is_kept_with_the_reason():
    homes = [a_foster_home("H1"), a_foster_home("H2", miles_east=12)]
    overrides = pd.DataFrame(
        {"child_id": ["C1"], "home_id": ["H2"], "reason": ["Near the grandmother"]}
    )

    plan = a_plan([a_child()], homes, overrides=overrides)

    assert homes_by_child(plan) == {"C1": "H2"}
    assert plan.plan["override_reason"].tolist() == ["Near the grandmother"]
    assert plan.plan["reason"].iloc[0].startswith("Chosen by a person")


def test_a_choice_that_a_hard_rule_bars_is_refused_and_told():
    homes = [a_foster_home("H1"), a_foster_home("H2", age_max=3)]
    overrides = pd.DataFrame({"child_id": ["C1"], "home_id": ["H2"], "reason": [""]})

    plan = a_plan([a_child()], homes, overrides=overrides)

    assert homes_by_child(plan) == {"C1": "H1"}
    assert plan.findings.of("override-breaks-a-rule")["row"].tolist() == [2]


def test_the_childs_wish_stands_beside_the_plan_and_scores_nothing():
    with_wish = a_plan([a_child(wish="Near my dog")], [a_foster_home()])

    assert with_wish.plan["wish"].tolist() == ["Near my dog"]
    assert (
        with_wish.summary["objective"]
        == a_plan([a_child()], [a_foster_home()]).summary["objective"]
    )


def test_tiers_put_placing_everyone_before_any_number_of_points():
    children = [a_child("C1"), a_child("C2", age=3)]
    homes = [a_foster_home("H1"), a_foster_home("H2", miles_east=25, age_min=9)]
    weights = {"unplaced": 10}

    weighted = a_plan(children, homes, weights=weights)
    tiered = a_plan(children, homes, weights=weights, tiers=["placed"])

    assert (weighted.summary["placed"], tiered.summary["placed"]) == (0, 2)
    assert [tier["name"] for tier in tiered.summary["tiers"]] == [
        "placed", "together", "near", "continuity", "rest",
    ]  # fmt: skip


def test_ten_siblings_are_planned_in_two_parts_and_told():
    siblings = [a_child(f"C{i}", sibling_group="G") for i in range(10)]

    plan = a_plan(
        siblings, [a_foster_home(places_available=5), a_foster_home("H2", places_available=5)]
    )

    assert plan.summary["groups"] == plan.summary["groups_together"] == 2
    assert len(plan.findings.of("group-over-eight")) == 10


def test_twins_are_one_group_even_where_only_twin_of_says_so():
    plan = a_plan([a_child("C1", twin_of="C2"), a_child("C2")], [a_foster_home(places_available=2)])

    assert plan.summary["groups_together"] == 1
    assert len(plan.findings.of("twin-in-another-group")) == 1


def test_an_unknown_weight_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="twins_apart"):
        a_plan([a_child()], [a_foster_home()], weights={"twin_apart": 1})


def test_an_unknown_rule_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="max_miles"):
        a_plan([a_child()], [a_foster_home()], rules={"max_mile": 1})


@pytest.mark.parametrize(
    "asked",
    [
        {"weights": {"mile": -1}},
        {"weights": {"mile": [1, 2]}},
        {"rules": {"max_out_of_area_pct": 101}},
        {"rules": {"min_grade": "fine"}},
        {"rules": {"need3_childrens_home_only": 1}},
        {"tiers": ["placed", "placed"]},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_used_is_refused(asked):
    with pytest.raises(SettingError):
        a_plan([a_child()], [a_foster_home()], **asked)


def test_without_children_there_is_no_plan():
    children, homes = an_invented_region(n_children=5, n_places=5, seed=1)

    with pytest.raises(NothingUsableError):
        plan_placements(children.iloc[:0], homes, on=TODAY)


def test_a_region_is_planned_to_a_proven_optimum_and_beats_the_nearest_home():
    children, homes = an_invented_region(n_children=120, n_places=150, seed=3)

    summary = plan_placements(children, homes, on=TODAY).summary

    assert summary["status"] == "optimal"
    assert summary["solver_bound"] == summary["objective"] < summary["greedy"]["objective"]
    assert summary["net_gap"] < 0.02


def test_the_same_inputs_and_seed_give_the_same_files(tmp_path):
    children, homes = an_invented_region(n_children=60, n_places=60, seed=8)
    for name in ("one", "two"):
        write_plan(plan_placements(children, homes, on=TODAY, seed=5), tmp_path / name)

    for path in sorted((tmp_path / "one").iterdir()):
        same = (tmp_path / "two" / path.name).read_text(encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        if path.name == "summary.json":
            text, same = (
                json.dumps({k: v for k, v in json.loads(t).items() if k != "seconds"})
                for t in (text, same)
            )
        assert text == same, path.name


def test_every_file_of_the_contract_is_written_and_none_is_left_unfinished(tmp_path):
    write_plan(a_plan([a_child()], [a_foster_home()]), tmp_path, scenario_text="[weights]\n")

    assert {path.name for path in tmp_path.iterdir()} == {
        "plan.csv", "summary.json", "prices.csv", "groups.csv", "shortages.csv",
        "certificate.json", "scenario.json", "scenario.toml", "findings.csv", "alternatives.csv",
        "equity.csv", "rules.csv",
    }  # fmt: skip


def test_a_home_of_a_scenario_that_states_little_is_completed():
    _, homes = an_invented_region(n_children=5, n_places=5, seed=1)
    added = pd.DataFrame(
        {
            "home_id": ["SCENARIO-1"],
            "placement_type": ["foster"],
            "places_available": [1],
            "local_authority": [BURY],
            "easting": [a_child()["easting"]],
            "northing": [a_child()["northing"]],
        }
    )
    children = pd.DataFrame([a_child()])

    plan = plan_placements(children, pd.concat([homes.iloc[:0], added]), on=TODAY)

    assert homes_by_child(plan) == {"C1": "SCENARIO-1"}
