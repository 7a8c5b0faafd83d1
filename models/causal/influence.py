"""How sure an estimate from many units is: standard errors from what each unit adds to it.

The errors suppose independent units, or independent clusters, and many of them: with
two treated regions they mean nothing, and randomisation takes their place.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from models.causal.base import Effect, FloatArray, IntArray


def standard_errors(influence: FloatArray, *, cluster: IntArray | None = None) -> FloatArray:
    """Give standard errors from influence functions.

    Parameters
    ----------
    influence : ndarray, shape (n_units, n_estimates)
        What each unit adds, on the scale of `group_time.GroupTimeEffects.influence`.
    cluster : ndarray of int, shape (n_units,), optional
        Units of a cluster are drawn together: their influence is summed first.

    Returns
    -------
    ndarray, shape (n_estimates,)
        NaN where an estimate was not made or does not vary.
    """
    n = influence.shape[0]
    summed = influence if cluster is None else _summed(influence, cluster)
    error = np.sqrt(np.square(summed).sum(axis=0)) / n
    return np.where(error > np.sqrt(np.finfo(float).eps) * 1e-3, error, np.nan)


def _summed(influence: FloatArray, cluster: IntArray) -> FloatArray:
    _, place = np.unique(cluster, return_inverse=True)
    summed = np.zeros((int(place.max()) + 1, influence.shape[1]))
    np.add.at(summed, place, influence)
    return summed


def normal_effect(estimate: float, standard_error: float, *, level: float = 0.95) -> Effect:
    """Give an effect with the interval and p-value of a normal estimate.

    Parameters
    ----------
    estimate, standard_error : float
        In the unit of the outcome.
    level : float
        Of the interval.
    """
    if np.isnan(estimate) or np.isnan(standard_error):
        return Effect(estimate, note="no standard error: too little to compare")
    half = float(norm.ppf(0.5 + level / 2)) * standard_error
    p_value = float(2.0 * norm.sf(abs(estimate) / standard_error))
    return Effect(estimate, standard_error, estimate - half, estimate + half, p_value)
