"""Reconciliation: a new method is one function here with `@reconciliation("<name>")`."""

from __future__ import annotations

import importlib
import pkgutil

from models.reconciliation.as_known import LEAST_COLUMNS, reconciled_as_known, reconciler_from
from models.reconciliation.base import (
    RECONCILIATIONS,
    Reconciled,
    Reconciler,
    ReconciliationMethod,
)
from models.reconciliation.hierarchy import Hierarchy
from models.reconciliation.integers import rounded_nested
from models.reconciliation.min_trace import OVERLAPPING_SHRINKAGE, mint_shrink
from models.reconciliation.paths import shifted_paths
from models.reconciliation.variances import errors_as_columns

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

__all__ = [
    "LEAST_COLUMNS",
    "OVERLAPPING_SHRINKAGE",
    "RECONCILIATIONS",
    "Hierarchy",
    "Reconciled",
    "Reconciler",
    "ReconciliationMethod",
    "errors_as_columns",
    "mint_shrink",
    "reconciled_as_known",
    "reconciler_from",
    "rounded_nested",
    "shifted_paths",
]
