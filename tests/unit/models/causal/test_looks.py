"""Looking often must not find more than looking once."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.looks import (
    alpha_spending,
    first_possible_look,
    found_at,
    linear_spending,
    obrien_fleming_spending,
    spending_p,
)

QUARTERS = np.arange(1, 5) / 4


def test_linear_spending_takes_one_pair_of_91_at_the_first_of_four_looks():
    # .0125 x 91 = 1.1, .025 x 91 = 2.3, .0375 x 91 = 3.4, .05 x 91 = 4.55.
    statistics = np.tile(np.arange(91.0), (4, 1))

    looks = alpha_spending(statistics, observed=90, fractions=QUARTERS)

    assert looks.allowed.tolist() == [1, 2, 3, 4]
    assert looks.found_at == 0
    assert looks.removed[[90, 89, 88, 87, 86]].tolist() == [0, 1, 2, 3, -1]
    assert looks.threshold.tolist() == [90, 89, 88, 87]


def test_a_fixed_finding_is_not_taken_back_when_it_fades():
    statistics = np.vstack([np.arange(91.0), np.arange(91.0)[::-1]])

    looks = alpha_spending(statistics, observed=90, fractions=np.array([0.5, 1.0]))

    assert looks.found
    assert looks.found_at == 0


def test_obrien_fleming_spends_next_to_nothing_at_first():
    spent = obrien_fleming_spending(QUARTERS, alpha=0.05)

    assert spent[0] == pytest.approx(0.00009, abs=5e-6)
    assert spent[-1] == pytest.approx(0.05)


def test_with_twelve_looks_nothing_can_be_found_before_the_third():
    # 91 x .05 x 3 / 12 = 1.14.
    twelfths = np.arange(1, 13) / 12

    assert first_possible_look(twelfths, n_assignments=91) == 2
    assert first_possible_look(QUARTERS, n_assignments=91) == 0
    assert first_possible_look(QUARTERS, n_assignments=91, spending="obrien_fleming") == 2
    assert first_possible_look(QUARTERS, n_assignments=15) == -1


def test_ties_at_the_edge_stay_in_together():
    looks = alpha_spending(
        np.array([[3.0, 3.0, 3.0, 1.0, 0.0]]), observed=0, fractions=np.ones(1), alpha=0.4
    )

    # Two may go, but three tie.
    assert not looks.found
    assert (looks.removed == -1).all()


def test_no_more_than_alpha_of_the_assignments_is_ever_found():
    rng = np.random.default_rng(1)
    statistics = rng.normal(size=(12, 91)).cumsum(axis=0)

    looks = alpha_spending(statistics, observed=0, fractions=np.arange(1, 13) / 12)

    assert (looks.removed >= 0).mean() <= 0.05
    largest_of_each_look = (
        np.abs(statistics) > np.quantile(np.abs(statistics), 0.95, axis=1)[:, None]
    )
    assert largest_of_each_look.any(axis=0).mean() > 0.05


def test_a_single_look_is_the_permutation_test():
    statistics = np.random.default_rng(2).normal(size=91)

    for observed in range(91):
        p = np.mean(np.abs(statistics) >= abs(statistics[observed]))
        looks = alpha_spending(statistics[None], observed=observed, fractions=np.ones(1))
        assert looks.found == (p <= 0.05)
        if p < 1:
            assert spending_p(
                statistics[None], observed=observed, fractions=np.ones(1)
            ) == pytest.approx(p)


def test_the_p_value_over_looks_agrees_with_finding_at_that_level():
    statistics = np.random.default_rng(3).normal(size=(4, 91)).cumsum(axis=0)

    for observed in range(0, 91, 7):
        p = spending_p(statistics, observed=observed, fractions=QUARTERS)
        at = alpha_spending(statistics, observed=observed, fractions=QUARTERS, alpha=p)
        below = alpha_spending(statistics, observed=observed, fractions=QUARTERS, alpha=p - 1 / 91)
        assert at.found or p == 1
        assert not below.found
        assert p >= 1 / 91


def test_a_look_without_an_estimate_finds_nothing():
    statistics = np.zeros((1, 91))
    statistics[0, 0] = np.nan

    assert not alpha_spending(statistics, observed=0, fractions=np.ones(1)).found


def test_spending_is_alpha_at_the_end():
    assert linear_spending(np.ones(1), alpha=0.05) == pytest.approx([0.05])


@pytest.mark.parametrize("spending", ["linear", "obrien_fleming"])
def test_many_panels_at_once_go_as_each_would_alone(spending):
    rng = np.random.default_rng(8)
    statistics = rng.standard_normal((4, 200, 45)).cumsum(axis=0).round(1)
    observed = 7

    at = found_at(statistics, observed=observed, fractions=QUARTERS, spending=spending, alpha=0.2)

    alone = [
        alpha_spending(
            panel, observed=observed, fractions=QUARTERS, spending=spending, alpha=0.2
        ).found_at
        for panel in statistics.swapaxes(0, 1)
    ]
    assert at.tolist() == alone
    assert 0 < (at >= 0).mean() < 0.4
