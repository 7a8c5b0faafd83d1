"""Seasonal naive: next March will look like last March.

The yardstick: a model that cannot beat it in the backtest is not worth its
parameters. Hyndman & Athanasopoulos, *Forecasting: Principles and Practice*
(3rd ed.), sections 5.2 and 5.5.
"""

from __future__ import annotations

import numpy as np

from models.errors import ShortHistoryError
from models.forecast import Forecast, SeriesPanel
from models.forecasting.base import forecaster
from models.forecasting.levels import without_breaks
from models.forecasting.shocks import paths_around


@forecaster("seasonal_naive")
def seasonal_naive(
    panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
) -> Forecast:
    """Repeat the last year, with shocks drawn from past year-on-year changes.

    Parameters
    ----------
    panel : SeriesPanel
        ``y`` of shape (n_series, n_periods), children, oldest first, without gaps;
        ``season`` periods make a year.
    horizon : int
        Periods to look ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same forecast.

    Returns
    -------
    Forecast
        Paths of shape (n_paths, n_series, horizon), in children, never negative.

    Raises
    ------
    ShortHistoryError
        Under two years there is no year-on-year change to learn from.
    """
    y, season = panel.y, panel.season
    if y.shape[1] < 2 * season:
        raise ShortHistoryError(model="seasonal_naive", needed=2 * season, given=y.shape[1])

    ahead = np.arange(horizon)
    expected = y[:, -season:][:, ahead % season]
    changes = y[:, season:] - y[:, :-season]
    changes = without_breaks(panel, changes, first=season, lasting=season)
    changes = changes - changes.mean(axis=1, keepdims=True)
    # One draw of past periods for the whole panel: series keep the shocks they share.
    drawn = rng.integers(changes.shape[1], size=(n_paths, horizon))
    # k years ahead adds up k yearly shocks, so the spread grows with sqrt(k).
    spread = np.sqrt(ahead // season + 1)
    return paths_around(expected, lambda block: spread * changes[block][:, drawn], n_paths=n_paths)
