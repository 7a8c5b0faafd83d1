"""A few runs stand in for a run of every value of an assumption."""

from __future__ import annotations

import numpy as np
import pytest

from models.attribution import surface_of

LOW, HIGH = np.array([-10.0, 0.0, 5.0]), np.array([0.0, 40.0, 9.0])


def points(n=50, *, low=LOW, high=HIGH):
    return np.random.default_rng(1).uniform(low, high, size=(n, len(low)))


def test_without_assumptions_there_is_one_run_that_counts_fully_in_every_future():
    surface = surface_of(np.array([]), np.array([]), np.empty((7, 0)), whole=[])

    assert surface.nodes.shape == (1, 0)
    assert (surface.weights == 1.0).all()


def test_an_answer_that_is_quadratic_in_its_assumptions_is_met_exactly():
    at = points()

    def answer(x):
        return 3 + x @ [1.0, -2.0, 0.5] + 0.1 * x[:, 0] ** 2 - 0.2 * x[:, 1] * x[:, 2]

    surface = surface_of(LOW, HIGH, at, whole=[False, False, False])

    assert len(surface.nodes) == 4 * 5 // 2
    np.testing.assert_allclose(surface.weights @ answer(surface.nodes), answer(at), rtol=1e-9)
    np.testing.assert_allclose(surface.weights.sum(axis=1), 1.0, rtol=1e-12)


def test_counted_assumptions_are_run_at_whole_numbers_alone():
    surface = surface_of(LOW, HIGH, points(), whole=[True, True, True])

    assert (surface.nodes == surface.nodes.round()).all()


def test_an_assumption_of_two_whole_values_is_a_straight_line():
    low, high = np.array([3.0]), np.array([4.0])

    surface = surface_of(low, high, np.array([[3.0], [4.0]]), whole=[True])

    assert surface.nodes.tolist() == [[3.0], [4.0]]
    assert surface.weights == pytest.approx(np.eye(2))
