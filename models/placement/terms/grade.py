"""The inspectorate's grade of the home."""

from __future__ import annotations

import numpy as np

from models.placement.problem import REQUIRES_IMPROVEMENT, FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("requires_improvement", points=150, tier="rest", depends_on=DependsOn.HOME)
def requires_improvement(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a home graded as requiring improvement.

    A home graded inadequate is for the rule ``min_grade`` to bar, not for
    points to weigh.
    """
    graded = problem.homes.grade[home] == REQUIRES_IMPROVEMENT
    return np.broadcast_to(graded, np.broadcast_shapes(child.shape, home.shape)).astype(float)
