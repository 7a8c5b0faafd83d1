"""The report of an evaluation: one page that says what was found, on what, and with what limits."""

from __future__ import annotations

from rcc_forecast.reporting.evaluation.page import render_evaluation

__all__ = ["render_evaluation"]
