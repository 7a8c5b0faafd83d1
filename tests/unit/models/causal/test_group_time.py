"""Group-time effects: nobody is compared with units that are already treated."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import UnsuitablePanelError, group_time
from models.causal.base import NEVER, Panel
from models.causal.group_time import (
    GroupTimeEstimator,
    by_group,
    by_period,
    event_study,
    group_time_effects,
    simple_effect,
)
from models.causal.influence import standard_errors
from tests.builders.causal import a_panel


def counties_that_start_at_different_dates(rng, n_units=60, weight=None):
    covariate = rng.normal(size=n_units)
    treated_from = rng.choice([NEVER, 2, 4], size=n_units, p=[0.5, 0.25, 0.25])
    trend = np.arange(6) * (1.0 + 0.3 * covariate[:, None])
    y = rng.normal(size=(n_units, 1)) + trend + rng.normal(size=(n_units, 6))
    weight = np.ones(n_units) if weight is None else weight
    return Panel(y, treated_from, weight), covariate[:, None]


def cell(cells, group, period):
    return int(np.flatnonzero((cells.group == group) & (cells.period == period))[0])


def test_a_cell_is_the_groups_change_less_that_of_the_untreated():
    y = [
        [1.0, 2.0, 9.0],  # starts in column 2: 9 - 2 = 7
        [1.0, 4.0, 6.0],  # starts in column 1: 4 - 1 = 3, 6 - 1 = 5
        [1.0, 1.0, 2.0],
        [3.0, 4.0, 7.0],
    ]
    panel = a_panel(y, {0: 2, 1: 1})

    cells = group_time_effects(panel, controls="never")

    assert cells.estimate[cell(cells, 2, 2)] == pytest.approx(7 - (1 + 3) / 2)
    assert cells.estimate[cell(cells, 1, 1)] == pytest.approx(3 - (0 + 1) / 2)
    assert cells.estimate[cell(cells, 1, 2)] == pytest.approx(5 - (1 + 4) / 2)
    assert cells.estimate[cell(cells, 2, 1)] == pytest.approx(1 - (0 + 1) / 2)  # before: a check


def test_units_that_wait_are_controls_until_their_own_start():
    y = [[1.0, 2.0, 9.0], [1.0, 4.0, 6.0], [1.0, 1.0, 2.0], [3.0, 4.0, 7.0]]
    panel = a_panel(y, {0: 2, 1: 1})

    cells = group_time_effects(panel, controls="not_yet")

    assert cells.estimate[cell(cells, 1, 1)] == pytest.approx(3 - (1 + 0 + 1) / 3)
    assert cells.estimate[cell(cells, 1, 2)] == pytest.approx(5 - (1 + 4) / 2)


def test_without_never_treated_units_those_that_wait_are_used():
    y = np.array([[1.0, 4.0, 6.0], [1.0, 2.0, 9.0]])
    panel = a_panel(y, {0: 1, 1: 2})

    cells = group_time_effects(panel)

    assert cells.estimate[cell(cells, 1, 1)] == pytest.approx(3 - 1)
    assert np.isnan(cells.estimate[cell(cells, 1, 2)])  # nobody is left
    with pytest.raises(UnsuitablePanelError, match="never treated"):
        group_time_effects(panel, controls="never")


def test_the_mean_effect_weighs_cells_by_the_size_of_their_group():
    y = np.zeros((7, 3))
    y[0, 1:] = [1.0, 5.0]  # one unit from column 1
    y[1:4, 2] = 2.0  # three from column 2
    panel = a_panel(y, {0: 1, 1: 2, 2: 2, 3: 2})

    estimate, _ = simple_effect(group_time_effects(panel))

    assert estimate == pytest.approx((1 * 1 + 1 * 5 + 3 * 2) / (1 + 1 + 3))


def test_the_event_study_averages_groups_at_the_same_distance_from_their_start():
    y = np.zeros((7, 3))
    y[0, 1:] = [1.0, 5.0]
    y[1:4, 2] = 2.0
    panel = a_panel(y, {0: 1, 1: 2, 2: 2, 3: 2})

    study = event_study(group_time_effects(panel))

    assert list(study.label) == [-1, 0, 1]
    np.testing.assert_allclose(study.estimate, [0.0, (1 + 3 * 2) / 4, 5.0], atol=1e-12)
    assert study.overall == pytest.approx((1.75 + 5.0) / 2)


def test_effects_by_group_and_by_period_are_means_of_the_same_cells():
    y = np.zeros((7, 3))
    y[0, 1:] = [1.0, 5.0]
    y[1:4, 2] = 2.0
    cells = group_time_effects(a_panel(y, {0: 1, 1: 2, 2: 2, 3: 2}))

    groups, periods = by_group(cells), by_period(cells)

    np.testing.assert_allclose(groups.estimate, [3.0, 2.0])
    assert groups.overall == pytest.approx((1 * 3 + 3 * 2) / 4)
    np.testing.assert_allclose(periods.estimate, [1.0, (5 + 3 * 2) / 4])
    assert periods.overall == pytest.approx((1.0 + 2.75) / 2)


@pytest.mark.parametrize("with_covariate", [False, True])
@pytest.mark.parametrize("mean", [simple_effect, "event", "group", "period"])
def test_a_units_influence_is_what_a_little_more_of_it_would_change(with_covariate, mean):
    """The infinitesimal jackknife: n times the slope of the estimate in the unit's weight."""
    rng = np.random.default_rng(7)
    panel, covariate = counties_that_start_at_different_dates(
        rng, weight=rng.uniform(0.5, 2.0, size=60)
    )
    covariates = covariate if with_covariate else None
    summary = {"event": event_study, "group": by_group, "period": by_period}.get(mean)

    def overall(weight):
        cells = group_time_effects(
            Panel(panel.y, panel.treated_from, weight), covariates=covariates
        )
        if summary is None:
            return simple_effect(cells)
        found = summary(cells)
        return found.overall, found.overall_influence

    _, influence = overall(panel.weight)

    step = 1e-5
    for unit in range(0, 60, 7):
        more, less = panel.weight.copy(), panel.weight.copy()
        more[unit] *= 1 + step
        less[unit] *= 1 - step
        slope = (overall(more)[0] - overall(less)[0]) / (2 * step)
        assert influence[unit] == pytest.approx(60 * slope, rel=1e-4, abs=1e-6)


