"""Which facilities to open, and who is served where, each customer by one facility.

Branch and bound on facilities and on their number, each node bounded by prices (`relaxation`);
what prices leave open once a node's facilities are settled is small and goes to an exact solver
(`exact_core`). Best bound first: K. Holmberg, M. Ronnqvist & D. Yuan (1999), *European Journal
of Operational Research* 113, with reduced-cost fixing at every node.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import heappop, heappush

import numpy as np

from models.errors import ModelError
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.siting.exact_core import solve_core
from models.placement.siting.relaxation import (
    CLOSED,
    FREE,
    OPEN,
    Facilities,
    rule_out,
    search_bound,
)
from models.placement.siting.serving import serve

ROOT_PASSES, ROOT_PATIENCE = 600, 12
NODE_PASSES, NODE_PATIENCE = 150, 6
"""Price passes at the first node and at the others, and passes without gain that shorten a step."""

MOST_NODES = 20_000
"""Nodes after which the search stops with what it has: the stop that does not depend on a clock."""

FRACTIONAL = 0.08
"""A mean number of open facilities this far from whole numbers is branched on first."""

_RELATIVE = 1e-9
"""Costs that differ by less of the whole are the same."""

_ALMOST_ONE = 1.0 - 1e-6


class NoAssignmentError(ModelError):
    """Customers cannot all be served."""

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The customers cannot all be served: {reason}. "
            f"Give more capacity, or take customers out."
        )


@dataclass(frozen=True, slots=True)
class SingleSource:
    """A plan of facilities, and how good it is proven to be.

    Attributes
    ----------
    facility : ndarray of int64, shape (n,)
        Facility of each customer.
    value : float
        Cost of the plan: facilities used, and customers served.
    bound : float
        No plan costs less; `value` where the plan is proven best.
    """

    facility: IntArray
    value: float
    bound: float


@dataclass(frozen=True, slots=True)
class _Problem:
    open_cost: FloatArray
    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        return self.cost.shape[0], self.cost.shape[1]

    def value(self, facility: IntArray) -> float:
        used = np.unique(facility)
        served = self.cost[facility, np.arange(facility.size)]
        return float(served.sum() + self.open_cost[used].sum())

    def least_gain(self, value: float) -> float:
        """Give what a better plan saves at the least: almost 1 where all costs are whole."""
        costs = (self.open_cost, self.cost)
        if all((part == np.rint(part)).all() for part in costs):
            return _ALMOST_ONE
        return _RELATIVE * abs(value)


@dataclass(frozen=True, slots=True)
class _Node:
    """Decisions so far: of each facility, of their number, and pairs that are struck."""

    status: IntArray
    fewest: int
    most: int
    allowed: BoolArray
    price: FloatArray
    bound: float

    def of(self, problem: _Problem) -> Facilities:
        return Facilities(
            problem.open_cost, problem.cost, problem.demand, problem.capacity,
            self.allowed, self.status, self.fewest, self.most,
        )  # fmt: skip


class _Incumbent:
    """The best plan in hand."""

    def __init__(self, problem: _Problem) -> None:
        self._problem = problem
        self._tried: set[bytes] = set()
        self.facility: IntArray | None = None
        self.value = math.inf
        self.enough = math.inf

    def offer(self, facility: IntArray) -> None:
        value = self._problem.value(facility)
        if value < self.value:
            self.facility, self.value = facility, value
            self.enough = value - self._problem.least_gain(value)

    def try_opening(self, opened: BoolArray) -> None:
        """Serve everybody from these facilities, unless that was tried before."""
        problem = self._problem
        key = opened.tobytes()
        if key in self._tried or problem.capacity[opened].sum() < problem.demand.sum():
            return
        self._tried.add(key)
        facility = serve(problem.cost, problem.demand, problem.capacity, opened)
        if facility.min() >= 0:
            self.offer(facility)


def solve_single_source(
    *,
    open_cost: FloatArray,
    cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    seconds_left: Callable[[], float] = lambda: math.inf,
) -> SingleSource:
    """Open facilities and serve each customer from one of them, for the least cost.

    Parameters
    ----------
    open_cost, capacity : ndarray, shape (m,)
        Cost of opening a facility, and the demand that it can serve.
    cost : ndarray, shape (m, n)
        Cost of serving a customer's whole demand from a facility, in the unit of `open_cost`;
        infinite where that is not possible.
    demand : ndarray, shape (n,)
        Above 0.
    seconds_left : callable
        Seconds that may still be spent; only caps.

    Returns
    -------
    SingleSource
        Proven best where `bound` is `value`, to a relative 1e-9. Nothing is left to chance:
        the same problem gives the same plan.

    Raises
    ------
    NoAssignmentError
        No plan serves everybody, or none was found before the search had to stop.
    """
    problem = _checked(open_cost, cost, demand, capacity)
    incumbent = _Incumbent(problem)
    incumbent.try_opening(np.ones(problem.shape[0], dtype=np.bool_))
    unsettled = _search(problem, incumbent, seconds_left)
    if incumbent.facility is None:
        reason = "no plan exists" if unsettled == math.inf else "no plan was found in time"
        raise NoAssignmentError(reason=reason)
    bound = min(incumbent.value, unsettled)
    return SingleSource(incumbent.facility, incumbent.value, bound)


def _checked(
    open_cost: FloatArray, cost: FloatArray, demand: FloatArray, capacity: FloatArray
) -> _Problem:
    # One memory layout, so that the kernels are compiled once.
    open_cost, cost, demand, capacity = (
        np.ascontiguousarray(part, dtype=np.float64) for part in (open_cost, cost, demand, capacity)
    )
    fits = (demand <= capacity[:, None]) & np.isfinite(cost)
    if not fits.any(axis=0).all():
        raise NoAssignmentError(reason="one of them fits no facility")
    if capacity.sum() < demand.sum():
        raise NoAssignmentError(reason="all facilities together are too small")
    return _Problem(open_cost, cost, demand, capacity)


def _search(problem: _Problem, incumbent: _Incumbent, seconds_left: Callable[[], float]) -> float:
    """Search until nothing is left; give the least bound of what had to be left unsettled."""
    queue: list[tuple[float, int, _Node]] = [(-math.inf, 0, _root(problem))]
    pushed, unsettled = 0, math.inf
    for number in range(MOST_NODES):
        if not queue or queue[0][0] >= incumbent.enough:
            return unsettled
        if seconds_left() <= 0:
            break
        narrowed = _narrowed(problem, heappop(queue)[2], incumbent, at_root=number == 0)
        if narrowed is None:
            continue
        node, share = narrowed
        free = np.flatnonzero(node.status == FREE)
        if not free.size:
            core = solve_core(node.of(problem), enough=incumbent.enough, seconds=seconds_left())
            if core.facility is not None:
                incumbent.offer(core.facility)
            if not core.settled:
                unsettled = min(unsettled, max(node.bound, core.bound))
            continue
        for child in _branches(node, share, free):
            pushed += 1
            heappush(queue, (child.bound, pushed, child))
    return min(unsettled, queue[0][0]) if queue else unsettled


def _root(problem: _Problem) -> _Node:
    m, _ = problem.shape
    largest_first = np.sort(problem.capacity)[::-1].cumsum()
    fewest = int(np.searchsorted(largest_first, problem.demand.sum()) + 1)
    # A customer's price starts at the second cheapest way to be served, openings shared out.
    shared = problem.open_cost[:, None] * problem.demand / problem.capacity[:, None]
    ways = np.sort(np.where(np.isfinite(problem.cost), problem.cost + shared, np.inf), axis=0)
    second = ways[min(1, m - 1)]
    return _Node(
        status=np.full(m, FREE, dtype=np.int64),
        fewest=min(fewest, m),
        most=m,
        allowed=np.isfinite(problem.cost),
        price=np.where(np.isfinite(second), second, ways[0]),
        bound=-math.inf,
    )


def _narrowed(
    problem: _Problem, node: _Node, incumbent: _Incumbent, *, at_root: bool
) -> tuple[_Node, FloatArray] | None:
    """Bound a node, try the plans it suggests, and strike what cannot be in a better plan."""
    allowed, status = node.allowed.copy(), node.status.copy()
    given = replace(node, allowed=allowed, status=status).of(problem)
    bound, price, share = search_bound(
        given,
        node.price,
        incumbent.value,
        incumbent.enough,
        ROOT_PASSES if at_root else NODE_PASSES,
        ROOT_PATIENCE if at_root else NODE_PATIENCE,
    )
    if bound >= incumbent.enough:
        return None
    _try_likely(problem, node, share, incumbent)
    bound = max(node.bound, rule_out(given, price, incumbent.enough))
    if bound >= incumbent.enough or not allowed.any(axis=0).all():
        return None
    return replace(node, status=status, allowed=allowed, price=price, bound=bound), share


def _try_likely(problem: _Problem, node: _Node, share: FloatArray, incumbent: _Incumbent) -> None:
    """Try the facilities that prices chose most often: their mean number, one more, one less."""
    likely = np.argsort(-share, kind="stable")
    likely = likely[node.status[likely] != CLOSED]
    need = problem.demand.sum()
    mean_number = round(float(share.sum()))
    for number in (mean_number, mean_number + 1, mean_number - 1):
        opened = node.status == OPEN
        opened[likely[: max(number, 0)]] = True
        for facility in likely:
            if problem.capacity[opened].sum() >= need:
                break
            opened[facility] = True
        incumbent.try_opening(opened)


def _branches(node: _Node, share: FloatArray, free: IntArray) -> tuple[_Node, _Node]:
    """Split on the number of facilities where it is undecided, else on the least certain one."""
    mean_number = float(share.sum())
    whole = math.floor(mean_number)
    undecided = FRACTIONAL < mean_number - whole < 1 - FRACTIONAL
    if node.fewest <= whole < node.most and undecided:
        return replace(node, most=whole), replace(node, fewest=whole + 1)
    facility = free[np.argmin(np.abs(share[free] - 0.5))]
    opened, closed = node.status.copy(), node.status.copy()
    opened[facility], closed[facility] = OPEN, CLOSED
    return replace(node, status=opened), replace(node, status=closed)
