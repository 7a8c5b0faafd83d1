"""A plan is the columns it uses and the children it leaves without a home."""

from __future__ import annotations

import numpy as np

from models.placement.plan import Plan, home_of, keeps_rows, plan_cost, plan_of_homes
from tests.builders.listed_columns import a_small_problem, columns_of, every_plan, with_budget

TWO_IN_ONE = [(0, 0b01, 0, 1, 400.0), (0, 0b11, 0, 2, 500.0), (1, 0b1, 1, 1, 300.0)]


def test_brothers_and_sisters_in_one_column_live_in_its_home():
    restricted = columns_of(TWO_IN_ONE, sizes=[2, 1], capacity=[2, 1])

    home = home_of(restricted, Plan(np.array([1]), np.array([2])))

    assert home.tolist() == [0, 0, -1]


def test_homes_are_read_back_as_the_same_plan():
    restricted = a_small_problem(3)

    for plan in list(every_plan(restricted))[:200]:
        again = plan_of_homes(restricted, home_of(restricted, plan))

        assert again is not None

        assert home_of(restricted, again).tolist() == home_of(restricted, plan).tolist()


def test_a_plan_with_a_bundle_that_is_not_listed_is_not_found():
    restricted = columns_of(TWO_IN_ONE, sizes=[2, 1], capacity=[2, 1])

    assert plan_of_homes(restricted, np.array([1, -1, -1])) is None


def test_a_plan_costs_its_columns_and_the_children_it_leaves_out():
    restricted = columns_of(TWO_IN_ONE, sizes=[2, 1], capacity=[2, 1], unplaced=20_000.0)

    assert plan_cost(restricted, Plan(np.array([1]), np.array([2]))) == 500 + 20_000


def test_a_plan_that_fills_a_home_beyond_its_places_keeps_no_rows():
    restricted = columns_of(TWO_IN_ONE, sizes=[2, 1], capacity=[1, 1])

    assert not keeps_rows(restricted, Plan(np.array([1]), np.array([2])))


def test_two_who_must_not_share_keep_no_rows_in_one_home():
    bundles = [(0, 1, 0, 1, 300.0), (1, 1, 0, 1, 300.0)]
    restricted = columns_of(bundles, sizes=[1, 1], capacity=[2], apart=[(0, 1)])

    assert not keeps_rows(restricted, Plan(np.array([0, 1]), np.array([], dtype=np.int64)))


def test_a_plan_over_the_budget_keeps_no_rows():
    restricted = with_budget(columns_of(TWO_IN_ONE, sizes=[2, 1], capacity=[2, 1]), limit=0)

    assert not keeps_rows(restricted, Plan(np.array([1]), np.array([2])))
