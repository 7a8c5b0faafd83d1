"""Journeys become monthly demand, from authority and placement type up to England."""

from __future__ import annotations

from rcc_forecast.demand.count import monthly_demand
from rcc_forecast.demand.history import demand_table

__all__ = ["demand_table", "monthly_demand"]
