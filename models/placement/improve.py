"""A better plan: groups are taken out and housed again, many thousand times a second.

A plan's distance from the bound splits into shares of groups (what they cost
above their cheapest partition) and of homes (priced places left empty). The
search takes out a group that has a share, and groups around it who hold what it
wants, houses them again at cost plus price, and keeps the new plan where it
costs less, or hardly more while the search is young (ruin and recreate:
Schrimpf et al. 2000; Christiaens & Vanden Berghe 2020). Then the single
children are placed again by flow, which is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.choice import Choices, choices_of, value_at
from models.placement.construct import choices_of_columns, placed_one_by_one, singles_by_flow
from models.placement.neighbourhoods import blocks_of_groups
from models.placement.plan import (
    NO_COLUMN,
    Plan,
    column_of_children,
    keeps_sides,
    missed_cost,
    places_used,
    plan_cost,
    side_use,
)
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.rehouse import Block, Limits, rehouse, shares_of_gap
from models.placement.restricted import Prices, Restricted
from models.placement.runs import rows_of_runs


@dataclass(frozen=True, slots=True)
class Search:
    """How long and how widely to look.

    Attributes
    ----------
    rounds : int
        Blocks are cut anew, and single children placed by flow, after each.
    trials : float
        Trials a child and round.
    most_out : int
        Children taken out in one trial, at most about.
    hot, cold : float
        Hundredths of a point that a worse plan may cost more on average, at the
        beginning of the first round and at the end of the last.
    within : float
        Columns further than this above their group's cheapest partition are
        left out, hundredths of a point, unless a group is placed worse than that.
    block : int
        Children in a block, about.
    """

    rounds: int = 4
    trials: float = 30.0
    most_out: int = 16
    hot: float = 4_000.0
    cold: float = 200.0
    within: float = 150_000.0
    block: int = 1_500

    def heat(self, number: int) -> tuple[float, float]:
        """Give the heat at the beginning and at the end of a round."""
        at = [(number + end) / self.rounds for end in (0, 1)]
        warm, cool = (self.hot * (self.cold / self.hot) ** share for share in at)
        return warm, cool


def improve(
    restricted: Restricted,
    prices: Prices,
    plan: Plan,
    *,
    rng: np.random.Generator,
    search: Search | None = None,
    stop: Callable[[], bool] = lambda: False,
    workers: int = 2,
) -> Plan:
    """Look for a plan that costs less.

    Parameters
    ----------
    restricted : Restricted
    prices : Prices
        Good prices steer the search; any prices are allowed.
    plan : Plan
        Keeps places and pairs apart. Where it breaks side rows, the search
        brings it nearer to them first.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same plan, whatever
        the number of workers.
    search : Search, optional
    stop : callable
        Asked between rounds; ends the search early.
    workers : int
        Blocks searched at the same time.

    Returns
    -------
    Plan
        Never dearer than the one given, unless that one broke a side row.
    """
    how = search or Search()
    within = max(how.within, _largest_share(restricted, prices, plan))
    choices = choices_of(restricted, prices, within=within, keep=plan.column)
    limits = _limits(restricted, choices)
    singles = ~placed_one_by_one(restricted)
    best = plan
    with ThreadPoolExecutor(workers) as pool:
        for number in range(how.rounds):
            if stop():
                break
            work = _Round(restricted, choices, limits, best, how, number)
            best = _better(restricted, best, work.run(rng, pool))
            best = _better(restricted, best, _singles_again(restricted, prices, best, singles))
    return best


def _largest_share(restricted: Restricted, prices: Prices, plan: Plan) -> float:
    """Give what the worst placed group is above its best: so much others may have to give way."""
    columns = restricted.columns
    value, unplaced_value = value_at(restricted, prices)
    used = np.zeros(columns.n_columns, dtype=np.bool_)
    used[plan.column] = True
    share = shares_of_gap(
        columns.begin,
        columns.members,
        value,
        used,
        restricted.first_child,
        restricted.group_size,
        unplaced_value,
    )
    return float(share.max(initial=0.0))


def _better(restricted: Restricted, one: Plan, other: Plan) -> Plan:
    """Give the plan that keeps side rows or, where both do or neither, costs less."""
    ranks = [
        (
            not keeps_sides(restricted, plan),
            plan_cost(restricted, plan) + missed_cost(restricted, plan),
        )
        for plan in (one, other)
    ]
    return other if ranks[1] < ranks[0] else one


def _singles_again(restricted: Restricted, prices: Prices, plan: Plan, singles: BoolArray) -> Plan:
    column_of = column_of_children(restricted, plan)
    kids = restricted.first_child[singles]
    free = restricted.capacity - places_used(restricted, plan)
    held = column_of[kids[column_of[kids] != NO_COLUMN]]
    np.add.at(free, restricted.columns.home[held], 1)
    singles_by_flow(restricted, prices, singles, column_of, free)
    return Plan.of_children(column_of)


def _limits(restricted: Restricted, choices: Choices) -> Limits:
    sides = restricted.sides
    if sides is None:
        nothing, none = np.zeros(choices.column.size + 1, dtype=np.int64), np.zeros(0)
        return Limits(nothing, np.zeros(0, np.int32), none, np.zeros((0, 1)), none, none)
    count = sides.begin[choices.column + 1] - sides.begin[choices.column]
    begin = np.concatenate([[0], np.cumsum(count)])
    entry = rows_of_runs(sides.begin[choices.column], count)
    return Limits(
        begin,
        sides.row[entry],
        sides.coefficient[entry],
        np.ascontiguousarray(sides.unplaced, dtype=float),
        sides.scale,
        sides.most,
    )


@dataclass(frozen=True, slots=True)
class _Round:
    """One search of every block, each with its own places and its share of the limits."""

    restricted: Restricted
    choices: Choices
    limits: Limits
    plan: Plan
    how: Search
    number: int

    def run(self, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Plan:
        restricted, choices = self.restricted, self.choices
        had = column_of_children(restricted, self.plan)
        choice_of = choices_of_columns(choices, had)
        n_blocks = self._n_blocks()
        label = self._labels(n_blocks, start=int(rng.integers(restricted.n_groups)))
        group_of = restricted.group_of_child
        # The flow may have used columns that are too dear to be choices: these groups stay.
        label[group_of[(choice_of == NO_COLUMN) & (had != NO_COLUMN)]] = -1
        owner = _owner_of_home(choices.begin, choices.home, label, restricted.n_homes)
        seeds = rng.integers(1, 2**63, size=n_blocks, dtype=np.uint64)
        share = self._shares(choice_of)
        empty = restricted.capacity - places_used(restricted, self.plan)
        slot_begin = np.concatenate([[0], np.cumsum(restricted.capacity)]).astype(np.int64)
        spare = self._spare() / n_blocks

        def search_block(number: int) -> None:
            mine = label == number
            groups = np.flatnonzero(mine)
            if not groups.size:
                return
            seeded = _often_by_share(np.flatnonzero(mine & (share > 0.5)), share)
            rehouse(
                choices,
                self.limits,
                Block(groups, seeded, mine, group_of, spare),
                np.where(owner == number, empty, 0),
                choice_of,
                slot_begin,
                round(self.how.trials * int(restricted.group_size[groups].sum())),
                self.how.most_out,
                self.how.heat(self.number),
                seeds[number : number + 1].copy(),
            )

        # Blocks write the choices of their own children only, so that their order is nothing.
        list(pool.map(search_block, range(n_blocks)))
        column_of = np.where(
            label[group_of] >= 0,
            np.where(choice_of >= 0, choices.column[choice_of], NO_COLUMN),
            had,
        )
        return Plan.of_children(column_of)

    def _shares(self, choice_of: IntArray) -> FloatArray:
        choices = self.choices
        used = np.zeros(choices.value.size, dtype=np.bool_)
        used[choice_of[choice_of >= 0]] = True
        return shares_of_gap(
            choices.begin,
            choices.members,
            choices.value,
            used,
            choices.first_child,
            choices.group_size,
            choices.unplaced_value,
        )

    def _n_blocks(self) -> int:
        blocks = max(1.0, self.restricted.n_children / self.how.block)
        return int(1 << round(math.log2(blocks)))

    def _labels(self, n_blocks: int, *, start: int) -> IntArray:
        """Give the block of each group, -1 for those that stay where they are."""
        restricted = self.restricted
        label = blocks_of_groups(
            self.choices, n_homes=restricted.n_homes, n_blocks=n_blocks, start=start
        )
        # Two who may not share a home could enter it at once if their blocks ran side by side.
        pair = restricted.group_of_child[np.asarray(restricted.apart, dtype=np.int64)]
        pair = pair.reshape(-1, 2)
        across = pair[label[pair[:, 0]] != label[pair[:, 1]]]
        label[across.ravel()] = -1
        return label

    def _spare(self) -> FloatArray:
        sides = self.restricted.sides
        if sides is None:
            return np.zeros(0)
        return np.asarray(sides.limit - side_use(self.restricted, self.plan))


def _often_by_share(groups: IntArray, share: FloatArray) -> IntArray:
    """Repeat groups by their share of the gap, so that most draws hit the largest shares."""
    if not groups.size:
        return groups
    mine = share[groups]
    return np.repeat(groups, 1 + (2 * groups.size * mine / mine.sum()).astype(np.int64))


@njit(nogil=True, cache=True)
def _owner_of_home(
    begin: IntArray, home: NDArray[np.int32], label: IntArray, n_homes: int
) -> IntArray:  # pragma: no cover - compiled
    """Give the block whose group ranks the home highest among its choices, -1 for none."""
    owner, rank = np.full(n_homes, -1, np.int64), np.full(n_homes, 1 << 30, np.int64)
    for g in range(label.size):
        if label[g] >= 0:
            for c in range(begin[g], begin[g + 1]):
                if c - begin[g] < rank[home[c]]:
                    rank[home[c]], owner[home[c]] = c - begin[g], label[g]
    return owner
