"""Synthetic control: a mixture of donors that followed the treated unit until its start.

Abadie, Diamond & Hainmueller (2010), "Synthetic control methods for comparative
case studies", *JASA* 105. Each treated unit has its own mixture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.base import (
    BoolArray,
    Case,
    FloatArray,
    UnsuitablePanelError,
    WeighingEstimator,
    Weights,
    enter,
)
from models.causal.importances import best_importances
from models.causal.simplex import simplex_weights

_NAME = "synthetic_control"


def matched_on_outcomes(case: Case) -> Weights:
    """Weigh donors so that their mixture is nearest to the target in the base.

    Parameters
    ----------
    case : Case
        The target and its donors.

    Returns
    -------
    Weights
        Donors never negative, sum 1; periods 0, as levels are compared.
    """
    donors = simplex_weights(case.donors_before, case.target_before)
    return Weights(donors, np.zeros(case.n_base))


synthetic_control = enter(
    _NAME, WeighingEstimator(name=_NAME, weigh=matched_on_outcomes, pooled=False)
)


def synthetic_control_on(predictors: FloatArray) -> WeighingEstimator:
    """Make a synthetic control that matches predictors rather than every base outcome.

    What each predictor counts for is chosen so that the mixture then follows
    the target in the base: `importances.best_importances`.

    Parameters
    ----------
    predictors : ndarray, shape (n_units, n_predictors)
        One row a unit of the panel, any units of measure; a donor with a missing
        predictor is not used.

    Returns
    -------
    Estimator
        For the same panel, placebos as well. It is not in the register, since it
        holds data. On use it raises `UnsuitablePanelError` where a treated unit
        lacks a predictor or no donor has them all.
    """

    def matched_on_predictors(case: Case) -> Weights:
        match = _PredictorMatch.of(case, predictors)
        weights = np.zeros(case.donor_rows.size)
        weights[match.usable] = match.mixture(match.importance())
        return Weights(weights, np.zeros(case.n_base))

    return WeighingEstimator(name=_NAME, weigh=matched_on_predictors, pooled=False)


@dataclass(frozen=True, slots=True)
class _PredictorMatch:
    """Predictors in standard deviations, and outcomes of the base, of donors that have both."""

    usable: BoolArray
    donors: FloatArray
    target: FloatArray
    donors_before: FloatArray
    target_before: FloatArray

    @classmethod
    def of(cls, case: Case, predictors: FloatArray) -> _PredictorMatch:
        target = case.target_share @ predictors[case.target_rows]
        donors = predictors[case.donor_rows]
        usable = ~np.isnan(donors).any(axis=1)
        if np.isnan(target).any() or not usable.any():
            whom = "a treated unit lacks" if usable.any() else "every untreated unit lacks"
            raise UnsuitablePanelError(estimator=_NAME, reason=f"{whom} a predictor.")
        spread = np.std(np.vstack([donors[usable], target]), axis=0, ddof=1)
        spread[spread == 0.0] = 1.0  # a predictor that all share tells nothing
        before = case.donors_before[usable]
        return cls(
            np.asarray(usable), donors[usable] / spread, target / spread, before, case.target_before
        )

    def mixture(self, importance: FloatArray) -> FloatArray:
        root = np.sqrt(importance)
        return simplex_weights(self.donors * root, self.target * root)

    def importance(self) -> FloatArray:
        return best_importances(self.donors, self.target, self.donors_before, self.target_before)
