"""Every candidate's forecasts of one measure, from past origins and from today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.results.demand import MONTHS_A_YEAR, DemandHistory

Points = NDArray[np.float32]

LEAST_PAST = 24
"""Month ends before the first origin: two years, without which there is no season."""

_WANTED_PAST = 36
_ORIGIN_STEP = 3
"""Origins are a quarter apart: forecasts from month to month share nearly all their errors."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """Forecasts of nodes from past origins, what came, and the forecasts from today.

    Attributes
    ----------
    origins : ndarray of int, shape (n_origins,)
        Months that each past forecast had seen, ascending; none where history is short.
    past : dict of str to ndarray, shape (n_origins, n_nodes, horizon)
        Expected values by candidate, of 32 bits: England's would not fit in 64.
    now : dict of str to ndarray, shape (n_nodes, horizon)
        By candidate.
    actual : ndarray, shape (n_origins, n_nodes, horizon)
        What came; NaN where it has not come yet.
    """

    origins: IntArray
    past: dict[str, Points]
    now: dict[str, FloatArray]
    actual: FloatArray

    @property
    def spacing(self) -> int:
        """Months between origins."""
        return _ORIGIN_STEP


def origins_of(n_months: int, *, most: int) -> IntArray:
    """Choose past origins, a quarter apart, oldest first.

    Parameters
    ----------
    n_months : int
        Month ends known.
    most : int
        Origins wanted.

    Returns
    -------
    ndarray of int
        Months seen by each. The oldest has three years behind it where
        history allows that and leaves a year to judge by, else two.
    """
    least = _WANTED_PAST if n_months >= _WANTED_PAST + MONTHS_A_YEAR else LEAST_PAST
    found = n_months - _ORIGIN_STEP * np.arange(1, most + 1)
    return np.asarray(np.sort(found[found >= least]), dtype=np.int64)


def what_came(y: FloatArray, origins: IntArray, horizon: int) -> FloatArray:
    """Give actuals behind past forecasts, shape (n_origins, n_nodes, horizon)."""
    beyond = np.full((len(y), horizon), np.nan)
    known = np.concatenate([y, beyond], axis=1)
    parts = [known[:, seen : seen + horizon] for seen in origins]
    return np.stack(parts) if parts else np.empty((0, len(y), horizon))


def level_known_then(
    history: DemandHistory, known: list[DemandHistory], measure: str
) -> dict[int, FloatArray]:
    """Give what past returns had wrong about their last month, by months seen.

    Returns
    -------
    dict of int to ndarray, shape (n_leaves,)
        Level as known then less level as known today. Forecasts from that
        origin start that much off: today's data alone would flatter them.
    """
    found = {}
    here = pd.MultiIndex.from_frame(history.leaves)
    for past in known:
        seen = int(history.months.searchsorted(past.months[-1], side="right"))
        place = here.get_indexer(pd.MultiIndex.from_frame(past.leaves))
        then = history.corrected[measure][:, seen - 1].copy()
        inside = place >= 0
        then[place[inside]] = past.corrected[measure][inside, -1]
        found[seen] = then - history.corrected[measure][:, seen - 1]
    return found
