"""Ridge-augmented synthetic control: what the mixture leaves unmatched is regressed away.

Ben-Michael, Feller & Rothstein (2021), "The augmented synthetic control
method", *JASA* 116. Weights may then be below zero. How far to regress is
learned by leaving out one base period at a time; of the penalties within one
standard error of the best, the largest is taken.
"""

from __future__ import annotations

import numpy as np

from models.causal.base import (
    Case,
    FloatArray,
    UnsuitablePanelError,
    WeighingEstimator,
    Weights,
    enter,
)
from models.causal.conformal import Residuals
from models.causal.simplex import simplex_weights

_NAME = "ridge_augmented"

_SMALLEST = 1e-8
"""Least penalty tried, as a share of the largest: the donors' own largest squared spread."""

_PENALTIES = 20

_LEAST_BASE = 3
"""Two periods to fit from and one to leave out."""


def augmented(case: Case) -> Weights:
    """Add to the synthetic control's weights those of a ridge regression on what it misses.

    Parameters
    ----------
    case : Case
        The target and its donors.

    Returns
    -------
    Weights
        Donors sum to 1 and may be negative; periods 0, as levels are compared.

    Raises
    ------
    UnsuitablePanelError
        Under three base periods nothing can be left out; or figures overflow.
    """
    middle = case.donors_before.mean(axis=0)
    donors, target = case.donors_before - middle, case.target_before - middle
    penalty = _learned_penalty(donors, target)
    mixture = simplex_weights(donors, target)
    if penalty == 0.0:
        return Weights(mixture, np.zeros(case.n_base))
    weights = mixture + _corrections(donors, target - mixture @ donors, np.array([penalty]))[0]
    return Weights(weights, np.zeros(case.n_base))


def augmented_residuals(donors_before: FloatArray, target_before: FloatArray) -> Residuals:
    """Make residuals for conformal intervals: refitted over any times, at the base's penalty.

    Parameters
    ----------
    donors_before, target_before : ndarray, shape (n_donors, n_base), (n_base,)
        What the penalty is learned from, once, as in the authors' package.

    Returns
    -------
    callable
        As `conformal.conformal_intervals` takes it.

    Raises
    ------
    UnsuitablePanelError
        As `augmented`.
    """
    middle = donors_before.mean(axis=0)
    penalty = _learned_penalty(donors_before - middle, target_before - middle)

    def residuals(target: FloatArray, donors: FloatArray) -> FloatArray:
        missed = np.array([each - simplex_weights(donors, each) @ donors for each in target])
        if penalty == 0.0:
            return missed
        # The regression takes D'D (D'D + penalty)^-1 of what is missed; this is what it leaves.
        centred = donors - donors.mean(axis=0)
        system = centred.T @ centred + penalty * np.eye(donors.shape[1])
        return np.asarray(penalty * np.linalg.solve(system, missed.T).T)

    return residuals


def _learned_penalty(donors: FloatArray, target: FloatArray) -> float:
    """Choose by leaving periods out, donors centred; 0 where they are all alike."""
    if target.size < _LEAST_BASE:
        raise UnsuitablePanelError(
            estimator=_NAME, reason=f"it needs {_LEAST_BASE} base periods, not {target.size}."
        )
    largest = float(np.linalg.svd(donors, compute_uv=False)[0] ** 2)
    if largest == 0.0:
        return 0.0
    penalties = largest * _SMALLEST ** (np.arange(_PENALTIES + 1) / _PENALTIES)
    return _penalty(donors, target, penalties)


def _corrections(donors: FloatArray, missed: FloatArray, penalties: FloatArray) -> FloatArray:
    """Give what to add to donors' weights, shape (n_penalties, n_donors)."""
    left, size, right = np.linalg.svd(donors, full_matrices=False)
    shrunk = size / (size**2 + penalties[:, None]) * (right @ missed)
    return np.asarray(shrunk @ left.T)


def _penalty(donors: FloatArray, target: FloatArray, penalties: FloatArray) -> float:
    # The last base period is never left out, as in the authors' package.
    n_folds = target.size - 1
    errors = np.empty((n_folds, penalties.size))
    _, size, right = np.linalg.svd(donors, full_matrices=False)
    shrunk = 1.0 / (size**2 + penalties[:, None])
    for fold in range(n_folds):
        kept = np.arange(target.size) != fold
        mixture = simplex_weights(donors[:, kept], target[kept])
        missed = target[kept] - mixture @ donors[:, kept]
        errors[fold] = np.square(
            target[fold]
            - mixture @ donors[:, fold]
            - _correction_left_out(missed, size, right, shrunk, fold)
        )
    mean = errors.mean(axis=0)
    spread = errors.std(axis=0, ddof=1) / np.sqrt(n_folds)
    if not np.isfinite(mean + spread).all():
        raise UnsuitablePanelError(estimator=_NAME, reason="its figures are too large to square.")
    best = int(mean.argmin())
    return float(penalties[mean <= mean[best] + spread[best]].max())


def _correction_left_out(
    missed: FloatArray, size: FloatArray, right: FloatArray, shrunk: FloatArray, fold: int
) -> FloatArray:
    """Give the regression's correction of the period left out, for every penalty.

    Leaving a period x out of the donors X takes x x' from X X', so its inverse follows
    from that of the whole (Sherman & Morrison): no period needs a decomposition of its own.
    """
    left_out = size * right[:, fold]
    pulled = size * (np.delete(right, fold, axis=1) @ missed)
    leverage = shrunk @ left_out**2
    return np.asarray((shrunk @ (pulled * left_out)) / (1.0 - leverage))


ridge_augmented = enter(_NAME, WeighingEstimator(name=_NAME, weigh=augmented, pooled=False))
