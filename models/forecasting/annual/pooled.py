"""One ridge for all series and years; each coefficient trusted as far as years agree on it.

Series of a year share that year's shocks, so a coefficient's doubt is taken
from how much it differs between years (clustered errors), not from the number
of series. Trust is t²/(t² + 1): one that does not repeat is left out nearly
whole, and the forecast holds flat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.annual.momentum import ahead

LEADS = 3
"""Leads that are learned from together; further ones follow by damping."""

RIDGE = 100.0
"""Series-years of standardised features that say nothing, counted with the known ones."""

COLUMNS_TOLD_APART = 3.0
"""As many columns of unknown meaning double the ridge on each: of many, some fit by luck."""

_FAR = 3.0
"""Changes further from a year's mean than this many standard deviations are pulled in."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What the past says, year by year; any forecast's past is a sum of these.

    Attributes
    ----------
    origin, end : ndarray of int, shape (n_pairs,)
        Column from which a change is taken, and to which.
    xx : ndarray, shape (n_pairs, n_features, n_features)
        Weighted products of features.
    xz : ndarray, shape (n_pairs, n_features)
        Weighted products of features and changes.
    zz, weight : ndarray, shape (n_pairs,)
        Weighted squares of changes, and weights.
    """

    origin: IntArray
    end: IntArray
    xx: FloatArray
    xz: FloatArray
    zz: FloatArray
    weight: FloatArray


def moments_of(x: FloatArray, log_y: FloatArray, weight: FloatArray) -> Moments:
    """Sum up how features and later changes went together.

    Parameters
    ----------
    x : ndarray, shape (n_features, n_series, n_periods)
        Features.
    log_y : ndarray, shape (n_series, n_periods)
        Logs; NaN where not observed.
    weight : ndarray, same shape
        Weight of each series within a year.
    """
    n_periods = log_y.shape[1]
    rows = []
    for t in range(n_periods - 1):
        for lead, pull in zip(range(1, LEADS + 1), ahead(LEADS), strict=True):
            if t + lead >= n_periods:
                break
            change = log_y[:, t + lead] - log_y[:, t]
            known = np.isfinite(change)
            if known.sum() < 2:
                continue
            w = weight[known, t] / weight[known, t].mean() / pull
            z = _around_the_year(change[known], w)
            f = x[:, known, t] * pull
            fw = f * w
            rows.append((t, t + lead, fw @ f.T, fw @ z, float(w @ z**2), float(w.sum())))
    n = x.shape[0]
    if not rows:
        none = np.zeros(0, dtype=np.int64)
        return Moments(none, none, np.zeros((0, n, n)), np.zeros((0, n)), np.zeros(0), np.zeros(0))
    t_, end, xx, xz, zz, w_ = (np.array(part) for part in zip(*rows, strict=True))
    return Moments(t_, end, xx, xz, zz, w_)


def ridge_of(from_column: NDArray[np.bool_]) -> FloatArray:
    """Give the ridge on each feature, stronger on columns the more of them there are."""
    many = 1 + float(from_column.sum()) / COLUMNS_TOLD_APART
    return np.where(from_column, RIDGE * many, RIDGE)


def coefficients(moments: Moments, *, seen: int, ridge: FloatArray) -> FloatArray:
    """Give the pull of each feature over one year, learned from the first `seen` columns.

    Parameters
    ----------
    moments : Moments
        Of the whole panel; those that end later are left out.
    seen : int
        Years known.
    ridge : ndarray, shape (n_features,)
        From `ridge_of`.

    Returns
    -------
    ndarray, shape (n_features,)
        All 0 where nothing is known yet.
    """
    past = moments.end < seen
    n_features = moments.xz.shape[1]
    if not past.any() or n_features == 0:
        return np.zeros(n_features)
    xx, xz = moments.xx[past], moments.xz[past]
    total = xx.sum(axis=0)
    weight = float(moments.weight[past].sum())
    scale = np.sqrt(np.diagonal(total) / weight)
    used = scale > 0
    safe = np.where(used, scale, 1.0)
    total = total / np.outer(safe, safe)
    by_pair = xz / safe
    inverse = np.linalg.inv(total + np.diag(ridge))
    b = inverse @ by_pair.sum(axis=0)
    residual = by_pair - (xx / np.outer(safe, safe)) @ b
    doubt = _between_years(residual, moments.origin[past], inverse)
    noise = float(moments.zz[past].sum()) / weight
    doubt = doubt + noise * np.diagonal(inverse)
    strength = b**2 + doubt
    trust = np.divide(b**2, strength, out=np.zeros_like(b), where=used & (strength > 0))
    return np.asarray(trust * b / safe)


def _between_years(residual: FloatArray, origin: IntArray, inverse: FloatArray) -> FloatArray:
    """Give each coefficient's variance from how far single years pull it off."""
    years, place = np.unique(origin, return_inverse=True)
    pulls = np.zeros((len(years), residual.shape[1]))
    np.add.at(pulls, place, residual)
    few = len(years) / (len(years) - 1) if len(years) > 1 else 1.0
    return np.asarray(few * ((pulls @ inverse) ** 2).sum(axis=0))


def _around_the_year(change: FloatArray, w: FloatArray) -> FloatArray:
    off = change - np.average(change, weights=w)
    most = _FAR * float(np.std(off))
    return np.asarray(np.clip(off, -most, most))
