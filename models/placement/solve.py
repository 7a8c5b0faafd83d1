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

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.placement.blocks import plan_in_blocks
from models.placement.chains import prices_of_chains
from models.placement.construct import plan_from_prices
from models.placement.eligibility import where_allowed
from models.placement.exact import Chosen, choose_bundles
from models.placement.improve import Search, improve
from models.placement.likely_prices import with_likely_prices
from models.placement.limited import choose_within_limits
from models.placement.market import Market
from models.placement.plan import Plan, home_of, keeps_rows, plan_cost, plan_of_homes
from models.placement.prices import first_prices, first_step, relax, search_prices
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    IntArray,
    PlacementProblem,
    PlacementSolution,
    Weights,
)
from models.placement.restricted import Columns, Prices, Restricted
from models.placement.rules import SideRule, rules_of, tier_rule
from models.placement.terms import TIERS, weights_of_tier

HIGHER_PRICES = (1.0, 1.1, 1.3, 1.7, 2.5, 5.0)
"""Prices of limits, as multiples of the best, at which a plan is tried."""

ALMOST_NOTHING = 1e-4
"""Hundredths of a point that adding up a bound may lose."""

WARM_ENOUGH, NEAR = 0.3, 0.02
"""Shares of the net objective: gaps below which prices are sought from the last ones, and
above which prices that settle are doubted."""

ROUGH = 2
"""Searches from nothing whose prices are too rough for a plan."""

SETTLED = 0.1
"""Share of the gap: bundles not listed yet lower the bound by less than this."""

LARGEST_REGION = 30_000
"""Children above which a problem is planned with the effort of a nation."""

WIDE = 0.008
"""Share of the net objective: gaps above it are left for a solver to narrow, block by block."""

WORTH_ANOTHER = 0.95
"""Share of the gap that one more improvement must have gone below for another."""

FIRST_SLACK = 1_000.0
"""Points from the best beyond which no bundle is sought to begin with."""

WIDER = 3
"""Times as many children are taken out together while some are without a home."""

EASED = 60
"""Bundles near the best that are looked at for each that may be in a better plan."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which bundles prices name.

    Attributes
    ----------
    slack : float
        Points from the cheapest way to plan for the same members.
    most_per_set : int
        Bundles of each set of members, at most.
    """

    slack: float
    most_per_set: int


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop; every limit is a count, save the clock that only caps.

    Attributes
    ----------
    nearest : int
        Bundles of each set of members to begin with.
    cold_passes : tuple of int
        Price passes of each search from nothing; the last number holds for all further ones.
    warm_passes : int
        Price passes of each search from good prices.
    rounds : int
        Times that prices name further bundles, at most.
    listing : tuple of Listing
        Which bundles are listed after each search; the last holds for all further ones.
    wide : Listing
        Which bundles are listed before plans are improved: a plan needs more than a bound.
    goal : float
        Share of the net objective: a gap below it is small enough.
    search : Search
        How long and how widely plans are improved.
    improvements : int
        Times that plan and prices are improved in turn, at most.
    block_solver : float
        Deterministic units of each block that is planned exactly; none where 0.
    most_exact : int
        Bundles above which no solver is asked for the whole.
    solver : float
        Deterministic units of each exact step, near seconds.
    seconds_left : callable
        Seconds that may still be spent; infinite by default.
    """

    nearest: int = 12
    cold_passes: tuple[int, ...] = (150, 150, 300, 600, 1_000)
    warm_passes: int = 300
    rounds: int = 10
    listing: tuple[Listing, ...] = (Listing(100, 12), Listing(150, 30), Listing(100, 24))
    wide: Listing = Listing(400, 60)
    goal: float = 0.002
    search: Search = field(default_factory=Search)
    improvements: int = 4
    block_solver: float = 1.0
    most_exact: int = 8_000
    solver: float = 20.0
    seconds_left: Callable[[], float] = lambda: float("inf")

    @classmethod
    def of_size(
        cls, n_children: int, *, seconds_left: Callable[[], float] = lambda: float("inf")
    ) -> Effort:
        """Give what suits a problem: nations list fewer bundles a family than regions."""
        if n_children <= LARGEST_REGION:
            return cls(seconds_left=seconds_left)
        return cls(
            warm_passes=200,
            wide=Listing(100, 24),
            goal=0.008,
            search=Search(trials=5.0),
            improvements=1,
            block_solver=0.0,
            most_exact=0,
            seconds_left=seconds_left,
        )

    def warm(self) -> Effort:
        """Give what suits a start from a plan and prices that were good a moment ago."""
        return replace(
            self,
            listing=self.listing[-1:],
            warm_passes=self.warm_passes // 2,
            rounds=4,
            goal=max(self.goal, 0.01),
            search=replace(self.search, rounds=2, trials=min(10.0, self.search.trials)),
            improvements=1,
            block_solver=0.0,
        )

    def out_of_time(self) -> bool:
        """Say whether the clock has run out."""
        return self.seconds_left() <= 0


@dataclass(frozen=True, slots=True)
class Warm:
    """A plan and prices that were good for a problem much like this one.

    Attributes
    ----------
    home : ndarray of int, shape (n_children,)
        Row of each child's home; `UNPLACED` for none, and where the home is not there now.
    prices : Prices
        Of this problem's homes and limits.
    known : ndarray of bool, shape (n_homes,), optional
        Homes whose price is known; all when absent. The others begin at what homes like
        them near by cost.
    """

    home: IntArray
    prices: Prices
    known: BoolArray | None = None

    def likely(self, problem: PlacementProblem) -> Prices:
        """Give the prices to begin from."""
        if self.known is None:
            return self.prices
        return with_likely_prices(problem, self.prices, self.known)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a search has come.

    Attributes
    ----------
    objective, bound : float
        Hundredths of a point, over every eligible home.
    unplaced : int
        Children without a home.
    columns : int
        Bundles listed.
    """

    objective: float
    bound: float
    unplaced: int
    columns: int


