"""Demand against capacity, future by future: how likely a shortage is, and how large.

The mean gap hides what planners need: two futures of 90 and 110 children
against 100 places have no gap on average, and one of them is ten places short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray

TOLERANCE = 1e-6
"""Children; a gap below it is rounding, not a child without a home."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What many futures say about demand less capacity.

    Attributes
    ----------
    gap_mean, gap_q10, gap_q90 : ndarray of float, shape (n_series, horizon)
        Demand less capacity, children; positive where places are short.
    probability : ndarray of float, shape (n_series, horizon)
        Share of futures with more children than places, 0 to 1.
    expected : ndarray of float, shape (n_series, horizon)
        Mean over all futures of the places missing; a future with places to
        spare counts 0.
    """

    gap_mean: FloatArray
    gap_q10: FloatArray
    gap_q90: FloatArray
    probability: FloatArray
    expected: FloatArray


def shortfall(demand: FloatArray, *, capacity: FloatArray) -> Shortfall:
    """Set each future of every series against its capacity.

    Parameters
    ----------
    demand : ndarray of float, shape (n_paths, n_series, horizon)
        Children, one joint future a path.
    capacity : ndarray of float, shape (n_series, horizon)
        Usable places.

    Returns
    -------
    Shortfall
        Arrays of shape (n_series, horizon).
    """
    gap = demand - capacity
    return _summarised(gap, missing=_missing_places(gap))


def pooled_shortfall(demand: FloatArray, *, capacity: FloatArray) -> Shortfall:
    """Add series up whose places cannot stand in for one another.

    The gap is the sum of the gaps; the places missing are the sum of what each
    series misses, so that a spare place of one kind does not hide a missing
    place of another.

    Parameters
    ----------
    demand, capacity : ndarray of float
        As for `shortfall`.

    Returns
    -------
    Shortfall
        Arrays of shape (1, horizon); ``probability`` is that of a shortage in
        at least one series.
    """
    gap = demand - capacity
    total = gap.sum(axis=1, keepdims=True)
    return _summarised(total, missing=_missing_places(gap).sum(axis=1, keepdims=True))


def _missing_places(gap: FloatArray) -> FloatArray:
    return np.where(gap > TOLERANCE, gap, 0.0)


def _summarised(gap: FloatArray, *, missing: FloatArray) -> Shortfall:
    low, high = np.quantile(gap, [0.1, 0.9], axis=0)
    return Shortfall(
        gap_mean=np.asarray(gap.mean(axis=0)),
        gap_q10=np.asarray(low),
        gap_q90=np.asarray(high),
        probability=np.asarray((missing > 0.0).mean(axis=0)),
        expected=np.asarray(missing.mean(axis=0)),
    )
