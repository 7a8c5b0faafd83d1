"""The page of milestones: how far co-operatives are, for anyone to read."""

from __future__ import annotations

from rcc_forecast.reporting.following.page import render_milestones

__all__ = ["render_milestones"]
