"""Who turned 18 after care, and where they lived then, read from small returns."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.needs.leavers import leavers_of, month_number, staying_counts
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly
from tests.builders.needs import an_answer, linked

TODAY = pd.Timestamp(2024, 3, 31)
YEARS = (2022, 2023, 2024)


def _stay(child, *, dob="2005-06-10", start="2018-01-01", end="2023-06-10", rec="E17", **others):
    return an_episode(child=child, dob=dob, decom=start, dec=end, rec=rec, **others)


def _leavers(*episodes, **tables):
    returns, journeys = linked(filed_yearly(*episodes, years=YEARS), **tables)
    return leavers_of(returns, journeys, day=TODAY, authorities=[MANCHESTER])


def _only(leavers):
    assert len(leavers.frame) == 1
    return leavers.frame.iloc[0]


def test_a_young_person_looked_after_until_18_is_a_care_leaver():
    found = _only(_leavers(_stay("A")))

    assert found["in_care"]
    assert found["entitled"]
    assert found["stayed"] == 1
    assert found["month"] == month_number(pd.Timestamp(2023, 6, 1))


def test_one_who_turns_18_after_today_is_not_yet_one():
    found = _leavers(_stay("A", dob="2006-06-10", end=None, rec=None))

    assert found.frame.empty


def test_one_who_left_at_17_is_followed_to_a_birthday_still_to_come():
    found = _only(_leavers(_stay("A", dob="2006-06-10", end="2023-12-01", rec="E5")))

    assert found["entitled"]
    assert not found["in_care"]
    assert found["month"] == month_number(pd.Timestamp(2024, 6, 1))


def test_one_who_came_back_at_17_is_left_to_the_forecast():
    left = _stay("A", dob="2006-06-10", end="2022-12-01", rec="E5")
    back = _stay("A", dob="2006-06-10", start="2023-06-01", end=None, rec=None)

    assert _leavers(left, back).frame.empty


def test_less_than_13_weeks_in_care_gives_no_rights():
    found = _only(_leavers(_stay("A", start="2023-04-01", rec="E5")))

    assert found["in_care"]
    assert not found["entitled"]


def test_days_in_care_before_14_do_not_count_towards_the_13_weeks():
    early = an_episode(child="A", dob="2005-06-10", decom="2017-01-01", dec="2018-12-31", rec="E4A")

    found = _only(_leavers(early, _stay("A", start="2023-04-01", rec="E5")))

    assert not found["entitled"]


def test_one_who_moved_to_independence_at_17_keeps_the_rights_and_one_who_went_home_does_not():
    moved = _stay("A", end="2022-09-01", rec="E5")
    home = _stay("B", end="2022-09-01", rec="E4A")

    found = _leavers(moved, home).frame.set_index("child")["entitled"]

    assert sorted(found) == [False, True]
    assert not _leavers(moved, home).frame["in_care"].any()


def test_one_who_left_for_good_at_15_is_no_care_leaver():
    found = _leavers(_stay("A", dob="2005-06-10", start="2019-01-01", end="2021-05-01", rec="E5"))

    assert found.frame.empty


def test_short_breaks_give_no_rights():
    found = _leavers(_stay("A", ls="V4"), _stay("B"))

    assert len(found.frame) == 1


def test_staying_is_counted_at_the_birthday_and_at_each_answer():
    people = [_stay(name, dob="2004-06-10", end="2022-06-10") for name in "AB"]
    people.append(_stay("C", dob="2004-06-10", end="2022-06-10", rec="E5"))
    answers = [
        an_answer("A", year=2023, in_touch="YES", accom="Z1"),
        an_answer("B", year=2023, in_touch="YES", accom="U1"),
        an_answer("C", year=2023, in_touch="NO", accom="0"),
        an_answer("A", year=2024, in_touch="YES", accom="Z1"),
        an_answer("B", year=2024, in_touch="RHOM", accom="B1"),
    ]

    yes, asked = staying_counts(_leavers(*people, oc3=answers), n_areas=1)

    # At the birthday 2 of 3; at 18, asked in return 2023, 1 of 3; at 19, one who went home apart.
    assert yes[0].tolist() == [2, 1, 1, 0, 0]
    assert asked[0].tolist() == [3, 3, 1, 0, 0]


def test_who_was_in_a_childrens_home_cannot_stay_put():
    home = _stay("A", place="K2", rec="E5")

    yes, asked = staying_counts(_leavers(home), n_areas=1)

    assert asked.sum() == 0
    assert yes.sum() == 0


def test_where_nobodys_end_says_that_they_stayed_the_ends_say_nothing():
    _, asked = staying_counts(_leavers(_stay("A", rec="E8"), _stay("B", rec="E8")), n_areas=1)

    assert asked[0, 0] == 0


def test_returns_without_oc3_say_so():
    assert not _leavers(_stay("A")).asks
