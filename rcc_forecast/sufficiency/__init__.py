"""Will there be enough homes? Futures of demand against usable capacity, month by month."""

from __future__ import annotations

from rcc_forecast.sufficiency.assumptions import (
    NOT_PLANNED,
    PLANNED,
    PLANNED_TYPES,
    Assumptions,
)
from rcc_forecast.sufficiency.balance import balance, children_by_kind
from rcc_forecast.sufficiency.carers import CarersForecast, carers_forecast
from rcc_forecast.sufficiency.closing import Behind, Closing, closing
from rcc_forecast.sufficiency.reliability import Reliability, reliability, usable_today
from rcc_forecast.sufficiency.residents import residents_of
from rcc_forecast.sufficiency.substitution import assumed_substitution, substitution_of

__all__ = [
    "NOT_PLANNED",
    "PLANNED",
    "PLANNED_TYPES",
    "Assumptions",
    "Behind",
    "CarersForecast",
    "Closing",
    "Reliability",
    "assumed_substitution",
    "balance",
    "carers_forecast",
    "children_by_kind",
    "closing",
    "reliability",
    "residents_of",
    "substitution_of",
    "usable_today",
]
