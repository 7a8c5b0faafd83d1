"""Prices of places: what they prove, and the search for good ones.

Relax only places and side rows, at a price. What remains falls apart into one
small exact problem a group: its cheapest partition into bundles and children
without a home, each at cost plus price. The sum, less the value of all places,
is below every plan for any prices that are not negative, and above the LP,
since partitions are whole (subset dynamic programming).

The search is a deflected subgradient with Polyak steps towards the points of a
real plan (Held, Wolfe & Crowder 1974; Camerini, Fratta & Maffioli 1975).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.placement.bundles import Bundles
from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.sides import SideRow

ROUNDED = (1, 2, 3)
"""Rows a home: places, and places by two and by three, rounded down (Chvatal-Gomory)."""

STALLED_PASSES = 12
"""Passes without a better bound, after which the step is shortened."""

SHORTENED = 0.6
SHORTEST_STEP = 1e-3
"""What a step is multiplied by then, and the step at which the search ends."""

_KEPT, _FRESH = 0.7, 0.3
"""Shares of the last direction and of the new slope: they damp a plain subgradient's zigzag."""

_CAUTION = 0.3
"""Share of a full Polyak step; a full one assumes that the target can be reached."""

_GAIN = 1e-7
"""Share of the target below which a rise of the bound is rounding."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices, none negative.

    Attributes
    ----------
    home : ndarray of float, shape (n_homes, 3)
        Hundredths of a point for each place, each two places and each three
        places that a bundle takes.
    side : ndarray of float, shape (n_rows,)
        Hundredths of a point for each unit of a side row.
    """

    home: FloatArray
    side: FloatArray

    @classmethod
    def zero(cls, *, n_homes: int, n_rows: int) -> Prices:
        """Give prices at which every place is free."""
        return cls(np.zeros((n_homes, len(ROUNDED))), np.zeros(n_rows))

    def whole(self) -> Prices:
        """Give the prices in whole hundredths, so that the bound can be added up exactly."""
        return Prices(np.rint(self.home), np.round(self.side, 6))


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What one set of prices says.

    Attributes
    ----------
    value : float
        The bound, hundredths of a point.
    chosen : ndarray of int
        Bundles of the cheapest partitions.
    unplaced : ndarray of int
        Children whom the cheapest partitions leave without a home.
    reduced : ndarray of float, shape (n_bundles,)
        How much the bound rises if the bundle must be used.
    reduced_unplaced : ndarray of float, shape (n_children,)
        The same for leaving the child without a home.
    """

    value: float
    chosen: IntArray
    unplaced: IntArray
    reduced: FloatArray
    reduced_unplaced: FloatArray


@dataclass(frozen=True, slots=True)
class _Class:
    """Groups of one size: where the segments of their member sets begin."""

    size: int
    groups: IntArray
    segment: IntArray
    first_child: IntArray


class GroupProblems:
    """The groups' partition problems over listed bundles, ready to be priced again and again.

    Parameters
    ----------
    problem : PlacementProblem
    bundles : Bundles
        In the order of `models.placement.bundles.list_bundles`.
    cost : ndarray of int, shape (n_bundles,)
    unplaced_cost : ndarray of int, shape (n_children,)
        Hundredths of a point.
    rows : list of SideRow
    """

    def __init__(
        self,
        problem: PlacementProblem,
        bundles: Bundles,
        *,
        cost: IntArray,
        unplaced_cost: IntArray,
        rows: list[SideRow],
    ) -> None:
        self.problem, self.bundles, self.rows = problem, bundles, rows
        self.cost = cost.astype(float)
        self.unplaced_cost = unplaced_cost.astype(float)
        self.row_of_bundle = np.array([row.bundle for row in rows], dtype=float).reshape(
            len(rows), bundles.n_bundles
        )
        self.row_of_unplaced = np.array([row.unplaced for row in rows], dtype=float).reshape(
            len(rows), problem.n_children
        )
        self.limit = np.array([row.limit for row in rows], dtype=float)
        self.row_scale = np.array([row.scale() for row in rows], dtype=float)
        self.capacity = np.stack([problem.homes.places // k for k in ROUNDED], axis=1).astype(float)
        self.takes = np.stack([bundles.places // k for k in ROUNDED], axis=1).astype(float)
        self._most = int(bundles.places.max(initial=0))
        self._table_cell = bundles.home * (self._most + 1) + bundles.places
        self._segments()

    def _segments(self) -> None:
        bundles, problem = self.bundles, self.problem
        key = bundles.group * (1 << int(problem.group_size.max(initial=1))) + bundles.members
        starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else key
        self._starts = starts
        self._segment = np.repeat(np.arange(starts.size), np.diff(np.r_[starts, bundles.n_bundles]))
        none = starts.size
        table: dict[int, _Class] = {}
        position = np.zeros(problem.n_groups, dtype=np.int64)
        for size in np.unique(problem.group_size):
            groups = np.flatnonzero(problem.group_size == size)
            position[groups] = np.arange(groups.size)
            segment = np.full((groups.size, 1 << int(size)), none, dtype=np.int64)
            table[int(size)] = _Class(int(size), groups, segment, problem.first_child[groups])
        head_group, head_members = bundles.group[starts], bundles.members[starts]
        head_size = problem.group_size[head_group]
        for size, listed in table.items():
            mine = np.flatnonzero(head_size == size)
            listed.segment[position[head_group[mine]], head_members[mine]] = mine
        self._classes = list(table.values())

    def priced(self, prices: Prices) -> tuple[FloatArray, FloatArray]:
        """Give cost plus price of every bundle and of every child without a home."""
        per_places = np.arange(self._most + 1)
        table = sum(
            np.outer(prices.home[:, column], per_places // k) for column, k in enumerate(ROUNDED)
        )
        value = self.cost + np.asarray(table).ravel()[self._table_cell]
        unplaced = self.unplaced_cost
        if self.rows:
            value = value + prices.side @ self.row_of_bundle
            unplaced = unplaced + prices.side @ self.row_of_unplaced
        return value, unplaced

    def relax(self, prices: Prices, *, reduced: bool = False) -> Relaxation:
        """Solve every group at the prices; `reduced` asks for reduced costs too."""
        value, unplaced_value = self.priced(prices)
        least = np.full(self._starts.size + 1, np.inf)
        if self._starts.size:
            least[:-1] = np.minimum.reduceat(value, self._starts)
        total = -float((prices.home * self.capacity).sum()) - float(prices.side @ self.limit)
        taken, left = [], []
        reduced_bundle = np.zeros(value.size if reduced else 0)
        reduced_unplaced = np.zeros(self.problem.n_children if reduced else 0)
        for listed in self._classes:
            best, alone = self._best_of_sets(listed, least, unplaced_value)
            cheapest, block = _partitions(best)
            total += float(cheapest[:, -1].sum())
            segments, kids = _blocks_used(listed, block, alone)
            taken.append(segments)
            left.append(kids)
            if reduced:
                self._reduce(
                    listed, cheapest, value, unplaced_value, reduced_bundle, reduced_unplaced
                )
        chosen = self._cheapest_of_segments(np.concatenate(taken), value, least)
        return Relaxation(total, chosen, np.concatenate(left), reduced_bundle, reduced_unplaced)

    def _best_of_sets(
        self, listed: _Class, least: FloatArray, unplaced: FloatArray
    ) -> tuple[FloatArray, np.ndarray]:
        best = least[listed.segment]
        alone = np.zeros(best.shape, dtype=bool)
        for j in range(listed.size):
            without = unplaced[listed.first_child + j]
            alone[:, 1 << j] = without < best[:, 1 << j]
            best[:, 1 << j] = np.minimum(best[:, 1 << j], without)
        return best, alone

    def _cheapest_of_segments(
        self, segments: IntArray, value: FloatArray, least: FloatArray
    ) -> IntArray:
        at_least = np.flatnonzero(value == least[self._segment])[::-1]
        first = np.zeros(self._starts.size + 1, dtype=np.int64)
        first[self._segment[at_least]] = at_least  # the last write is the first bundle
        return np.sort(first[segments])

    def _reduce(
        self,
        listed: _Class,
        cheapest: FloatArray,
        value: FloatArray,
        unplaced_value: FloatArray,
        reduced_bundle: FloatArray,
        reduced_unplaced: FloatArray,
    ) -> None:
        full = (1 << listed.size) - 1
        position = np.full(self.problem.n_groups, -1)
        position[listed.groups] = np.arange(listed.groups.size)
        row = position[self.bundles.group]
        mine = np.flatnonzero(row >= 0)
        rest = cheapest[row[mine], full ^ self.bundles.members[mine]]
        reduced_bundle[mine] = value[mine] + rest - cheapest[row[mine], full]
        for j in range(listed.size):
            child = listed.first_child + j
            rest = cheapest[:, full ^ (1 << j)]
            reduced_unplaced[child] = unplaced_value[child] + rest - cheapest[:, full]


def _partitions(best: FloatArray) -> tuple[FloatArray, IntArray]:
    """Cheapest partition of every member set, and its block that holds the lowest member."""
    n_sets = best.shape[1]
    cheapest = np.zeros(best.shape)
    block = np.zeros(best.shape, dtype=np.int64)
    rows = np.arange(best.shape[0])
    for members in range(1, n_sets):
        low = members & -members
        blocks = np.array([b for b in range(low, members + 1) if b & low and b & members == b])
        options = best[:, blocks] + cheapest[:, members ^ blocks]
        pick = options.argmin(axis=1)
        cheapest[:, members] = options[rows, pick]
        block[:, members] = blocks[pick]
    return cheapest, block


def _blocks_used(listed: _Class, block: IntArray, alone: np.ndarray) -> tuple[IntArray, IntArray]:
    """Segments of the blocks of every group's cheapest partition, and children left out."""
    left = np.full(listed.groups.size, (1 << listed.size) - 1)
    segments, kids = [], []
    rows = np.arange(listed.groups.size)
    while rows.size:
        taken = block[rows, left[rows]]
        without = alone[rows, taken]
        segments.append(listed.segment[rows[~without], taken[~without]])
        which = np.log2(taken[without]).astype(np.int64)
        kids.append(listed.first_child[rows[without]] + which)
        left[rows] ^= taken
        rows = rows[left[rows] > 0]
    return np.concatenate(segments), np.concatenate(kids)


