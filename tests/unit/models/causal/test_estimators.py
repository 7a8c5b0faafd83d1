"""What every estimator of the register promises."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from models.causal import ESTIMATORS, Panel, UnsuitablePanelError
from tests.builders.causal import a_panel, regions_with_shocks

BASE, POST = slice(0, 8), slice(8, None)


@pytest.fixture(params=sorted(ESTIMATORS))
def estimator(request):
    return ESTIMATORS[request.param]


@pytest.fixture
def y():
    return regions_with_shocks(np.random.default_rng(6), n_units=14, n_periods=11)


def test_the_register_holds_the_estimators_of_the_contract():
    assert set(ESTIMATORS) == {
        "did",
        "synthetic_control",
        "synthetic_did",
        "ridge_augmented",
        "group_time",
    }


def test_an_effect_added_to_the_treated_is_found_in_full(estimator, y):
    planted = y.copy()
    planted[[2, 5], 8:] += 3.0

    before = estimator(a_panel(y, {2: 8, 5: 8}), base=BASE, post=POST)
    after = estimator(a_panel(planted, {2: 8, 5: 8}), base=BASE, post=POST)

    assert after.att - before.att == pytest.approx(3.0, abs=1e-12)


def test_an_effect_that_grows_is_found_period_by_period(estimator, y):
    planted = y.copy()
    planted[2, 8:] += [1.0, 2.0, 4.0]

    before = estimator(a_panel(y, {2: 8}), base=BASE, post=POST)
    after = estimator(a_panel(planted, {2: 8}), base=BASE, post=POST)

    np.testing.assert_allclose((after.by_period - before.by_period)[8:], [1.0, 2.0, 4.0])


def test_the_unit_of_measure_does_not_matter(estimator, y):
    share = estimator(a_panel(y / 100.0, {2: 8, 5: 8}), base=BASE, post=POST)
    percent = estimator(a_panel(y, {2: 8, 5: 8}), base=BASE, post=POST)

    assert percent.att == pytest.approx(100.0 * share.att, rel=1e-6)


def test_a_change_common_to_all_units_does_not_matter(estimator, y):
    common = np.array([0.0, 1, -1, 2, 0, 3, 1, 0, 5, 5, 5])

    plain = estimator(a_panel(y, {2: 8, 5: 8}), base=BASE, post=POST)
    shifted = estimator(a_panel(y + common, {2: 8, 5: 8}), base=BASE, post=POST)

    # Synthetic DiD stops its steps early, and a common change moves where.
    assert shifted.att == pytest.approx(plain.att, abs=0.3)


def test_the_order_of_units_does_not_matter(estimator, y):
    order = np.random.default_rng(1).permutation(14)
    panel = a_panel(y, {2: 8, 5: 8})
    shuffled = panel.among(order)

    first = estimator(panel, base=BASE, post=POST)
    second = estimator(shuffled, base=BASE, post=POST)

    assert second.att == pytest.approx(first.att, abs=1e-9)


def test_donor_weights_sum_to_one_and_none_falls_on_the_treated(estimator, y):
    fit = estimator(a_panel(y, {2: 8, 5: 8}), base=BASE, post=POST)

    np.testing.assert_allclose(fit.donor_weights.sum(axis=1), 1.0)
    assert not fit.donor_weights[:, [2, 5]].any()


def test_the_estimate_of_an_assignment_is_that_of_its_own_panel(estimator, y):
    panel = a_panel(y, {2: 8, 5: 8}, weight=np.linspace(1, 3, 14))
    pairs = np.array(list(combinations(range(14), 2)))[::9]

    at_once = estimator.estimates(panel, pairs, base=BASE, post=POST)

    one_by_one = [estimator(panel.reassigned(pair), base=BASE, post=POST).att for pair in pairs]
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-10)


def test_starts_travel_with_the_places_of_an_assignment(estimator, y):
    panel = a_panel(y, {2: 8, 5: 9})
    swapped = np.array([[2, 5], [5, 2], [7, 3]])

    at_once = estimator.estimates(panel, swapped, base=BASE, post=POST)

    own = estimator(panel, base=BASE, post=POST).att
    other_way = estimator(a_panel(y, {2: 9, 5: 8}), base=BASE, post=POST).att
    np.testing.assert_allclose(at_once[:2], [own, other_way], atol=1e-10)


def test_units_treated_within_the_window_are_not_donors(estimator, y):
    spoiled = y.copy()
    spoiled[5, 9:] += 50.0  # an effect of its own, from its own start

    fit = estimator(a_panel(spoiled, {2: 8, 5: 9}), base=BASE, post=POST)

    clean = estimator(a_panel(y, {2: 8, 5: 9}), base=BASE, post=POST)
    own, own_clean = fit.by_unit[0], clean.by_unit[0]
    assert own == pytest.approx(own_clean, abs=1e-12)


def test_a_unit_that_starts_after_the_window_is_a_donor_until_then(y):
    waiting = ESTIMATORS["did"](a_panel(y, {2: 8, 5: 10}), base=BASE, post=slice(8, 10))
    never = ESTIMATORS["did"](a_panel(y, {2: 8}), base=BASE, post=slice(8, 10))

    assert waiting.att == pytest.approx(never.att)
    assert waiting.donor_weights[0, 5] > 0


def test_a_donor_with_a_missing_value_is_left_out(estimator, y):
    gappy = y.copy()
    gappy[7, 3] = np.nan
    gappy[7, 7:] = np.nan
    rows = np.delete(np.arange(14), 7)

    fit = estimator(a_panel(gappy, {2: 8}), base=BASE, post=POST)

    without = estimator(a_panel(gappy, {2: 8}).among(rows), base=BASE, post=POST)
    assert fit.att == pytest.approx(without.att, abs=1e-9)


def test_a_period_in_which_the_treated_unit_is_missing_has_no_gap(estimator, y):
    gappy = y.copy()
    gappy[2, 9] = np.nan

    fit = estimator(a_panel(gappy, {2: 8}), base=BASE, post=POST)

    assert np.isnan(fit.by_period[9])
    assert fit.att == pytest.approx((fit.by_period[8] + fit.by_period[10]) / 2)


def test_a_panel_without_a_treated_unit_is_refused(estimator, y):
    with pytest.raises(UnsuitablePanelError, match="no unit"):
        estimator(a_panel(y), base=BASE, post=POST)


def test_a_unit_treated_from_the_first_period_is_refused(estimator, y):
    with pytest.raises(UnsuitablePanelError, match="before"):
        estimator(a_panel(y, {2: 0}), base=BASE, post=POST)


def test_a_panel_in_which_all_are_treated_is_refused(estimator, y):
    everyone = Panel(y, np.full(14, 8), np.ones(14))

    with pytest.raises(UnsuitablePanelError, match="no untreated unit"):
        estimator(everyone, base=BASE, post=POST)


def test_the_same_panel_gives_the_same_bytes(estimator, y):
    panel = a_panel(y, {2: 8, 5: 9})

    first = estimator(panel, base=BASE, post=POST)
    second = estimator(panel, base=BASE, post=POST)

    assert first.gaps.tobytes() == second.gaps.tobytes()


def test_gaps_line_up_by_periods_since_the_start():
    y = np.zeros((4, 6))
    y[0, 3:] = 1.0
    y[1, 4:] = 3.0
    panel = a_panel(y, {0: 3, 1: 4})

    fit = ESTIMATORS["did"](panel, base=slice(0, 3), post=slice(3, None))

    times, gaps = fit.by_event_time(panel.treated_from)
    assert list(times) == [-4, -3, -2, -1, 0, 1, 2]
    np.testing.assert_allclose(gaps, [0, 0, 0, 0, 2, 2, 1], atol=1e-12)  # (1 + 3) / 2, then 1
