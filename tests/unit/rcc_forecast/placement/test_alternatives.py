"""Other homes for each child, by name, and what they would mean."""

from __future__ import annotations

from tests.builders.placement import a_child, a_foster_home, a_plan


def test_the_next_best_homes_are_named_in_order():
    homes = [a_foster_home(f"H{i}", miles_east=i) for i in (1, 4, 2, 9, 7)]

    plan = a_plan([a_child()], homes)

    assert plan.alternatives["home_id"].tolist() == ["H2", "H4", "H7"]
    assert plan.alternatives["rank"].tolist() == [1, 2, 3]
    # 10 points a mile from 1 mile
    assert plan.alternatives["points_more"].tolist() == [10.0, 30.0, 60.0]
    assert plan.alternatives["has_room"].tolist() == [1, 1, 1]


def test_a_home_that_others_need_says_what_it_is_worth_to_them():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    homes = [a_foster_home("H1", places_available=2), a_foster_home("H2", miles_east=6)]

    plan = a_plan([*siblings, a_child("C3")], homes)

    row = plan.alternatives[plan.alternatives["child_id"] == "C3"].iloc[0]
    assert (row["home_id"], row["has_room"]) == ("H1", 0)
    assert row["points_more"] == -50.0
    assert row["worth_to_others"] >= 50
    assert "points more to those who would have to move" in row["what_it_means"]


def test_brothers_and_sisters_are_offered_homes_for_all_of_them():
    siblings = [a_child(name, sibling_group="G") for name in ("C1", "C2")]
    homes = [
        a_foster_home("H1", places_available=2),
        a_foster_home("H2", places_available=1, miles_east=2),
        a_foster_home("H3", places_available=2, miles_east=3),
    ]

    plan = a_plan(siblings, homes)

    # two children, two miles more each
    assert plan.alternatives["home_id"].tolist() == ["H3", "H3"]
    assert plan.alternatives["points_more"].tolist() == [40.0, 40.0]


def test_a_child_with_one_home_only_has_no_alternative():
    assert a_plan([a_child()], [a_foster_home()]).alternatives.empty


def test_a_school_within_three_miles_of_the_home_can_be_kept():
    school = {"school_easting": a_child()["easting"], "school_northing": a_child()["northing"]}
    near, far = (a_plan([a_child(**school)], [a_foster_home(miles_east=m)]) for m in (3, 4))

    assert near.plan["stays_at_school"].tolist() == [1]
    assert far.plan["stays_at_school"].tolist() == [0]


def test_a_school_far_from_the_family_is_kept_by_a_home_that_is_no_farther():
    child = a_child(
        school_easting=a_child(miles_east=8)["easting"], school_northing=a_child()["northing"]
    )

    assert a_plan([child], [a_foster_home(miles_east=2)]).plan["stays_at_school"].tolist() == [1]


def test_without_a_school_nothing_is_said_of_it():
    plan = a_plan([a_child()], [a_foster_home()])

    assert plan.plan["stays_at_school"].isna().all()
    assert plan.plan["keeps_area_ties"].tolist() == [1]
