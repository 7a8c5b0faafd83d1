"""Scarce residential places are kept for the children who need them."""

from __future__ import annotations

import numpy as np

from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("need_in_childrens_home", points=500, tier="rest", depends_on=DependsOn.PROFILE_AND_KIND)
def need_in_childrens_home(
    problem: PlacementProblem, child: IntArray, home: IntArray
) -> FloatArray:
    """1 for a child with need below 3 in a children's home."""
    below = (problem.children.needs[child] < 3) & problem.homes.childrens_home[home]
    return np.asarray(below, dtype=float)
