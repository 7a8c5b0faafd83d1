"""How wide a forecast must be: from what past forecasts of the same panel got wrong.

Errors are logs. Their variance is a + b / size at each lead, times the
series' own volatility, shrunk to the panel's. Errors so standardised are
pooled over series, years and leads around their median, so that the interval
stands around the centre and carries no old drift; what skew they show is
half believed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.forecast import FloatArray

PRIOR_VARIANCE = 0.01
"""Of one year's log change before anything is known: a tenth either way."""

PRIOR_ERRORS = 10.0
"""Errors that the prior variance counts for."""

PRIOR_ORIGINS = 2.0
"""Past origins that the random walk's growth of variance with the lead counts for."""

WALK = 1.2
"""Power of the lead by which variance grows where errors do not say."""

NORMAL_ERRORS = 40.0
"""Errors that the normal's quantiles count for beside the pooled ones."""

SKEW = 0.5
"""How far the skew of past errors is believed: few years share their shocks."""

_OWN_YEARS = 16.0
_CALMEST, _WILDEST = 0.4, 3.0
_STILL = 1e-8
"""Variance of a panel in which nothing ever moved."""

_FAR = 4.0
"""Errors further out than this many standard deviations are pulled in."""


@dataclass(frozen=True, slots=True)
class PastErrors:
    """Errors of forecasts from past origins.

    Attributes
    ----------
    error : ndarray, shape (n_origins, n_series, horizon)
        Log of actual minus log of forecast; NaN where either is not known.
    size : ndarray, shape (n_origins, n_series)
        Value at the origin, above zero.
    own : ndarray, shape (n_origins, n_series)
        Own volatility as known then, from `own_volatility`.
    """

    error: FloatArray
    size: FloatArray
    own: FloatArray


@dataclass(frozen=True, slots=True)
class Width:
    """Learned widths.

    Attributes
    ----------
    common, by_size : ndarray, shape (horizon,)
        Variance is common + by_size / size.
    standard : ndarray
        Standardised errors of the past, pooled, each lead's around their median.
    n_origins : int
        Past origins they come from.
    """

    common: FloatArray
    by_size: FloatArray
    standard: FloatArray
    n_origins: int


def own_volatility(change: FloatArray, size: FloatArray) -> FloatArray:
    """Give how much more each series moves than others of its size, at every year.

    Parameters
    ----------
    change : ndarray, shape (n_series, n_periods - 1)
        Yearly log changes around the year's mean; NaN where not known.
    size : ndarray, shape (n_series, n_periods - 1)
        Value before each change.

    Returns
    -------
    ndarray, shape (n_series, n_periods)
        Variance ratio from changes up to each year, shrunk to 1.
    """
    n_series, n_changes = change.shape
    known = np.isfinite(change)
    common, by_size = _fitted(change, size) if known.any() else (PRIOR_VARIANCE, 0.0)
    variance = np.maximum(common + by_size / np.where(known, size, 1.0), _STILL)
    square = np.where(known, np.minimum(change**2 / variance, _FAR**2), 0.0)
    none = np.zeros((n_series, 1))
    seen = np.concatenate([none, known.cumsum(axis=1)], axis=1)
    total = np.concatenate([none, square.cumsum(axis=1)], axis=1)
    ratio = (_OWN_YEARS + total) / (_OWN_YEARS + seen)
    return np.asarray(np.clip(ratio, _CALMEST, _WILDEST)).reshape(n_series, n_changes + 1)


def learned_width(past: PastErrors) -> Width:
    """Learn how far past errors reached, by lead and size."""
    horizon = past.error.shape[2]
    own = np.sqrt(past.own)
    common, by_size = np.zeros(horizon), np.zeros(horizon)
    pooled = []
    for lead in range(horizon):
        error = past.error[:, :, lead] / own
        a, b, origins = _shrunk_fit(error, past.size)
        before = (PRIOR_VARIANCE, 0.0) if lead == 0 else (common[lead - 1], by_size[lead - 1])
        grown = ((lead + 1) / max(lead, 1)) ** WALK
        trust = origins / (origins + PRIOR_ORIGINS) if lead else float(origins > 0)
        common[lead] = trust * a + (1 - trust) * before[0] * grown
        by_size[lead] = trust * b + (1 - trust) * before[1] * grown
        variance = np.maximum(common[lead] + by_size[lead] / past.size, _STILL)
        standard = error / np.sqrt(variance)
        found = standard[np.isfinite(standard)]
        pooled.append(found - np.median(found) if len(found) else found)
    n_origins = int(np.isfinite(past.error).any(axis=(1, 2)).sum())
    return Width(common, by_size, np.concatenate(pooled), n_origins)


def quantile_steps(width: Width, levels: FloatArray) -> FloatArray:
    """Give each level's distance from the centre in standard deviations, shape (n_levels,).

    Pooled quantiles of past errors, shrunk to the normal's where errors are
    few, and wider by the number of origins, since series share their shocks.
    """
    normal = norm.ppf(levels)
    n = len(width.standard)
    if n == 0:
        return np.asarray(normal)
    inside = np.minimum(np.abs(2 * levels - 1) * (1 + 1 / n), 1.0)
    side = np.sign(levels - 0.5)
    alike = side * np.quantile(np.abs(width.standard), inside)
    skewed = np.quantile(width.standard, 0.5 + side * inside / 2)
    pooled = SKEW * skewed + (1 - SKEW) * alike
    mixed = (n * pooled + NORMAL_ERRORS * normal) / (n + NORMAL_ERRORS)
    return np.asarray(mixed * (1 + 0.25 / max(width.n_origins, 1)))


def deviation(width: Width, size: FloatArray, own: FloatArray) -> FloatArray:
    """Give the standard deviation of log errors, shape (n_series, horizon)."""
    variance = width.common + width.by_size / size[:, None]
    return np.asarray(np.sqrt(variance * own[:, None]))


def _shrunk_fit(error: FloatArray, size: FloatArray) -> tuple[float, float, int]:
    known = np.isfinite(error)
    n = int(known.sum())
    if not n:
        return PRIOR_VARIANCE, 0.0, 0
    a, b = _fitted(error, size)
    share = n / (n + PRIOR_ERRORS)
    origins = int(known.any(axis=1).sum())
    return share * a + (1 - share) * PRIOR_VARIANCE, share * b, origins


def _fitted(error: FloatArray, size: FloatArray) -> tuple[float, float]:
    """Fit squares of errors by a + b / size, both at least zero, far errors pulled in."""
    known = np.isfinite(error)
    e, inverse = error[known], 1 / size[known]
    typical = 1.4826 * float(np.median(np.abs(e)))
    most = _FAR * (typical if typical > 0 else float(np.sqrt(np.mean(e**2))))
    square = np.minimum(np.abs(e), most) ** 2
    a, b = float(square.mean()), 0.0
    for _ in range(3):
        w = 1 / (a + b * inverse + 1e-12) ** 2
        a, b = _not_negative(w, inverse, square)
    return a, b


def _not_negative(w: FloatArray, inverse: FloatArray, square: FloatArray) -> tuple[float, float]:
    one, x, xx = float(w.sum()), float(w @ inverse), float(w @ inverse**2)
    y, xy = float(w @ square), float(w @ (inverse * square))
    spread = one * xx - x * x
    if spread > 1e-9 * one * xx:
        b = (one * xy - x * y) / spread
        a = (y - b * x) / one
        if a >= 0 and b >= 0:
            return a, b
        if a < 0:
            return 0.0, xy / xx
    return y / one, 0.0
