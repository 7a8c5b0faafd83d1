"""Yearly series of a panel, forecast together and judged on its own past."""

from __future__ import annotations

from models.forecasting.annual.engine import (
    CANDIDATES,
    ENGINE,
    forecast_annual,
    rolled_annual,
)
from models.forecasting.annual.panel import AnnualPanel, EmptyPanelError

__all__ = [
    "CANDIDATES",
    "ENGINE",
    "AnnualPanel",
    "EmptyPanelError",
    "forecast_annual",
    "rolled_annual",
]
