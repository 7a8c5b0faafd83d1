"""What each change moved sums to what all of them moved."""

from __future__ import annotations

import numpy as np
import pytest

from models.attribution import fair_shares


def rng():
    return np.random.default_rng(7)


def test_changes_that_simply_add_up_each_have_their_own_effect():
    effects = np.array([3.0, -1.0, 0.5])

    found = fair_shares(3, lambda made: np.array([sum(effects[list(made)])]), rng=rng())

    assert found[:, 0] == pytest.approx(effects)


def test_what_two_changes_do_only_together_is_shared_between_them():
    # Ten places only help if forty children also come: 10 each way, together 30 (Shapley: 15, 15).
    def worth(made):
        return np.array([30.0 if made == {0, 1} else 10.0 * len(made) if made else 0.0])

    found = fair_shares(2, worth, rng=rng())

    assert found[:, 0] == pytest.approx([15.0, 15.0])


def test_the_textbook_game_of_gloves():
    # One left glove, two right: a pair is worth 1. Shapley: 2/3 to the left, 1/6 to each right.
    def worth(made):
        return np.array([1.0 if 0 in made and (1 in made or 2 in made) else 0.0])

    found = fair_shares(3, worth, rng=rng())

    assert found[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@pytest.mark.parametrize("n_changes", [1, 5, 9])
def test_contributions_sum_to_the_whole_change_exactly_or_by_drawn_orders(n_changes):
    draws = np.random.default_rng(3).normal(size=(n_changes, 4, 2))

    def worth(made):
        total = draws[sorted(made)].sum(axis=0) if made else np.zeros((4, 2))
        return total + 0.3 * total**2

    found = fair_shares(n_changes, worth, rng=rng())

    whole = worth(frozenset(range(n_changes))) - worth(frozenset())
    np.testing.assert_allclose(found.sum(axis=0), whole, atol=1e-9)


def test_each_set_of_changes_is_asked_once():
    asked = []

    def worth(made):
        asked.append(made)
        return np.array([float(len(made))])

    fair_shares(4, worth, rng=rng())

    assert len(asked) == len(set(asked)) == 16
