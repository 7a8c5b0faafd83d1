"""Where to open homes before it is known which future comes.

Two stages: sites are chosen first, within a budget; then, in each future, children take the
places there are. Benders' decomposition with one cut a future (J. R. Birge & F. V. Louveaux
1988, *European Journal of Operational Research* 34), cuts sharpened pair by pair, sought half way
to a point inside (in-out: W. Ben-Ameur & J. Neto 2007, *Networks* 49), and then whole sites by an
exact solver over the cuts, until the best plan in hand is near enough to the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from models.placement.problem import BoolArray, FloatArray
from models.placement.siting.second_stage import cuts_at, serve_futures

NEAR_ENOUGH = 1e-3
"""Gap at which the search ends, as a share of the plan's cost."""

MOST_CUT_ROUNDS = 40
MOST_PLAN_ROUNDS = 25
ROUNDS_FOR_THE_MEAN = 4
"""Rounds of cuts at sites open in part, and of whole plans; a plan for the mean is to compare."""

_CONVERGED = 2e-4
"""Share of the cost of sites open in part that the cuts may miss when they are enough."""

_INWARD = 0.5
"""Share of the point inside in the point at which the next cut is sought."""

_TRACE = 1e-6
"""Part of a site below which it is closed."""

_HALF = 0.5
"""Part of a site from which a solver's answer means that it is open."""

_SOLVER_SHARE = 0.3
"""Share of the gap still open to which the exact solver works in a round."""

_KEPT_CUTS = 600
"""Cuts that the exact solver is given, the nearest to binding."""

_LONGEST = 1e7
"""Seconds that HiGHS is given where no clock is set."""


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """Sites, places that there are, and futures of the children who need one.

    Attributes
    ----------
    site_cost : ndarray, shape (n_sites, n_cells)
        Points of a child of the cell at the site; infinite where they cannot live there.
    site_places, site_price : ndarray, shape (n_sites,)
        Places, and what it takes to open the site, in the unit of `budget`.
    supply_cost : ndarray, shape (n_supplies, n_cells)
        The same of places that there are.
    supply_places : ndarray, shape (n_futures, n_supplies)
    demand : ndarray, shape (n_futures, n_cells)
        Children; fractions are allowed.
    unmet : float
        Points of a child without a place, above every finite cost that matters.
    budget : float
    most_sites : int, optional
        Most sites to open.
    """

    site_cost: FloatArray
    site_places: FloatArray
    site_price: FloatArray
    supply_cost: FloatArray
    supply_places: FloatArray
    demand: FloatArray
    unmet: float
    budget: float
    most_sites: int | None = None

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.site_price.size)

    @property
    def n_futures(self) -> int:
        """Number of futures."""
        return int(self.demand.shape[0])

    def affords(self, opened: BoolArray) -> bool:
        """Say whether sites are within the budget and the number."""
        few = self.most_sites is None or int(opened.sum()) <= self.most_sites
        return few and float(self.site_price[opened].sum()) <= self.budget * (1 + 1e-12)

    def of_the_mean(self) -> SitingProblem:
        """Give the same with the mean of all futures as the only one."""
        return replace(
            self,
            supply_places=self.supply_places.mean(axis=0, keepdims=True),
            demand=self.demand.mean(axis=0, keepdims=True),
        )


@dataclass(frozen=True, slots=True)
class Served:
    """Who goes where, future by future.

    Attributes
    ----------
    points : ndarray, shape (n_futures,)
    at_site : ndarray, shape (n_futures, n_sites, n_cells)
        Children; none at sites that are not open.
    at_supply : ndarray, shape (n_futures, n_supplies, n_cells)
    unmet : ndarray, shape (n_futures, n_cells)
        Children for whom there is no place.
    """

    points: FloatArray
    at_site: FloatArray
    at_supply: FloatArray
    unmet: FloatArray


