"""Demand against capacity in many futures: calibrated, short or not, by how much, how sure."""

from __future__ import annotations

from models.sufficiency.calibrate import at_quantiles
from models.sufficiency.hall import fair_split, filled_by, places_touching
from models.sufficiency.shortfall import Shortfall, shortfall

__all__ = [
    "Shortfall",
    "at_quantiles",
    "fair_split",
    "filled_by",
    "places_touching",
    "shortfall",
]
