"""Randomisation gives "treated" to every other group of regions and counts."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.base import ESTIMATORS, UnsuitablePanelError
from models.causal.difference_in_differences import did
from models.causal.randomisation import (
    assignments,
    by_randomisation,
    effect_removed,
    inverted_interval,
    permutation_p,
    region_mean_estimates,
    region_mean_slopes,
)
from tests.builders.null_panels import region_panel

BASE, POST = np.arange(6), np.arange(6, 9)


def some_panel(n_regions=9, seed=1, effect=0.0, treated=(0, 1)):
    means = np.random.default_rng(seed).normal(20, 1, size=(n_regions, 9))
    means[np.ix_(treated, POST)] += effect
    return region_panel(means, start=6, treated=np.array(treated))


def pairs(n_regions, treated=(0, 1)):
    return assignments(np.array(treated), candidates=np.arange(n_regions))


def test_fourteen_regions_make_ninety_one_pairs_and_the_true_one_is_among_them():
    chosen = pairs(14, treated=(3, 7))

    assert chosen.n == 91
    assert chosen.complete
    assert chosen.rows[chosen.observed].tolist() == [3, 7]
    assert len({tuple(row) for row in chosen.rows.tolist()}) == 91


def test_regions_that_start_at_different_times_are_not_interchangeable():
    chosen = assignments(np.array([0, 1]), candidates=np.arange(14), starts=np.array([5, 6]))

    assert chosen.n == 14 * 13
    assert chosen.rows[chosen.observed].tolist() == [0, 1]


def test_the_later_start_stays_with_the_earlier_row_where_that_is_the_true_order():
    chosen = assignments(np.array([2, 4]), candidates=np.arange(5), starts=np.array([9, 3]))

    assert chosen.rows[chosen.observed].tolist() == [2, 4]
    assert chosen.n == 20


def test_too_many_assignments_are_drawn_and_the_true_one_is_kept():
    def draw(seed):
        return assignments(
            np.arange(7), candidates=np.arange(40), most=500, rng=np.random.default_rng(seed)
        )

    chosen = draw(1)

    assert not chosen.complete
    assert chosen.n == 501
    assert chosen.rows[chosen.observed].tolist() == list(range(7))
    assert all(len(set(row)) == 7 for row in chosen.rows.tolist())
    np.testing.assert_array_equal(chosen.rows, draw(1).rows)


def test_draws_need_a_generator_and_the_treated_must_be_candidates():
    with pytest.raises(UnsuitablePanelError, match="generator"):
        assignments(np.arange(7), candidates=np.arange(40))
    with pytest.raises(UnsuitablePanelError, match="candidates"):
        assignments(np.array([9]), candidates=np.arange(5))


def test_a_p_value_counts_the_true_assignment_and_is_never_below_one_in_n():
    statistics = np.array([5.0, 1.0, -2.0, 0.5])

    assert permutation_p(statistics, 0) == 1 / 4
    assert permutation_p(statistics, 2) == 2 / 4
    assert permutation_p(np.array([1.0, -1.0, 0.0]), 0) == 2 / 3


def test_a_placebo_that_could_not_be_made_counts_against_the_finding():
    assert permutation_p(np.array([5.0, np.nan, 1.0]), 0) == 2 / 3
    assert np.isnan(permutation_p(np.array([np.nan, 1.0]), 0))


def test_region_mean_estimates_are_those_of_the_estimator():
    panel = some_panel(effect=3.0)
    chosen = pairs(9)

    differences = panel.y[:, POST].mean(axis=1) - panel.y[:, BASE].mean(axis=1)

    np.testing.assert_allclose(
        region_mean_estimates(differences, chosen.rows),
        did.estimates(panel, chosen.rows, base=BASE, post=POST),
    )


@pytest.mark.parametrize("n_regions", [9, 14])
@pytest.mark.parametrize("effect", [0.0, 1.5])
def test_the_interval_holds_exactly_the_effects_that_are_not_rejected(n_regions, effect):
    panel = some_panel(n_regions, effect=effect)
    chosen = pairs(n_regions)

    found = by_randomisation(did, panel, chosen, base=BASE, post=POST, alpha=0.1, linear=True)

    def p_of(supposed):
        estimates = did.estimates(
            effect_removed(panel, supposed), chosen.rows, base=BASE, post=POST
        )
        return permutation_p(estimates, chosen.observed)

    low, high = found.effect.low, found.effect.high
    inside = [p_of(t) for t in np.linspace(low + 1e-9, high - 1e-9, 41)]
    outside = [p_of(t) for t in (low - 1e-6, low - 0.5, high + 1e-6, high + 0.5)]
    assert min(inside) > 0.1
    assert max(outside) <= 0.1


def test_the_searched_interval_agrees_with_the_exact_one():
    panel, chosen = some_panel(12, effect=1.0), pairs(12)

    exact, searched = (
        by_randomisation(did, panel, chosen, base=BASE, post=POST, linear=linear).effect
        for linear in (True, False)
    )

    assert searched.low == pytest.approx(exact.low, abs=1e-5)
    assert searched.high == pytest.approx(exact.high, abs=1e-5)


@pytest.mark.parametrize("name", ["did", "synthetic_control", "synthetic_did"])
def test_every_estimator_can_be_judged_and_holds_its_own_estimate(name):
    panel, chosen = some_panel(8, effect=2.0), pairs(8)

    found = by_randomisation(
        ESTIMATORS[name], panel, chosen, base=BASE, post=POST, alpha=0.1, linear=name == "did"
    )

    assert found.placebos.shape == (28,)
    assert found.effect.low <= found.effect.estimate <= found.effect.high
    assert found.effect.p_value >= 1 / 28


def test_with_six_regions_five_per_cent_is_not_attainable_and_the_note_says_so():
    found = by_randomisation(did, some_panel(6, effect=99.0), pairs(6), base=BASE, post=POST)

    # Fifteen pairs: 1 / 15 = .067.
    assert found.effect.p_value == pytest.approx(1 / 15)
    assert "not attainable" in found.effect.note
    assert np.isnan(found.effect.low)


def test_a_single_pathfinder_among_fourteen_is_not_attainable():
    chosen = assignments(np.array([0]), candidates=np.arange(14))

    assert chosen.smallest_p == 1 / 14
    assert not chosen.attainable(0.05)


def test_the_interval_is_endless_where_nothing_can_be_rejected():
    chosen = pairs(6)
    slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=6)
    estimates = region_mean_estimates(np.arange(6.0), chosen.rows)

    low, high = inverted_interval(estimates, slopes, observed=chosen.observed, alpha=0.05)

    assert (low, high) == (-np.inf, np.inf)