@dataclass(frozen=True, slots=True)
class Siting:
    """Sites to open, and how good that is proven to be.

    Attributes
    ----------
    opened : ndarray of bool, shape (n_sites,)
    value : float
        Mean points over the futures.
    bound : float
        No affordable choice has less.
    nothing : float
        Mean points if nothing is opened.
    for_the_mean : ndarray of bool, shape (n_sites,)
        What one would open if the mean were the only future.
    value_for_the_mean : float
        That choice, judged on all futures: `value` is less by what it is worth to plan for the
        spread.
    worth : ndarray, shape (n_sites,)
        Most that the mean over futures could still gain from opening each site as well.
    cut : bool
        Whether the clock ended the search.
    """

    opened: BoolArray
    value: float
    bound: float
    nothing: float
    for_the_mean: BoolArray
    value_for_the_mean: float
    worth: FloatArray
    cut: bool

    @property
    def gap(self) -> float:
        """Share of the value by which a better choice could be better at the most."""
        return max(0.0, self.value - self.bound) / self.value if self.value > 0 else 0.0


def serve(problem: SitingProblem, opened: BoolArray) -> Served:
    """Serve every future from what there is and what is opened, at the least points."""
    sites = np.flatnonzero(opened)
    points, _, flow = _serve(problem, opened.astype(np.float64))
    n_supplies = problem.supply_cost.shape[0]
    at_site = np.zeros((problem.n_futures, *problem.site_cost.shape))
    at_site[:, sites] = flow[:, n_supplies:-1]
    return Served(points, at_site, flow[:, :n_supplies], flow[:, -1])


def solve_siting(
    problem: SitingProblem,
    *,
    near_enough: float = NEAR_ENOUGH,
    seconds_left: Callable[[], float] = lambda: math.inf,
    progress: Callable[[str], None] = lambda _: None,
) -> Siting:
    """Choose the sites that serve the mean over futures best.

    Parameters
    ----------
    problem : SitingProblem
    near_enough : float
        Gap at which to stop, as a share of the value.
    seconds_left : callable
        Seconds that may still be spent; only caps.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    Siting
        Nothing is left to chance: the same problem gives the same choice.
    """
    progress("planning for the mean future")
    mean = _Search(problem.of_the_mean(), near_enough, seconds_left)
    mean.run(rounds=ROUNDS_FOR_THE_MEAN)
    progress("planning for all futures")
    search = _Search(problem, near_enough, seconds_left)
    for_the_mean = mean.best
    search.offer(for_the_mean)
    value_for_the_mean = search.value_of(for_the_mean)
    search.run()
    opened = search.without_idle(search.best)
    none = np.zeros(problem.n_sites, dtype=np.bool_)
    return Siting(
        opened=opened,
        value=search.value_of(opened),
        bound=search.bound,
        nothing=search.value_of(none),
        for_the_mean=for_the_mean,
        value_for_the_mean=value_for_the_mean,
        worth=search.worth_beside(opened),
        cut=search.cut,
    )


