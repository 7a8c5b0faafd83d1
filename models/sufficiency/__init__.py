"""Demand against capacity in many futures: calibrated, short or not, by how much, how sure."""

from __future__ import annotations

from models.sufficiency.calibrate import at_quantiles
from models.sufficiency.shortfall import Shortfall, pooled_shortfall, shortfall

__all__ = ["Shortfall", "at_quantiles", "pooled_shortfall", "shortfall"]
