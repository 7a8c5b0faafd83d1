"""Several outcomes at once: p-values that keep the chance of any false finding.

Both corrections step down from the surest outcome. Holm, "A simple sequentially
rejective multiple test procedure", *Scandinavian Journal of Statistics* 6 (1979);
Romano and Wolf, "Exact and approximate stepdown methods for multiple hypothesis
testing", *JASA* 100 (2005).
"""

from __future__ import annotations

import numpy as np

from models.causal.base import FloatArray

_TIE = 1e-12


def holm(p_values: FloatArray) -> FloatArray:
    """Adjust p-values without regard to how outcomes move together.

    Parameters
    ----------
    p_values : ndarray, shape (n_outcomes,)
        NaN where one was not made; it counts for nothing.

    Returns
    -------
    ndarray, shape (n_outcomes,)
        No smaller than given, at most 1.
    """
    adjusted = np.full(p_values.shape, np.nan)
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    multiplied = p_values[order] * np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(multiplied), 1.0)
    return adjusted


def romano_wolf(placebos: FloatArray, *, observed: int) -> FloatArray:
    """Adjust p-values on permutations that all outcomes share.

    Outcomes that move together cost less than Holm's bound. Each is put in units of
    its own spread over the assignments, so that pounds and shares can be compared.

    Parameters
    ----------
    placebos : ndarray, shape (n_outcomes, n_assignments)
        Estimates, every outcome under the same assignments; NaN counts as far.
    observed : int
        The true assignment's place.

    Returns
    -------
    ndarray, shape (n_outcomes,)
        Never below 1 / n_assignments; NaN where the true estimate is.
    """
    adjusted = np.full(placebos.shape[0], np.nan)
    made = np.flatnonzero(~np.isnan(placebos[:, observed]))
    spread = np.sqrt(np.nanmean(placebos[made] ** 2, axis=1, keepdims=True))
    size = np.abs(placebos[made]) / np.where(spread > 0, spread, 1.0)
    size = np.where(np.isnan(size), np.inf, size)
    order = np.argsort(-size[:, observed], kind="stable")
    # The largest of those not yet decided, under every assignment.
    largest = np.maximum.accumulate(size[order][::-1], axis=0)[::-1]
    as_far = largest >= size[order, observed][:, None] - _TIE
    adjusted[made[order]] = np.maximum.accumulate(as_far.mean(axis=1))
    return adjusted
