"""One comparison of changes: plain means, or doubly robust where there are covariates.

Sant'Anna & Zhao (2020), "Doubly robust difference-in-differences estimators",
*J. Econometrics* 219, the estimator for panels: it is right if either the odds of
treatment or the change of the untreated are modelled rightly.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from models.causal.base import BoolArray, FloatArray

_LARGEST_ODDS = 1 - 1e-6
"""A likelier treatment than this has nothing to be compared with."""

_NEWTON_STEPS = 25


def contrast(
    change: FloatArray, treated: BoolArray, design: FloatArray, share: FloatArray
) -> tuple[float, FloatArray]:
    """Compare the treated's mean change with what it would have been untreated.

    Parameters
    ----------
    change : ndarray, shape (n_units,)
        Of units that are seen in both periods, in the unit of the outcome.
    treated : ndarray of bool, shape (n_units,)
        At least one of either kind.
    design : ndarray, shape (n_units, n_columns)
        A constant first, then covariates; the constant alone compares plain means.
    share : ndarray, shape (n_units,)
        What each unit counts for.

    Returns
    -------
    estimate : float
        NaN where treatment can be told from the covariates, or they repeat one another.
    influence : ndarray, shape (n_units,)
        What each unit adds to the estimate's error; its mean is 0.
    """
    if design.shape[1] == 1:
        return _difference_of_means(change, treated, share)
    return _doubly_robust(change, treated, design, share)


def _difference_of_means(
    change: FloatArray, treated: BoolArray, share: FloatArray
) -> tuple[float, FloatArray]:
    influence = np.zeros(change.size)
    means = []
    for side, sign in ((treated, 1.0), (~treated, -1.0)):
        weight = share * side
        mean = float(weight @ change / weight.sum())
        means.append(mean)
        influence += sign * weight * (change - mean) / weight.mean()
    return means[0] - means[1], influence


def _doubly_robust(
    change: FloatArray, treated: BoolArray, design: FloatArray, share: FloatArray
) -> tuple[float, FloatArray]:
    """Compare what the treated changed beyond a model fitted on odds-weighed untreated."""
    blank = np.full(change.size, np.nan)
    n = change.size
    own, others = share * treated, share * ~treated
    chance, bread_chance = _chance_of_treatment(treated, design, share)
    gram = (design * others[:, None]).T @ design
    if bread_chance is None or chance.max() >= _LARGEST_ODDS or _is_singular(gram):
        return float("nan"), blank
    slope = np.linalg.solve(gram, design.T @ (others * change))
    left = change - design @ slope
    odds = others * chance / (1.0 - chance)

    beyond_own = float(own @ left / own.sum())
    beyond_others = float(odds @ left / odds.sum())

    from_slope = (design * (others * left)[:, None]) @ np.linalg.inv(gram / n)
    from_chance = (design * (share * (treated - chance))[:, None]) @ (bread_chance * n)
    of_own = own * (left - beyond_own) - from_slope @ (own @ design / n)
    of_others = (
        odds * (left - beyond_others)
        + from_chance @ ((odds * (left - beyond_others)) @ design / n)
        - from_slope @ (odds @ design / n)
    )
    return beyond_own - beyond_others, of_own / own.mean() - of_others / odds.mean()


def _chance_of_treatment(
    treated: BoolArray, design: FloatArray, share: FloatArray
) -> tuple[FloatArray, FloatArray | None]:
    """Fit a logistic regression; its inverse information is None where it does not settle."""
    slope = np.zeros(design.shape[1])
    inverse: FloatArray | None = None
    for _ in range(_NEWTON_STEPS):
        chance = expit(design @ slope)
        information = (design * (share * chance * (1.0 - chance))[:, None]).T @ design
        if _is_singular(information):
            return chance, None
        inverse = np.linalg.inv(information)
        step = inverse @ (design.T @ (share * (treated - chance)))
        slope = slope + step
        if np.abs(step).max() <= 1e-10 * max(1.0, float(np.abs(slope).max())):
            return expit(design @ slope), inverse
    return expit(design @ slope), None


def _is_singular(matrix: FloatArray) -> bool:
    return bool(np.linalg.cond(matrix) > 1.0 / np.finfo(float).eps)
