"""Limits on the whole plan: what each of them counts, child by child and home by home.

A limit is a re-weighting: it counts amounts that the terms of the objective
count too, with coefficients of its own that may differ by child. So one price
per limit turns it into points, and every method that knows points knows limits.
All counts are whole numbers, so that a solver and a person add up the same:
pence for a budget, and for a share of s per cent of the children placed,
10,000 - 100 s for a child it counts against -100 s for each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.errors import ModelError
from models.placement.problem import (
    HUNDREDTHS,
    UNKNOWN_GROUP,
    FloatArray,
    IntArray,
    PlacementProblem,
    Weights,
)
from models.placement.terms import DEPENDS_ON, TERMS, DependsOn, home_points

PENCE = 100
"""Parts of a pound that a budget is counted in."""

SHARE_PARTS = 10_000
"""A share is held to 0.01 per cent."""

PLACED, COST_IN_PENCE = "placed", "weekly_cost_pence"
"""Amounts that a limit may count besides those of the terms."""

UNPLACED_OUTCOME = "unplaced"
"""Outcome that no home has: to be without one."""

DISPARITY_OUTCOMES = ("over_20_miles", "out_of_authority", UNPLACED_OUTCOME)
"""What must not fall on one group of children much more than on all."""

SMALLEST_GROUP = 10
"""Children below which the rate of a group says too little to be a limit."""


class UnevenLimitError(ModelError):
    """A limit cannot be priced pair by pair."""

    def __init__(self, *, limit: str, amount: str) -> None:
        self.limit, self.amount = limit, amount
        super().__init__(
            f"The limit {limit!r} weighs {amount!r} differently by child, and that is not counted "
            f"in whole numbers. Count it in whole numbers, or weigh it the same for every child."
        )


@dataclass(frozen=True, slots=True)
class SideRule:
    """One limit: what is counted over the children placed and those without a home.

    Attributes
    ----------
    name : str
        Name of the rule, or of the tier that it holds.
    coefficient : mapping of str to ndarray of float, shape (n_children,) or (1,)
        How much each of an amount counts, by the name of a pair term or one of
        `PLACED` and `COST_IN_PENCE`. Coefficients that differ by child and the
        amounts they multiply are whole numbers.
    home_of_group : float
        What each home that a group uses counts.
    twins_apart : float
        What each twin without the twin counts.
    unplaced : ndarray of float, shape (n_children,)
        What each child without a home counts, without `twins_apart`.
    limit : float
        The sum may not exceed it.
    most : float
        Highest price of the limit, hundredths of a point a unit: at that price
        it may be exceeded. Infinite where it is a must.
    """

    name: str
    coefficient: Mapping[str, FloatArray]
    unplaced: FloatArray
    limit: float
    home_of_group: float = 0.0
    twins_apart: float = 0.0
    most: float = math.inf


def amount(name: str, problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Give how much of a term, of `PLACED` or of `COST_IN_PENCE` each child meets in each home.

    Parameters
    ----------
    name : str
    problem : PlacementProblem
    child, home : ndarray of int
        Rows; shapes broadcast.
    """
    shape = np.broadcast_shapes(child.shape, home.shape)
    if name == PLACED:
        return np.ones(shape)
    if name == COST_IN_PENCE:
        return np.broadcast_to(np.rint(PENCE * problem.homes.weekly_cost_gbp)[home], shape)
    return TERMS[name](problem, child, home)


def depends_on(name: str) -> DependsOn:
    """Say what an amount that a limit counts depends on; `PLACED` is the same in every home."""
    return DependsOn.HOME if name in (PLACED, COST_IN_PENCE) else DEPENDS_ON[name]


