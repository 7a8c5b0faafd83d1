"""The figures of a plan that people ask for, the same for every plan that is compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.placement import PlacementProblem, groups_together, plan_points
from models.placement.eligibility import miles_from_family
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
    Weights,
)
from models.placement.terms.distance import LINE_MILES


def plan_figures(problem: PlacementProblem, home: IntArray, *, weights: Weights) -> dict[str, Any]:
    """Give the figures of any assignment of children to homes.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home; below 0 for none.
    weights : mapping of str to float
        Points by term.

    Returns
    -------
    dict
        Shares are per cent of the children placed; None where nobody is placed.
    """
    home = np.where(home < 0, UNPLACED, home)
    placed = np.flatnonzero(home != UNPLACED)
    miles = miles_from_family(problem, placed, home[placed])
    siblings = problem.group_size > 1
    together = groups_together(problem, home) & siblings
    out = ~in_authority(problem, placed, home[placed])
    return {
        "children": problem.n_children,
        "placed": int(placed.size),
        "unplaced": int(problem.n_children - placed.size),
        "groups": int(siblings.sum()),
        "groups_together": int(together.sum()),
        "mean_miles": _mean(miles),
        "over_20_miles_pct": _percent(miles > LINE_MILES),
        "out_of_area_pct": _percent(out),
        "for_profit_pct": _percent(problem.homes.for_profit[home[placed]]),
        "moved": int(moved(problem, home).sum()),
        "weekly_cost_gbp": round(float(problem.homes.weekly_cost_gbp[home[placed]].sum()), 2),
        "objective": in_points(int(plan_points(problem, home, weights=weights).sum())),
    }


def in_points(hundredths: int) -> float:
    """Turn hundredths of a point into points."""
    return round(hundredths / HUNDREDTHS, 2)


def in_authority(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    """Say whether each home lies in the child's own authority."""
    return np.asarray(problem.children.authority[child] == problem.homes.authority[home])


def moved(problem: PlacementProblem, home: IntArray) -> BoolArray:
    """Say which children would leave a home they live in now for another."""
    present = problem.children.present_home
    return np.asarray((present != UNPLACED) & (home != UNPLACED) & (home != present))


def _mean(values: FloatArray) -> float | None:
    return round(float(values.mean()), 2) if values.size else None


def _percent(which: BoolArray) -> float | None:
    return round(100 * float(which.mean()), 2) if which.size else None
