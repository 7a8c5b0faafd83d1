"""Near the school: evidence links distance from school to placements that break down."""

from __future__ import annotations

import numpy as np

from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import term


@term("school_mile", points=3, tier="rest")
def school_mile(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Miles from the school; none for a child without one."""
    away = problem.children.school_xy[child] - problem.homes.xy[home]
    return np.nan_to_num(np.hypot(away[..., 0], away[..., 1]), nan=0.0)
