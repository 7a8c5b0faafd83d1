"""How units differ: what known characteristics go together with, and what is left over.

A linear model with region effects fitted by restricted likelihood (`mixed`), the
share of variance of each group of characteristics (`shares`), the year-to-year
variance of each unit (`noise`) and grades in order (`ordinal`). All of it
describes who differs together with what; nothing here says why.
"""

from __future__ import annotations

from models.variation.errors import NotExplainableError
from models.variation.mixed import RegionFit, fit_with_regions, tells_regions_apart
from models.variation.noise import moderated_variances
from models.variation.ordinal import GradeFit, fit_grades
from models.variation.shares import (
    VarianceShares,
    drawn_shares,
    shapley_forms,
    variance_shares,
)

__all__ = [
    "GradeFit",
    "NotExplainableError",
    "RegionFit",
    "VarianceShares",
    "drawn_shares",
    "fit_grades",
    "fit_with_regions",
    "moderated_variances",
    "shapley_forms",
    "tells_regions_apart",
    "variance_shares",
]
