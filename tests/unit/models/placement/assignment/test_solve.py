"""Public assignment is the engine's own problem: every job an agent, within capacity."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from models.placement.assignment import Assignment, solve_assignment
from tests.builders.assignment import an_assignment, best_by_hand
from tests.builders.reference import reference_data


def solved(problem: Assignment, *, seed: int = 0, work: float = 3e7):
    return solve_assignment(problem, rng=np.random.default_rng(seed), work=work)


@pytest.mark.parametrize("kind", ["C", "D", "E"])
@pytest.mark.parametrize("seed", range(4))
def test_a_small_assignment_is_solved_to_the_best_and_proven(kind: str, seed: int):
    problem = an_assignment(kind=kind, seed=seed)

    answer = solved(problem)

    assert answer.value == best_by_hand(problem)
    assert answer.value is None or answer.optimal


def test_no_agent_has_more_than_its_capacity():
    problem = an_assignment(kind="D", agents=5, jobs=40)

    answer = solved(problem)

    assert problem.keeps(answer.agent)
    assert problem.value(answer.agent) == answer.value
    assert answer.bound <= answer.value


def test_the_same_seed_gives_the_same_plan():
    problem = an_assignment(kind="D", agents=5, jobs=40)

    np.testing.assert_array_equal(solved(problem).agent, solved(problem).agent)


def test_where_no_plan_keeps_the_capacities_there_is_no_value():
    problem = Assignment(
        cost=np.array([[1, 2], [3, 4]]),
        weight=np.array([[5, 5], [5, 5]]),
        capacity=np.array([5, 4]),
    )

    answer = solved(problem, work=1e6)

    assert answer.value is None
    assert np.all(answer.agent == -1)


def test_a_job_that_fits_no_agent_leaves_no_plan():
    problem = Assignment(cost=np.array([[1, 2]]), weight=np.array([[5, 9]]), capacity=np.array([6]))

    assert solved(problem, work=1e6).value is None


def test_the_search_stops_when_no_seconds_are_left():
    problem = an_assignment(kind="D", agents=5, jobs=40)

    answer = solve_assignment(problem, rng=np.random.default_rng(0), seconds_left=lambda: 0.0)

    assert answer.value is None or problem.keeps(answer.agent)


@pytest.mark.parametrize("name", ["c05100", "c20100", "d05100", "e05100"])
def test_a_public_instance_comes_within_a_thousandth_of_the_best_known(name: str):
    folder = reference_data("optimiser/gap")
    with (folder / "best_known.csv").open() as lines:
        known = next(row for row in csv.DictReader(lines) if row["Path"].endswith(name))
    numbers = np.array((folder / name).read_text().split(), dtype=np.int64)
    m, n = numbers[:2]
    cost, weight = numbers[2 : 2 + 2 * m * n].reshape(2, m, n)
    problem = Assignment(cost=cost, weight=weight, capacity=numbers[2 + 2 * m * n :])

    answer = solved(problem, work=4e8)

    assert problem.keeps(answer.agent)
    assert answer.value <= 1.001 * float(known["Best known solution value"])
    assert answer.bound <= float(known["Best known solution value"])
