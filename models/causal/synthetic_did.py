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

_AFRESH = 100

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
    (n_columns, n). A step mixes what is left with what the best column alone would
    leave, so inner products are mixed too and no step looks at all the data; now and
    then they are made afresh, before rounding adds up.
    """
    n_columns, n = columns.shape
    weights = weights.copy()
    eta = n * evenness
    alone = columns - aim  # what each column by itself would leave
    between = alone @ columns.T
    size = np.empty(n_columns)
    for k in range(n_columns):
        size[k] = (alone[k] * alone[k]).sum()
    pull = np.empty(n_columns)
    square, even = 0.0, 0.0
    before = np.inf
    for step in range(steps):
        if step % _AFRESH == 0:
            left = alone.T @ weights
            pull = columns @ left
            square, even = (left * left).sum(), (weights * weights).sum()
        best, least, along = 0, np.inf, 0.0
        for k in range(n_columns):
            slope = pull[k] + eta * weights[k]
            along += slope * weights[k]
            if slope < least:
                best, least = k, slope
        # What the best column would leave, times what is left now: pull is columns @ left, and
        # left itself is the same mixture of columns less the aim.
        onto_aim = -square
        for k in range(n_columns):
            onto_aim += weights[k] * pull[k]
        across = pull[best] - onto_aim
        length = max(square - 2.0 * across + size[best], 0.0)
        apart = even - 2.0 * weights[best] + 1.0
        if apart <= 0.0:
            break
        curvature = length + eta * apart
        share = 1.0 if curvature == 0.0 else min(1.0, max(0.0, (along - least) / curvature))
        kept = 1.0 - share
        square = kept * kept * square + 2.0 * kept * share * across + share * share * size[best]
        even = kept * kept * even + 2.0 * kept * share * weights[best] + share * share
        for k in range(n_columns):
            weights[k] *= kept
            pull[k] = kept * pull[k] + share * between[best, k]
        weights[best] += share
        now = square / n + evenness * even
        if step > 0 and before - now <= decrease:
            break
        before = now
    return weights


synthetic_did = enter(
    "synthetic_did",
    WeighingEstimator(name="synthetic_did", weigh=weighed_twice, pooled=True),
)
