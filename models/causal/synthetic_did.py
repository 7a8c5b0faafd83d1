"""Synthetic difference in differences: donors and earlier periods, both weighed.

Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), "Synthetic
difference-in-differences", *AER* 111. Weights are found by the Frank-Wolfe steps
of the authors' own R package, with its stop rule and its second start from the
larger weights alone, because published values are where those steps stop, not
where the optimum lies (California: -15.604 against -15.66).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.causal.base import (
    Case,
    FloatArray,
    WeighingEstimator,
    Weights,
    enter,
)

_PERIOD_EVENNESS = 1e-6
"""Of the noise: just enough to make the period weights unique."""

_LEAST_DECREASE = 1e-5
"""Of the noise: a step that gains less than its square is the last."""

_STEPS, _STEPS_BEFORE_PRUNING = 10_000, 100

_KEPT = 0.25
"""Weights up to this share of the largest are dropped before the second start."""


def weighed_twice(case: Case) -> Weights:
    """Weigh donors to run parallel to the target, and base periods to be like those after.

    Parameters
    ----------
    case : Case
        The target, the mean of the units treated together, and its donors.

    Returns
    -------
    Weights
        Both never negative, sums 1.
    """
    before = case.donors_before
    noise = _noise(before)
    n_post = case.donors_after.shape[1]
    evenness = (case.target_rows.size * n_post) ** 0.25 * noise
    periods = _simplex_by_steps(
        before, case.donors_after.mean(axis=1), evenness=_PERIOD_EVENNESS * noise, noise=noise
    )
    donors = _simplex_by_steps(before.T, case.target_before, evenness=evenness, noise=noise)
    return Weights(donors, periods)


def _noise(before: FloatArray) -> float:
    changes = np.diff(before, axis=1)
    return float(np.std(changes, ddof=1)) if changes.size > 1 else 0.0


def _simplex_by_steps(
    columns: FloatArray, aim: FloatArray, *, evenness: float, noise: float
) -> FloatArray:
    """Weigh columns to run parallel to `aim`: both are centred, which leaves a constant free."""
    columns = np.ascontiguousarray((columns - columns.mean(axis=0)).T)
    aim = np.ascontiguousarray(aim - aim.mean())
    decrease = (_LEAST_DECREASE * noise) ** 2
    start = np.full(columns.shape[0], 1.0 / columns.shape[0])
    rough = _frank_wolfe(columns, aim, start, evenness**2, decrease, _STEPS_BEFORE_PRUNING)
    kept = np.where(rough > _KEPT * rough.max(), rough, 0.0)
    start = kept / kept.sum()
    return np.asarray(_frank_wolfe(columns, aim, start, evenness**2, decrease, _STEPS))


@njit(nogil=True, cache=True)
def _frank_wolfe(
    columns: FloatArray,
    aim: FloatArray,
    weights: FloatArray,
    evenness: float,
    decrease: float,
    steps: int,
) -> FloatArray:
    """Step towards the best single column by exact line search until a step gains too little.

    Minimises |columns' w - aim|^2 / n + evenness |w|^2; `columns` has shape
    (n_columns, n).
    """
    n_columns, n = columns.shape
    weights = weights.copy()
    eta = n * evenness
    error = -aim.copy()
    for k in range(n_columns):
        error += weights[k] * columns[k]
    before = np.inf
    for step in range(steps):
        best, least = 0, np.inf
        along = 0.0
        for k in range(n_columns):
            slope = eta * weights[k]
            for i in range(n):
                slope += error[i] * columns[k, i]
            along += slope * weights[k]
            if slope < least:
                best, least = k, slope
        # From w towards the corner `best`: w + s (corner - w).
        length, square = 0.0, 0.0
        for i in range(n):
            towards = columns[best, i] - (error[i] + aim[i])
            length += towards * towards
        for k in range(n_columns):
            towards = (1.0 if k == best else 0.0) - weights[k]
            square += towards * towards
        if square == 0.0:
            break
        curvature = length + eta * square
        share = 1.0 if curvature == 0.0 else min(1.0, max(0.0, (along - least) / curvature))
        for i in range(n):
            error[i] += share * (columns[best, i] - (error[i] + aim[i]))
        for k in range(n_columns):
            weights[k] *= 1.0 - share
        weights[best] += share
        now = 0.0
        for i in range(n):
            now += error[i] * error[i]
        now /= n
        for k in range(n_columns):
            now += evenness * weights[k] * weights[k]
        if step > 0 and before - now <= decrease:
            break
        before = now
    return weights


synthetic_did = enter(
    "synthetic_did",
    WeighingEstimator(name="synthetic_did", weigh=weighed_twice, pooled=True),
)
