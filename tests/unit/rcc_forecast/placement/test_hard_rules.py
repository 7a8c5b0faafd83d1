"""Who may live where: the rules that every plan keeps, one test each."""

from __future__ import annotations

import pytest

from tests.builders.placement import (
    BURY,
    TODAY,
    a_child,
    a_foster_home,
    a_plan,
    homes_by_child,
)


def the_home_of(child: dict[str, object], home: dict[str, object], **asked: object) -> str | None:
    return homes_by_child(a_plan([child], [home], **asked))["C1"]


def test_a_child_lives_in_the_home_that_fits():
    assert the_home_of(a_child(), a_foster_home()) == "H1"


@pytest.mark.parametrize("age", [4, 12])
def test_a_home_takes_its_ages_alone(age):
    assert the_home_of(a_child(age=age), a_foster_home(age_min=5, age_max=11)) is None


@pytest.mark.parametrize("age", [5, 11])
def test_both_ends_of_the_age_range_are_taken(age):
    assert the_home_of(a_child(age=age), a_foster_home(age_min=5, age_max=11)) == "H1"


def test_a_home_for_boys_takes_no_girl():
    assert the_home_of(a_child(sex="F"), a_foster_home(sex="M")) is None


def test_a_child_whose_sex_is_not_known_fits_homes_for_all_only():
    assert the_home_of(a_child(sex="U"), a_foster_home(sex="F")) is None
    assert the_home_of(a_child(sex="U"), a_foster_home(sex="any")) == "H1"


def test_a_home_meets_the_level_of_need():
    assert the_home_of(a_child(needs=2), a_foster_home(needs_met=1)) is None
    assert the_home_of(a_child(needs=2), a_foster_home(needs_met=2)) == "H1"


def test_a_kind_that_is_unsuitable_is_never_proposed():
    assert the_home_of(a_child(suit_foster="unsuitable"), a_foster_home()) is None


def test_a_home_to_avoid_is_never_proposed():
    assert the_home_of(a_child(avoid_home_ids="H9 H1"), a_foster_home()) is None


def test_a_home_not_yet_open_is_not_used():
    assert the_home_of(a_child(), a_foster_home(opened="2026-06-02"), on=TODAY) is None
    assert the_home_of(a_child(), a_foster_home(opened="2026-06-01"), on=TODAY) == "H1"


def test_a_home_is_used_until_its_last_day_open():
    assert the_home_of(a_child(), a_foster_home(closed="2026-05-31"), on=TODAY) is None
    assert the_home_of(a_child(), a_foster_home(closed="2026-06-01"), on=TODAY) == "H1"


def test_places_are_never_exceeded():
    plan = a_plan([a_child("C1"), a_child("C2")], [a_foster_home(places_available=1)])

    assert plan.summary["placed"] == 1


def test_an_exemption_lets_one_sibling_group_exceed_the_places():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2", "C3")]
    home = a_foster_home(places_available=2, sibling_exemption=1)

    plan = a_plan(siblings, [home])

    assert plan.summary["placed"] == 3


def test_an_exemption_is_for_a_group_alone_in_the_home():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2", "C3")]
    home = a_foster_home(places_available=2, sibling_exemption=1)

    plan = a_plan([*siblings, a_child("C4")], [home])

    assert homes_by_child(plan) == {"C1": "H1", "C2": "H1", "C3": "H1", "C4": None}


def test_an_exemption_is_not_for_children_of_two_groups():
    home = a_foster_home(places_available=1, sibling_exemption=1)

    plan = a_plan([a_child("C1"), a_child("C2")], [home])

    assert plan.summary["placed"] == 1


def test_a_home_without_a_place_takes_no_group_under_its_exemption():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]

    plan = a_plan(siblings, [a_foster_home(places_available=0, sibling_exemption=1)])

    assert plan.summary["placed"] == 0


def test_a_child_who_must_live_alone_has_the_home_alone():
    children = [a_child("C1", solo=1), a_child("C2")]

    plan = a_plan(children, [a_foster_home(places_available=2)])

    assert plan.summary["placed"] == 1


