"""The one call into the mathematics: a built problem in, a plan with its prices out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.placement import Effort, Priced, Warm, solve, solve_in_tiers
from models.placement.problem import IntArray
from models.placement.restricted import Prices
from models.placement.rules import rules_of
from models.placement.solve import Tier, price_points
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.plan_before import PlanBefore
from rcc_forecast.placement.settings import Settings


@dataclass(frozen=True, slots=True)
class Solved:
    """The solution by points, and the tiers where they were asked for.

    Attributes
    ----------
    priced : Priced
        The weighted points priced around the plan.
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    status : str
        ``optimal`` or ``feasible``.
    cut : bool
        A time limit ended the search.
    tiers : list of Tier
        In their order; empty for the weighted sum.
    """

    priced: Priced
    home: IntArray
    status: str
    cut: bool
    tiers: list[Tier]


def solve_built(
    built: Built,
    settings: Settings,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[str], None],
    warm: Warm | None = None,
) -> Solved:
    """Find the plan of a built problem, by weighted points or tier after tier.

    Parameters
    ----------
    built : Built
    settings : Settings
    seed : int
        The same seed gives the same plan.
    effort : Effort
        When to stop.
    progress : callable
        Told in words what has been reached.
    warm : Warm, optional
        Where to begin; tiers begin anew.

    Returns
    -------
    Solved
    """
    if not settings.tiers:
        priced = solve(
            built.problem,
            weights=settings.weights,
            seed=seed,
            effort=effort.warm() if warm is not None else effort,
            warm=warm,
            progress=progress,
        )
        solution = priced.solution
        return Solved(priced, solution.home, solution.status, solution.cut, [])
    reached = solve_in_tiers(
        built.problem,
        weights=settings.weights,
        order=settings.tiers,
        seed=seed,
        effort=effort,
        progress=progress,
    )
    home = reached[-1].priced.solution.home
    proven = all(tier.priced.solution.status == "optimal" for tier in reached)
    cut = any(tier.priced.solution.cut for tier in reached)
    by_points = price_points(built.problem, home, weights=settings.weights, effort=effort)
    status = "optimal" if proven else "feasible"
    return Solved(by_points, home, status, cut, reached)


def warm_start(built: Built, before: PlanBefore) -> Warm:
    """Begin from a plan made before: its homes that are still open, and their prices."""
    none = np.zeros(len(rules_of(built.problem)))
    then = before.open_homes
    known = None if then is None else built.homes["home_id"].isin(then).to_numpy(bool)
    return Warm(before.homes_of(built), Prices(before.prices_of(built), none), known)