def test_the_standard_error_of_one_cell_is_that_of_a_difference_of_means():
    rng = np.random.default_rng(3)
    y = rng.normal(size=(40, 2))
    panel = a_panel(y, dict.fromkeys(range(15), 1))

    cells = group_time_effects(panel)

    change = y[:, 1] - y[:, 0]
    expected = np.sqrt(change[:15].var() / 15 + change[15:].var() / 25)
    assert standard_errors(cells.influence)[0] == pytest.approx(expected)


def test_units_that_share_shocks_are_less_to_go_on():
    rng = np.random.default_rng(3)
    region = np.repeat(np.arange(12), 10)
    shock = rng.normal(size=(12, 2))[region]
    y = shock + 0.1 * rng.normal(size=(120, 2))
    panel = a_panel(y, dict.fromkeys(range(60), 1))
    cells = group_time_effects(panel)

    alone = standard_errors(cells.influence)[0]
    together = standard_errors(cells.influence, cluster=region)[0]

    assert together > 2.5 * alone  # up to sqrt(10) times, as the ten move as one


def test_with_a_covariate_a_trend_that_goes_with_it_is_not_taken_for_an_effect():
    rng = np.random.default_rng(12)
    n = 4000
    covariate = rng.normal(size=n)
    treated = rng.random(n) < 1 / (1 + np.exp(-covariate))
    y = np.stack([np.zeros(n), 2.0 * covariate + 0.1 * rng.normal(size=n)], axis=1)
    panel = Panel(y, np.where(treated, 1, NEVER), np.ones(n))

    plain, _ = simple_effect(group_time_effects(panel))
    adjusted, _ = simple_effect(group_time_effects(panel, covariates=covariate[:, None]))

    assert plain > 1.0
    assert adjusted == pytest.approx(0.0, abs=0.02)