class _Search:
    """Cuts gathered so far, the best plan and the best bound."""

    def __init__(
        self, problem: SitingProblem, near_enough: float, seconds_left: Callable[[], float]
    ) -> None:
        self._problem, self._near_enough, self._seconds_left = problem, near_enough, seconds_left
        self._constants: list[FloatArray] = []
        self._reliefs: list[FloatArray] = []
        self._values: dict[bytes, float] = {}
        self.best = np.zeros(problem.n_sites, dtype=np.bool_)
        self.value, self.bound, self.cut = math.inf, -math.inf, False
        self.offer(self.best)

    def run(self, *, rounds: int = MOST_PLAN_ROUNDS) -> None:
        """Search until the plan is near enough to the bound, or rounds or time are up."""
        if not self._problem.n_sites:
            self.bound = self.value
            return
        inside = self._relaxed()
        for _ in range(rounds):
            if self._done():
                return
            inside = self._planned(inside)

    def offer(self, opened: BoolArray) -> None:
        """Judge a plan on all futures, and learn a cut from it."""
        value = self.value_of(opened)
        if value < self.value and self._problem.affords(opened):
            self.best, self.value = opened.copy(), value

    def value_of(self, opened: BoolArray) -> float:
        """Give the mean points of a plan."""
        key = opened.tobytes()
        if key not in self._values:
            self._values[key] = self._learn(opened.astype(np.float64))
        return self._values[key]

    def without_idle(self, opened: BoolArray) -> BoolArray:
        """Leave out sites that change nothing, the dearest first."""
        kept = opened.copy()
        value, worth = self.value_of(kept), self.worth_beside(kept)
        for site in np.argsort(-self._problem.site_price, kind="stable"):
            if not kept[site] or worth[site] > self._near_enough * max(value, 1.0):
                continue
            kept[site] = False
            if self.value_of(kept) > value + 1e-9 * max(value, 1.0):
                kept[site] = True
        return kept

    def worth_beside(self, opened: BoolArray) -> FloatArray:
        """Give the most that each site could save on top of a plan, in mean points."""
        self._learn(opened.astype(np.float64))
        return np.asarray(self._reliefs[-1].mean(axis=0))

    def _learn(self, part_open: FloatArray) -> float:
        """Serve all futures with sites open in part, and add the cut of each."""
        problem = self._problem
        points, price, _ = _serve(problem, part_open)
        constant = np.empty(problem.n_futures)
        relief = np.empty((problem.n_futures, problem.n_sites))
        cuts_at(
            problem.site_cost, problem.supply_cost, problem.site_places, problem.supply_places,
            problem.demand, price, constant, relief,
        )  # fmt: skip
        self._constants.append(constant)
        self._reliefs.append(relief)
        return float(points.mean())

    def _relaxed(self) -> FloatArray:
        """Add cuts until sites open in part have their cost; give a point inside."""
        problem = self._problem
        everywhere = min(1.0, problem.budget / max(float(problem.site_price.sum()), 1e-9))
        inside = np.full(problem.n_sites, everywhere)
        self._learn(inside)
        for _ in range(MOST_CUT_ROUNDS):
            part_open, bound, _ = self._cheapest_in_part()
            self.bound = max(self.bound, bound)
            if self._done():
                break
            inside = _INWARD * inside + (1 - _INWARD) * part_open
            cost = self._learn(np.where(inside > _TRACE, inside, 0.0))
            self.offer(self._rounded(part_open))
            if cost - bound <= _CONVERGED * abs(cost):
                break
        return inside

    def _planned(self, inside: FloatArray) -> FloatArray:
        """Choose whole sites over the cuts, and learn from the choice."""
        problem = self._problem
        part_open, bound, reduced = self._cheapest_in_part()
        self.bound = max(self.bound, bound)
        # A site that the relaxation would pay for more than the plan in hand is settled.
        least = (bound - np.minimum(reduced, 0.0) > self.value) & (part_open > _HALF)
        most = ~((bound + np.maximum(reduced, 0.0) > self.value) & (part_open < _HALF))
        cost, rows, limits = self._master()
        slack = limits - rows @ np.concatenate([part_open, self._future_costs(part_open)])
        of_cuts = problem.n_futures * len(self._constants)
        nearest = np.sort(np.argsort(slack[:of_cuts], kind="stable")[:_KEPT_CUTS])
        kept = np.concatenate([nearest, np.arange(of_cuts, limits.size)])
        futures = problem.n_futures
        found = milp(
            cost,
            constraints=LinearConstraint(rows[kept], -np.inf, limits[kept]),
            integrality=np.concatenate([np.ones(problem.n_sites), np.zeros(futures)]),
            bounds=Bounds(
                np.concatenate([least, np.zeros(futures)]),
                np.concatenate([most, np.full(futures, np.inf)]),
            ),
            options={
                "time_limit": min(max(self._seconds_left(), 0.01), _LONGEST),
                "mip_rel_gap": max(self._near_enough, self._gap()) * _SOLVER_SHARE,
            },
        )
        if found.mip_dual_bound is not None:
            self.bound = max(self.bound, min(float(found.mip_dual_bound), self.value))
        if found.x is None:
            return inside
        opened = found.x[: problem.n_sites] > _HALF
        self.offer(opened)
        self._learn(_INWARD * inside + (1 - _INWARD) * opened)
        return np.asarray(inside * 0.7 + opened * 0.3)

    def _cheapest_in_part(self) -> tuple[FloatArray, float, FloatArray]:
        """Give the cheapest sites open in part over the cuts, their cost and reduced costs."""
        cost, rows, limits = self._master()
        n = self._problem.n_sites
        bounds = [(0.0, 1.0)] * n + [(0.0, None)] * self._problem.n_futures
        found = linprog(cost, A_ub=rows, b_ub=limits, bounds=bounds, method="highs")
        reduced = found.lower.marginals[:n] + found.upper.marginals[:n]
        return np.asarray(found.x[:n]), float(found.fun), np.asarray(reduced)

    def _master(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give costs, rows and limits: cuts first, then the budget and the number."""
        problem = self._problem
        n, futures = problem.n_sites, problem.n_futures
        cost = np.concatenate([np.zeros(n), np.full(futures, 1.0 / futures)])
        of_future = np.tile(np.eye(futures), (len(self._constants), 1))
        rows = [-np.hstack([np.vstack(self._reliefs), of_future])]
        limits: list[Any] = [-np.concatenate(self._constants)]
        nothing = np.zeros(futures)
        if problem.site_price.sum() > problem.budget:
            rows.append(np.concatenate([problem.site_price, nothing])[None])
            limits.append([problem.budget])
        if problem.most_sites is not None:
            rows.append(np.concatenate([np.ones(n), nothing])[None])
            limits.append([float(problem.most_sites)])
        return cost, np.vstack(rows), np.concatenate(limits)

    def _future_costs(self, part_open: FloatArray) -> FloatArray:
        """Give what the cuts say that each future costs."""
        by_cut = np.stack(self._constants) - np.stack(self._reliefs) @ part_open
        return np.asarray(np.maximum(by_cut.max(axis=0), 0.0))

    def _rounded(self, part_open: FloatArray) -> BoolArray:
        """Open the likeliest sites that the budget still allows."""
        opened = np.zeros(self._problem.n_sites, dtype=np.bool_)
        for site in np.argsort(-part_open, kind="stable"):
            if part_open[site] <= _TRACE:
                break
            opened[site] = True
            opened[site] = self._problem.affords(opened)
        return opened

    def _gap(self) -> float:
        return (self.value - self.bound) / max(abs(self.value), 1e-9)

    def _done(self) -> bool:
        self.cut = self.cut or self._seconds_left() <= 0
        return self.cut or self._gap() <= self._near_enough


def _serve(
    problem: SitingProblem, part_open: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give points (n_futures,), prices of cells and flows of supplies, open sites and nowhere."""
    sites = np.flatnonzero(part_open > 0)
    futures, (n_supplies, n_cells) = problem.n_futures, problem.supply_cost.shape
    cost = np.vstack([problem.supply_cost, problem.site_cost[sites]])
    new_places = problem.site_places[sites] * part_open[sites]
    places = np.hstack([problem.supply_places, np.tile(new_places, (futures, 1))])
    part = np.concatenate([np.ones(n_supplies), part_open[sites]])
    price = np.zeros((futures, n_cells))
    flow = np.zeros((futures, len(cost) + 1, n_cells))
    points = np.zeros(futures)
    serve_futures(cost, problem.demand, places, part, problem.unmet, flow, price, points)
    return points, price, flow
