"""Which cells of a published table to hold back so that none can be worked out."""

from __future__ import annotations

from models.suppression.audit import Audit, audit_suppression
from models.suppression.problem import (
    BoolArray,
    SuppressionProblem,
    UnprotectableError,
    suppression_problem,
)
from models.suppression.solve import Suppression, solve_suppression
from models.suppression.sums import Sum, Sums, sums_of

__all__ = [
    "Audit",
    "BoolArray",
    "Sum",
    "Sums",
    "Suppression",
    "SuppressionProblem",
    "UnprotectableError",
    "audit_suppression",
    "solve_suppression",
    "sums_of",
    "suppression_problem",
]