def test_a_child_who_must_live_alone_does_not_even_live_with_siblings():
    children = [a_child("C1", solo=1, sibling_group="G"), a_child("C2", sibling_group="G")]
    homes = [a_foster_home("H1", places_available=3), a_foster_home("H2", places_available=3)]

    proposed = homes_by_child(a_plan(children, homes))

    assert sorted(map(str, proposed.values())) == ["H1", "H2"]


def test_a_home_for_one_child_at_a_time_takes_one():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    home = a_foster_home(places_available=3, solo=1, sibling_exemption=1)

    assert a_plan(siblings, [home]).summary["placed"] == 1


def test_siblings_whose_plan_is_apart_do_not_share_a_home():
    siblings = [
        a_child("C1", sibling_group="G", sibling_plan="apart"),
        a_child("C2", sibling_group="G", sibling_plan="together"),
    ]
    homes = [a_foster_home("H1", places_available=2), a_foster_home("H2", miles_east=15)]

    proposed = homes_by_child(a_plan(siblings, homes))

    assert set(proposed.values()) == {"H1", "H2"}


def test_without_replan_a_child_does_not_win_the_present_place():
    child = a_child(current_home_id="H1")
    home = a_foster_home(places_available=0)

    assert the_home_of(child, home) is None
    assert the_home_of(child, home, replan=True) == "H1"


def test_with_replan_the_place_of_a_child_can_go_to_another():
    children = [a_child("C1", current_home_id="H1", needs=0), a_child("C2", age=3)]
    homes = [
        a_foster_home("H1", places_available=0, age_max=9),
        a_foster_home("H2", places_available=1, age_min=9),
    ]

    proposed = homes_by_child(a_plan(children, homes, replan=True))

    assert proposed == {"C1": "H2", "C2": "H1"}


def test_no_grade_is_barred_unless_the_region_says_so():
    home = a_foster_home(ofsted_rating="inadequate")

    assert the_home_of(a_child(), home) == "H1"
    assert the_home_of(a_child(), home, rules={"min_grade": "requires_improvement"}) is None


def test_a_home_not_yet_inspected_has_no_grade_to_bar():
    home = a_foster_home(ofsted_rating="none")

    assert the_home_of(a_child(), home, rules={"min_grade": "good"}) == "H1"


def test_need_3_may_be_kept_to_childrens_homes():
    child, rule = a_child(needs=3), {"need3_childrens_home_only": True}

    assert the_home_of(child, a_foster_home(), rules=rule) is None
    assert the_home_of(child, a_foster_home(placement_type="childrens_home"), rules=rule) == "H1"


def test_a_region_may_limit_the_miles():
    assert the_home_of(a_child(), a_foster_home(miles_east=31), rules={"max_miles": 30}) is None
    assert the_home_of(a_child(), a_foster_home(miles_east=29), rules={"max_miles": 30}) == "H1"


def test_a_budget_is_never_exceeded():
    children = [a_child("C1"), a_child("C2")]
    homes = [
        a_foster_home("H1", weekly_cost_gbp=600.0),
        a_foster_home("H2", weekly_cost_gbp=600.0),
    ]

    plan = a_plan(children, homes, rules={"weekly_budget_gbp": 1_000})

    assert plan.summary["placed"] == 1
    assert plan.summary["weekly_cost_gbp"] == 600


def test_a_limit_on_placements_out_of_area_is_kept_even_at_the_price_of_a_place():
    children = [a_child("C1"), a_child("C2")]
    homes = [a_foster_home("H1"), a_foster_home("H2", local_authority=BURY)]

    free = a_plan(children, homes)
    limited = a_plan(children, homes, rules={"max_out_of_area_pct": 40})

    assert (free.summary["placed"], limited.summary["placed"]) == (2, 1)
    assert limited.summary["out_of_area_pct"] == 0


def test_a_limit_on_homes_for_profit_is_kept():
    children = [a_child("C1"), a_child("C2")]
    homes = [a_foster_home("H1"), a_foster_home("H2", sector="private")]

    limited = a_plan(children, homes, rules={"max_for_profit_pct": 49.9})

    assert limited.summary["placed"] == 1
    assert limited.summary["for_profit_pct"] == 0
