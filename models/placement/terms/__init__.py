"""Terms of the objective: a new one is one new file here with `@term("<name>")`.

Terms are added up in the order of their names' files, so that the same plan
has the same points to the last bit.
"""

from __future__ import annotations

import importlib
import pkgutil

from models.placement.terms.base import (
    DEFAULT_WEIGHTS,
    DEPENDS_ON,
    HOME_TERMS,
    LINE_MILES,
    TERMS,
    TIERS,
    DependsOn,
    PairTerm,
    home_points,
    pair_points,
    weights_of_tier,
)

for _file in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_file.name}")

__all__ = [
    "DEFAULT_WEIGHTS",
    "DEPENDS_ON",
    "HOME_TERMS",
    "LINE_MILES",
    "TERMS",
    "TIERS",
    "DependsOn",
    "PairTerm",
    "home_points",
    "pair_points",
    "weights_of_tier",
]
