"""Plan an assignment, and say how good the plan can be: prices, dives, chains.

Prices of capacity come from the engine of placement; prices of the jobs tighten
the bound and say where jobs belong. A dive settles them, chains better the plan,
and further dives aim below it. Where the bound leaves few pairs
of job and agent in question, they are settled exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from models.placement.assignment.diving import dive
from models.placement.assignment.ejection_chains import wander
from models.placement.assignment.packing import climb, climb_capacity
from models.placement.assignment.problem import Assigned, Assignment, as_restricted
from models.placement.assignment.settling import settle, undecided
from models.placement.prices import search_prices
from models.placement.problem import FloatArray, IntArray
from models.placement.restricted import Prices

WORK = 2.5e9
"""Steps of the kernels: about nine seconds of one core."""
SCALE = 10_000
"""Prices of capacity are whole numbers of this part of a unit of cost."""
CAPACITY_PASSES, POLISHING_PASSES, JOB_PASSES = 1_500, 40, 2_000
POLISH = 1e-3
"""Part of the bound by which the polishing aims above it."""
PRICING = 0.1
"""Share of the work that the jobs' first prices may take."""
MEMORY = 0.97
"""Weight of earlier passes in how often a pair was packed: some thirty count."""
NEAR, WANDER_ROUNDS, KICKS = 8, 20, 6
BATCH = 0.2
"""Share of the jobs left that a dive settles at a time."""
PASSES, CERTAIN = (15, 6), 0.6
"""Passes of a dive, at first and then; how often packed a job is to be settled with others."""
LARGE, LARGE_PASSES, LARGE_CERTAIN, LARGE_TRIES = 20_000, (30, 15), 0.3, 10
"""Pairs from which dives look longer, settle more at a time, and end sooner."""
TRIES, LOOSENED, NOISE = 100, 0.2, 0.1
"""How often a dive that cannot succeed sets jobs free, what share, and how it varies."""
ON_CHAINS = 0.2
"""Work on chains for each unit of work on dives."""
SETTLING = ((0.1, 1_000, 0.2, 4_000, 15.0), (0.4, 6_000, 0.5, 2_000, 2.2))
"""When pairs in question are settled: share of the work done, most nodes, share of the
seconds left, most pairs in all and a job. First a short look, which is enough where the
relaxation is tight; later a long one, where pairs are few."""
ALWAYS = 200
"""So many pairs are settled however few the jobs."""
MOST_STATES = 1.5e7
"""Jobs by capacity: beyond it the knapsacks' tables would need too much memory."""


def solve_assignment(
    problem: Assignment,
    *,
    rng: np.random.Generator,
    work: float = WORK,
    seconds_left: Callable[[], float] = lambda: math.inf,
) -> Assigned:
    """Give every job to an agent, at the least cost found.

    Parameters
    ----------
    problem : Assignment
    rng : numpy.random.Generator
        The only source of chance.
    work : float
        Steps to take; the search ends by this count, the same on every machine.
    seconds_left : callable
        Seconds that may still be spent; only caps.

    Returns
    -------
    Assigned
        The plan with its value, and the bound.
    """
    search = _Search(problem, rng=rng, work=work, seconds_left=seconds_left)
    search.price()
    search.first_plan()
    for done, nodes, of_seconds, most, a_job in SETTLING:
        search.better(until=(1.0 - done) * work)
        search.settle(nodes=nodes, of_seconds=of_seconds, most=min(most, a_job * problem.n_jobs))
    search.better(until=0.0)
    return search.answer()


