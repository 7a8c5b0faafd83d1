"""Prices of places: what they prove, and the search for good ones.

Relax only places and side rows, at a price. What remains falls apart into one
small exact problem a group: its cheapest partition into bundles and children
without a home, each at cost plus price. The sum, less the value of all places,
is below every plan for any prices that are not negative, and above the LP,
since partitions are whole.

The search is a deflected subgradient (Camerini, Fratta & Maffioli 1975) whose
steps shorten geometrically (Goffin 1977). It needs no target: a target that is
too low stalls the search just where places are scarce and good plans unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.partition import NO_HOME, solve_groups
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Prices, Restricted, SideRows, in_rows
from models.placement.runs import rows_of_runs

COLUMNS_A_CHUNK, MOST_CHUNKS = 100_000, 8
"""Work handed to one thread: chunks follow the columns, never the number of workers."""

SHORTEST = 1 / 200
"""Last step of a search, as a share of its first."""

FIRST_STEP = 0.15
"""First step that is tried from prices that say nothing, as a share of what homes differ by."""

FULL, CROWDING, MOST_CROWDED = 0.97, 40.0, 5.0
"""Children a place above which that step grows, how fast, and how far (measured)."""

LONGER, TRIAL = 4.0, 1 / 10
"""How much longer each further first step tried is, and the share of the passes that a trial
takes: scarce places need prices, and so steps, a hundred times those of plenty."""

WARM_STEP = 0.45
"""Share of a Polyak step that a search from good prices begins with."""

MOMENTUM, MEMORY = 0.9, 0.95
"""Shares kept of the last direction, and of the average of the prices tried."""

AVERAGE_EVERY = 10
"""Passes after which the average price is tried: it lies inside the zigzag."""

PRUNED_AT = (0.25, 0.5, 0.75)
WANDERING = 4.0
"""Shares of the passes after which columns are left out of the search until its end, and
how many times the way that one price still has to go, one place too many at each pass, such
a column is dearer than the best."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What one set of prices says.

    Attributes
    ----------
    value : float
        The bound, hundredths of a point; infinite where a group that must have
        homes has none among the columns.
    chosen : ndarray of int64
        Columns of the cheapest partitions, ascending.
    unplaced : ndarray of int64
        Children whom the cheapest partitions leave without a home.
    reduced : ndarray of float64, shape (n_columns,)
        How much the bound rises if the column must be used; empty unless asked for.
    reduced_unplaced : ndarray of float64, shape (n_children,)
        The same for leaving the child without a home.
    """

    value: float
    chosen: IntArray
    unplaced: IntArray
    reduced: FloatArray
    reduced_unplaced: FloatArray


@dataclass(frozen=True, slots=True)
class _Listed:
    """Columns laid out for pricing: each points to its cell, a home with so many places taken."""

    begin: IntArray
    members: NDArray[np.uint8]
    home: NDArray[np.int32]
    places: NDArray[np.int32]
    cost: FloatArray
    cell: NDArray[np.int32]
    cell_home: IntArray
    cell_takes: FloatArray
    chunks: tuple[tuple[int, int], ...]
    sides: SideRows | None

    @classmethod
    def of(cls, restricted: Restricted) -> _Listed:
        columns = restricted.columns
        width = int(columns.places.max(initial=0)) + 1
        key = columns.home.astype(np.int64) * width + columns.places
        used = np.zeros(restricted.n_homes * width, dtype=bool)
        used[key] = True
        cells = np.flatnonzero(used)
        rank = np.zeros(used.size, dtype=np.int32)
        rank[cells] = np.arange(cells.size)
        return cls(
            begin=np.ascontiguousarray(columns.begin, dtype=np.int64),
            members=columns.members,
            home=columns.home,
            places=columns.places,
            cost=columns.cost,
            cell=rank[key],
            cell_home=cells // width,
            cell_takes=_takes(cells % width, rounded=restricted.rounded),
            chunks=_even_chunks(columns.begin),
            sides=restricted.sides,
        )

    def only(self, keep: BoolArray) -> _Listed:
        """Leave columns out, for a search that looks at them again later."""
        begin = np.concatenate([[0], np.cumsum(keep)])[self.begin]
        return _Listed(
            begin=begin,
            members=self.members[keep],
            home=self.home[keep],
            places=self.places[keep],
            cost=self.cost[keep],
            cell=self.cell[keep],
            cell_home=self.cell_home,
            cell_takes=self.cell_takes,
            chunks=_even_chunks(begin),
            sides=None if self.sides is None else _rows_of(self.sides, keep),
        )


def _takes(places: IntArray, *, rounded: bool) -> FloatArray:
    """Give what places count in each row of a home; in the first alone where not rounded."""
    takes = in_rows(places).astype(np.float64)
    if not rounded:
        takes[:, 1:] = 0.0
    return takes


def _even_chunks(begin: IntArray) -> tuple[tuple[int, int], ...]:
    n_groups, n_columns = begin.size - 1, int(begin[-1])
    n_chunks = int(np.clip(n_columns // COLUMNS_A_CHUNK, 1, MOST_CHUNKS))
    cuts = np.searchsorted(begin, np.linspace(0, n_columns, n_chunks + 1)[1:-1])
    edges = [0, *cuts.tolist(), n_groups]
    return tuple(pairwise(edges))


def _rows_of(sides: SideRows, keep: BoolArray) -> SideRows:
    entries = np.diff(sides.begin)
    kept = np.repeat(keep, entries)
    return SideRows(
        name=sides.name,
        begin=np.concatenate([[0], np.cumsum(entries[keep])]),
        row=sides.row[kept],
        coefficient=sides.coefficient[kept],
        unplaced=sides.unplaced,
        limit=sides.limit,
        scale=sides.scale,
        most=sides.most,
    )


@dataclass(frozen=True, slots=True)
class _Pass:
    """One look at every group: the bound, and the column of the block that each child leads."""

    value: float
    column: NDArray[np.int32]


class _Pricer:
    """Groups' problems that are priced again and again."""

    def __init__(self, restricted: Restricted, pool: ThreadPoolExecutor | None) -> None:
        self.restricted, self.pool = restricted, pool
        self.listed = _Listed.of(restricted)
        self.capacity = _takes(restricted.capacity, rounded=restricted.rounded)
        self._none = np.zeros(0)

    def look(
        self,
        prices: Prices,
        listed: _Listed | None = None,
        *,
        reduced: tuple[FloatArray, FloatArray] | None = None,
    ) -> _Pass:
        """Share every group out at the prices."""
        listed, problem = self.listed if listed is None else listed, self.restricted
        value, unplaced = listed.cost, problem.unplaced_cost
        if listed.sides is not None and listed.sides.n_rows:
            value = value + _side_price(
                listed.sides.begin, listed.sides.row, listed.sides.coefficient, prices.side
            )
            unplaced = unplaced + prices.side @ listed.sides.unplaced
        price = np.einsum("ck,ck->c", prices.home[listed.cell_home], listed.cell_takes)
        column = np.empty(problem.n_children, dtype=np.int32)
        each, left = reduced or (self._none, self._none)

        def part(groups: tuple[int, int]) -> float:
            total = solve_groups(
                groups,
                listed.begin,
                listed.members,
                value,
                listed.cell,
                price,
                problem.first_child,
                problem.group_size,
                unplaced,
                column,
                each,
                left,
                reduced is not None,
            )
            return float(total)

        run = map if self.pool is None or len(listed.chunks) == 1 else self.pool.map
        total = sum(run(part, listed.chunks))
        total -= float((prices.home * self.capacity).sum())
        if problem.sides is not None:
            total -= float(prices.side @ problem.sides.limit)
        return _Pass(total, column)

    def slopes(self, seen: _Pass, listed: _Listed) -> tuple[FloatArray, FloatArray]:
        """How much each row's use passes its limit: places, and side rows by their scale."""
        chosen = seen.column[seen.column >= 0].astype(np.int64)
        cell = listed.cell[chosen]
        times = np.bincount(cell, minlength=listed.cell_home.size)
        home = -self.capacity
        for k in range(3):
            home[:, k] += np.bincount(
                listed.cell_home, times * listed.cell_takes[:, k], minlength=home.shape[0]
            )
        sides = listed.sides
        if sides is None:
            return home, np.zeros(0)
        use = sides.unplaced[:, seen.column == NO_HOME].sum(axis=1) - sides.limit
        entries = rows_of_runs(sides.begin[chosen], np.diff(sides.begin)[chosen])
        use += np.bincount(sides.row[entries], sides.coefficient[entries], minlength=sides.n_rows)
        return home, use / sides.scale


