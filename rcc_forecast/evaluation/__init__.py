"""Pathfinders against the rest: what can be said, how surely, and when more could be."""

from __future__ import annotations

from rcc_forecast.evaluation.checking import checked
from rcc_forecast.evaluation.panel import Cells, PanelAtFaultError, read_panel, read_panel_frame
from rcc_forecast.evaluation.protocol import (
    LOG_NAME,
    Log,
    append_entry,
    next_entry,
    read_log,
    stamp_of,
)
from rcc_forecast.evaluation.run import evaluate, plan_all
from rcc_forecast.evaluation.spec import Spec, SpecError, parse_spec, read_spec

__all__ = [
    "LOG_NAME",
    "Cells",
    "Log",
    "PanelAtFaultError",
    "Spec",
    "SpecError",
    "append_entry",
    "checked",
    "evaluate",
    "next_entry",
    "parse_spec",
    "plan_all",
    "read_log",
    "read_panel",
    "read_panel_frame",
    "read_spec",
    "stamp_of",
]
