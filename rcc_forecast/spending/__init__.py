"""What homes cost, what will be spent, and how the market for homes stands."""

from __future__ import annotations

from rcc_forecast.spending.forecast import forecast_spend
from rcc_forecast.spending.weekly_cost import unit_costs, weekly_costs

__all__ = ["forecast_spend", "unit_costs", "weekly_costs"]