@njit(nogil=True, cache=True)
def _side_price(
    begin: IntArray, row: NDArray[np.int32], coefficient: FloatArray, price: FloatArray
) -> FloatArray:  # pragma: no cover - compiled
    total = np.zeros(begin.size - 1)
    for c in range(begin.size - 1):
        for entry in range(begin[c], begin[c + 1]):
            total[c] += coefficient[entry] * price[row[entry]]
    return total


@contextmanager
def _threads(workers: int) -> Iterator[ThreadPoolExecutor | None]:
    if workers <= 1:
        yield None
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool


def relax(
    restricted: Restricted, prices: Prices, *, reduced: bool = False, workers: int = 2
) -> Relaxation:
    """Solve every group at the prices.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices
        None negative.
    reduced : bool
        Whether to give reduced costs too.
    workers : int
        Threads; the answer is the same whatever their number.

    Returns
    -------
    Relaxation
    """
    n_columns = restricted.columns.n_columns if reduced else 0
    n_children = restricted.n_children if reduced else 0
    each, left = np.zeros(n_columns), np.zeros(n_children)
    with _threads(workers) as pool:
        seen = _Pricer(restricted, pool).look(prices, reduced=(each, left) if reduced else None)
    return Relaxation(
        value=seen.value,
        chosen=np.sort(seen.column[seen.column >= 0]).astype(np.int64),
        unplaced=np.flatnonzero(seen.column == NO_HOME),
        reduced=each,
        reduced_unplaced=left,
    )


