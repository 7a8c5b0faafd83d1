"""Effects and how sure one can be of them: panels of units and periods in, estimates out.

A new estimator is one file here that enters itself in the register.
"""

from __future__ import annotations

import importlib
import pkgutil

from models.causal.base import (
    ESTIMATORS,
    NEVER,
    Effect,
    Estimator,
    Fit,
    Panel,
    UnsuitablePanelError,
)
from models.causal.difference_in_differences import did
from models.causal.group_time import group_time
from models.causal.ridge_augmented import ridge_augmented
from models.causal.synthetic_control import synthetic_control, synthetic_control_on
from models.causal.synthetic_did import synthetic_did

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

__all__ = [
    "ESTIMATORS",
    "NEVER",
    "Effect",
    "Estimator",
    "Fit",
    "Panel",
    "UnsuitablePanelError",
    "did",
    "group_time",
    "ridge_augmented",
    "synthetic_control",
    "synthetic_control_on",
    "synthetic_did",
]
