"""Blocks of groups planned exactly, all others staying where they are.

Where the search finds nothing more, a solver may: it moves many groups at once.
A block holds groups that want the same homes; the places that others fill are
not its own. Only bundles whose use would not cost more than the block is above
its bound are looked at, the nearest to the best first.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from models.placement.choice import choices_of
from models.placement.exact import choose_bundles
from models.placement.neighbourhoods import blocks_of_groups
from models.placement.plan import Plan, column_of_children, places_used, plan_cost
from models.placement.prices import relax
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Columns, Prices, Restricted
from models.placement.runs import rows_of_runs

CHILDREN = 120
"""Children in a block, about."""

MOST_COLUMNS = 4_000
"""Bundles that the solver chooses among in one block."""

WORTH_IT = 100.0
"""Hundredths a child: a block that is above its bound by less is left alone."""


def plan_in_blocks(
    restricted: Restricted,
    prices: Prices,
    plan: Plan,
    *,
    start: int,
    seed: int,
    effort: float,
    stop: Callable[[], bool] = lambda: False,
    workers: int = 2,
) -> Plan:
    """Plan block after block exactly; limits on the whole plan leave no room for that.

    Parameters
    ----------
    restricted : Restricted
        Without side rows; with them the plan comes back as it was.
    prices : Prices
    plan : Plan
        Keeps places and pairs apart.
    start : int
        Group that the first walk begins near: another one gives other borders.
    seed : int
    effort : float
        Deterministic units of each block, near seconds.
    stop : callable
        Asked before each block.
    workers : int
        Blocks planned at the same time; the plan is the same whatever their number.

    Returns
    -------
    Plan
        Never dearer than the one given.
    """
    if restricted.sides is not None:
        return plan
    n_blocks = 1 << max(0, round(np.log2(max(1.0, restricted.n_children / CHILDREN))))
    choices = choices_of(restricted, prices, keep=plan.column)
    block = blocks_of_groups(choices, n_homes=restricted.n_homes, n_blocks=n_blocks, start=start)
    held = restricted.kept_apart
    column_of = column_of_children(restricted, plan)
    reduced = relax(restricted, prices, reduced=True)
    free = restricted.capacity - places_used(restricted, plan)
    owner = _owner_of_spare_places(restricted, block, free)

    def work(number: int) -> tuple[IntArray, IntArray] | None:
        groups = np.flatnonzero((block == number) & ~held)
        if stop() or not groups.size:
            return None
        spare = np.where(owner == number, free, 0)
        part = _Part(restricted, groups, column_of, spare)
        return part.planned(reduced.reduced, reduced.reduced_unplaced, seed=seed, effort=effort)

    with ThreadPoolExecutor(workers) as pool:
        for found in pool.map(work, range(n_blocks)):
            if found is not None:
                column_of[found[0]] = found[1]
    better = Plan.of_children(column_of)
    return better if plan_cost(restricted, better) < plan_cost(restricted, plan) else plan


def _owner_of_spare_places(restricted: Restricted, block: IntArray, free: IntArray) -> IntArray:
    """Give each home with places to spare to the block that lists it most often."""
    columns = restricted.columns
    listed = free[columns.home] > 0
    n_blocks = int(block.max(initial=0)) + 1
    key = columns.home[listed].astype(np.int64) * n_blocks + block[columns.group[listed]]
    pairs, count = np.unique(key, return_counts=True)
    # The last written stays: of blocks that list a home equally often, the last.
    pairs = pairs[np.lexsort((pairs, count))]
    owner = np.full(restricted.n_homes, -1, dtype=np.int64)
    owner[pairs // n_blocks] = pairs % n_blocks
    return owner


class _Part:
    """The problem of some groups, with the places they fill now and those to spare."""

    def __init__(
        self, restricted: Restricted, groups: IntArray, column_of: IntArray, spare: IntArray
    ) -> None:
        columns, size = restricted.columns, restricted.group_size[groups]
        count = columns.begin[groups + 1] - columns.begin[groups]
        self.rows = rows_of_runs(columns.begin[groups], count)
        self.kids = rows_of_runs(restricted.first_child[groups], size)
        own = np.unique(column_of[self.kids])
        own = own[own >= 0]
        filled = np.bincount(
            columns.home[own], weights=columns.places[own], minlength=restricted.n_homes
        )
        self.now = column_of[self.kids]
        self.part = Restricted(
            columns=Columns(
                begin=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
                members=columns.members[self.rows],
                home=columns.home[self.rows],
                places=columns.places[self.rows],
                cost=columns.cost[self.rows],
            ),
            first_child=np.cumsum(size) - size,
            group_size=size,
            unplaced_cost=restricted.unplaced_cost[self.kids],
            capacity=spare + filled.astype(np.int64),
            apart=np.zeros((0, 2), dtype=np.int64),
        )

    def planned(
        self, reduced: FloatArray, reduced_unplaced: FloatArray, *, seed: int, effort: float
    ) -> tuple[IntArray, IntArray] | None:
        """Give children and their columns, where the block can be planned better."""
        local = np.where(self.now < 0, -1, np.searchsorted(self.rows, self.now))
        hint = Plan.of_children(local)
        each, left = reduced[self.rows], reduced_unplaced[self.kids]
        above = float(each[hint.column].sum() + left[hint.unplaced].sum())
        if above < WORTH_IT * self.kids.size:
            return None
        columns = self.part.columns
        fits = columns.places <= self.part.capacity[columns.home]
        near = np.flatnonzero(fits & (each <= above))
        near = near[np.argsort(each[near], kind="stable")[:MOST_COLUMNS]]
        keep_unplaced: BoolArray = left <= above
        keep_unplaced[hint.unplaced] = True
        chosen = choose_bundles(
            self.part,
            keep=np.union1d(near, hint.column),
            keep_unplaced=keep_unplaced,
            hint=hint,
            seed=seed,
            effort=effort,
        )
        if chosen.plan is None or plan_cost(self.part, chosen.plan) >= plan_cost(self.part, hint):
            return None
        found = column_of_children(self.part, chosen.plan)
        return self.kids, np.where(found < 0, -1, self.rows[found])
