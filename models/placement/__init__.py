"""Which child could live in which home: priced bundles, solved exactly, with a proof.

Method: generalised assignment of bundles with Lagrangian prices of places;
sources stand in the files.
"""

from __future__ import annotations

from models.placement.certificate import Certificate, certify
from models.placement.effort import Effort
from models.placement.greedy import nearest_first
from models.placement.points import groups_together, plan_points
from models.placement.problem import (
    Children,
    Homes,
    PlacementProblem,
    PlacementSolution,
    Rules,
)
from models.placement.search import Priced, Reached
from models.placement.solve import solve, solve_in_tiers
from models.placement.terms import DEFAULT_WEIGHTS, TIERS
from models.placement.warm import Warm

__all__ = [
    "DEFAULT_WEIGHTS",
    "TIERS",
    "Certificate",
    "Children",
    "Effort",
    "Homes",
    "PlacementProblem",
    "PlacementSolution",
    "Priced",
    "Reached",
    "Rules",
    "Warm",
    "certify",
    "groups_together",
    "nearest_first",
    "plan_points",
    "solve",
    "solve_in_tiers",
]
