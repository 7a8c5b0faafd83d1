"""The cohort core: children by exact age, entries by area, and what each month does to them."""

from __future__ import annotations

from models.forecasting.cohort.ages import (
    BAND_EDGES,
    CLASS_EDGES,
    GROUP_EDGES,
    N_BANDS,
    N_STREAMS,
    OTHER,
    UASC,
)
from models.forecasting.cohort.entries import EntryForecast, forecast_entries
from models.forecasting.cohort.explain import Explanation, explain
from models.forecasting.cohort.fit import fit_rates
from models.forecasting.cohort.levers import (
    DurationsLever,
    EntriesLever,
    ExitsLever,
    Lever,
    Levers,
    MovesLever,
    When,
    Where,
    pulled,
)
from models.forecasting.cohort.paths import Paths, draw_paths
from models.forecasting.cohort.population import (
    ADULT,
    LEFT,
    UNKNOWN,
    Break,
    ChildMonths,
    Population,
)
from models.forecasting.cohort.rates import Clock, Rates
from models.forecasting.cohort.recursion import Balance, Expected, expected
from models.forecasting.cohort.shocks import BreakOdds
from models.forecasting.cohort.stock import Stock, stock_at

__all__ = [
    "ADULT",
    "BAND_EDGES",
    "CLASS_EDGES",
    "GROUP_EDGES",
    "LEFT",
    "N_BANDS",
    "N_STREAMS",
    "OTHER",
    "UASC",
    "UNKNOWN",
    "Balance",
    "Break",
    "BreakOdds",
    "ChildMonths",
    "Clock",
    "DurationsLever",
    "EntriesLever",
    "EntryForecast",
    "ExitsLever",
    "Expected",
    "Explanation",
    "Lever",
    "Levers",
    "MovesLever",
    "Paths",
    "Population",
    "Rates",
    "Stock",
    "When",
    "Where",
    "draw_paths",
    "expected",
    "explain",
    "fit_rates",
    "forecast_entries",
    "pulled",
    "stock_at",
]
