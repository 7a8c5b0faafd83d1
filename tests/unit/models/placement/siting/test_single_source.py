"""Facilities with room for whole customers: the best plan, and the proof that it is the best."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.siting import NoAssignmentError, solve_single_source
from tests.builders.reference import reference_data
from tests.builders.siting import best_by_trying, facilities


@pytest.mark.parametrize("seed", range(25))
def test_the_plan_is_as_good_as_the_best_of_all_plans(seed):
    given = facilities(seed)

    found = solve_single_source(**given)

    assert found.value == pytest.approx(best_by_trying(given))
    assert found.bound == pytest.approx(found.value)


@pytest.mark.parametrize("seed", range(5))
def test_costs_with_pence_are_proven_too(seed):
    given = facilities(seed)
    given["cost"] = given["cost"] + 0.37

    found = solve_single_source(**given)

    assert found.value == pytest.approx(best_by_trying(given))
    assert found.bound == pytest.approx(found.value)


def test_nobody_is_served_beyond_a_facilitys_capacity():
    given = facilities(3, m=12, n=60)

    found = solve_single_source(**given)

    load = np.bincount(found.facility, given["demand"], minlength=12)
    assert (load <= given["capacity"]).all()


def test_a_pair_of_infinite_cost_is_never_used():
    given = facilities(1)
    given["cost"][0, :] = np.inf
    given["capacity"][1:] *= 3

    found = solve_single_source(**given)

    assert (found.facility != 0).all()
    assert np.isfinite(found.value)


def test_customers_who_cannot_all_be_served_are_refused():
    given = facilities(1)
    given["demand"] = given["demand"] * 50

    with pytest.raises(NoAssignmentError, match="cannot all be served"):
        solve_single_source(**given)


def test_rooms_that_whole_customers_cannot_share_are_refused():
    given = {
        "open_cost": np.ones(2),
        "cost": np.ones((2, 3)),
        "demand": np.array([4.0, 4.0, 4.0]),
        "capacity": np.array([6.0, 7.0]),
    }

    with pytest.raises(NoAssignmentError, match="no plan exists"):
        solve_single_source(**given)


def test_a_search_without_time_still_gives_a_plan_and_an_honest_bound():
    given = facilities(2, m=10, n=50)

    found = solve_single_source(**given, seconds_left=lambda: 0.0)

    assert found.bound <= solve_single_source(**given).value <= found.value


def test_the_same_problem_gives_the_same_plan():
    given = facilities(4, m=10, n=40)

    first, second = solve_single_source(**given), solve_single_source(**given)

    np.testing.assert_array_equal(first.facility, second.facility)


@pytest.mark.parametrize(("name", "optimum"), [("p1", 8848), ("p24", 10273), ("p36", 13832)])
def test_published_optima_are_reached_and_proven(name, optimum):
    text = reference_data(f"optimiser/sscflp/Lib_2/{name}").read_text().replace("\0", "")
    numbers = np.array(text.split(), dtype=float)
    m, n = numbers[:2].astype(int)
    capacity, open_cost = numbers[2 : 2 + 2 * m].reshape(m, 2).T
    demand = numbers[2 + 2 * m : 2 + 2 * m + n]
    cost = numbers[2 + 2 * m + n : 2 + 2 * m + n + m * n].reshape(m, n)

    found = solve_single_source(open_cost=open_cost, cost=cost, demand=demand, capacity=capacity)

    assert found.value == optimum
    assert found.bound == optimum
