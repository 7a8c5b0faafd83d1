"""A tie-break against homes run for profit; a limit on their share is a rule."""

from __future__ import annotations

import numpy as np

from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("for_profit", points=40, tier="rest", depends_on=DependsOn.HOME)
def for_profit(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a home run for profit."""
    runs = problem.homes.for_profit[home]
    return np.broadcast_to(runs, np.broadcast_shapes(child.shape, home.shape)).astype(float)
