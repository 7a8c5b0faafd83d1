"""Months and quarters by the panel of time-series models and their combination."""

from __future__ import annotations

import numpy as np

from models.backtest import Backtest, backtest_of
from models.forecast import FloatArray, QuantileForecast
from models.forecasting.panel import forecast_panel, rolled_panel
from models.forecasting.panel.combination import COMBINATION
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.series.table import SeriesTable

MODEL = COMBINATION
"""The candidate that forecasts: all members together."""


def forecast_periods(table: SeriesTable, *, horizon: int, levels: FloatArray) -> QuantileForecast:
    """Forecast every series from its own last period; gaps lie between their neighbours."""
    return forecast_panel(
        right_aligned(table.history),
        season=table.season,
        horizon=horizon,
        levels=levels,
        group=table.group,
    )


def backtest_periods(table: SeriesTable, *, horizon: int, origins: int) -> Backtest:
    """Score every candidate from past periods, each with its whole horizon.

    A gap holds its last value here: what stood after it was not known then.

    Raises
    ------
    NothingUsableError
        No series is long enough to hold the horizon back.
    """
    rolled = rolled_panel(
        right_aligned(table.carried_history),
        season=table.season,
        horizon=horizon,
        n_origins=origins,
    )
    if not rolled:
        raise NothingUsableError(
            wanted="A backtest",
            reason=f"no series has two years of periods before the last {horizon}.",
        )
    pairs = zip(table.carried_history, table.observed, strict=True)
    truth = [np.where(observed, values, np.nan) for values, observed in pairs]
    return backtest_of(rolled, y=right_aligned(truth), season=table.season)


def right_aligned(series: tuple[FloatArray, ...] | list[FloatArray]) -> FloatArray:
    """Put series one under another by their last periods, NaN before each began."""
    aligned = np.full((len(series), max(map(len, series))), np.nan)
    for row, values in zip(aligned, series, strict=True):
        row[len(row) - len(values) :] = values
    return aligned
