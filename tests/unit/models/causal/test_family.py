"""Several outcomes share one chance of a false finding."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.family import holm, romano_wolf


def test_holm_multiplies_the_surest_by_all_and_the_next_by_one_less():
    # .01 x 4, .02 x 3, .03 x 2 (raised to .06), .5 x 1.
    assert holm(np.array([0.03, 0.01, 0.5, 0.02])) == pytest.approx([0.06, 0.04, 0.5, 0.06])


def test_holm_leaves_out_what_was_not_made():
    adjusted = holm(np.array([0.03, np.nan, 0.04]))

    assert adjusted[[0, 2]] == pytest.approx([0.06, 0.06])
    assert np.isnan(adjusted[1])


def test_one_outcome_alone_keeps_its_own_p_value():
    placebos = np.array([[4.0, 1.0, -2.0, 0.5]])

    assert romano_wolf(placebos, observed=0) == pytest.approx([1 / 4])


def test_outcomes_that_move_as_one_cost_nothing_more():
    one = np.random.default_rng(2).normal(size=91)
    own = np.mean(np.abs(one) >= abs(one[4]))

    adjusted = romano_wolf(np.vstack([one, 1_000 * one, -one]), observed=4)

    assert adjusted == pytest.approx([own, own, own])


def test_adjusted_values_are_no_smaller_than_plain_ones_nor_than_one_in_n():
    placebos = np.random.default_rng(3).normal(size=(5, 91))
    plain = (np.abs(placebos) >= np.abs(placebos[:, [7]])).mean(axis=1)

    adjusted = romano_wolf(placebos, observed=7)

    assert (adjusted >= plain - 1e-12).all()
    assert (adjusted >= 1 / 91).all()


def test_any_false_finding_among_six_outcomes_is_as_rare_as_said():
    # 45 pairs of ten regions: any true assignment is as likely as another.
    rng = np.random.default_rng(4)
    shared = rng.normal(size=(300, 1, 91))
    worlds = 0.7 * shared + rng.normal(size=(300, 6, 91))

    found = [(romano_wolf(world, observed=int(rng.integers(91))) <= 0.05).any() for world in worlds]

    # .05 with a binomial error of .0126.
    assert np.mean(found) <= 0.05 + 3 * 0.0126