def test_the_unit_of_measure_of_a_covariate_does_not_matter():
    panel, covariate = counties_that_start_at_different_dates(np.random.default_rng(2))

    small = simple_effect(group_time_effects(panel, covariates=covariate))
    large = simple_effect(group_time_effects(panel, covariates=1e9 * covariate + 1e10))

    assert large[0] == pytest.approx(small[0], abs=1e-6)
    np.testing.assert_allclose(large[1], small[1], atol=1e-4)


def test_a_covariate_that_gives_treatment_away_leaves_no_comparison():
    y = np.random.default_rng(2).normal(size=(20, 2))
    panel = a_panel(y, dict.fromkeys(range(10), 1))
    tells_all = np.where(np.arange(20) < 10, 1.0, 0.0)[:, None]

    cells = group_time_effects(panel, covariates=tells_all)

    assert np.isnan(cells.estimate).all()


def test_anticipation_compares_with_an_earlier_period():
    y = np.zeros((4, 4))
    y[0] = [0.0, 1.0, 5.0, 7.0]  # starts in column 2, already moved in column 1
    panel = a_panel(y, {0: 2})

    plain = group_time_effects(panel)
    wary = group_time_effects(panel, anticipation=1)

    assert plain.estimate[cell(plain, 2, 3)] == pytest.approx(6.0)
    assert wary.estimate[cell(wary, 2, 3)] == pytest.approx(7.0)


def test_a_unit_missing_in_a_period_is_left_out_of_the_cells_that_need_it():
    y = [[0.0, 1.0, 1.0], [0.0, np.nan, 3.0], [0.0, 0.0, 0.0]]
    panel = a_panel(y, {0: 1, 1: 1})

    cells = group_time_effects(panel)

    assert cells.estimate[cell(cells, 1, 1)] == pytest.approx(1.0)
    assert cells.estimate[cell(cells, 1, 2)] == pytest.approx((1 + 3) / 2)


def test_intervals_hold_the_truth_as_often_as_they_say():
    truth, held = 1.0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=(80, 3)).cumsum(axis=1)
        y[:30, 2] += truth
        study = event_study(group_time_effects(a_panel(y, dict.fromkeys(range(30), 2))))
        _, overall = study.effects()
        held += overall.low <= truth <= overall.high

    assert 0.90 <= held / 300 <= 0.985  # 95% with 300 tries: standard error 1.3 points


def test_the_estimator_of_the_register_is_the_mean_over_groups_and_periods():
    panel, _ = counties_that_start_at_different_dates(np.random.default_rng(4))

    fit = group_time(panel, base=slice(0, 6), post=slice(1, 6))

    assert fit.att == pytest.approx(simple_effect(group_time_effects(panel))[0])


@pytest.mark.parametrize("controls", ["never", "not_yet", "either"])
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_all_assignments_at_once_are_as_one_by_one(controls, gaps):
    rng = np.random.default_rng(11)
    y = rng.normal(size=(25, 8)).cumsum(axis=1)
    y[rng.random(y.shape) < gaps] = np.nan
    treated_from = np.full(25, NEVER)
    # In the first column, in three others, and after the end of the panel.
    treated_from[[3, 5, 9, 11, 13, 14]] = [3, 3, 5, 6, 9, 0]
    panel = Panel(y, treated_from, rng.uniform(1.0, 5.0, size=25))
    estimator = GroupTimeEstimator(controls)
    columns = {"base": slice(0, 6), "post": slice(3, 8)}
    drawn = np.array([rng.permutation(25)[:6] for _ in range(30)])

    found = estimator.estimates(panel, drawn, **columns)

    each = [estimator(panel.reassigned(rows), **columns).att for rows in drawn]
    np.testing.assert_allclose(found, each, atol=1e-12)


def test_assignments_without_anyone_untreated_are_refused():
    panel = a_panel([[1.0, 2.0, 3.0], [2.0, 2.0, 5.0]], {0: 1, 1: 1})

    with pytest.raises(UnsuitablePanelError, match="no untreated unit"):
        GroupTimeEstimator("not_yet").estimates(
            panel, np.array([[0, 1]]), base=slice(0, 1), post=slice(1, 3)
        )
