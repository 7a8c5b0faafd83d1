"""Where to open before the future is known: the choice, its proof, and what the spread is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from models.placement.siting import serve, solve_siting
from tests.builders.siting import a_siting_problem, best_sites_by_trying


@pytest.mark.parametrize("seed", range(8))
def test_no_affordable_choice_of_sites_is_better(seed):
    problem = a_siting_problem(seed)

    found = solve_siting(problem, near_enough=1e-7)

    best = best_sites_by_trying(problem)
    assert found.value == pytest.approx(best, rel=1e-6)
    assert found.bound <= best * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_children_are_served_at_the_least_points(seed):
    problem = a_siting_problem(seed, futures=1)
    opened = np.arange(problem.n_sites) % 2 == 0

    found = serve(problem, opened)

    cost = np.vstack([problem.supply_cost, problem.site_cost[opened]])
    places = np.concatenate([problem.supply_places[0], problem.site_places[opened]])
    n_places, n_cells = cost.shape
    takes = np.kron(np.eye(n_places), np.ones(n_cells))
    gives = np.kron(np.ones(n_places), np.eye(n_cells))
    least = linprog(
        np.concatenate([cost.ravel(), np.full(n_cells, problem.unmet)]),
        A_ub=np.hstack([takes, np.zeros((n_places, n_cells))]),
        b_ub=places,
        A_eq=np.hstack([gives, np.eye(n_cells)]),
        b_eq=problem.demand[0],
    )
    assert found.points[0] == pytest.approx(least.fun)


def test_every_child_is_somewhere_and_no_site_holds_more_than_its_places():
    problem = a_siting_problem(2)
    opened = np.ones(problem.n_sites, dtype=bool)

    found = serve(problem, opened)

    everywhere = found.at_site.sum(axis=1) + found.at_supply.sum(axis=1) + found.unmet
    np.testing.assert_allclose(everywhere, problem.demand, atol=1e-8)
    assert (found.at_site.sum(axis=2) <= problem.site_places + 1e-8).all()


def test_a_budget_of_nothing_opens_nothing():
    problem = a_siting_problem(1, budget=0.0)

    found = solve_siting(problem)

    assert not found.opened.any()
    assert found.value == pytest.approx(found.nothing)


def test_a_site_that_changes_nothing_is_not_opened():
    problem = a_siting_problem(1, budget=99.0)
    far = replace(problem, site_cost=problem.site_cost + np.eye(6)[:, :1] * 1e6)

    found = solve_siting(far)

    assert not found.opened[0]


def test_planning_for_the_spread_is_never_worse_than_planning_for_the_mean():
    problem = a_siting_problem(5, futures=6)

    found = solve_siting(problem, near_enough=1e-6)

    assert found.value <= found.value_for_the_mean * (1 + 1e-6)


def test_the_number_of_sites_can_be_limited():
    problem = replace(a_siting_problem(3, budget=99.0), most_sites=2)

    found = solve_siting(problem)

    assert found.opened.sum() <= 2


def test_half_children_are_children_too():
    problem = a_siting_problem(4)
    halved = replace(problem, demand=problem.demand / 2)

    found = solve_siting(halved, near_enough=1e-7)

    assert found.value == pytest.approx(best_sites_by_trying(halved), rel=1e-6)
