"""Grades in order: what goes with better ones, by a cumulative logit.

McCullagh, *Journal of the Royal Statistical Society B* 42, 1980. The variance
behind grades: McKelvey & Zavoina, *Journal of Mathematical Sociology* 4, 1975.
Homes of one unit are graded alike for reasons not seen here, so that standard
errors are clustered by unit; regions are compared within by a column each.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from models.forecast import FloatArray, IntArray
from models.variation.errors import NotExplainableError

LOGISTIC_VARIANCE = np.pi**2 / 3
"""Of the error behind the grades."""


@dataclass(frozen=True, slots=True)
class GradeFit:
    """A fitted model of grades.

    Attributes
    ----------
    coefficients : ndarray, shape (n_columns,)
        Log odds of a better grade for one more of the column.
    covariance : ndarray, shape (n_columns, n_columns)
        Clustered by unit.
    cuts : ndarray, shape (n_grades - 1,)
        Between grades, rising.
    degrees : float
        Of the t: clusters less coefficients and cuts.
    """

    coefficients: FloatArray
    covariance: FloatArray
    cuts: FloatArray
    degrees: float

    def mean_grade(self, x: FloatArray) -> FloatArray:
        """Give the mean grade expected of rows, the lowest grade being 0."""
        above = expit((x @ self.coefficients)[:, None] - self.cuts[None, :])
        return np.asarray(above.sum(axis=1))


def fit_grades(counts: IntArray, x: FloatArray) -> GradeFit:
    """Fit the model.

    Parameters
    ----------
    counts : ndarray of int, shape (n_units, n_grades)
        Things graded by unit, the lowest grade first; each grade is given at
        least once.
    x : ndarray, shape (n_units, n_columns)
        Characteristics, without a column of 1 (the cuts stand for it), of the same
        scale or nearly so.

    Raises
    ------
    NotExplainableError
        A grade is never given, columns repeat one another, or no maximum is found.
    """
    n_units, n_grades = counts.shape
    columns = x.shape[1]
    if (counts.sum(axis=0) == 0).any():
        raise NotExplainableError(needed="every grade at least once; name only grades given")
    with_one = np.column_stack([np.ones(n_units), x])
    if np.linalg.matrix_rank(with_one) < columns + 1 or n_units <= columns + n_grades:
        raise NotExplainableError(needed="more units than characteristics, none repeating others")
    unit, grade = (index.ravel() for index in np.indices(counts.shape))
    rows = np.repeat(np.arange(counts.size), counts.ravel())
    # A grade is given as a number: with pandas' categories the names of parameters mislead.
    model = OrderedModel(grade[rows], x[unit[rows]], distr="logit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.fit(method="bfgs", disp=False, maxiter=500)
    if not found.mle_retvals["converged"] or not np.isfinite(found.params).all():
        raise NotExplainableError(needed="grades that the characteristics do not tell exactly")
    parameters = np.asarray(found.params, dtype=float)
    bread = np.linalg.inv(-np.asarray(model.hessian(parameters)))
    scores = np.asarray(model.score_obs(parameters))
    by_unit = np.zeros((n_units, scores.shape[1]))
    np.add.at(by_unit, unit[rows], scores)
    present = int((counts.sum(axis=1) > 0).sum())
    covariance = bread @ (by_unit.T @ by_unit) @ bread * present / (present - 1)
    # The first threshold is itself, the others the logarithms of steps.
    thresholds = model.transform_threshold_params(parameters[columns:])[1:-1]
    return GradeFit(
        coefficients=parameters[:columns],
        covariance=covariance[:columns, :columns],
        cuts=np.asarray(thresholds, dtype=float),
        degrees=float(max(1, present - len(parameters))),
    )
