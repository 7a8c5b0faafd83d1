"""The one call: prices, a plan from them, and the exact step over what prices leave open.

1. Prices give a bound over every eligible home, and a plan.
2. A bundle whose use would lift the bound above a plan that is already in hand
   cannot be in a better plan: it is dropped (reduced-cost fixing).
3. What is left is small, and the solver either proves the best of it or stops
   by its count of steps. A time limit only caps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.placement.bundles import Bundles, bundle_costs, list_bundles, unplaced_costs
from models.placement.construct import plan_from_prices
from models.placement.exact import bundles_used, choose_bundles
from models.placement.limited import best_within_limits
from models.placement.prices import GroupProblems, Prices, search_prices
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    IntArray,
    PlacementProblem,
    PlacementSolution,
    Weights,
)
from models.placement.sides import SideRow, side_rows
from models.placement.terms import TIERS, weights_of_tier


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop; every limit is a count, save the clock that only caps.

    Attributes
    ----------
    passes : int
        Price passes, each time prices are sought.
    first_bundles : int
        Bundles of the first exact step, the most promising ones.
    solver : float
        Deterministic units of each exact step, near seconds.
    seconds_left : callable
        Seconds that may still be spent; infinite by default.
    """

    passes: int = 300
    first_bundles: int = 3_000
    solver: float = 20.0
    seconds_left: Callable[[], float] = lambda: float("inf")

    def out_of_time(self) -> bool:
        """Say whether the clock has run out."""
        return self.seconds_left() <= 0


ALMOST_ONE_HUNDREDTH = 0.9
"""Room for the floating point of a linear relaxation, in hundredths of a point."""

HIGHER_PRICES = (1.0, 1.1, 1.3, 1.7, 2.5, 5.0)
"""Prices of side rows, as multiples of the best, at which a plan is tried."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A solution with the prices behind it.

    Attributes
    ----------
    solution : PlacementSolution
    prices : Prices
        They prove `PlacementSolution.bound`.
    groups : GroupProblems
        The bundles listed, ready to be priced for explanations.
    """

    solution: PlacementSolution
    prices: Prices
    groups: GroupProblems


