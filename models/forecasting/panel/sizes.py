"""How much a series moves from one period to the next: the unit in which its errors are told."""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray


def running_size(y: FloatArray, origins: IntArray) -> FloatArray:
    """Give the mean absolute change before each origin.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        NaN before a series began.
    origins : ndarray of int, shape (n_origins,)
        Periods seen.

    Returns
    -------
    ndarray, shape (n_origins, n_series)
        In the unit of the series; 0 where it had not changed, or not begun.
    """
    change = np.abs(np.diff(y, axis=1, prepend=np.nan))
    known = np.isfinite(change)
    total = np.cumsum(np.where(known, change, 0.0), axis=1)
    count = np.cumsum(known, axis=1)
    at = np.asarray(origins) - 1
    return np.asarray((total[:, at] / np.maximum(count[:, at], 1)).T)


def spacing_of(origins: IntArray) -> float:
    """Give the usual distance between origins, in periods."""
    return float(np.median(np.diff(origins))) if len(origins) > 1 else 1.0