class _Search:
    """A plan being bettered, and the bound that it is held against."""

    def __init__(
        self,
        problem: Assignment,
        *,
        rng: np.random.Generator,
        work: float,
        seconds_left: Callable[[], float],
    ) -> None:
        self.problem, self.rng, self.seconds_left = problem, rng, seconds_left
        self.left, self.on_chains, self.on_dives = work, 0.0, 0.0
        self.scale = min(1.0, work / WORK)
        self.cost = np.ascontiguousarray(problem.cost, np.float64)
        self.weight = np.ascontiguousarray(problem.weight, np.int64)
        self.value, self.agent = np.inf, np.full(problem.n_jobs, -1)
        self.bound, self.prices = -np.inf, np.zeros(problem.n_jobs)
        self.packed = np.zeros(self.cost.shape)
        self._list_pairs(np.zeros(problem.n_agents))
        self.walker: IntArray = self.near[:, 0].copy()

    @property
    def proven(self) -> bool:
        """Whether no plan can be better."""
        return bool(self.value <= np.ceil(self.bound - 1e-6))

    def price(self) -> None:
        """Price capacity, then jobs; list who may go where."""
        home = self._capacity_prices()
        price = (self.cost + home[:, None] * self.weight).min(axis=0)
        self.bound = float(price.sum() - home @ self.problem.capacity)
        scale = max(1.0, abs(self.bound))
        least = max(1e-3, 2e-6 * scale)
        bound, of_place, work = climb(
            self.cost,
            self.weight,
            self.problem.capacity,
            price,
            JOB_PASSES,
            5e-4 * scale,
            np.inf,
            least,
            PRICING * self.left,
            self.packed,
            0.0,
            MEMORY,
        )
        self.left -= work
        self.bound, self.prices = max(bound, self.bound), price
        self._list_pairs(np.maximum(of_place, 0.0))

    def _capacity_prices(self) -> FloatArray:
        """Price capacity alone, then polish the prices as those of homes are."""
        bound, price = climb_capacity(
            self.cost, self.weight, self.problem.capacity, CAPACITY_PASSES
        )
        polished, _ = search_prices(
            as_restricted(self.problem, scale=SCALE),
            target=SCALE * (bound + POLISH * abs(bound)),
            start=Prices(np.column_stack([SCALE * price, np.zeros((price.size, 2))]), np.zeros(0)),
            passes=POLISHING_PASSES,
            stop=lambda: self.seconds_left() <= 0.0,
            workers=1,
        )
        return polished.home[:, 0] / SCALE

    def _list_pairs(self, of_place: FloatArray) -> None:
        """List each job's near agents and each agent's fitting jobs at prices of capacity."""
        n_agents, n_jobs = self.cost.shape
        reduced = self.cost + of_place[:, None] * self.weight
        reduced = reduced - reduced.min(axis=0)
        nearest = np.argsort(reduced, axis=0, kind="stable")[:NEAR]
        most = min(n_jobs, max(25, 5 * n_jobs // (2 * n_agents)))
        fitting = np.argsort(reduced, axis=1, kind="stable")[:, :most]
        self.reduced, self.penalty = reduced, 1.5 * of_place + 0.5
        self.near, self.fitting = np.ascontiguousarray(nearest.T), np.ascontiguousarray(fitting)

    def first_plan(self) -> None:
        """Dive once, whatever it comes to, and better what comes of it."""
        self.walker = self.near[:, 0].copy()
        self._dive(self.walker, aim=np.inf)
        self._wander()

    def _dive(self, agent: IntArray, *, aim: float) -> bool:
        large = self.cost.size > LARGE
        first_passes, later_passes = LARGE_PASSES if large else PASSES
        tries = LARGE_TRIES if large else TRIES
        if np.isinf(aim):
            tries = 0
        found, work = dive(
            self.cost,
            self.weight,
            self.problem.capacity.copy(),
            self.prices,
            self.packed,
            agent,
            aim,
            BATCH,
            first_passes,
            later_passes,
            tries,
            LOOSENED,
            NOISE,
            LARGE_CERTAIN if large else CERTAIN,
            self.rng,
        )
        self.left -= work
        return bool(found)

    def better(self, *, until: float) -> None:
        """Search by chains and by dives, as much of either, down to so much work left."""
        while self.left > until and self.seconds_left() > 0.0 and not self.proven:
            before = self.left
            if self.on_chains <= ON_CHAINS * self.on_dives or not np.isfinite(self.value):
                self._wander()
                self.on_chains += before - self.left
            else:
                self._dive_for_less()
                self.on_dives += before - self.left

    def _wander(self) -> None:
        n_jobs = self.problem.n_jobs
        kicked = self.rng.integers(n_jobs, size=(WANDER_ROUNDS, KICKS))
        where = self.near.shape[1] * self.rng.random((WANDER_ROUNDS, KICKS)) ** 2
        best = self.agent.copy()
        value, work = wander(
            self.cost,
            self.weight.astype(np.float64),
            self.problem.capacity.astype(np.float64),
            self.reduced,
            self.near,
            self.fitting,
            self.penalty,
            self.walker,
            best,
            self.value,
            kicked,
            where.astype(np.int64),
            self.rng.permutation(n_jobs),
        )
        self.left -= work
        if value < self.value:
            self.value, self.agent = value, best

    def _dive_for_less(self) -> None:
        """Dive for a better plan; now and then for another as good, so that the search moves on."""
        agent = self.near[:, 0].copy()
        equal = float(self.rng.random() < 0.3)
        if self._dive(agent, aim=self.value - 1.0 + equal):
            self._take(agent)

    def _take(self, agent: IntArray) -> None:
        value = float(self.problem.value(agent))
        if value < self.value:
            self.walker = agent.copy()
        if value <= self.value:
            self.value, self.agent = value, agent

    def settle(self, *, nodes: int, of_seconds: float, most: float) -> None:
        """Solve the pairs in question exactly, where they are few."""
        n = self.problem.n_jobs
        states = n * (int(self.problem.capacity.max()) + 1)
        known = np.isfinite(self.value)
        if self.proven or not known or states > MOST_STATES or self.seconds_left() <= 1.0:
            return
        pairs = undecided(self.problem, self.prices, bound=self.bound, value=self.value)
        if pairs.sum() > max(most, ALWAYS):
            return
        agent, ended, below = settle(
            self.problem,
            pairs,
            value=self.value,
            nodes=max(1, int(nodes * self.scale)),
            seconds=min(of_seconds * self.seconds_left(), 1e9),
        )
        if agent is not None:
            self._take(agent)
        # A plan that is better than the one held before has these pairs alone.
        self.bound = self.value if ended else max(self.bound, min(self.value, below - 1e-6))

    def answer(self) -> Assigned:
        """Give the plan found, if any, and the bound."""
        found = bool(np.isfinite(self.value))
        # Where no plan is possible the bound has no end: every plan costs less than this.
        most = float(self.cost.max(axis=0).sum()) + 1.0
        return Assigned(
            agent=self.agent if found else np.full(self.problem.n_jobs, -1),
            value=round(self.value) if found else None,
            bound=math.ceil(min(self.bound, most) - 1e-6),
        )