def search_prices(
    groups: GroupProblems,
    *,
    target: float,
    start: Prices,
    passes: int = 400,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Prices, float]:
    """Look for the prices with the best bound.

    Parameters
    ----------
    groups : GroupProblems
    target : float
        Objective of a real plan, hundredths: an invented target costs bound.
    start : Prices
        Where to begin; warm prices save passes.
    passes : int
        At most so many evaluations.
    stop : callable
        Asked before each pass; ends the search early.

    Returns
    -------
    tuple of Prices and float
        The best prices in whole hundredths, and their bound.
    """
    prices, best_prices = start, start
    best, step, stalled = -np.inf, 1.0, 0
    direction_home, direction_side = np.zeros_like(start.home), np.zeros_like(start.side)
    for _ in range(passes):
        if stop():
            break
        relaxed = groups.relax(prices)
        if relaxed.value > best + _GAIN * abs(target):
            best, best_prices, stalled = relaxed.value, prices, 0
            if best >= target:
                break  # a real plan is that good: nothing is left to prove
        else:
            stalled += 1
            if stalled >= STALLED_PASSES:
                step, stalled, prices = SHORTENED * step, 0, best_prices
                direction_home[:], direction_side[:] = 0.0, 0.0
                if step < SHORTEST_STEP:
                    break
                continue
        slope_home, slope_side = _slopes(groups, relaxed, prices)
        direction_home = _KEPT * direction_home + _FRESH * slope_home
        direction_side = _KEPT * direction_side + _FRESH * slope_side
        length = float((direction_home**2).sum() + (direction_side**2).sum())
        if length < 1e-9:
            break
        move = step * _CAUTION * max(target - relaxed.value, 0.0) / length
        prices = Prices(
            np.maximum(0.0, prices.home + move * direction_home),
            np.maximum(0.0, prices.side + move * direction_side / groups.row_scale),
        )
    whole = best_prices.whole()
    return whole, groups.relax(whole).value


def _slopes(
    groups: GroupProblems, relaxed: Relaxation, prices: Prices
) -> tuple[FloatArray, FloatArray]:
    used = np.zeros_like(groups.capacity)
    np.add.at(used, groups.bundles.home[relaxed.chosen], groups.takes[relaxed.chosen])
    home = used - groups.capacity
    home[(prices.home <= 0) & (home < 0)] = 0.0
    side = np.zeros(len(groups.rows))
    if groups.rows:
        side = groups.row_of_bundle[:, relaxed.chosen].sum(axis=1) - groups.limit
        side += groups.row_of_unplaced[:, relaxed.unplaced].sum(axis=1)
        side /= groups.row_scale
        side[(prices.side <= 0) & (side < 0)] = 0.0
    return home, side
