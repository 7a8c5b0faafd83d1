"""Whether a region's forecast helps its authorities, or each is better alone.

Losses of rival forecasts of the same authorities from the same past origins,
compared with an interval that draws whole origins: authorities share their
shocks, and neighbouring origins their months. Künsch (1989), "The jackknife and
the bootstrap for general stationary observations", *Annals of Statistics* 17.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray

LEAST_ORIGINS = 8
"""Fewer origins give no interval."""


@dataclass(frozen=True, slots=True)
class PoolingGain:
    """Share of the local forecast's loss that each rival saves.

    Attributes
    ----------
    gain : ndarray, shape (n_rivals, n_areas + 1)
        1 - rival's loss / local loss; the last column is all areas together.
        NaN where the local forecast lost nothing or nothing is known.
    low, high : ndarray, same shape
        95% interval; NaN under `LEAST_ORIGINS` origins.
    """

    gain: FloatArray
    low: FloatArray
    high: FloatArray


def pooling_gain(
    local: PathArray,
    rivals: PathArray,
    *,
    block: int,
    rng: np.random.Generator,
    n_draws: int = 999,
) -> PoolingGain:
    """Compare forecasts made area by area with forecasts that pool a region.

    Parameters
    ----------
    local : ndarray, shape (n_origins, n_areas)
        Loss of the forecast from the area alone, such as its CRPS; NaN where
        not known. Scaled, if areas are to count alike in "all together".
    rivals : ndarray, shape (n_rivals, n_origins, n_areas)
        Loss of each forecast that pools, such as a regional rate shrunk to the
        area, or the region's forecast by the area's share.
    block : int
        Origins in a row that are drawn together: the longest lead in origins.
    rng : numpy.random.Generator
        The only source of chance.
    n_draws : int
        Of the bootstrap.

    Returns
    -------
    PoolingGain
        Positive where pooling helps.
    """
    n_origins = len(local)
    losses = np.concatenate([np.asarray(local)[None], rivals]).astype(np.float64)
    known = np.isfinite(losses).all(axis=0)
    losses = np.where(known, losses, 0.0)
    losses = np.concatenate([losses, losses.sum(axis=2, keepdims=True)], axis=2)
    gain = _gains(losses.sum(axis=1)[None])[0]
    unknown = np.full(gain.shape, np.nan)
    if n_origins < LEAST_ORIGINS:
        return PoolingGain(gain, unknown, unknown.copy())
    drawn = _block_counts(n_origins, min(max(block, 1), n_origins), n_draws, rng)
    totals = np.einsum("do,mon->dmn", drawn, losses, optimize=True)
    low, high = np.quantile(_gains(totals), [0.025, 0.975], axis=0)
    return PoolingGain(gain, low, high)


def shared_out(
    total: PathArray, history: FloatArray, *, region: IntArray, origins: IntArray, periods: int
) -> FloatArray:
    """Give areas their recent share of a region's forecast.

    Parameters
    ----------
    total : ndarray, shape (n_origins, n_regions, horizon)
        The regions' forecasts.
    history : ndarray, shape (n_areas, n_periods)
        Counts of the areas.
    region : ndarray of int, shape (n_areas,)
        Of each area.
    origins : ndarray of int, shape (n_origins,)
        Periods that each forecast had seen.
    periods : int
        Last periods that the share is taken from.

    Returns
    -------
    ndarray, shape (n_origins, n_areas, horizon)
        Shares of a region sum to 1; where it had no child, areas share alike.
    """
    found = np.empty((len(origins), len(history), total.shape[2]))
    alike = 1 / np.bincount(region, minlength=total.shape[1])[region]
    for place, seen in enumerate(origins):
        recent = np.nansum(history[:, max(0, seen - periods) : seen], axis=1)
        of_region = np.bincount(region, weights=recent, minlength=total.shape[1])[region]
        share = np.divide(recent, of_region, out=alike.copy(), where=of_region > 0)
        found[place] = share[:, None] * total[place, region]
    return found


def _gains(losses: FloatArray) -> FloatArray:
    """Give 1 - rival / local, shape (n_draws, n_rivals, n_areas + 1)."""
    local, rivals = losses[:, :1], losses[:, 1:]
    ratio = np.divide(rivals, local, out=np.full(rivals.shape, np.nan), where=local > 0)
    return np.asarray(1 - ratio)


def _block_counts(n_origins: int, block: int, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Say how often each draw has each origin, shape (n_draws, n_origins); blocks wrap round."""
    n_blocks = -(-n_origins // block)
    start = rng.integers(n_origins, size=(n_draws, n_blocks, 1))
    origin = ((start + np.arange(block)) % n_origins).reshape(n_draws, -1)[:, :n_origins]
    flat = (np.arange(n_draws)[:, None] * n_origins + origin).ravel()
    counts = np.bincount(flat, minlength=n_draws * n_origins)
    return counts.reshape(n_draws, n_origins).astype(np.float64)
