"""Limits of a plan in the units that a region writes them in.

The engine counts whole numbers: pence, parts of a per cent of each child, and
differences of rates times the children that they are of (`models.placement.rules`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement import PlacementProblem
from models.placement.problem import UNPLACED, IntArray
from models.placement.rules import PENCE, PLACED, SHARE_PARTS, SideRule

POUNDS, SHARE, POINTS = "GBP a week", "per cent of the children placed", "percentage points"


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """The region's own unit of a limit.

    Attributes
    ----------
    name : str
    counted : float
        Units of the engine that make one.
    zero : float
        Where the engine counts nothing.
    """

    name: str
    counted: float
    zero: float = 0.0

    def of(self, amount: float) -> float:
        """Turn what the engine counts into this unit, to two digits."""
        return round(self.zero + amount / self.counted, 2)


def own_unit(problem: PlacementProblem, rule: SideRule, home: IntArray) -> OwnUnit:
    """Give the unit in which a region writes one of its limits.

    Parameters
    ----------
    problem : PlacementProblem
    rule : SideRule
        The limit, as the engine counts it.
    home : ndarray of int, shape (n_children,)
        The plan: a share is of the children placed.

    Returns
    -------
    OwnUnit
        A share's own limit is its zero. Disparity is in percentage points between
        two groups that lie as far from the rate of all, one above and one below.
    """
    kind = rule.name.partition("[")[0]
    if kind == "weekly_budget_gbp":
        return OwnUnit(POUNDS, PENCE)
    if kind == "max_disparity_pct":
        return OwnUnit(POINTS, problem.n_children * _outside(rule) / 200.0)
    placed = int((home != UNPLACED).sum())
    counted = SHARE_PARTS / 100 * max(placed, 1)
    percent = -100.0 * float(rule.coefficient[PLACED][0]) / SHARE_PARTS
    return OwnUnit(SHARE, counted, zero=percent if placed else 0.0)


def _outside(rule: SideRule) -> float:
    """Give what a child outside the group counts: n_a over what n and n_a have in common."""
    each = next(iter(rule.coefficient.values()), rule.unplaced)
    return float(np.max(-each if rule.name.endswith("above]") else each))
