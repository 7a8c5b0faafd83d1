"""The engine at work: prices, plans and bundles in turn, until little is left to gain.

Prices name bundles, bundles give plans, plans give prices their target: the
first few turns find the right order, and what is left is narrowed by taking
groups out and in, by blocks planned exactly and, where little is left, by a
solver over every bundle that a better plan could use.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.placement.blocks import plan_in_blocks
from models.placement.chains import prices_of_chains
from models.placement.construct import plan_from_prices
from models.placement.effort import Effort, Listing
from models.placement.eligibility import where_allowed
from models.placement.exact import Chosen, choose_bundles
from models.placement.improve import improve
from models.placement.limited import choose_within_limits
from models.placement.market import Market
from models.placement.nearby import Cheapest
from models.placement.plan import Plan, home_of, keeps_rows, plan_cost, plan_of_homes
from models.placement.prices import first_prices, first_step, relax, search_prices
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    IntArray,
    PlacementSolution,
)
from models.placement.restricted import Columns, Prices, Restricted
from models.placement.warm import Warm

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

WIDE = 0.008
"""Share of the net objective: gaps above it are left for a solver to narrow, block by block."""

WORTH_ANOTHER = 0.95
"""Share of the gap that one more improvement must have gone below for another."""

WIDER = 3
"""Times as many children are taken out together while some are without a home."""

EASED = 60
"""Bundles near the best that are looked at for each that may be in a better plan."""


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

    def cheapest(self, group: IntArray, members: IntArray, *, k: int) -> Cheapest:
        """Give the k best homes of sets of members at cost plus price, over all homes."""
        return self.market.cheapest(self.prices, group, members, k=k)


class PlanSearch:
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
        priced = warm is not None and warm.priced()
        listing = self.effort.listing[-1] if priced else self.effort.first
        seen = market.price_out(
            start,
            slack=HUNDREDTHS * listing.slack,
            most_per_set=listing.most_per_set,
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
        if priced:
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
        self.tell("proven best" if proven else "plan and bound")
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
        if bound > objective:
            raise AssertionError("No plan that keeps every rule can be below what prices prove.")
        solution = PlacementSolution(
            home=self.home,
            status="optimal" if proven else "feasible",
            objective=objective,
            bound=bound,
            solver_bound=objective if proven else math.floor(max(self.bound, self.solver_bound)),
            cut=self.cut,
        )
        return Priced(solution, self.prices, self.market, self.restricted)