def rules_of(problem: PlacementProblem) -> list[SideRule]:
    """Give the limits that the region has switched on.

    Parameters
    ----------
    problem : PlacementProblem

    Returns
    -------
    list of SideRule
        In a fixed order; names are unique.
    """
    rules = problem.rules
    found = []
    if rules.weekly_budget_gbp is not None:
        everyone = np.ones(1)
        found.append(_budget(problem, "weekly_budget_gbp", everyone, rules.weekly_budget_gbp))
    for authority, pounds in sorted((rules.weekly_budget_by_authority_gbp or {}).items()):
        mine = (problem.children.authority == authority).astype(float)
        found.append(_budget(problem, f"weekly_budget_gbp[{authority}]", mine, pounds))
    if rules.max_out_of_area_pct is not None:
        share = rules.max_out_of_area_pct
        found.append(_share(problem, "max_out_of_area_pct", "out_of_authority", share))
    if rules.max_for_profit_pct is not None:
        share = rules.max_for_profit_pct
        found.append(_share(problem, "max_for_profit_pct", "for_profit", share))
    if rules.max_disparity_pct is not None:
        found += disparity_rules(problem, max_pct=rules.max_disparity_pct)
    return found


def _budget(problem: PlacementProblem, name: str, whose: FloatArray, pounds: float) -> SideRule:
    nothing = np.zeros(problem.n_children)
    return SideRule(name, {COST_IN_PENCE: whose}, nothing, float(round(PENCE * pounds)))


def _share(problem: PlacementProblem, name: str, counted: str, percent: float) -> SideRule:
    part = float(round(SHARE_PARTS * percent / 100))
    coefficient = {counted: np.full(1, float(SHARE_PARTS)), PLACED: np.full(1, -part)}
    return SideRule(name, coefficient, np.zeros(problem.n_children), 0.0)


def disparity_rules(
    problem: PlacementProblem, *, max_pct: float, smallest: int = SMALLEST_GROUP
) -> list[SideRule]:
    """Keep the rates of every authority's and every ethnic group's children near those of all.

    For each group ``a`` and each of `DISPARITY_OUTCOMES`, the rate among all
    children of the group, placed or not, may differ from the rate among all
    children by half of ``max_pct``, so that no two groups are farther apart
    than ``max_pct``. One child is always allowed: the limit is never below
    ``1 / n_a``.

    Parameters
    ----------
    problem : PlacementProblem
    max_pct : float
        Points per cent.
    smallest : int
        Groups of fewer children are left out.

    Returns
    -------
    list of SideRule
        Two for each group and outcome, ``above`` and ``below``.
    """
    children, n = problem.children, problem.n_children
    belongs = {"authority": children.authority}
    if children.ethnicity is not None:
        belongs["ethnicity"] = children.ethnicity
    found = []
    for by, label in belongs.items():
        known, counts = np.unique(label[label > UNKNOWN_GROUP], return_counts=True)
        for group, n_a in zip(known.tolist(), counts.tolist(), strict=True):
            if not smallest <= n_a < n:
                continue
            # rate_a - rate_all, times n n_a, over what both have in common
            shared = math.gcd(n, n_a)
            gap = np.where(label == group, n // shared, 0.0) - n_a // shared
            widest = max(max_pct / 100, 1 / n_a) / 2
            limit = float(math.floor(widest * n * n_a / shared + 1e-9))
            for outcome in DISPARITY_OUTCOMES:
                name = f"max_disparity_pct[{outcome},{by},{group},"
                found.append(_outcome_rule(f"{name}above]", outcome, gap, limit))
                found.append(_outcome_rule(f"{name}below]", outcome, -gap, limit))
    return found


def _outcome_rule(name: str, outcome: str, each: FloatArray, limit: float) -> SideRule:
    if outcome == UNPLACED_OUTCOME:
        return SideRule(name, {}, each, limit)
    return SideRule(name, {outcome: each}, np.zeros(each.size), limit)


def tier_rule(
    problem: PlacementProblem, *, name: str, weights_of_tier: Weights, limit: float
) -> SideRule:
    """Hold the points of a tier that has been planned for already.

    Parameters
    ----------
    problem : PlacementProblem
    name : str
        The tier.
    weights_of_tier : mapping of str to float
        Points of the tier's terms (`models.placement.terms.weights_of_tier`).
    limit : float
        Hundredths of a point that it may not exceed.
    """
    pairs = {
        term: np.full(1, HUNDREDTHS * points)
        for term, points in weights_of_tier.items()
        if term in TERMS and points
    }
    without = home_points(weights_of_tier, "unplaced")
    return SideRule(
        name,
        pairs,
        np.full(problem.n_children, float(without)),
        limit,
        home_of_group=float(home_points(weights_of_tier, "home_of_group")),
        twins_apart=float(home_points(weights_of_tier, "twins_apart")),
    )
