"""Reliability: whether things said with 30% probability came in 30% of cases.

Cases of one past origin share their shocks, and neighbouring origins share
months, so a decile with four hundred cases may hold the evidence of ten. The
interval of how often it happened counts cases by origin and lets neighbouring
origins be akin (Newey and West, *Econometrica* 55, 1987), then takes a binomial
of as many independent cases as that variance is worth (Jeffreys). Bröcker and
Smith, "Increasing the reliability of reliability diagrams", *Weather and
Forecasting* 22 (2007), for why a diagram needs such bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from models.forecast import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Bins:
    """What was said and what happened, in each of some bins.

    Attributes
    ----------
    n, origins : ndarray of int, shape (n_bins,)
        Cases, and the past origins they come from.
    said, happened : ndarray, shape (n_bins,)
        Means, 0 to 1; NaN in an empty bin.
    independent : ndarray, shape (n_bins,)
        Independent cases that the doubt of `happened` is worth.
    """

    n: IntArray
    origins: IntArray
    said: FloatArray
    happened: FloatArray
    independent: FloatArray

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Give the central interval of `happened` at a level; NaN in an empty bin."""
        seen = self.n > 0
        k = np.where(seen, self.happened, 0.5) * self.independent
        a, b = k + 0.5, self.independent - k + 0.5
        low = beta.ppf((1 - level) / 2, a, b)
        high = beta.ppf((1 + level) / 2, a, b)
        # Nothing is below never, nor above always.
        low = np.where(self.happened <= 0.0, 0.0, low)
        high = np.where(self.happened >= 1.0, 1.0, high)
        return np.where(seen, low, np.nan), np.where(seen, high, np.nan)


def probability_above(
    threshold: FloatArray, *, levels: FloatArray, quantiles: FloatArray
) -> FloatArray:
    """Read the probability of exceeding a threshold off quantiles.

    Parameters
    ----------
    threshold : ndarray, shape (...)
        In the unit of the quantiles.
    levels : ndarray, shape (n_levels,)
        Rising, between 0 and 1.
    quantiles : ndarray, shape (n_levels, ...)
        Not falling.

    Returns
    -------
    ndarray, shape (...)
        0 to 1. Between levels the normal score is linear in the value; beyond
        the outermost the same lines go on, as in `at_quantiles`.
    """
    known = norm.ppf(levels)
    upper = np.clip((quantiles < threshold).sum(axis=0), 1, len(levels) - 1)
    high = np.take_along_axis(quantiles, upper[None], axis=0)[0]
    low = np.take_along_axis(quantiles, upper[None] - 1, axis=0)[0]
    width = high - low
    flat = np.where(threshold >= high, 1.0, 0.0)
    share = np.divide(threshold - low, width, out=flat, where=width > 0)
    score = known[upper - 1] + share * (known[upper] - known[upper - 1])
    # All quantiles alike: nothing is in doubt, and no line goes on.
    score = np.where((width <= 0) & (threshold > high), np.inf, score)
    score = np.where((width <= 0) & (threshold < low), -np.inf, score)
    return np.asarray(norm.sf(score))


def binned(
    said: FloatArray,
    happened: NDArray[np.bool_],
    *,
    origin: IntArray,
    lead: IntArray,
    spacing: int,
    edges: FloatArray,
) -> Bins:
    """Set what was said against what happened.

    Parameters
    ----------
    said : ndarray, shape (n_cases,)
        Probabilities, 0 to 1.
    happened : ndarray of bool, shape (n_cases,)
        Whether it came.
    origin : ndarray of int, shape (n_cases,)
        Number of the past origin, from 0, in order of time.
    lead : ndarray of int, shape (n_cases,)
        Periods ahead.
    spacing : int
        Periods between origins: errors of origins nearer than the lead share periods.
    edges : ndarray, shape (n_bins + 1,)
        Of the bins, rising from 0 to 1; a bin holds its lower edge, the last both.

    Returns
    -------
    Bins
    """
    n_bins = len(edges) - 1
    place = np.clip(np.searchsorted(edges, said, side="right") - 1, 0, n_bins - 1)
    n_origins = int(origin.max(initial=-1)) + 1
    at = place * max(n_origins, 1) + origin
    size = n_bins * max(n_origins, 1)

    def by_origin(weight: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(at, weight, size).reshape(n_bins, -1), dtype=np.float64)

    cases = by_origin(np.ones(len(said)))
    came, told = by_origin(happened.astype(np.float64)), by_origin(said)
    far = by_origin(lead.astype(np.float64))
    n = cases.sum(axis=1)
    share, said_mean, ahead = (_mean(part.sum(axis=1), n) for part in (came, told, far))
    variance = np.array(
        [
            _variance(came[b] - np.nan_to_num(share[b]) * cases[b], n[b], ahead[b] / spacing)
            for b in range(n_bins)
        ]
    )
    origins = (cases > 0).sum(axis=1)
    chance = share * (1 - share)
    worth = np.divide(chance, variance, out=origins.astype(float), where=variance > 0)
    worth = np.where(chance > 0, worth, origins)
    return Bins(
        n=n.astype(np.int64),
        origins=origins.astype(np.int64),
        said=said_mean,
        happened=share,
        independent=np.clip(np.nan_to_num(worth), 0.0, n),
    )


def shown_wrong(bins: Bins, *, margin: float, level: float, least_origins: int) -> FloatArray:
    """Give by how much probabilities are shown wrong, beyond their doubt.

    Parameters
    ----------
    bins : Bins
        Wide ones: few cases show nothing.
    margin : float
        Difference that does not matter.
    level : float
        Of the interval that is to leave out what was said.
    least_origins : int
        Origins under which a bin shows nothing.

    Returns
    -------
    ndarray, shape (n_bins,)
        Happened less said where that is shown, else 0; NaN where a bin shows nothing.
    """
    low, high = bins.interval(level)
    gap = bins.happened - bins.said
    shown = (np.abs(gap) > margin) & ((bins.said < low) | (bins.said > high))
    return np.where(bins.origins < least_origins, np.nan, np.where(shown, gap, 0.0))


def _mean(total: FloatArray, n: FloatArray) -> FloatArray:
    return np.asarray(np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0))


def _variance(off: FloatArray, n: float, reach: float) -> float:
    """Variance of a share, from each origin's excess and its kinship with neighbours."""
    if n <= 0:
        return 0.0
    origins = max(int((off != 0).sum()), 2)
    total = float(off @ off)
    lags = min(int(np.ceil(np.nan_to_num(reach))), len(off) - 1)
    for lag in range(1, lags):
        total += 2 * (1 - lag / lags) * float(off[lag:] @ off[:-lag])
    # Neighbours can seem to cancel out: a share is no surer than independent origins make it.
    total = max(total, float(off @ off))
    return total / n**2 * origins / (origins - 1)