@dataclass(frozen=True, slots=True)
class Priced:
    """A solution with the prices behind it.

    Attributes
    ----------
    solution : PlacementSolution
    prices : Prices
        They prove `PlacementSolution.bound` over every eligible home.
    market : Market
    restricted : Restricted
        The problem over the bundles listed in the end.
    """

    solution: PlacementSolution
    prices: Prices
    market: Market
    restricted: Restricted


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
    search = _Search(
        Market.of(problem, weights),
        effort or Effort.of_size(problem.n_children),
        seed,
        progress,
        watch,
    )
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
    search = _Search(market, effort or Effort.of_size(problem.n_children), 0, lambda _: None)
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
        search = _Search(market, effort, seed, _naming(name, progress))
        search.begin(Warm(home, market.free_prices()), columns=market.recosted(columns))
        priced = search.run()
        home, columns = priced.solution.home, priced.restricted.columns
        tiers.append(Tier(name, priced))
        held = float(priced.solution.objective)
        rules = [*rules, tier_rule(problem, name=name, weights_of_tier=points, limit=held)]
    return tiers


def _naming(tier: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda words: progress(f"{tier}: {words}")


class _Search:
    """The best plan, the best prices and the bundles listed so far, and steps that better them."""

    def __init__(
        self,
        market: Market,
        effort: Effort,
        seed: int,
        progress: Callable[[str], None],
        watch: Callable[[Reached], None] = lambda _: None,
    ) -> None:
        self.market, self.effort, self.seed = market, effort, seed
        self.progress, self.watch = progress, watch
        self.rng = np.random.default_rng(seed)
        self.prices, self.bound = market.free_prices(), -math.inf
        self.latest, self.solver_bound, self.listings = self.prices, -math.inf, 0
        self.cut = False

    def begin(self, warm: Warm | None, *, columns: Columns | None = None) -> None:
        """List the first bundles, and take the best plan at hand."""
        market = self.market
        start = market.free_prices() if warm is None else warm.likely(market.problem)
        known = self.effort.listing[-1] if start.home.any() else None
        seen = market.price_out(
            start,
            slack=HUNDREDTHS * (known.slack if known else FIRST_SLACK),
            most_per_set=known.most_per_set if known else self.effort.nearest,
            keep=columns,
        )
        self.latest = self.prices = start
        self.bound = seen.bound
        nobody = np.full(market.problem.n_children, UNPLACED, dtype=np.int64)
        home = nobody if warm is None else where_allowed(market.problem, warm.home)
        self._list(market.with_plan(seen.columns, home))
        self.plan = Plan(np.zeros(0, dtype=np.int64), np.arange(nobody.size))
        # Where earlier tiers are held, nobody at home is no plan: the one given is.
        self.points = math.inf
        self.take(self.plan)
        self.take(plan_of_homes(self.restricted, home))
        if known:
            self.plan_at(start)
            self.tell("plan at the prices before")

    def _list(self, columns: Columns) -> None:
        self.restricted = self.market.restricted(columns)

    def add_columns(self, columns: Columns) -> None:
        """List further bundles; the plan stays, members of a group in one home as one bundle."""
        home = self.home
        self._list(self.market.with_plan(columns, home))
        self.plan = self._listed_plan(home)
        self.points = plan_cost(self.restricted, self.plan)

    def _listed_plan(self, home: IntArray) -> Plan:
        plan = plan_of_homes(self.restricted, home)
        if plan is None:
            raise AssertionError("The bundles of the plan are listed.")
        return plan

    def run(self) -> Priced:
        """Search prices and plans, improve, and prove what can be proven."""
        self.rounds_of_prices(plans=True)
        self.tell("first plan")
        if self.effort.improvements and not self.good_enough() and not self.out_of_time():
            self._listed_by(self.prices, self.effort.wide)
            self.plan_at(self.prices)
            self.tell("plan from more homes")
        for _ in range(self.effort.improvements):
            if self.good_enough() or self.out_of_time():
                break
            before = self.gap()
            self.improve()
            self.plan_blocks()
            self.rounds_of_prices(plans=True, most=2)
            self.tell("better plan")
            if self.gap() > WORTH_ANOTHER * before:
                break
        proven = self.exact_step()
        self.tell(f"{'proven best' if proven else 'plan and bound'}")
        return self.result(proven=proven)

    def rounds_of_prices(self, *, plans: bool, most: int | None = None) -> None:
        """Price, list further bundles and plan, until prices over all homes are as good."""
        effort, cold, by_chains = self.effort, 0, False
        for number in range(effort.rounds if most is None else most):
            if self.good_enough() or self.out_of_time():
                return
            warm = self.gap() <= WARM_ENOUGH * self.net()
            if by_chains:
                prices, listed_bound = self._search_by_chains()
            elif warm:
                prices, listed_bound = self._search_from(self.prices)
            else:
                prices, listed_bound = self._search_from_nothing(cold)
                cold += 1
            seen = self._listed_by(prices, self._next_listing())
            self.latest = prices
            if plans and (warm or cold > ROUGH):
                self.plan_at(prices)
            self.tell(f"prices, round {number + 1}")
            settled = (warm or by_chains) and listed_bound - seen <= SETTLED * self.gap()
            if settled and (by_chains or self.gap() <= NEAR * self.net()):
                return
            # Prices that say no more, far from the plan: places are too short for their steps.
            tired = cold >= len(effort.cold_passes) and not warm
            by_chains = plans and not by_chains and (settled or tired)

    def _next_listing(self) -> Listing:
        listing = self.effort.listing[min(self.listings, len(self.effort.listing) - 1)]
        self.listings += 1
        return listing

    def _listed_by(self, prices: Prices, listing: Listing) -> float:
        """List the bundles that prices name; give what they prove over all homes."""
        seen = self.market.price_out(
            prices,
            slack=HUNDREDTHS * listing.slack,
            most_per_set=listing.most_per_set,
            keep=self.restricted.columns,
        )
        if seen.bound > self.bound:
            self.prices, self.bound = prices, seen.bound
        self.add_columns(seen.columns)
        return seen.bound

    def _search_from_nothing(self, number: int) -> tuple[Prices, float]:
        passes = self.effort.cold_passes
        prices = first_prices(
            self.restricted,
            passes=passes[min(number, len(passes) - 1)],
            step=first_step(self.restricted),
            stop=self.effort.out_of_time,
        )
        return prices, relax(self.restricted, prices).value

    def _search_by_chains(self) -> tuple[Prices, float]:
        chains = prices_of_chains(self.restricted, self.plan, side=self.prices.side)
        starts = [chains, Prices(np.maximum(chains.home, self.prices.home), chains.side)]
        return max((self._search_from(start) for start in starts), key=lambda found: found[1])

    def _search_from(self, start: Prices) -> tuple[Prices, float]:
        return search_prices(
            self.restricted,
            target=self.points,
            start=start,
            passes=self.effort.warm_passes,
            stop=self.effort.out_of_time,
        )

    def net(self) -> float:
        """Hundredths of the plan above what every plan pays."""
        return max(self.points - self.market.floor, 1.0)

    def plan_at(self, prices: Prices) -> None:
        """Make a plan at the prices; where it breaks a limit, at a higher price, and mended."""
        for factor in HIGHER_PRICES if self.market.rules else (1.0,):
            rough = plan_from_prices(self.restricted, Prices(prices.home, factor * prices.side))
            if self.take(rough):
                return
        self.take(self._bettered(rough, prices))

    def _bettered(self, plan: Plan, prices: Prices) -> Plan:
        search = self.effort.search
        if plan.unplaced.size:
            search = replace(search, most_out=WIDER * search.most_out)
        return improve(
            self.restricted,
            prices,
            plan,
            rng=self.rng,
            search=search,
            stop=self.effort.out_of_time,
        )

    def improve(self) -> None:
        """Take groups out and house them again, more of them while a child is without a home."""
        if not self.out_of_time():
            self.take(self._bettered(self.plan, self.prices))

    def plan_blocks(self) -> None:
        """Plan blocks exactly, while the gap is wide enough to be worth a solver's time."""
        effort = self.effort
        if self.gap() <= WIDE * self.net() or not effort.block_solver or self.out_of_time():
            return
        better = plan_in_blocks(
            self.restricted,
            self.prices,
            self.plan,
            start=int(self.rng.integers(self.market.problem.n_groups)),
            seed=self.seed,
            effort=effort.block_solver,
            stop=effort.out_of_time,
        )
        self.take(better)
        self.tell("blocks planned exactly")

    def exact_step(self) -> bool:
        """Choose exactly among all bundles that a better plan may use; say whether it is proven."""
        if self.points <= self.bound:
            return True
        if self.out_of_time():
            return False
        market, gap, home = self.market, self.points - self.bound, self.home
        likely = relax(self.restricted, self.prices, reduced=True)
        if (likely.reduced <= gap).sum() > self.effort.most_exact:
            return False
        near = market.price_out(self.prices, slack=gap)
        if near.columns.n_columns > EASED * self.effort.most_exact:
            return False
        listed = market.restricted(market.with_plan(near.columns, home))
        relaxed = relax(listed, self.prices, reduced=True)
        keep = np.flatnonzero(relaxed.reduced <= gap)
        if keep.size > self.effort.most_exact:
            return False
        hint = plan_of_homes(listed, home)
        if hint is None:
            raise AssertionError("The bundles of the plan are listed.")
        chosen = self._choose(
            listed,
            keep=np.union1d(keep, hint.column),
            keep_unplaced=(relaxed.reduced_unplaced <= gap) | (home == UNPLACED),
            hint=hint,
        )
        self.cut |= chosen.out_of_time
        before = self.points
        if chosen.plan is not None:
            found = home_of(listed, chosen.plan)
            self.add_columns(market.with_plan(self.restricted.columns, found))
            self.take(self._listed_plan(found))
        # Bundles left out cannot be in a plan better than the one before this step.
        self.solver_bound = max(self.solver_bound, min(chosen.bound, before))
        return chosen.proven

    def _choose(
        self, listed: Restricted, *, keep: IntArray, keep_unplaced: BoolArray, hint: Plan
    ) -> Chosen:
        effort, seconds = self.effort.solver, self.effort.seconds_left()
        if self.market.rules:
            return choose_within_limits(
                listed, keep=keep, keep_unplaced=keep_unplaced, effort=effort, seconds=seconds
            )
        return choose_bundles(
            listed,
            keep=keep,
            keep_unplaced=keep_unplaced,
            hint=hint,
            seed=self.seed,
            effort=effort,
            seconds=seconds,
        )

    @property
    def home(self) -> IntArray:
        """Row of each child's home in the best plan."""
        return home_of(self.restricted, self.plan)

    def take(self, plan: Plan | None) -> bool:
        """Keep a plan if it is allowed and better; say whether it is allowed."""
        if plan is None or not keeps_rows(self.restricted, plan):
            return False
        points = plan_cost(self.restricted, plan)
        if points < self.points:
            self.plan, self.points = plan, points
        return True

    def gap(self) -> float:
        """Hundredths between the plan and the bound."""
        return self.points - self.bound

    def good_enough(self) -> bool:
        """Say whether the gap is within the goal, as a share of the net objective."""
        return self.gap() <= self.effort.goal * self.net()

    def out_of_time(self) -> bool:
        """Say whether the clock has run out, and note that it cut the search."""
        out = self.effort.out_of_time()
        self.cut |= out
        return out

    def tell(self, step: str) -> None:
        """Say what a step has reached."""
        self.progress(f"{step}: {self.told()}")
        self.watch(
            Reached(
                self.points, self.bound, self.plan.unplaced.size, self.restricted.columns.n_columns
            )
        )

    def told(self) -> str:
        """Say in words what has been reached."""
        without, gap = self.plan.unplaced.size, self.gap() / HUNDREDTHS
        return f"{without:,} children without a home, at most {gap:,.0f} points from the best"

    def result(self, *, proven: bool) -> Priced:
        """Give the best plan with the prices that prove its bound."""
        objective, bound = round(self.points), math.floor(self.bound + ALMOST_NOTHING)
        solution = PlacementSolution(
            home=self.home,
            status="optimal" if proven else "feasible",
            objective=objective,
            bound=bound,
            solver_bound=objective if proven else math.floor(max(self.bound, self.solver_bound)),
            cut=self.cut,
        )
        return Priced(solution, self.prices, self.market, self.restricted)