def first_prices(
    restricted: Restricted,
    *,
    passes: int = 400,
    step: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    workers: int = 2,
) -> Prices:
    """Look for prices where none are known, however scarce places are.

    Parameters
    ----------
    restricted : Restricted
    passes : int
        At most so many evaluations; where places are scarce, 1,000 are worth their time.
    step : float, optional
        First step, hundredths for each place too many, such as `first_step` gives.
        Left out, longer and longer ones are tried first, at a tenth of the passes each.
    stop : callable
        Asked before each pass; ends the search early.
    workers : int
        Threads; the answer is the same whatever their number.

    Returns
    -------
    Prices
        In whole hundredths.
    """
    zero = Prices.zero(
        n_homes=restricted.n_homes, n_rows=restricted.sides.n_rows if restricted.sides else 0
    )
    with _threads(workers) as pool:
        climb = _Climb(_Pricer(restricted, pool), target=np.inf, start=zero, stop=stop)
        if step is None:
            climb.find_step_and_walk(step=first_step(restricted), passes=passes)
        else:
            climb.walk(zero, step=step, passes=passes)
        return climb.proved_prices


def search_prices(
    restricted: Restricted,
    *,
    target: float,
    start: Prices,
    passes: int = 400,
    stop: Callable[[], bool] = lambda: False,
    workers: int = 2,
) -> tuple[Prices, float]:
    """Look for the prices with the best bound.

    Parameters
    ----------
    restricted : Restricted
    target : float
        Objective of a real plan, hundredths: its distance from the bound gives a
        warm search its first step, and a bound that meets it ends the search.
        Infinite where no plan is known; the search then begins as from zero.
    start : Prices
        Where to begin; warm prices save passes.
    passes : int
        At most so many evaluations; steps shorten to fit them.
    stop : callable
        Asked before each pass; ends the search early.
    workers : int
        Threads; the answer is the same whatever their number.

    Returns
    -------
    tuple of Prices and float
        The best prices in whole hundredths, and their bound over all columns.
        Never worse than the start in whole hundredths.
    """
    with _threads(workers) as pool:
        climb = _Climb(_Pricer(restricted, pool), target=target, start=start.whole(), stop=stop)
        if np.isfinite(target) and (start.home.any() or start.side.any()):
            climb.walk(climb.proved_prices, step=climb.warm_step(), passes=passes)
        else:
            climb.find_step_and_walk(step=first_step(restricted), passes=passes)
        return climb.proved_prices, climb.proved


