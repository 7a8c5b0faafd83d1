"""Filed SSDA903 returns: read as they come, checked, and everything wrong told at once."""

from __future__ import annotations

from rcc_forecast.returns.ledger import unaccounted
from rcc_forecast.returns.read import read_returns, read_returns_from
from rcc_forecast.returns.report import findings_text
from rcc_forecast.returns.rules import RULES, rule_table

__all__ = [
    "RULES",
    "findings_text",
    "read_returns",
    "read_returns_from",
    "rule_table",
    "unaccounted",
]
