"""How much each unit varies from year to year, steadied by all the others.

A unit's own variance over four or five years is itself a guess; pulled towards
the common one by as much as units' variances are alike. Smyth, *Statistical
Applications in Genetics and Molecular Biology* 3 (1), 2004, section 6.2.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from models.forecast import FloatArray

_MOST_DEGREES = 1e6


def moderated_variances(squares: FloatArray, *, degrees: FloatArray) -> FloatArray:
    """Give each unit's variance about its own level.

    Parameters
    ----------
    squares : ndarray, shape (n_units,)
        Sum of squared deviations from the unit's level.
    degrees : ndarray, shape (n_units,)
        Degrees of freedom of each sum; a unit with 0 has the common variance.

    Returns
    -------
    ndarray, shape (n_units,)
        Variances; 0 for all where no unit has a degree of freedom or none varies.
    """
    has = (degrees > 0) & (squares > 0)
    if not has.any():
        return np.zeros(len(squares))
    half = degrees[has] / 2
    centred = np.log(squares[has] / degrees[has]) - digamma(half) + np.log(half)
    mean = float(centred.mean())
    beyond = float(centred.var(ddof=1) - polygamma(1, half).mean()) if has.sum() > 1 else 0.0
    if beyond <= polygamma(1, _MOST_DEGREES / 2):
        common = float(squares[has].sum() / degrees[has].sum())
        return np.full(len(squares), common)
    prior = 2 * brentq(lambda at: polygamma(1, at) - beyond, 1e-6, _MOST_DEGREES)
    common = float(np.exp(mean + digamma(prior / 2) - np.log(prior / 2)))
    return np.asarray((prior * common + squares) / (prior + degrees))
