"""Whom homes are for: needs, health, and young people after care."""

from __future__ import annotations

from rcc_forecast.needs.profiled import profile_needs

__all__ = ["profile_needs"]
