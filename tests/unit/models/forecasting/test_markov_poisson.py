"""Exact moments agree with children who are moved one by one by chance."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.markov_poisson import markov_poisson_moments

MOVES = np.array([[0.90, 0.05, 0.00], [0.04, 0.90, 0.03], [0.00, 0.02, 0.93]])
STOCK = np.array([40.0, 25.0, 10.0])
ENTRIES = np.array([2.0, 0.5, 1.0])


def _simulated(horizon: int, draws: int) -> np.ndarray:
    rng = np.random.default_rng(8)
    rows = np.hstack([MOVES, 1 - MOVES.sum(axis=1, keepdims=True)])
    now = np.tile(STOCK.astype(int), (draws, 1))
    found = []
    for _ in range(horizon):
        sent = sum(rng.multinomial(now[:, i], rows[i]) for i in range(3))
        now = sent[:, :3] + rng.poisson(ENTRIES, (draws, 3))
        found.append(now)
    return np.stack(found, axis=-1)


def test_mean_and_variance_of_every_state_agree_with_simulation():
    drawn = _simulated(12, 40_000)

    mean, variance = markov_poisson_moments(STOCK, transition=MOVES, entries=ENTRIES, horizon=12)

    # 40,000 draws: standard error of a mean about 0.03, of a variance about 0.7%.
    np.testing.assert_allclose(mean, drawn.mean(axis=0), atol=0.12)
    np.testing.assert_allclose(variance, drawn.var(axis=0), rtol=0.035)


def test_a_set_of_states_counts_children_who_only_move_within_it():
    drawn = _simulated(12, 40_000)
    sets = np.array([[1.0, 1, 1], [0, 1, 1]])

    mean, variance = markov_poisson_moments(
        STOCK, transition=MOVES, entries=ENTRIES, horizon=12, sets=sets
    )

    together = np.stack([drawn.sum(axis=1), drawn[:, 1:].sum(axis=1)], axis=1)
    np.testing.assert_allclose(mean, together.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(variance, together.var(axis=0), rtol=0.035)


def test_nobody_moving_and_nobody_coming_leaves_no_doubt():
    mean, variance = markov_poisson_moments(
        STOCK, transition=np.eye(3), entries=np.zeros(3), horizon=5
    )

    np.testing.assert_array_equal(mean, np.repeat(STOCK[:, None], 5, axis=1))
    np.testing.assert_array_equal(variance, 0.0)


def test_one_child_may_leave_with_the_chance_of_the_row():
    # One child, leaves with 10% a month: after two months 0.81 and 0.81 · 0.19.
    mean, variance = markov_poisson_moments(
        np.array([1.0]), transition=np.array([[0.9]]), entries=np.array([0.0]), horizon=2
    )

    assert mean[0, 1] == pytest.approx(0.81)
    assert variance[0, 1] == pytest.approx(0.81 * 0.19)


def test_areas_are_worked_side_by_side():
    both, _ = markov_poisson_moments(
        np.stack([STOCK, 2 * STOCK]),
        transition=np.stack([MOVES, MOVES]),
        entries=np.stack([ENTRIES, 2 * ENTRIES]),
        horizon=3,
    )

    np.testing.assert_allclose(both[1], 2 * both[0])
