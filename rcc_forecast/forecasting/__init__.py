"""Monthly counts in, coherent futures out: chosen, scored and calibrated on the past."""

from __future__ import annotations

from rcc_forecast.forecasting.backtest import backtest_demand
from rcc_forecast.forecasting.fit import forecast_demand
from rcc_forecast.forecasting.series import (
    SeriesTable,
    backtest_series,
    forecast_series,
    read_series,
)

__all__ = [
    "SeriesTable",
    "backtest_demand",
    "backtest_series",
    "forecast_demand",
    "forecast_series",
    "read_series",
]