class _Climb:
    """Walks up the bound; what they have proved so far is over all columns."""

    def __init__(
        self, pricer: _Pricer, *, target: float, start: Prices, stop: Callable[[], bool]
    ) -> None:
        self.pricer, self.target, self.stop = pricer, target, stop
        self.listed = pricer.listed
        sides = pricer.restricted.sides
        self.most = np.zeros(0) if sides is None else sides.most
        self.scale = np.ones(0) if sides is None else sides.scale
        self.proved_prices, self.proved = start, pricer.look(start).value
        self.best_prices, self.best = start, self.proved

    def find_step_and_walk(self, *, step: float, passes: int) -> None:
        """Try longer and longer steps while the bound gains by it, then walk on with the best."""
        start, first, trial = self.proved_prices, step, max(int(TRIAL * passes), 1)
        best_start, best_step, best = start, step, -np.inf
        left = passes
        while left >= 2 * trial:
            left -= trial
            self.walk(start, step=step, passes=trial, prune=False)
            if self.best > best:
                best_start, best_step, best = self.best_prices, step, self.best
            else:
                break
            step *= LONGER
        # The longer the first step, the further the last must be from it to be as fine.
        self.walk(
            best_start,
            step=best_step,
            passes=left,
            shortest=SHORTEST * float(np.sqrt(first / best_step)) if best_step > 0 else SHORTEST,
        )

    def walk(
        self,
        start: Prices,
        *,
        step: float,
        passes: int,
        prune: bool = True,
        shortest: float = SHORTEST,
    ) -> None:
        """Walk for so many passes, in steps that shorten."""
        prices = average = start
        self.listed, self.best = self.pricer.listed, -np.inf
        toward = Prices(np.zeros_like(prices.home), np.zeros_like(prices.side))
        shorter = shortest ** (1 / max(passes, 1))
        pruned_at = {int(share * passes) for share in PRUNED_AT} if prune else set()
        for done in range(passes):
            if self.stop() or self.proved >= self.target or step <= 0:
                break
            if done in pruned_at:
                self._prune(prices, slack=WANDERING * step / (1 - shorter))
            seen = self._try(prices)
            slope = self._slope(seen, prices)
            if not slope.home.any() and not slope.side.any():
                break
            toward = _blend(MOMENTUM, toward, slope)
            prices = Prices(
                np.maximum(0.0, prices.home + step * toward.home),
                np.clip(prices.side + step * toward.side / self.scale, 0.0, self.most),
            )
            average = _blend(MEMORY, average, prices)
            if done % AVERAGE_EVERY == AVERAGE_EVERY - 1:
                self._try(average)
            step *= shorter
        self._try(average)
        for candidate in (self.best_prices, average):
            self._prove(candidate)

    def _try(self, prices: Prices) -> _Pass:
        seen = self.pricer.look(prices, self.listed)
        if seen.value > self.best:
            self.best_prices, self.best = prices, seen.value
            if seen.value >= self.target:
                self._prove(prices)  # a real plan is that good: nothing is left to find
        return seen

    def _prove(self, prices: Prices) -> None:
        whole = prices.whole()
        value = self.pricer.look(whole).value
        if value > self.proved:
            self.proved_prices, self.proved = whole, value

    def _prune(self, prices: Prices, *, slack: float) -> None:
        """Search on with the columns that could come into a cheapest partition soon."""
        self._prove(self.best_prices)
        restricted = self.pricer.restricted
        each = np.zeros(restricted.columns.n_columns)
        left = np.zeros(restricted.n_children)
        seen = self.pricer.look(prices, reduced=(each, left))
        # Bounds over fewer columns are too high: those tried until now do not compare.
        self.best_prices, self.best = prices, seen.value
        self.listed = self.pricer.listed.only(each <= slack)

    def _slope(self, seen: _Pass, prices: Prices) -> Prices:
        home, side = self.pricer.slopes(seen, self.listed)
        home[(prices.home <= 0) & (home < 0)] = 0.0
        side[(prices.side <= 0) & (side < 0)] = 0.0
        return Prices(home, side)

    def warm_step(self) -> float:
        """Hundredths of price for each place too many, near good prices."""
        start = self.proved_prices
        slope = self._slope(self.pricer.look(start), start)
        length = float((slope.home**2).sum() + (slope.side**2).sum())
        distance = max(self.target - self.proved, 0.0)
        return WARM_STEP * distance / length if length > 0 else 0.0


def first_step(restricted: Restricted) -> float:
    """Give the step that suits most regions, from what homes differ by and how full they are.

    Parameters
    ----------
    restricted : Restricted

    Returns
    -------
    float
        Hundredths of price for each place too many; 0 where no column is listed.
    """
    columns = restricted.columns
    groups = np.flatnonzero(np.diff(columns.begin) > 0)
    if not groups.size:
        return 0.0
    begin = columns.begin[groups]
    spread = np.maximum.reduceat(columns.cost, begin) - np.minimum.reduceat(columns.cost, begin)
    spread = spread[(restricted.group_size[groups] == 1) & (spread > 0)]
    stake = float(np.median(spread)) if spread.size else 10_000.0
    of_one = np.isin(columns.members, 1 << np.arange(8))
    takes = float(columns.places[of_one].mean()) if of_one.any() else 1.0
    children_a_place = restricted.n_children * takes / max(float(restricted.capacity.sum()), 1.0)
    crowded = np.clip(1.0 + CROWDING * (children_a_place - FULL), 1.0, MOST_CROWDED)
    return FIRST_STEP * stake / takes**2 * float(crowded)


def _blend(kept: float, old: Prices, new: Prices) -> Prices:
    return Prices(kept * old.home + (1 - kept) * new.home, kept * old.side + (1 - kept) * new.side)
