"""The kind of placement that the child's plan prefers.

Points fall only where another kind is preferred: a child for whom nothing is
preferred is as well placed in one suitable kind as in another.
"""

from __future__ import annotations

import numpy as np

from models.placement.problem import (
    PREFERRED,
    SUITABLE,
    UNSPECIFIED,
    FloatArray,
    IntArray,
    PlacementProblem,
)
from models.placement.terms.base import DependsOn, term


def _suits(problem: PlacementProblem, child: IntArray, home: IntArray, word: int) -> FloatArray:
    prefers_some = (problem.children.suitability == PREFERRED).any(axis=1)[child]
    word_here = problem.children.suitability[child, problem.homes.kind[home]]
    return np.asarray(prefers_some & (word_here == word), dtype=float)


@term("suitable", points=60, tier="rest", depends_on=DependsOn.PROFILE_AND_KIND)
def suitable(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a kind that is suitable, where another is preferred."""
    return _suits(problem, child, home, SUITABLE)


@term("unspecified", points=90, tier="rest", depends_on=DependsOn.PROFILE_AND_KIND)
def unspecified(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a kind the plan does not speak of, where another is preferred."""
    return _suits(problem, child, home, UNSPECIFIED)
