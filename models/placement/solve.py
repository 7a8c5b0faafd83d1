"""The one call: prices, a plan from them, and exact steps over what prices leave open.

1. Places are priced over the bundles near each family; the prices name further
   bundles, near or far, until the bound over every eligible home is as good as
   the bound over those listed.
2. Groups take homes at the prices, single children by exact flow; groups are
   taken out and housed again where the proof leaves a gap.
3. A bundle whose use would lift the bound above a plan that is already in hand
   cannot be in a better plan. Where what is left is small, a solver proves the
   best of it. Every limit is a count; a clock only caps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.placement.effort import Effort
from models.placement.market import Market
from models.placement.problem import IntArray, PlacementProblem, Weights
from models.placement.rules import SideRule, rules_of, tier_rule
from models.placement.search import PlanSearch, Priced, Reached
from models.placement.terms import TIERS, weights_of_tier
from models.placement.warm import Warm


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


def solve(
    problem: PlacementProblem,
    *,
    weights: Weights,
    seed: int = 0,
    effort: Effort | None = None,
    warm: Warm | None = None,
    progress: Callable[[str], None] = lambda _: None,
    watch: Callable[[Reached], None] = lambda _: None,
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
        When to stop; `Effort.of_size` when absent, and less of it from a warm start.
    warm : Warm, optional
        Where to begin.
    progress : callable
        Told in words what has been reached.
    watch : callable
        Told the same in figures, at the same times.

    Returns
    -------
    Priced
    """
    if effort is None:
        effort = Effort.of_size(problem.n_children)
        effort = effort.warm() if warm is not None and warm.priced() else effort
    search = PlanSearch(Market.of(problem, weights), effort, seed, progress, watch)
    search.begin(warm)
    return search.run()


def price_points(
    problem: PlacementProblem,
    home: IntArray,
    *,
    weights: Weights,
    effort: Effort | None = None,
) -> Priced:
    """Price the weighted points around a plan that was made another way.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        A plan that keeps every rule.
    weights : mapping of str to float
        Points by term.
    effort : Effort, optional

    Returns
    -------
    Priced
        With the plan as it is, and the best bound found.
    """
    market = Market.of(problem, weights)
    search = PlanSearch(market, effort or Effort.of_size(problem.n_children), 0, lambda _: None)
    search.begin(Warm(home, market.free_prices()))
    search.rounds_of_prices(plans=False)
    return search.result(proven=False)


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

    The weighted points behave almost so already: their plan and bundles are
    where each tier begins.

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
    effort = effort or Effort.of_size(problem.n_children)
    by_points = solve(problem, weights=weights, seed=seed, effort=effort, progress=progress)
    columns, home = by_points.restricted.columns, by_points.solution.home
    rules: list[SideRule] = rules_of(problem)
    tiers: list[Tier] = []
    for name in [*order, *(name for name in TIERS if name not in order)]:
        points = weights_of_tier(weights, name)
        market = Market.of(problem, points, rules=rules)
        search = PlanSearch(market, effort, seed, _naming(name, progress))
        search.begin(Warm(home, market.free_prices()), columns=market.recosted(columns))
        priced = search.run()
        home, columns = priced.solution.home, priced.restricted.columns
        tiers.append(Tier(name, priced))
        held = float(priced.solution.objective)
        rules = [*rules, tier_rule(problem, name=name, weights_of_tier=points, limit=held)]
    return tiers


def _naming(tier: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda words: progress(f"{tier}: {words}")
