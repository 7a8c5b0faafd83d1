"""Forecasters: a new one is one new file here with `@forecaster("<name>")`."""

from __future__ import annotations

import importlib
import pkgutil

from models.forecasting.base import FORECASTERS, Forecaster

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

__all__ = ["FORECASTERS", "Forecaster"]
