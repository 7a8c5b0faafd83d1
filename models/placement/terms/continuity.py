"""No move without need: a settled child moves only for more than the 20-mile line is worth."""

from __future__ import annotations

import numpy as np

from models.placement.problem import UNPLACED, BoolArray, FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import DependsOn, term


def _is_a_move(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    present = problem.children.present_home[child]
    return np.asarray((present != UNPLACED) & (present != home))


@term("move_settled", points=800, tier="continuity", depends_on=DependsOn.PRESENT_HOME)
def move_settled(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 where a settled child would leave the present home."""
    moves = _is_a_move(problem, child, home) & problem.children.settled[child]
    return moves.astype(float)


@term("move", points=200, tier="continuity", depends_on=DependsOn.PRESENT_HOME)
def move(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 where a child who is not settled would leave the present home."""
    moves = _is_a_move(problem, child, home) & ~problem.children.settled[child]
    return moves.astype(float)
