"""Monthly counts in, coherent futures out: weighed, scored and calibrated on the past."""

from __future__ import annotations

from rcc_forecast.forecasting.backtest import FINALISTS, backtest_demand
from rcc_forecast.forecasting.candidates import require_known
from rcc_forecast.forecasting.cohort_runs import CohortToday
from rcc_forecast.forecasting.engine import Engine, run_engine
from rcc_forecast.forecasting.fit import forecast_demand, structural_spread
from rcc_forecast.forecasting.parallel import Workers
from rcc_forecast.forecasting.pooling import pooling_tables
from rcc_forecast.forecasting.rolled import origins_of
from rcc_forecast.forecasting.series import (
    SeriesTable,
    backtest_series,
    forecast_series,
    read_series,
)
from rcc_forecast.forecasting.structural import Futures, draw_futures
from rcc_forecast.forecasting.under import Under, children_together, moved_leaves, stepped_under

__all__ = [
    "FINALISTS",
    "CohortToday",
    "Engine",
    "Futures",
    "SeriesTable",
    "Under",
    "Workers",
    "backtest_demand",
    "backtest_series",
    "children_together",
    "draw_futures",
    "forecast_demand",
    "forecast_series",
    "moved_leaves",
    "origins_of",
    "pooling_tables",
    "read_series",
    "require_known",
    "run_engine",
    "stepped_under",
    "structural_spread",
]
