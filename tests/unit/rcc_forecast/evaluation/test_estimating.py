"""Every estimator gives a row for each of its inferences, or the reason why not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.causal.base import ESTIMATORS
from models.causal.randomisation import by_randomisation
from rcc_forecast.evaluation.estimating import (
    INFERENCE,
    PERMUTATION,
    PERMUTATION_T,
    answers_of,
    conformal_of,
)
from rcc_forecast.evaluation.fitting import Fits, all_assignments, completed
from rcc_forecast.evaluation.members import members_of
from rcc_forecast.evaluation.stages import design_of, grid_of
from tests.builders.evaluations import NORTH, a_panel, a_spec, the_cells


def the_fits(spec=None, **panel):
    spec = spec or a_spec()
    cells = the_cells(a_panel(**panel), spec)
    grid = grid_of(cells, "far", unit=spec.unit)
    design = completed(design_of(grid, spec, cells.calendar))
    return Fits(design, spec, members=members_of(cells, "far", spec))


def test_every_estimator_has_a_row_for_each_of_its_inferences():
    answers = [(a.estimator, a.inference) for a in answers_of(the_fits(), outcome="far")]

    assert answers == [(name, each) for name, kinds in INFERENCE.items() for each in kinds]


def test_every_estimator_finds_a_large_effect():
    answers = list(answers_of(the_fits(effect=-0.08), outcome="far"))

    estimates = np.array([answer.effect.estimate for answer in answers])
    np.testing.assert_allclose(estimates, -0.08, atol=0.02)


def test_p_is_never_below_one_in_the_number_of_assignments():
    judged = [
        answer
        for answer in answers_of(the_fits(effect=-0.08), outcome="far")
        if not math.isnan(answer.attainable_p) and not math.isnan(answer.effect.p_value)
    ]

    assert len(judged) >= len(INFERENCE)
    assert all(answer.effect.p_value >= answer.attainable_p for answer in judged)


def test_one_pathfinder_among_twelve_cannot_reach_five_in_a_hundred():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": 2025}])

    answer = next(answers_of(the_fits(spec, effect=-0.08), outcome="far"))

    assert answer.attainable_p == pytest.approx(1 / 12)
    assert "not attainable" in answer.effect.note
    assert math.isnan(answer.effect.low)


def test_the_interval_of_a_synthetic_control_is_what_a_search_would_find():
    name = "synthetic_control"
    fits = the_fits(effect=-0.03)
    design, spec = fits.design, fits.spec

    answer = next(answers_of(fits, outcome="far", names=(name,), only=PERMUTATION))
    searched = by_randomisation(
        ESTIMATORS[name],
        design.panel,
        all_assignments(design, spec, np.random.default_rng(0)),
        base=design.base,
        post=design.post,
    ).effect

    assert answer.effect.low == pytest.approx(searched.low, abs=1e-6)
    assert answer.effect.high == pytest.approx(searched.high, abs=1e-6)


def test_before_delivery_every_row_says_too_early():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": "2030-04-01"}])

    answers = list(answers_of(the_fits(spec), outcome="far"))

    assert all(math.isnan(answer.effect.estimate) for answer in answers)
    assert all("too early" in answer.effect.note for answer in answers)


def test_permutation_by_t_stands_beside_permutation_and_has_the_same_estimate():
    answers = list(answers_of(the_fits(effect=-0.08), outcome="far", names=("did",)))

    plain, by_t = answers[0], answers[2]
    assert by_t.inference == PERMUTATION_T
    assert by_t.effect.estimate == pytest.approx(plain.effect.estimate)
    assert by_t.attainable_p == plain.attainable_p == pytest.approx(1 / 66)
    assert by_t.effect.low < -0.08 < by_t.effect.high < 0


def test_synthetic_did_has_an_interval_for_an_outcome_that_is_not_the_primary_one():
    spec = a_spec(primary="near", outcomes=["near", "far"])
    cells = the_cells(a_panel(outcomes=("near", "far"), regions=10, effect=-0.05), spec)
    design = completed(design_of(grid_of(cells, "far", unit="region"), spec, cells.calendar))
    fits = Fits(design, spec)

    answer = next(answers_of(fits, outcome="far", names=("synthetic_did",), only=PERMUTATION))

    assert answer.effect.low < answer.effect.estimate < answer.effect.high


def test_each_estimator_has_intervals_by_period_of_its_own():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": 2025}])
    design = the_fits(spec, years=range(2003, 2027)).design

    plain, augmented = (
        conformal_of(design, spec, name) for name in ("synthetic_control", "ridge_augmented")
    )

    assert not np.allclose(plain.low, augmented.low)
    assert (augmented.low < augmented.gap).all()
    assert (augmented.gap < augmented.high).all()


def test_intervals_that_do_not_use_the_predictors_say_so():
    predictors = [{"outcome": "far", "from": 2010, "to": 2014}]
    spec = a_spec(treated=[{"unit": NORTH, "delivery": 2025}], predictors=predictors)

    answers = answers_of(the_fits(spec, years=range(2003, 2027)), outcome="far")

    notes = {a.estimator: a.effect.note for a in answers if a.inference == "conformal"}
    assert "not on predictors" in notes["synthetic_control"]
    assert "predictors" not in notes["ridge_augmented"]


def test_the_p_of_a_block_of_periods_goes_by_all_blocks_round_the_clock():
    fits = the_fits(a_spec(treated=[{"unit": NORTH, "delivery": 2023}]), years=range(2000, 2027))

    row = next(
        answer
        for answer in answers_of(fits, outcome="far", names=("synthetic_control",))
        if answer.inference == "conformal"
    )

    # 23 years before and 4 after: 27 places for a block of 4.
    assert row.attainable_p == pytest.approx(1 / 27)
    assert row.effect.p_value >= row.attainable_p - 1e-12


def test_too_few_periods_for_a_conformal_interval_say_that_no_p_could_be_reached():
    fits = the_fits(a_spec(treated=[{"unit": NORTH, "delivery": 2026}]), years=range(2018, 2027))

    row = next(
        answer
        for answer in answers_of(fits, outcome="far", names=("synthetic_control",))
        if answer.inference == "conformal"
    )

    assert "not attainable: p could be no smaller than 0.111" in row.effect.note


def test_an_interval_from_the_spread_of_few_placebos_is_said_to_be_too_narrow():
    answers = [
        answer
        for answer in answers_of(the_fits(effect=-0.08), outcome="far")
        if answer.inference == "unit_placebo"
    ]

    said = {answer.estimator: answer.effect.note for answer in answers}
    assert said["synthetic_control"].endswith(", too narrow with so few units")
    assert said["synthetic_did"].endswith("and the spread of placebos")
