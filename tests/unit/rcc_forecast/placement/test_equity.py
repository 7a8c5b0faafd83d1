"""Who gets what from a plan, set against all children."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.placement.equity import NOTE_SMALL, wilson_interval
from tests.builders.placement import BURY, a_child, a_foster_home, a_plan


def a_plan_for_two_authorities():
    bolton = [a_child(f"A{i}") for i in range(12)]
    bury = [a_child(f"B{i}", local_authority=BURY, miles_east=30) for i in range(4)]
    homes = [a_foster_home("H1", places_available=12), a_foster_home("H2", miles_east=1)]
    return a_plan([*bolton, *bury], homes)


def the_row(plan, by: str, group: str, outcome: str):
    table = plan.equity.set_index(["by", "group", "outcome"])
    return table.loc[(by, group, outcome)]


def test_an_authority_whose_children_find_no_home_shows_the_gap():
    plan = a_plan_for_two_authorities()

    row = the_row(plan, "local_authority", BURY, "placed")

    # 13 of 16 placed in all; 1 of Bury's 4
    assert (row["count"], row["with_outcome"], row["value"]) == (4, 1, 0.25)
    assert row["gap"] == pytest.approx(0.25 - 13 / 16, abs=1e-4)


def test_a_small_group_says_that_it_is_small():
    plan = a_plan_for_two_authorities()

    assert the_row(plan, "local_authority", BURY, "placed")["note"] == NOTE_SMALL
    assert the_row(plan, "local_authority", "E08000001", "placed")["note"] == ""


def test_the_summary_says_that_the_table_is_not_for_publication():
    plan = a_plan_for_two_authorities()

    assert "not for publication" in plan.summary["equity"]["note"]
    assert all(gap["count"] >= 10 for gap in plan.summary["equity"]["largest_gaps"])


def test_a_single_child_has_no_row_on_living_with_brothers_and_sisters():
    plan = a_plan([a_child()], [a_foster_home()])

    assert "siblings_together" not in set(plan.equity["outcome"])


def test_the_wilson_interval_is_the_published_one():
    # Newcombe (1998), Table I: 81 of 263 and 15 of 148
    low, high = wilson_interval(np.array([81.0, 15.0, 0.0]), np.array([263.0, 148.0, 20.0]))

    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611], atol=5e-5)
