"""Yearly series by the annual engine, which learns from the panel how far to leave hold-flat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.backtest import Backtest, backtest_of
from models.forecast import FloatArray, QuantileForecast, RolledForecast
from models.forecasting.annual import ENGINE, AnnualPanel, forecast_annual, rolled_annual
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.series.table import SeriesTable

MODEL = ENGINE
"""The candidate that forecasts: it holds flat by itself where nothing else is borne out."""

_SHORTEST_PAST = 2
"""Years before an origin, so that there is one change to learn from."""


def forecast_years(table: SeriesTable, *, horizon: int, levels: FloatArray) -> QuantileForecast:
    """Forecast every series from its own last year."""
    return forecast_annual(annual_panel(table), horizon=horizon, levels=levels)


def backtest_years(table: SeriesTable, *, horizon: int, origins: int) -> Backtest:
    """Score every candidate from past years, each with its whole horizon.

    Raises
    ------
    NothingUsableError
        The panel has too few years to hold the horizon back.
    """
    panel = annual_panel(table)
    rolled = rolled_annual(panel, horizon=horizon, n_origins=origins + horizon - 1)
    whole = _with_whole_horizon(rolled, n_periods=panel.n_periods, horizon=horizon)
    if not whole:
        raise NothingUsableError(
            wanted="A backtest",
            reason=f"the table has fewer than {_SHORTEST_PAST} periods before the last {horizon}.",
        )
    return backtest_of(whole, y=panel.y, season=1)


def annual_panel(table: SeriesTable) -> AnnualPanel:
    """Give the panel as the engine takes it, up to its newest value."""
    panel = AnnualPanel(
        y=table.y,
        group=table.group,
        exposure=table.exposure,
        columns=table.columns if len(table.columns) else None,
    )
    return panel.until(int(table.last.max()) + 1)


def _with_whole_horizon(
    rolled: Mapping[str, RolledForecast], *, n_periods: int, horizon: int
) -> dict[str, RolledForecast]:
    found = {}
    for name, forecasts in rolled.items():
        seen = forecasts.origins
        kept = (seen >= _SHORTEST_PAST) & (seen <= n_periods - horizon)
        if kept.any():
            found[name] = replace(
                forecasts,
                origins=np.asarray(seen[kept], dtype=np.int64),
                mean=forecasts.mean[kept],
                quantiles=forecasts.quantiles[:, kept],
            )
    return found
