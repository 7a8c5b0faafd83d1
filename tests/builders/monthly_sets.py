"""Published monthly sets of series, as they are; numpy alone, so that peers can read them too."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HORIZONS = {"hospital": 12, "tourism_large_bottom": 24, "m1_monthly": 18, "aus_livestock": 24}
"""Months ahead by which each set is usually judged."""

_LEAST_HISTORY = 36


@dataclass(frozen=True, slots=True)
class MonthlySet:
    """Series of one set up to one origin, and what came after.

    Attributes
    ----------
    name : str
        Of the set.
    drop : int
        Months by which the origin was moved back.
    history : ndarray, shape (n_series, n_periods)
        Right-aligned: the last column is the origin; NaN before a series began.
    came : ndarray, shape (n_series, horizon)
        What came after it; NaN where not known.
    """

    name: str
    drop: int
    history: np.ndarray
    came: np.ndarray

    @property
    def horizon(self) -> int:
        """Months ahead."""
        return int(self.came.shape[1])


def monthly_set(folder: Path, name: str, *, drop: int = 0, most: int | None = None) -> MonthlySet:
    """Read one set; series with gaps or under three years at the origin are left out."""
    horizon = HORIZONS[name]
    pasts, futures = [], []
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, trained, text = line.rstrip("\n").rsplit(",", 2)
            values = np.array([float(value) if value else np.nan for value in text.split(" ")])
            origin = int(trained) - drop
            if np.isnan(values).any() or not _LEAST_HISTORY <= origin < len(values):
                continue
            pasts.append(values[:origin])
            futures.append(values[origin : origin + horizon])
    if most is not None and len(pasts) > most:
        every = len(pasts) // most
        pasts, futures = pasts[::every][:most], futures[::every][:most]
    return MonthlySet(name, drop, _right_aligned(pasts), _left_aligned(futures, horizon))


def _right_aligned(rows: list[np.ndarray]) -> np.ndarray:
    padded = np.full((len(rows), max(map(len, rows))), np.nan)
    for place, row in enumerate(rows):
        padded[place, -len(row) :] = row
    return padded


def _left_aligned(rows: list[np.ndarray], width: int) -> np.ndarray:
    padded = np.full((len(rows), width), np.nan)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return padded
