"""Near the school: evidence links distance from school to placements that break down."""

from __future__ import annotations

import numpy as np

from models.placement.eligibility import miles_from_school
from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("school_mile", points=3, tier="rest", depends_on=DependsOn.SCHOOL_MILES)
def school_mile(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Miles from the school; none for a child without one."""
    return np.nan_to_num(miles_from_school(problem, child, home), nan=0.0)
