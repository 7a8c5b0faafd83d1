"""In the own authority, where the child's social worker, school and friends are."""

from __future__ import annotations

import numpy as np

from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


@term("out_of_authority", points=150, tier="near", depends_on=DependsOn.AUTHORITY)
def out_of_authority(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a home in another authority than the one responsible."""
    other = problem.children.authority[child] != problem.homes.authority[home]
    return np.asarray(other, dtype=float)
