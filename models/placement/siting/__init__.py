"""Where to open: facilities with capacities, for certain demand and for many futures."""

from __future__ import annotations

from models.placement.siting.single_source import (
    NoAssignmentError,
    SingleSource,
    solve_single_source,
)
from models.placement.siting.two_stage import (
    Served,
    Siting,
    SitingProblem,
    serve,
    solve_siting,
)

__all__ = [
    "NoAssignmentError",
    "Served",
    "SingleSource",
    "Siting",
    "SitingProblem",
    "serve",
    "solve_single_source",
    "solve_siting",
]
