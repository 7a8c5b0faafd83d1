"""Grades in order, with errors clustered by the authority in which homes stand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from models.variation import NotExplainableError, fit_grades

SLOPES = np.array([0.6, 0.0])
CUTS = np.array([-3.0, -1.5, 1.5])


def _graded(
    seed: int = 1, *, homes: int = 30, shared: float = 0.4
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((140, 2))
    lean = x @ SLOPES + shared * rng.standard_normal(140)
    behind = lean[:, None] + rng.logistic(size=(140, homes))
    grade = np.searchsorted(CUTS, behind)
    return np.stack([(grade == k).sum(axis=1) for k in range(4)], axis=1), x


def test_what_was_planted_is_found():
    counts, x = _graded()

    fit = fit_grades(counts, x)

    np.testing.assert_allclose(fit.coefficients, SLOPES, atol=0.12)
    np.testing.assert_allclose(fit.cuts, CUTS, atol=0.25)


def test_two_grades_are_a_logistic_regression_with_clustered_errors():
    counts, x = _graded()
    two = np.stack([counts[:, :2].sum(axis=1), counts[:, 2:].sum(axis=1)], axis=1)

    fit = fit_grades(two, x)

    unit = np.repeat(np.arange(140), two.sum(axis=1))
    y = np.concatenate([np.repeat([0, 1], row) for row in two])
    clustered = sm.Logit(y, sm.add_constant(x[unit])).fit(
        disp=False,
        cov_type="cluster",
        cov_kwds={"groups": unit, "use_correction": False},
    )
    np.testing.assert_allclose(fit.coefficients, clustered.params[1:], atol=1e-4)
    np.testing.assert_allclose(fit.cuts, -clustered.params[:1], atol=1e-4)
    errors = np.sqrt(np.diag(fit.covariance) * 139 / 140)
    np.testing.assert_allclose(errors, clustered.bse[1:], rtol=1e-3)


def test_mean_grades_agree_with_those_given():
    counts, x = _graded()

    fit = fit_grades(counts, x)

    expected = fit.mean_grade(x).mean()
    given = (counts @ np.arange(4)).sum() / counts.sum()
    assert expected == pytest.approx(given, abs=0.01)


def test_a_grade_that_no_home_has_is_refused():
    counts, x = _graded()
    counts[:, 2] += counts[:, 3]
    counts[:, 3] = 0

    with pytest.raises(NotExplainableError, match="every grade"):
        fit_grades(counts, x)


@pytest.mark.full
def test_intervals_hold_the_truth_about_95_times_in_100():
    """150 draws of two slopes: the error of .95 is .013. Shared leanings flatten slopes a little,
    by sqrt(1 + .4^2 / 3.29), which is under 3%."""
    held = []
    for seed in range(150):
        counts, x = _graded(seed, shared=0.3)
        fit = fit_grades(counts, x)
        held.append(np.abs(fit.coefficients - SLOPES) <= 1.98 * np.sqrt(np.diag(fit.covariance)))

    assert 0.91 <= np.mean(held) <= 0.98
