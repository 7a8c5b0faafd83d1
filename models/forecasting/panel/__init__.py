"""Thousands of monthly or quarterly series at once: members, combination, intervals."""

from __future__ import annotations

import importlib
import pkgutil

from models.forecasting.panel.base import MEMBERS, YARDSTICKS, History, Member
from models.forecasting.panel.rolling import forecast_panel, rolled_panel, rolled_points

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

__all__ = [
    "MEMBERS",
    "YARDSTICKS",
    "History",
    "Member",
    "forecast_panel",
    "rolled_panel",
    "rolled_points",
]
