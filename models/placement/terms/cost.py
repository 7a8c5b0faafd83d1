"""Cost breaks ties: GBP 1,000 a week weighs as much as two miles. A budget is a rule."""

from __future__ import annotations

import numpy as np

from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("weekly_cost_gbp_50", points=1, tier="rest", depends_on=DependsOn.HOME)
def weekly_cost_gbp_50(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Weekly price of the place in units of GBP 50."""
    price = problem.homes.weekly_cost_gbp[home] / 50.0
    return np.broadcast_to(price, np.broadcast_shapes(child.shape, home.shape)).astype(float)
