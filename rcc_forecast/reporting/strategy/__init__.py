"""The evidence chapter of a sufficiency strategy: a workbook and a document, from tables alone."""

from __future__ import annotations

from rcc_forecast.reporting.strategy.evidence import Edition
from rcc_forecast.reporting.strategy.write import write_public_strategy, write_strategy

__all__ = ["Edition", "write_public_strategy", "write_strategy"]
