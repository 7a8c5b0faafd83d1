"""Region means are the data, and two treated regions are two observations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.causal.base import Panel, UnsuitablePanelError
from models.causal.difference_in_differences import did
from models.causal.donald_lang import (
    as_if_units_were_independent,
    donald_lang,
    region_differences,
)
from tests.builders.null_panels import region_panel

BASE, POST = np.arange(6), np.arange(6, 9)


def some_means(n_regions=8, seed=3):
    return np.random.default_rng(seed).normal(20, 1, size=(n_regions, 9))


def judged(panel, alpha=0.05):
    differences, treated, donors = region_differences(panel, base=BASE, post=POST)
    return donald_lang(differences, treated=treated, donors=donors, alpha=alpha)


def test_it_is_the_two_sample_t_of_region_changes():
    means = some_means()
    change = means[:, POST].mean(axis=1) - means[:, BASE].mean(axis=1)

    found = judged(region_panel(means, start=6))

    expected = stats.ttest_ind(change[:2], change[2:])
    interval = expected.confidence_interval(0.95)
    assert found.estimate == pytest.approx(change[:2].mean() - change[2:].mean())
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_one_treated_region_leaves_the_spread_to_the_others():
    found = judged(region_panel(some_means(), start=6, treated=np.array([0])))

    assert np.isfinite(found.p_value)


def test_one_region_against_one_has_an_estimate_and_a_note():
    found = judged(region_panel(some_means(2), start=6, treated=np.array([0])))

    assert np.isfinite(found.estimate)
    assert np.isnan(found.p_value)
    assert "spread" in found.note


def test_starts_that_differ_leave_the_estimate_as_it_was():
    panel = Panel(some_means(), np.array([6, 7, -1, -1, -1, -1, -1, -1]), np.ones(8))

    assert judged(panel).estimate == pytest.approx(did(panel, base=BASE, post=POST).att)


def test_a_region_that_starts_within_the_periods_after_is_no_donor():
    panel = Panel(some_means(), np.array([6, -1, -1, -1, -1, -1, 8, 40]), np.ones(8))

    _, treated, donors = region_differences(panel, base=BASE, post=np.arange(6, 8))

    assert treated.tolist() == [0]
    assert donors.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_donor_with_a_missing_value_is_left_out():
    means = some_means()
    means[4, 7] = np.nan

    differences, _, donors = region_differences(region_panel(means, start=6), base=BASE, post=POST)

    assert 4 not in donors
    assert np.isnan(differences[4])


def test_a_panel_without_a_start_or_a_donor_is_refused():
    never = Panel(some_means(), np.full(8, -1), np.ones(8))
    everyone = Panel(some_means(), np.full(8, 6), np.ones(8))

    with pytest.raises(UnsuitablePanelError, match="begun"):
        judged(never)
    with pytest.raises(UnsuitablePanelError, match="untreated"):
        judged(everyone)


def test_the_authority_clustered_t_says_that_it_is_only_a_warning():
    change = np.random.default_rng(1).normal(size=40)

    found = as_if_units_were_independent(change, treated=np.arange(8), donors=np.arange(8, 40))

    assert found.estimate == pytest.approx(change[:8].mean() - change[8:].mean())
    assert "warning" in found.note
