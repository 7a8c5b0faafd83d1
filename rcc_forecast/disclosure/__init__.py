"""The only way out for counts: whole tables, suppressed, rounded and audited."""

from __future__ import annotations

from rcc_forecast.disclosure.publish import BASE, ExposedFigureError, Published, publish
from rcc_forecast.disclosure.rule import DisclosureRule
from rcc_forecast.disclosure.spec import TableSpec
from rcc_forecast.disclosure.strategy import STRATEGY

__all__ = [
    "BASE",
    "STRATEGY",
    "DisclosureRule",
    "ExposedFigureError",
    "Published",
    "TableSpec",
    "publish",
]
