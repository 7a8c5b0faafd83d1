"""Weights that are never negative and sum to one, as near to a target as they can be.

With D the donors' distance from the target, the weights w of least |D w| are
those of the non-negative least squares problem [D; 1'] v = [0; 1], scaled to sum
to 1: for v = s w its objective is s^2 |D w|^2 + (s - 1)^2, whose least value
over s grows with |D w|. The sum is therefore exact, without a large factor
(Lawson & Hanson, *Solving Least Squares Problems*, 1974, chapter 23).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from models.causal.base import FloatArray

_EXACT = 1e-14
"""Share of the donors' spread below which a misfit is rounding, not distance."""

_TIE = 1e-8
"""Weight of evenness where donors can match exactly: too small to be seen in the match."""


def simplex_weights(donors: FloatArray, target: FloatArray, *, evenness: float = 0.0) -> FloatArray:
    """Give the non-negative weights, summing to 1, that bring donors nearest to a target.

    Parameters
    ----------
    donors : ndarray, shape (n_donors, n_features)
        What is matched, for each donor.
    target : ndarray, shape (n_features,)
        What it is matched to.
    evenness : float
        Added times the sum of squared weights to the squared distance.

    Returns
    -------
    ndarray, shape (n_donors,)
        Where many weights match the target exactly, the most even of them, so
        that the order of donors does not matter.
    """
    distance = (donors - target).T
    scale = float(np.square(distance).mean()) * distance.shape[0]
    if scale == 0.0:
        return np.full(donors.shape[0], 1.0 / donors.shape[0])
    weights = _nearest(distance / np.sqrt(scale), evenness / scale)
    if evenness == 0.0 and np.square(distance @ weights).sum() <= _EXACT * scale:
        weights = _nearest(distance / np.sqrt(scale), _TIE)
    return weights


def _nearest(distance: FloatArray, evenness: float) -> FloatArray:
    n_features, n_donors = distance.shape
    n_even = n_donors if evenness > 0.0 else 0
    rows = np.zeros((n_features + n_even + 1, n_donors))
    rows[:n_features] = distance
    if n_even:
        np.fill_diagonal(rows[n_features:-1], np.sqrt(evenness))
    rows[-1] = 1.0
    aim = np.zeros(rows.shape[0])
    aim[-1] = 1.0
    found, _ = nnls(rows, aim, maxiter=50 * n_donors)
    return np.asarray(found / found.sum())
