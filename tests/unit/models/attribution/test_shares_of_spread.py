"""Whose doubt makes an answer wide."""

from __future__ import annotations

import numpy as np
import pytest

from models.attribution import shares_of_spread

N = 400


def drawn(n_keys, seed=5):
    rng = np.random.default_rng(seed)
    return np.stack([(rng.permutation(N) + 0.5) / N for _ in range(n_keys)], axis=1)


def test_shares_are_those_of_the_variances():
    values = drawn(2)
    # Variances 9/12 and 1/12 of uniform draws: shares 0.9 and 0.1.
    answers = values @ np.array([[3.0], [1.0]])

    found = shares_of_spread(values, answers)

    assert found[:, 0] == pytest.approx([0.9, 0.1], abs=0.03)


def test_chance_that_no_assumption_explains_is_left_unshared():
    values = drawn(1)
    noise = np.random.default_rng(8).normal(size=(N, 1)) * np.sqrt(1 / 12)

    found = shares_of_spread(values, values + noise)

    # Half the variance is chance; 400 futures tell to within some hundredths.
    assert found[0, 0] == pytest.approx(0.5, abs=0.1)


def test_pure_chance_is_put_down_to_nobody():
    noise = np.random.default_rng(9).normal(size=(N, 50))

    found = shares_of_spread(drawn(3), noise)

    assert found.mean() < 0.005


def test_an_answer_that_does_not_vary_has_nothing_to_share_out():
    assert (shares_of_spread(drawn(2), np.full((N, 1), 4.0)) == 0).all()


def test_without_assumptions_there_are_no_rows():
    assert shares_of_spread(np.empty((N, 0)), np.ones((N, 3))).shape == (0, 3)
