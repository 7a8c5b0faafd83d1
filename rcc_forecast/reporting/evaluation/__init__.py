"""The pages of an evaluation: what was found, on what, with what limits; and what could be seen."""

from __future__ import annotations

from rcc_forecast.reporting.evaluation.page import render_evaluation
from rcc_forecast.reporting.evaluation.power_page import render_power

__all__ = ["render_evaluation", "render_power"]
