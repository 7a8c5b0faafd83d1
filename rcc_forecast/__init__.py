"""Demand, sufficiency and placements for Regional Care Cooperatives, from SSDA903 returns."""

__version__ = "0.1.0"
