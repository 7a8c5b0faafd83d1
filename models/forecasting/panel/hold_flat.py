"""Hold flat: next month as this one. Nothing simpler forecasts at all."""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import History, member


@member("hold_flat")
def hold_flat(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Repeat the last value; NaN from origins at which a series had not begun."""
    last = np.stack([history.y[:, origin - 1] for origin in origins])
    return np.repeat(last[:, :, None], horizon, axis=2)