def solve(
    problem: PlacementProblem,
    *,
    weights: Weights,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Priced:
    """Find the plan with the fewest points, and prove how good it is.

    Parameters
    ----------
    problem : PlacementProblem
    weights : mapping of str to float
        Points by term.
    seed : int
        The same seed gives the same plan.
    effort : Effort, optional
        When to stop.
    progress : callable
        Told in words what has been reached.

    Returns
    -------
    Priced
    """
    bundles = list_bundles(problem)
    groups = _costed(problem, bundles, weights, side_rows(problem, bundles))
    return solve_groups(groups, seed=seed, effort=effort or Effort(), progress=progress)


def price_points(
    problem: PlacementProblem, plan: IntArray, *, weights: Weights, effort: Effort | None = None
) -> Priced:
    """Price the weighted points around a plan that was made another way.

    Parameters
    ----------
    problem : PlacementProblem
    plan : ndarray of int, shape (n_children,)
        Keeps every rule.
    weights : mapping of str to float
        Points by term.
    effort : Effort, optional

    Returns
    -------
    Priced
        With the plan as it is, and the best bound found.
    """
    bundles = list_bundles(problem)
    groups = _costed(problem, bundles, weights, side_rows(problem, bundles))
    effort = effort or Effort()
    search = _Search(groups, effort, plan, rough_plan=_plan_at_zero(groups))
    search.better_prices(passes=effort.passes)
    return search.result(proven=False)


@dataclass(frozen=True, slots=True)
class Tier:
    """What one tier reached, those before it held at their best.

    Attributes
    ----------
    name : str
        One of `models.placement.terms.TIERS`.
    priced : Priced
        Objective and bound in hundredths of the tier's own points; in
        hundredths of a child for ``placed``.
    """

    name: str
    priced: Priced


def solve_in_tiers(
    problem: PlacementProblem,
    *,
    weights: Weights,
    order: Sequence[str],
    seed: int = 0,
    effort: Effort | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Tier]:
    """Make each tier as good as it can be, strictly before the next.

    Parameters
    ----------
    problem : PlacementProblem
    weights : mapping of str to float
        Points by term; within a tier they weigh its terms.
    order : sequence of str
        Tiers, the first first; those left out follow in their usual order.
    seed : int
    effort : Effort, optional
        For each tier.
    progress : callable
        Told in words what has been reached.

    Returns
    -------
    list of Tier
        The last holds the plan.
    """
    names = [*order, *(name for name in TIERS if name not in order)]
    bundles = list_bundles(problem)
    rows = side_rows(problem, bundles)
    plan: IntArray | None = None
    tiers: list[Tier] = []
    for name in names:
        groups = _costed(problem, bundles, weights_of_tier(weights, name), rows)
        priced = solve_groups(
            groups,
            seed=seed,
            effort=effort or Effort(),
            progress=_naming(name, progress),
            known_plan=plan,
        )
        plan = priced.solution.home
        tiers.append(Tier(name, priced))
        held = SideRow(
            name,
            groups.cost.astype(np.int64),
            groups.unplaced_cost.astype(np.int64),
            priced.solution.objective,
        )
        rows = [*rows, held]
    return tiers


def _costed(
    problem: PlacementProblem, bundles: Bundles, weights: Weights, rows: list[SideRow]
) -> GroupProblems:
    return GroupProblems(
        problem,
        bundles,
        cost=bundle_costs(problem, bundles, weights=weights),
        unplaced_cost=unplaced_costs(problem, weights=weights),
        rows=rows,
    )


def _naming(tier: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda words: progress(f"{tier}: {words}")


def solve_groups(
    groups: GroupProblems,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[str], None] = lambda _: None,
    known_plan: IntArray | None = None,
) -> Priced:
    """Find the best plan over bundles that are listed and costed already.

    Parameters
    ----------
    groups : GroupProblems
        With any whole costs and side rows.
    seed : int
    effort : Effort
    progress : callable
        Told in words what has been reached.
    known_plan : ndarray of int, optional
        A plan that keeps every row, to begin from.

    Returns
    -------
    Priced
    """
    free = _plan_at_zero(groups)
    search = _Search(groups, effort, _best_of_start(groups, known_plan, free), rough_plan=free)
    for _ in range(2):  # the second round aims at the first round's plan
        search.better_prices(passes=effort.passes)
        search.plan_at_prices()
    progress(f"first plan: {search.told()}")
    proven = search.exact_step(most=effort.first_bundles, seed=seed)
    if not proven:
        search.better_prices(passes=effort.passes // 2)
        progress(f"better plan: {search.told()}")
        proven = search.exact_step(most=None, seed=seed)
    search.better_prices(passes=effort.passes // 2)  # the best plan is the best target
    progress(f"{'best plan, proven' if proven else 'plan, not proven best'}: {search.told()}")
    return search.result(proven=proven)


class _Search:
    """The best plan and the best bound so far, and steps that better them."""

    def __init__(
        self, groups: GroupProblems, effort: Effort, plan: IntArray, *, rough_plan: IntArray
    ) -> None:
        self.groups, self.effort, self.plan, self.rough_plan = groups, effort, plan, rough_plan
        self.points = _points(groups, plan)
        self.prices = _zero_prices(groups)
        self.bound = groups.relax(self.prices).value
        self.solver_bound = self.bound
        self.cut = False

    def told(self) -> str:
        gap = (self.points - self.bound) / HUNDREDTHS
        without = int((self.plan == UNPLACED).sum())
        return f"{without} children without a home, at most {gap:,.0f} points from the best"

    def take(self, plan: IntArray | None) -> None:
        if plan is None or not _keeps_rows(self.groups, plan):
            return
        points = _points(self.groups, plan)
        if points < self.points:
            self.plan, self.points = plan, points

    def plan_at_prices(self) -> None:
        """Make a plan at the prices; where it breaks a side row, at a higher price of the row."""
        for factor in HIGHER_PRICES if self.groups.rows else (1.0,):
            prices = Prices(self.prices.home, factor * self.prices.side)
            plan = plan_from_prices(self.groups, prices)
            if _keeps_rows(self.groups, plan):
                self.take(plan)
                return
            self.rough_plan = plan

    def better_prices(self, *, passes: int) -> None:
        if self.points <= self.bound:
            return
        prices, bound = search_prices(
            self.groups,
            target=self._target(),
            start=self.prices,
            passes=passes,
            stop=self.effort.out_of_time,
        )
        if bound > self.bound:
            self.prices, self.bound = prices, bound
        self.cut |= self.effort.out_of_time()

    def _target(self) -> float:
        """Give the points to aim at: the plan's, or some that do not leave everybody out."""
        if (self.plan != UNPLACED).any():
            return float(self.points)
        return min(float(self.points), _points(self.groups, self.rough_plan))

    def exact_step(self, *, most: int | None, seed: int) -> bool:
        """Choose exactly among bundles that may be in a better plan; say whether all were in."""
        if self.points <= self.bound:
            return True
        if self.effort.out_of_time():
            self.cut = True
            return False
        relaxed = self.groups.relax(self.prices, reduced=True)
        gap = self.points - self.bound
        keep = np.flatnonzero(relaxed.reduced <= gap)
        everything = most is None or keep.size <= most
        if not everything:
            near = np.argsort(relaxed.reduced, kind="stable")[:most]
            keep = np.union1d(near, _bundles_of_plan(self.groups, self.plan))
        keep_unplaced = (relaxed.reduced_unplaced <= gap) | (self.plan == UNPLACED)
        if self.groups.rows:
            return self._within_limits(keep, keep_unplaced, everything=everything)
        chosen = choose_bundles(
            self.groups,
            keep=keep,
            keep_unplaced=keep_unplaced,
            hint=self.plan,
            seed=seed,
            effort=self.effort.solver,
            seconds=self.effort.seconds_left(),
        )
        self.cut |= chosen.out_of_time
        before = self.points
        self.take(chosen.home)
        if everything:
            # Bundles left out cannot be in a plan better than the one before this step.
            self.solver_bound = max(self.bound, min(chosen.bound, before))
        return everything and chosen.proven

    def _within_limits(self, keep: IntArray, keep_unplaced: BoolArray, *, everything: bool) -> bool:
        before = self.points
        plan, bound, cut = best_within_limits(
            self.groups,
            keep=keep,
            keep_unplaced=keep_unplaced,
            effort=self.effort.solver,
            seconds=self.effort.seconds_left(),
        )
        self.cut |= cut
        self.take(plan)
        if not everything:
            return False
        self.solver_bound = max(self.bound, min(bound, before))
        # Points are whole hundredths: less than one below is none below.
        return self.points - bound < ALMOST_ONE_HUNDREDTH

    def result(self, *, proven: bool) -> Priced:
        solution = PlacementSolution(
            home=self.plan,
            status="optimal" if proven else "feasible",
            objective=self.points,
            bound=math.floor(self.bound),
            solver_bound=self.points if proven else math.floor(max(self.bound, self.solver_bound)),
            cut=self.cut,
        )
        return Priced(solution, self.prices, self.groups)


def _zero_prices(groups: GroupProblems) -> Prices:
    return Prices.zero(n_homes=groups.problem.n_homes, n_rows=len(groups.rows))


def _plan_at_zero(groups: GroupProblems) -> IntArray:
    """Give the plan made while every place is free; it may break side rows."""
    return plan_from_prices(groups, _zero_prices(groups))


def _best_of_start(groups: GroupProblems, known: IntArray | None, free: IntArray) -> IntArray:
    """Give a plan that keeps every row: the known one, the one at zero prices, or nobody placed."""
    nobody = np.full(groups.problem.n_children, UNPLACED, dtype=np.int64)
    options = [plan for plan in (known, free) if plan is not None]
    allowed = [plan for plan in options if _keeps_rows(groups, plan)]
    return min(allowed, key=lambda plan: _points(groups, plan), default=nobody)


def _points(groups: GroupProblems, plan: IntArray) -> int:
    chosen = _bundles_of_plan(groups, plan)
    without = np.flatnonzero(plan == UNPLACED)
    return int(groups.cost[chosen].sum() + groups.unplaced_cost[without].sum())


def _keeps_rows(groups: GroupProblems, plan: IntArray) -> bool:
    chosen = _bundles_of_plan(groups, plan)
    without = np.flatnonzero(plan == UNPLACED)
    return all(
        int(row.bundle[chosen].sum() + row.unplaced[without].sum()) <= row.limit
        for row in groups.rows
    )


def _bundles_of_plan(groups: GroupProblems, plan: IntArray) -> IntArray:
    every = np.arange(groups.bundles.n_bundles)
    return np.flatnonzero(bundles_used(groups, keep=every, home=plan))
