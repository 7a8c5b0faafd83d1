"""Intervals that keep their promise: widened by how far past actuals fell outside.

Conformal calibration: past errors, in units of the interval that was given,
say by how much intervals of the same kind must be stretched. Means stay where
they are. Lei et al. (2018), "Distribution-free predictive inference for
regression", *JASA* 113; pooled over series and leads that are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from models.forecast import FloatArray, IntArray, PathArray

MOST_STRETCH = 4.0
"""No interval is stretched further: beyond it the model, not its interval, is wrong."""

NARROWEST = 0.7
"""Nor narrowed further: authorities are many, yet they share some of their shocks."""

_NO_WIDTH = 1e-6
"""Half-widths below it are the rounding of 32 bits, in children."""

_LEAST_ERRORS = 20
"""Fewer past errors than this cannot place a 95% quantile: those of all leads are used."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far to move quantiles from the median.

    Attributes
    ----------
    inner, outer : ndarray, shape (n_kinds, n_buckets)
        Factors for the 80% and the 95% interval; 1 changes nothing.
    """

    inner: FloatArray
    outer: FloatArray

    @classmethod
    def none(cls, n_kinds: int, n_buckets: int) -> Stretch:
        """Give the stretch that changes nothing."""
        return cls(np.ones((n_kinds, n_buckets)), np.ones((n_kinds, n_buckets)))


def in_half_widths(
    actual: FloatArray, low: FloatArray, median: FloatArray, high: FloatArray
) -> FloatArray:
    """Give how far actuals lay from the median, in half-widths of their own side.

    Returns
    -------
    ndarray
        1 on the edge of the interval, above 1 outside; infinite where the
        interval had no width and missed; NaN where the actual is not known.
    """
    side = np.where(actual >= median, high - median, median - low)
    gap = np.abs(actual - median)
    hit = np.where(gap > 0, np.inf, 0.0)
    found = np.divide(gap, side, out=hit, where=side > _NO_WIDTH)
    return np.where(np.isfinite(actual), found, np.nan)


def learn_stretch(
    inner: PathArray,
    outer: PathArray,
    *,
    kind: IntArray,
    bucket: IntArray,
    totals: NDArray[np.bool_],
) -> Stretch:
    """Learn from past forecasts how far intervals must be stretched.

    Parameters
    ----------
    inner, outer : ndarray, shape (n_origins, n_nodes, horizon)
        `in_half_widths` of the 80% and 95% intervals.
    kind : ndarray of int, shape (n_nodes,)
        Nodes that are alike, such as a level.
    bucket : ndarray of int, shape (horizon,)
        Leads that are alike.
    totals : ndarray of bool, shape (n_kinds,)
        Kinds whose errors are one story an origin, such as totals of regions:
        they have as few independent errors as there are origins. They are
        never narrowed, and are widened by 1 + 1/k for k origins.

    Returns
    -------
    Stretch
        The pooled quantile at 0.8 (0.95) · (1 + 1/n), at most `MOST_STRETCH`.
        Intervals without width cannot be stretched and are left out.
    """
    n_kinds, n_buckets = len(totals), int(bucket.max()) + 1
    stretch = Stretch.none(n_kinds, n_buckets)
    for level, past, found in ((0.8, inner, stretch.inner), (0.95, outer, stretch.outer)):
        for k in range(n_kinds):
            of_kind = past[:, kind == k]
            every = _factor(of_kind, level, total=bool(totals[k]))
            for b in range(n_buckets):
                own = _factor(of_kind[:, :, bucket == b], level, total=bool(totals[k]))
                found[k, b] = every if np.isnan(own) else own
            known = np.nan_to_num(found[k], nan=1.0)
            found[k] = np.clip(known, 1.0 if totals[k] else NARROWEST, MOST_STRETCH)
    return stretch


def _factor(past: PathArray, level: float, *, total: bool) -> float:
    """Give the factor that past errors ask for; NaN where there are too few."""
    known = np.isfinite(past)
    if known.sum() < _LEAST_ERRORS:
        return float("nan")
    origins = int(known.any(axis=(1, 2)).sum())
    wanted = min(level * (1 + 1 / int(known.sum())), 1.0)
    return float(np.quantile(past[known], wanted)) * (1 + 1 / origins if total else 1.0)


def stretched(
    quantiles: FloatArray,
    *,
    levels: FloatArray,
    stretch: Stretch,
    kind: IntArray,
    bucket: IntArray,
) -> FloatArray:
    """Move quantiles away from (or towards) their median.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_nodes, horizon)
        In the order of `levels`, the median among them.
    levels : ndarray, shape (n_levels,)
        Between 0 and 1, ascending.
    stretch : Stretch
        Learned factors.
    kind : ndarray of int, shape (n_nodes,)
        As when learning.
    bucket : ndarray of int, shape (horizon,)
        As when learning; a lead beyond those learned takes the last.

    Returns
    -------
    ndarray, same shape
        Ordered and not below zero. Inside the 80% interval its factor holds,
        beyond the 95% that one's, in between they are mixed by the normal's
        distance.
    """
    middle = int(np.flatnonzero(np.isclose(levels, 0.5))[0])
    last = stretch.inner.shape[1] - 1
    column = np.minimum(bucket, last)[None, :]
    inner, outer = stretch.inner[kind[:, None], column], stretch.outer[kind[:, None], column]
    distance = np.abs(norm.ppf(levels))
    near, far = norm.ppf(0.9), norm.ppf(0.975)
    share = np.clip((distance - near) / (far - near), 0, 1)[:, None, None]
    median = quantiles[middle]
    moved = median + (quantiles - median) * ((1 - share) * inner + share * outer)
    moved[middle:] = np.maximum.accumulate(moved[middle:], axis=0)
    moved[: middle + 1] = np.minimum.accumulate(moved[middle::-1], axis=0)[::-1]
    return np.asarray(np.maximum(moved, 0.0))
