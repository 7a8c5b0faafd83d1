"""Charts, maps and the written report: one self-contained page for people."""

from __future__ import annotations

from rcc_forecast.reporting.content import ReportContent
from rcc_forecast.reporting.report import render_report

__all__ = ["ReportContent", "render_report"]
