"""Futures moved so that they average to reconciled means, and still add up.

The joint shape of the futures is the structural model's; where they lie is
what all models together expect. Leaves are stretched, never totals: sums of
the moved leaves are coherent in every future.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, PathArray

MOST_STRETCH = 4.0
"""A leaf's futures are multiplied by no more; what is then still missing is added to all alike.

A leaf that nearly no future fills would otherwise hold its whole mean in one of them.
"""

_LEAVES_AT_ONCE = 512


def shifted_paths(paths: PathArray, *, mean: FloatArray) -> NDArray[np.float32]:
    """Move each leaf's futures to a mean.

    Parameters
    ----------
    paths : ndarray, shape (n_paths, n_leaves, horizon)
        Joint futures, not negative.
    mean : ndarray, shape (n_leaves, horizon)
        Where they shall average to, not negative.

    Returns
    -------
    ndarray of 32 bits, shape (n_paths, n_leaves, horizon)
        paths · mean / (their mean), at most `MOST_STRETCH` times; the rest of
        the mean is added. Where every future is 0, that is the whole mean, and
        where the mean is 0 every future is 0.

    Notes
    -----
    The average over paths is `mean` to the rounding of 32 bits.
    """
    moved = np.empty(paths.shape, dtype=np.float32)
    for first in range(0, paths.shape[1], _LEAVES_AT_ONCE):
        leaves = slice(first, first + _LEAVES_AT_ONCE)
        now = paths[:, leaves].mean(axis=0, dtype=np.float64)
        ratio = np.divide(mean[leaves], now, out=np.zeros_like(now), where=now > 0)
        ratio = np.minimum(ratio, MOST_STRETCH)
        missing = np.maximum(mean[leaves] - ratio * now, 0.0)
        missing[missing < 1e-12 * mean[leaves]] = 0.0
        np.multiply(paths[:, leaves], ratio.astype(np.float32), out=moved[:, leaves])
        moved[:, leaves] += missing.astype(np.float32)
    return moved
