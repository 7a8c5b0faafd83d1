"""Futures given the quantiles that past errors ask for, in the order that structure gives them.

Joint futures know which months, kinds and ages go together; past forecasts
know how far outcomes stray. Each series keeps the ranks of its futures and
takes its values from calibrated quantiles (the ensemble copula coupling of
Schefzik, Thorarinsdottir and Gneiting, Statistical Science 28, 2013).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from models.forecast import FloatArray, PathArray


def at_quantiles(
    paths: PathArray,
    *,
    levels: FloatArray,
    quantiles: FloatArray,
    mean: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Move each series' futures onto its quantiles, rank by rank.

    Parameters
    ----------
    paths : ndarray, shape (n_paths, n_series, horizon)
        Joint futures; only their order within a series and month is used.
    levels : ndarray, shape (n_levels,)
        Rising, between 0 and 1.
    quantiles : ndarray, shape (n_levels, n_series, horizon)
        Values at `levels`, not negative, not falling.
    mean : ndarray, shape (n_series, horizon)
        What the futures shall average to, not negative.
    rng : Generator
        Breaks ties between futures that are equal, so that small counts, where
        many are, do not move together by the numbering of the futures.

    Returns
    -------
    ndarray, shape (n_paths, n_series, horizon)
        Not negative; the mean over paths is `mean`.

    Notes
    -----
    Between levels, values are linear in the normal score of the rank; beyond
    the outermost levels the same lines go on.
    """
    ranks = np.lexsort((rng.random(paths.shape), paths), axis=0)
    in_order = _by_rank(len(paths), levels, quantiles)
    np.maximum(in_order, 0.0, out=in_order)
    now = in_order.mean(axis=0)
    ratio = np.divide(mean, now, out=np.zeros_like(now), where=now > 0)
    in_order *= ratio
    in_order += np.where(now > 0, 0.0, mean)
    moved = np.empty(paths.shape)
    np.put_along_axis(moved, ranks, in_order, axis=0)
    return moved


def _by_rank(n_paths: int, levels: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Value of each rank, shape (n_paths, n_series, horizon): straight between two levels."""
    score = norm.ppf((np.arange(n_paths) + 0.5) / n_paths)
    known = norm.ppf(levels)
    upper = np.clip(np.searchsorted(known, score), 1, len(levels) - 1)
    share = (score - known[upper - 1]) / (known[upper] - known[upper - 1])
    # Two levels count for a rank: a product with all of them would wake every core for nothing.
    found: FloatArray = quantiles[upper - 1] * (1.0 - share)[:, None, None]
    found += quantiles[upper] * share[:, None, None]
    return found
