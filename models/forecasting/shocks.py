"""Shocks that series share: past periods are drawn once for the whole panel.

Errors of neighbouring series go together (a hard winter, a court backlog). A
path that drew them one by one would let them cancel, and regional totals
would look far too sure. So one draw of past periods serves every series.
Blocks: Künsch (1989), "The jackknife and the bootstrap for general stationary
observations", *Annals of Statistics* 17.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.forecast import FloatArray, Forecast, IntArray

_SERIES_A_BLOCK = 256
"""Series worked on at once, so that England's panel fits in memory."""

ShockDraw = Callable[[slice], FloatArray]
"""Gives the shocks of some series, shape (n_block, n_paths, horizon)."""


def drawn_periods(
    n_periods: int, *, horizon: int, n_paths: int, block: int, rng: np.random.Generator
) -> IntArray:
    """Draw runs of past periods for every path.

    Parameters
    ----------
    n_periods : int
        Past periods to draw from, at least 1.
    horizon, n_paths : int
        Periods ahead, and futures.
    block : int
        Length of a run, which keeps what follows what within it; shorter
        where the past holds fewer than three runs.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    ndarray of int, shape (n_paths, horizon)
        Columns of the past. The past is bent into a ring, so that every
        period is as likely as any other.
    """
    block = max(1, min(block, n_periods // 3))
    starts = rng.integers(n_periods, size=(n_paths, -(-horizon // block)))
    runs = (starts[:, :, None] + np.arange(block)) % n_periods
    return np.asarray(runs.reshape(n_paths, -1)[:, :horizon], dtype=np.int64)


def pooled_spread(errors: FloatArray, level: FloatArray, *, prior_periods: float) -> FloatArray:
    """Give the factor that brings each series' own spread towards the panel's.

    Parameters
    ----------
    errors : ndarray, shape (n_series, n_past)
        Past changes or errors, centred.
    level : ndarray, shape (n_series,)
        Size of each series: variances are pooled in proportion to it, as for counts.
    prior_periods : float
        How many periods of its own the panel's word is worth.

    Returns
    -------
    ndarray, shape (n_series,)
        Multiply a series' errors by it; 1 where a series has never moved.
    """
    own = np.mean(errors**2, axis=1)
    moving = own > 0
    size = level[moving].sum()
    if size <= 0:
        return np.ones(len(own))
    pooled = own[moving].sum() / size * level
    n_past = errors.shape[1]
    shrunk = (n_past * own + prior_periods * pooled) / (n_past + prior_periods)
    return np.asarray(np.sqrt(np.divide(shrunk, own, out=np.ones_like(own), where=moving)))


def carried_forward(errors: FloatArray, gain: FloatArray) -> FloatArray:
    """Add up what each error leaves behind in a local level.

    Parameters
    ----------
    errors : ndarray, shape (n_series, n_paths, horizon)
        One-step errors.
    gain : ndarray, shape (n_series,)
        Share of an error that stays in the level, 0 to 1.

    Returns
    -------
    ndarray, shape (n_series, n_paths, horizon)
        e_h + gain · (e_1 + ... + e_{h-1}).
    """
    added = np.cumsum(errors, axis=2)
    return np.asarray(errors + gain[:, None, None] * (added - errors))


def paths_around(expected: FloatArray, shocks: ShockDraw, *, n_paths: int) -> Forecast:
    """Draw futures whose mean is what is expected, and which never fall below zero.

    Parameters
    ----------
    expected : ndarray, shape (n_series, horizon)
        Mean of the futures; below zero counts as zero.
    shocks : callable
        Shocks of a block of series, shape (n_block, n_paths, horizon).
    n_paths : int
        Futures to draw.

    Returns
    -------
    Forecast
        Paths in 32 bits. Cutting at zero would lift the mean of small series,
        and a thousand small lifts would swell a region's total, so each
        series is scaled back to its mean afterwards.
    """
    n_series, horizon = expected.shape
    expected = np.maximum(expected, 0.0)
    paths = np.zeros((n_paths, n_series, horizon), dtype=np.float32)
    for first in range(0, n_series, _SERIES_A_BLOCK):
        block = slice(first, first + _SERIES_A_BLOCK)
        if not expected[block].any():
            continue
        mean = expected[block][:, None, :]
        drawn = np.maximum(mean + shocks(block), 0.0)
        found = drawn.mean(axis=1, keepdims=True)
        drawn *= np.divide(mean, found, out=np.zeros_like(found), where=found > 0)
        paths[:, block] = drawn.swapaxes(0, 1)
    return Forecast(paths)
