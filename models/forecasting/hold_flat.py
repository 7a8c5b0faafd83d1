"""Hold flat: tomorrow will be as today.

The forecast that most published models of children looked after do not beat;
every score is told beside it. Its spread is what really happened after past
"todays": runs of past changes, pooled over the panel.
"""

from __future__ import annotations

import numpy as np

from models.errors import ShortHistoryError
from models.forecast import Forecast, SeriesPanel
from models.forecasting.base import forecaster
from models.forecasting.levels import last_level, without_breaks
from models.forecasting.shocks import drawn_periods, paths_around, pooled_spread


@forecaster("hold_flat")
def hold_flat(
    panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
) -> Forecast:
    """Hold the last value, with runs of past changes around it.

    Parameters
    ----------
    panel : SeriesPanel
        ``y`` of shape (n_series, n_periods); two periods at least.
    horizon : int
        Periods to look ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same forecast.

    Returns
    -------
    Forecast
        Paths of shape (n_paths, n_series, horizon), never negative, whose
        spread grows with the lead as changes add up.

    Raises
    ------
    ShortHistoryError
        One period shows no change to learn from.
    """
    if panel.n_periods < 2:
        raise ShortHistoryError(model="hold_flat", needed=2, given=panel.n_periods)

    level = last_level(panel)
    changes = without_breaks(panel, np.diff(panel.y), first=1)
    # Flat means no drift: the average change is no part of the spread.
    changes = changes - changes.mean(axis=1, keepdims=True)
    changes *= pooled_spread(changes, level, prior_periods=panel.season)[:, None]
    periods = drawn_periods(
        changes.shape[1], horizon=horizon, n_paths=n_paths, block=panel.season, rng=rng
    )
    return paths_around(
        np.repeat(level[:, None], horizon, axis=1),
        lambda block: np.cumsum(changes[block][:, periods], axis=2),
        n_paths=n_paths,
    )
