"""An agent's knapsack is filled exactly, and its bound is never above a plan."""

from __future__ import annotations

import numpy as np

from models.placement.assignment.packing import climb, fill
from models.placement.assignment.settling import forced
from tests.builders.assignment import an_assignment, best_by_hand


def filled(profit: np.ndarray, weight: np.ndarray, room: int) -> tuple[float, np.ndarray]:
    n = profit.size
    taken = np.zeros(n, np.int8)
    space = (np.empty(n, np.int64), np.empty((2, room + 1)), np.empty((n, room + 1), np.uint8))
    value, _, _ = fill(profit, weight, room, taken, *space)
    return value, taken


def test_a_knapsack_is_worth_what_trying_every_choice_gives():
    rng = np.random.default_rng(3)
    for _ in range(60):
        n = int(rng.integers(1, 13))
        weight = rng.integers(1, 30, n)
        profit = weight + rng.normal(0, 4, n)
        room = int(rng.integers(1, weight.sum() + 5))
        choices = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        best = np.where(choices @ weight <= room, choices @ profit, 0.0).max()

        value, taken = filled(profit, weight, room)

        assert np.isclose(value, best)
        assert taken @ weight <= room
        assert np.isclose(taken @ profit, best)


def test_a_large_knapsack_is_worth_what_plain_dynamic_programming_gives():
    rng = np.random.default_rng(4)
    for _ in range(20):
        weight = rng.integers(1, 101, 90)
        profit = weight + rng.integers(-10, 11, 90) + rng.random(90)
        room = int(weight.sum() * rng.uniform(0.1, 0.9))
        best = np.zeros(room + 1)
        for p, w in zip(profit, weight, strict=True):
            best[w:] = np.maximum(best[w:], best[: room + 1 - w] + p) if p > 0 else best[w:]

        value, taken = filled(profit, weight, room)

        assert np.isclose(value, best[room])
        assert taken @ weight <= room


def test_the_bound_of_priced_jobs_is_below_the_best_plan():
    for seed in range(4):
        problem = an_assignment(seed=seed)
        cost, best = problem.cost.astype(float), best_by_hand(problem)
        price = cost.min(axis=0)

        share = np.zeros(cost.shape)
        bound, _, _ = climb(
            cost,
            problem.weight,
            problem.capacity,
            price,
            200,
            5.0,
            np.inf,
            1e-4,
            np.inf,
            share,
            0.0,
            0.9,
        )

        assert best is None or bound <= best + 1e-6
        assert share.min() >= 0.0
        assert share.max() <= 1.0 + 1e-9


def test_a_pair_forced_in_costs_what_solving_again_without_its_room_says():
    problem = an_assignment(agents=2, jobs=10, seed=2)
    cost = problem.cost.astype(float)
    price = cost.min(axis=0) + 12.5

    taken_in, left_out = forced(cost, problem.weight, problem.capacity, price)

    for i in range(2):
        profit = price - cost[i]
        whole, _ = filled(profit, problem.weight[i], int(problem.capacity[i]))
        for j in range(10):
            others = np.delete(np.arange(10), j)
            room = int(problem.capacity[i] - problem.weight[i, j])
            without, _ = filled(profit[others], problem.weight[i, others], int(problem.capacity[i]))
            assert np.isclose(left_out[i, j], whole - without)
            if room > 0:
                rest, _ = filled(profit[others], problem.weight[i, others], room)
                assert np.isclose(taken_in[i, j], whole - rest - profit[j])
