"""Invented panels of monthly series as the time-series models take them: arrays, nothing else."""

from __future__ import annotations

import numpy as np


def seasonal_counts(
    *, n_series: int = 12, n_periods: int = 84, level: float = 30.0, seed: int = 5
) -> np.ndarray:
    """Give counts around a wandering level with a season of their own."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, 0.03, (n_series, n_periods)), axis=1)
    phase = rng.integers(0, 12, (n_series, 1))
    season = 1 + 0.25 * np.sin(2 * np.pi * (np.arange(n_periods) + phase) / 12)
    return rng.poisson(level * np.exp(walk) * season).astype(float)


def awkward_series(*, n_periods: int = 60, seed: int = 6) -> dict[str, np.ndarray]:
    """Give one series of each kind that models stumble over."""
    rng = np.random.default_rng(seed)
    steady = rng.poisson(20, n_periods).astype(float)
    outlier = steady.copy()
    outlier[n_periods // 2] = 1e6
    newborn, young = np.full(n_periods, np.nan), np.full(n_periods, np.nan)
    newborn[-1], young[-15:] = 21.0, rng.poisson(21, 15)
    return {
        "steady": steady,
        "all zero": np.zeros(n_periods),
        "constant": np.full(n_periods, 7.0),
        "one value": newborn,
        "under two years": young,
        "one huge outlier": outlier,
        "sparse": rng.poisson(0.1, n_periods).astype(float),
        "below zero": steady - 30,
        "not whole": rng.normal(5, 0.3, n_periods),
        "suddenly zero": np.where(np.arange(n_periods) < 40, steady, 0.0),
    }
