"""Side rows: limits on the whole plan, each linear in who is placed where.

A row holds whole numbers, so that a solver and a person add up the same: pence
for a budget, and for a share s % of the children placed, 10,000 - 100 s for a
child it counts against -100 s for each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.bundles import Bundles
from models.placement.problem import UNPLACED, FloatArray, IntArray, PlacementProblem

PENCE = 100
"""Parts of a pound that a budget is counted in."""

SHARE_PARTS = 10_000
"""A share is held to 0.01 per cent."""


@dataclass(frozen=True, slots=True)
class SideRow:
    """One limit: the sum over chosen bundles and children without a home.

    Attributes
    ----------
    name : str
        Name of the rule, or of the tier that it holds.
    bundle : ndarray of int, shape (n_bundles,)
    unplaced : ndarray of int, shape (n_children,)
    limit : int
        The sum may not exceed it.
    """

    name: str
    bundle: IntArray
    unplaced: IntArray
    limit: int

    def scale(self) -> float:
        """Give the largest coefficient: rows are priced per that much, to be of one size."""
        largest = max(
            int(np.abs(self.bundle).max(initial=0)), int(np.abs(self.unplaced).max(initial=0))
        )
        return float(max(largest, 1))


def side_rows(problem: PlacementProblem, bundles: Bundles) -> list[SideRow]:
    """Give the rows of the rules that are switched on, over the bundles listed."""
    rules, homes = problem.rules, problem.homes
    none = np.zeros(problem.n_children, dtype=np.int64)
    rows = []
    if rules.weekly_budget_gbp is not None:
        pence = np.rint(PENCE * homes.weekly_cost_gbp).astype(np.int64)
        spent = pence[bundles.home] * bundles.size
        limit = round(PENCE * rules.weekly_budget_gbp)
        rows.append(SideRow("weekly_budget_gbp", spent, none, limit))
    shares: list[tuple[str, float | None, FloatArray | IntArray]] = [
        ("max_out_of_area_pct", rules.max_out_of_area_pct, _members_out_of_area(problem, bundles)),
        (
            "max_for_profit_pct",
            rules.max_for_profit_pct,
            homes.for_profit[bundles.home] * bundles.size,
        ),
    ]
    for name, percent, counted in shares:
        if percent is not None:
            part = round(SHARE_PARTS * percent / 100)
            row = SHARE_PARTS * np.asarray(counted, dtype=np.int64) - part * bundles.size
            rows.append(SideRow(name, row, none, 0))
    return rows


def _members_out_of_area(problem: PlacementProblem, bundles: Bundles) -> FloatArray:
    out = np.zeros(bundles.n_bundles)
    for j in range(int(problem.group_size.max(initial=0))):
        has = np.flatnonzero(bundles.members >> j & 1)
        child = problem.first_child[bundles.group[has]] + j
        own = problem.children.authority[child]
        out[has] += own != problem.homes.authority[bundles.home[has]]
    return out


def rows_kept(problem: PlacementProblem, home: IntArray) -> dict[str, tuple[int, int]]:
    """Give what a plan uses of each side row, and its limit, by the rule's name."""
    one_each = _as_single_bundles(problem, home)
    return {row.name: (int(row.bundle.sum()), row.limit) for row in side_rows(problem, one_each)}


def _as_single_bundles(problem: PlacementProblem, home: IntArray) -> Bundles:
    placed = np.flatnonzero(home != UNPLACED)
    ones = np.ones(placed.size, dtype=np.int64)
    return Bundles(
        problem.children.group[placed],
        np.asarray(1 << problem.place_in_group[placed], dtype=np.int64),
        home[placed],
        ones,
        ones,
    )
