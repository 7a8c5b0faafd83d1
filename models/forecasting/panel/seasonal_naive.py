"""Seasonal naive: next March as last March; the scale of every score."""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import History, member


@member("seasonal_naive")
def seasonal_naive(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Repeat the last year; under a year of history, the last value."""
    y, m = history.y, history.season
    ahead = np.arange(horizon) % m
    found = np.empty((len(origins), history.n_series, horizon))
    for place, origin in enumerate(origins):
        found[place] = y[:, origin - 1, None]
        if origin >= m:
            last_year = y[:, origin - m : origin][:, ahead]
            whole = history.began + m <= origin
            found[place, whole] = last_year[whole]
    return found
