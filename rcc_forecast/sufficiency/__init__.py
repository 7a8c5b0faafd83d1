"""Will there be enough homes? Futures of demand against usable capacity, month by month."""

from __future__ import annotations

from rcc_forecast.sufficiency.assumptions import (
    NOT_PLANNED,
    PLANNED,
    PLANNED_TYPES,
    Assumptions,
)
from rcc_forecast.sufficiency.balance import balance
from rcc_forecast.sufficiency.residents import residents_of

__all__ = ["NOT_PLANNED", "PLANNED", "PLANNED_TYPES", "Assumptions", "balance", "residents_of"]
