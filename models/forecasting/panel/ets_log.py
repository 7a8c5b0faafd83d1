"""Exponential smoothing of logarithms: changes in proportion, not in number."""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import History, member
from models.forecasting.panel.ets import smoothed_points
from models.forecasting.panel.logs import Logs


@member("ets_log")
def ets_log(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Smooth logarithms as `ets` smooths values; series below zero are smoothed as they are."""
    points = np.empty((len(origins), history.n_series, horizon))
    for fit in history.fits(origins):
        logs = Logs.of(history, until=fit.until)
        values = np.where(logs.usable[:, None], logs.values, history.filled())
        found = smoothed_points(
            history, values, until=fit.until, origins=origins[fit.places], horizon=horizon
        )
        back = logs.back(found, origins=origins[fit.places])
        points[fit.places] = np.where(logs.usable[:, None], back, found)
    return points
