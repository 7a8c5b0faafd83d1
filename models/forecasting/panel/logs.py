"""Series on a logarithmic scale and back, with every choice made before the first origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import History

_RUN_AWAY = 1.5
"""A forecast may exceed the highest value by this much on the logarithmic scale, no more."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Logarithms of series, and the way back.

    Attributes
    ----------
    values : ndarray, shape (n_series, n_periods)
        log(y + offset); zero before a series began and where it was ever below zero.
    offset : ndarray, shape (n_series,)
        0 where a series was above zero in what the fit could see, else 1.
    highest : ndarray, shape (n_series, n_periods)
        Highest logarithm up to each period.
    usable : ndarray of bool, shape (n_series,)
        Not below zero in what the fit could see.
    """

    values: FloatArray
    offset: FloatArray
    highest: FloatArray
    usable: NDArray[np.bool_]

    @classmethod
    def of(cls, history: History, *, until: IntArray) -> Logs:
        """Take logarithms; what is chosen sees as much as the parameters do."""
        y, seen = history.filled(), history.seen(until)
        lowest = np.where(seen, y, np.inf).min(axis=1)
        offset = np.where(lowest > 0, 0.0, 1.0)
        usable = lowest >= 0
        begun = np.isfinite(history.y)
        # What comes later may be lower than anything before: the floor keeps it finite.
        floor = np.where(lowest > 0, lowest / 2, 1.0)
        shifted = np.maximum(y + offset[:, None], floor[:, None])
        values = np.where(begun & usable[:, None], np.log(shifted), 0.0)
        highest = np.maximum.accumulate(np.where(begun, values, -np.inf), axis=1)
        return cls(values, offset, highest, usable)

    def back(self, points: FloatArray, *, origins: IntArray) -> FloatArray:
        """Return points, shape (n_origins, n_series, horizon), to the unit of the panel."""
        highest = self.highest[:, np.asarray(origins) - 1].T[:, :, None]
        capped = np.minimum(points, highest + _RUN_AWAY)
        return np.asarray(np.exp(capped) - self.offset[:, None])
