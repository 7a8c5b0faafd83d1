"""Any table of series, forecast together and judged on its own past.

The engine can so be judged on published series, where anyone can repeat it.
"""

from __future__ import annotations

from rcc_forecast.forecasting.series.backtest import backtest_series
from rcc_forecast.forecasting.series.forecast import forecast_series
from rcc_forecast.forecasting.series.read import read_series
from rcc_forecast.forecasting.series.table import SeriesTable

__all__ = ["SeriesTable", "backtest_series", "forecast_series", "read_series"]
