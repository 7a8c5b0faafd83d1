"""Counts drawn about their expectation, with chance that runs of one seed share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.forecast import FloatArray

_LARGE = 16.0
"""From this expectation on, the normal distribution stands for the Poisson."""


def counts_about(
    expected: FloatArray, *, rank: FloatArray, share: FloatArray | None = None
) -> FloatArray:
    """Draw a count about each expectation: Poisson, or as much narrower as a binomial is.

    Parameters
    ----------
    expected : ndarray
        Not negative.
    rank : ndarray in (0, 1), shape that broadcasts to `expected`
        Rank of each count among those that could be.
    share : ndarray in 0 to 1, shape that broadcasts to `expected`, optional
        Share of a known number that the count is of; the variance is that of
        the binomial. Poisson where absent.

    Returns
    -------
    ndarray
        Never negative, `expected` on average; not whole where `share` is given.
    """
    drawn = _poisson(expected, np.broadcast_to(rank, expected.shape))
    if share is None:
        return drawn
    return np.asarray(expected + (drawn - expected) * np.sqrt(1.0 - share))


def _poisson(expected: FloatArray, rank: FloatArray) -> FloatArray:
    """Invert the Poisson distribution, one step up the counts for all who need one more."""
    out = np.zeros(expected.shape)
    large = expected >= _LARGE
    high = expected[large]
    out[large] = np.maximum(high + np.sqrt(high) * special.ndtri(rank[large]), 0.0)
    # Most expect so few that nobody comes: only where the rank is higher is there more to do.
    left = np.flatnonzero(~large & (rank > np.exp(-np.where(large, 0.0, expected))))
    mean, want = expected.ravel()[left], rank.ravel()[left]
    term = np.exp(-mean)
    total, count = term.copy(), 0
    flat: NDArray[np.float64] = out.ravel()
    while len(left):
        count += 1
        term = term * mean / count
        total = total + term
        flat[left] = count
        more = (want > total) & (term > 1e-15 * total)
        left, mean, want = left[more], mean[more], want[more]
        term, total = term[more], total[more]
    return flat.reshape(expected.shape)
