"""Forecast every series from its own last period."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.forecast import FloatArray, QuantileForecast
from rcc_forecast.forecasting.series import annual, monthly
from rcc_forecast.forecasting.series.periods import period_names
from rcc_forecast.forecasting.series.table import SeriesTable
from rcc_forecast.tables.forecast import QUANTILES, SERIES_FORECAST

_LEVELS: FloatArray = np.array(list(QUANTILES.values()))


def forecast_series(
    table: SeriesTable, *, horizon: int, progress: Callable[[str], None] | None = None
) -> pd.DataFrame:
    """Forecast every series from its own last period, together with the others.

    Parameters
    ----------
    table : SeriesTable
        From `read_series`; years go to the annual engine, months and quarters
        to the panel of time-series models.
    horizon : int
        Periods ahead.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DataFrame
        A `SERIES_FORECAST` table, in the order of the file.
    """
    if progress is not None:
        progress(f"forecasting {len(table.ids):,} series")
    by_years = table.season == 1
    make = annual.forecast_years if by_years else monthly.forecast_periods
    made = make(table, horizon=horizon, levels=_LEVELS)
    return SERIES_FORECAST.check(_rows(table, made, annual.MODEL if by_years else monthly.MODEL))


def _rows(table: SeriesTable, made: QuantileForecast, model: str) -> pd.DataFrame:
    n_series, horizon = made.mean.shape
    lead = np.tile(np.arange(1, horizon + 1), n_series)
    number = np.repeat(table.start + table.last, horizon) + lead
    frame = pd.DataFrame(
        {
            "series_id": np.repeat(np.array(table.ids, dtype=object), horizon),
            "period": period_names(number, season=table.season),
            "horizon": lead,
            "mean": made.mean.ravel(),
        }
    )
    for name, values in zip(QUANTILES, made.quantiles, strict=True):
        frame[name] = values.ravel()
    return frame.assign(model=model)
