"""One forecast from several members: weights from the panel's past errors, never a winner.

A winner a series would mostly be luck. Weights belong to the whole panel and to
leads that are alike, fall with a power of each member's past error and stay near
equal while the past is short. Stock & Watson (2004), "Combination forecasts of
output growth in a seven-country data set", *Journal of Forecasting* 23: simple
averages and discounted inverse errors are hard to beat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, PathArray
from models.forecasting.panel.base import YARDSTICKS
from models.forecasting.panel.sizes import running_size, spacing_of

COMBINATION = "panel"
"""Name of the combination of this panel's members."""

_BUCKET_ENDS = (6, 12, 24)
"""Leads that are alike, in months: 1-6, 7-12, 13-24 and beyond."""

_POWER = 8.0
_FLAT_ORIGINS = 1.0
"""Weights go by error to the power -8 k / (k + 1), k past origins that do not overlap."""

_MOST_ERROR = 10.0
"""Errors count for no more than this many mean changes of their series."""


@dataclass(frozen=True, slots=True)
class Combined:
    """The combination from every origin.

    Attributes
    ----------
    points : ndarray, shape (n_origins, n_series, horizon)
        In 32 bits.
    weights : dict of str to ndarray, shape (n_origins, horizon)
        What each member counted for; sums to 1 over members.
    """

    points: PathArray
    weights: dict[str, FloatArray]


def combined(
    points: Mapping[str, PathArray],
    *,
    y: FloatArray,
    origins: IntArray,
    season: int,
    left_out: NDArray[np.bool_] | None = None,
) -> Combined:
    """Average the members, from every origin by what was known of their errors then.

    Parameters
    ----------
    points : mapping of str to ndarray, shape (n_origins, n_series, horizon)
        Every member's forecasts; yardsticks are left out.
    y : ndarray, shape (n_series, n_periods)
        What came; NaN before a series began.
    origins : ndarray of int, shape (n_origins,)
        Periods seen, ascending.
    season : int
        Periods of a year.
    left_out : ndarray of bool, shape (n_origins, n_series), optional
        Forecasts whose errors say nothing of the members, such as those of
        series too young for any.
    """
    names = [name for name in points if name not in YARDSTICKS]
    horizon = points[names[0]].shape[2]
    size = running_size(y, origins)
    total = np.empty((len(names), len(origins), horizon))
    count = np.zeros((len(origins), horizon))
    for place, origin in enumerate(origins):
        known = min(horizon, y.shape[1] - int(origin))
        came = y[:, origin : origin + known]
        counted = size[place] > 0 if left_out is None else (size[place] > 0) & ~left_out[place]
        unit = np.where(counted, size[place], np.nan)[:, None]
        for number, name in enumerate(names):
            error = np.abs(came - points[name][place, :, :known]) / unit
            error = np.minimum(error, _MOST_ERROR)
            total[number, place, :known] = np.nansum(error, axis=0)
        total[:, place, known:] = 0.0
        count[place, :known] = np.isfinite(came / unit).sum(axis=0)

    weights = np.stack(
        [_weights(total, count, origins, until=int(origin), season=season) for origin in origins],
        axis=1,
    )
    found = np.zeros_like(points[names[0]], dtype=np.float32)
    for name, weight in zip(names, weights, strict=True):
        found += weight[:, None, :].astype(np.float32) * points[name]
    return Combined(found, dict(zip(names, weights, strict=True)))


def lead_buckets(horizon: int, season: int) -> list[slice]:
    """Give leads that are alike, as slices from 0."""
    ends = [round(end * season / 12) for end in _BUCKET_ENDS]
    edges = sorted({0, horizon, *(end for end in ends if 0 < end < horizon)})
    return [slice(first, last) for first, last in pairwise(edges)]


def _weights(
    total: FloatArray, count: FloatArray, origins: IntArray, *, until: int, season: int
) -> FloatArray:
    """Give each member's weight by lead, shape (n_members, horizon), from errors known then."""
    horizon = total.shape[2]
    came_by = origins[:, None] + np.arange(1, horizon + 1) <= until
    weights = np.full((len(total), horizon), 1 / len(total))
    for leads in lead_buckets(horizon, season):
        known = came_by[:, leads] & (count[:, leads] > 0)
        if not known.any():
            # Beyond what has come, the leads before are the best guide there is.
            weights[:, leads] = weights[:, [max(leads.start - 1, 0)]]
            continue
        error = np.where(known, total[:, :, leads], 0.0).sum(axis=(1, 2))
        error = np.maximum(error / count[:, leads][known].sum(), 1e-9)
        middle = (leads.start + 1 + leads.stop) / 2
        apart = known.any(axis=1).sum() * spacing_of(origins) / middle
        power = _POWER * apart / (apart + _FLAT_ORIGINS)
        share = (error / error.min()) ** -power
        weights[:, leads] = (share / share.sum())[:, None]
    return weights
