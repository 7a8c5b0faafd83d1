"""All homes priced out: an exact bound over every eligible home, and the bundles that matter.

A list of the nearest homes is a trap: a proof over such a list is a proof for
another problem. Here every home is in the problem. For each group and each set
of its members the cheapest home at cost plus price is searched for outwards,
until nothing farther can be as good. So the bound counts every eligible home,
and the bundles listed are those that prices make worth looking at, however far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.placement.home_grid import LEVELS, HomeIndex, fill_lists, index_homes
from models.placement.nearby_search import Ready, cheapest_of_sets, merge_columns, price_groups
from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.restricted import ROUNDED, Columns, Prices, in_rows
from models.placement.rules import SideRule
from models.placement.tables import (
    AUTHORITY,
    LINE,
    MILE,
    SCHOOL,
    PairTables,
    SidePoints,
    compile_sides,
    no_sides,
)

T = TypeVar("T")

CHUNKS = 32
"""Parts that the work is cut into, however many threads share it: results stay the same."""

__all__ = [
    "Cheapest",
    "HomeIndex",
    "PricedOut",
    "bound_only",
    "cheapest_homes",
    "index_homes",
    "merged",
    "price_out",
]


@dataclass(frozen=True, slots=True)
class PricedOut:
    """What prices say over every eligible home.

    Attributes
    ----------
    bound : float
        Hundredths of a point that no plan can be below; whole where prices are
        whole and no limit is priced.
    least : ndarray of float64, shape (n_groups,)
        Cheapest partition of each group at cost plus price.
    columns : Columns
        Bundles within the slack, and those kept.
    """

    bound: float
    least: FloatArray
    columns: Columns


def price_out(
    problem: PlacementProblem,
    tables: PairTables,
    index: HomeIndex,
    prices: Prices,
    *,
    slack: float,
    most_per_set: int | None = None,
    rules: Sequence[SideRule] = (),
    keep: Columns | None = None,
    workers: int = 2,
) -> PricedOut:
    """Price all eligible homes out: the bound, and every bundle near the best.

    Parameters
    ----------
    problem : PlacementProblem
    tables : PairTables
    index : HomeIndex
    prices : Prices
        None negative; ``side`` in the order of `rules`.
    slack : float
        Hundredths of a point: a bundle is listed when its cost plus price is so
        near to the cheapest way to plan for the same members. Infinite: only
        `most_per_set` limits the lists.
    most_per_set : int, optional
        At most so many bundles of each set of members, the cheapest; the
        cheapest one of all is always among them.
    rules : sequence of SideRule
    keep : Columns, optional
        Bundles that stay listed: dropping them makes prices swing.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    PricedOut
    """
    sides = compile_sides(problem, rules, prices.side) if rules else no_sides()
    least, columns = _all_groups(
        tables, sides, index, prices, slack, most_per_set or 0, workers, collect=True
    )
    if keep is not None:
        columns = merged(keep, columns)
    return PricedOut(_bound(tables, prices, rules, least), least, columns)


def bound_only(
    problem: PlacementProblem,
    tables: PairTables,
    index: HomeIndex,
    prices: Prices,
    *,
    rules: Sequence[SideRule] = (),
    workers: int = 2,
) -> float:
    """Give the bound over every eligible home, hundredths of a point.

    Parameters
    ----------
    problem, tables, index, prices, rules, workers
        As for `price_out`.
    """
    sides = compile_sides(problem, rules, prices.side) if rules else no_sides()
    least, _ = _all_groups(tables, sides, index, prices, 0.0, 1, workers, collect=False)
    return _bound(tables, prices, rules, least)


def _bound(
    tables: PairTables, prices: Prices, rules: Sequence[SideRule], least: FloatArray
) -> float:
    rows = in_rows(tables.home["places"])
    limits = sum(float(p) * rule.limit for p, rule in zip(prices.side, rules, strict=True))
    return float(least.sum()) - float((prices.home * rows).sum()) - limits


def _all_groups(
    tables: PairTables,
    sides: SidePoints,
    index: HomeIndex,
    prices: Prices,
    slack: float,
    most: int,
    workers: int,
    *,
    collect: bool,
) -> tuple[FloatArray, Columns]:
    ready = _ready(tables, sides, index, prices)
    least = np.zeros(tables.n_groups)
    counts = np.zeros(tables.n_groups, dtype=np.int64)

    def price(first: int, last: int) -> tuple[NDArray[np.generic], ...]:
        return price_groups(
            tables, sides, index, ready, first, last, slack, most, collect, least, counts
        )

    parts = _in_chunks(price, tables.n_groups, workers)
    members, home, places, cost = (np.concatenate(part) for part in zip(*parts, strict=True))
    begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return least, Columns(begin, members, home, places, cost)


def _in_chunks(work: Callable[[int, int], T], size: int, workers: int) -> list[T]:
    edges = np.linspace(0, size, CHUNKS + 1).astype(np.int64).tolist()
    pairs = list(pairwise(edges))
    if workers == 1:
        return [work(first, last) for first, last in pairs]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda pair: work(*pair), pairs))


def _ready(tables: PairTables, sides: SidePoints, index: HomeIndex, prices: Prices) -> Ready:
    """Put the lists in the order of the prices, and say what each child costs at the least."""
    price = np.array(prices.home, dtype=np.float64, order="C")
    by_home = tables.home["points"].copy()
    if sides.any:
        by_home += sides.home_points + sides.layer_price @ sides.layer_home
    taken = np.minimum(np.arange(1, LEVELS + 1)[:, None], tables.home["places"])
    value = np.arange(1, LEVELS + 1)[:, None] * by_home
    for column, k in enumerate(ROUNDED):
        value += price[:, column] * (taken // k)
    order = np.argsort(value, axis=1, kind="stable")
    listed = np.empty(index.begin[-1], dtype=np.int32)
    least = np.full(index.begin.size - 1, np.inf)
    fill_lists(index, tables.home, order, value, listed, least)
    weight = np.repeat(tables.weight[:, None], tables.n_children, axis=1)
    if sides.any:
        weight += sides.weight + (sides.layer_price @ sides.layer_weight)[:, None]
    child = tables.child
    to_school = np.hypot(
        child["school_east"] - child["east"], child["school_north"] - child["north"]
    )
    to_school[~child["has_school"]] = np.inf
    return Ready(
        price=price,
        listed=listed,
        least=least,
        least_of_list=least.reshape(-1, index.n_cells).min(axis=1, initial=np.inf),
        value=value,
        least_child=min(0.0, float(by_home.min(initial=0.0))),
        fixed=_fixed(tables, sides, weight),
        weight=np.maximum(weight, 0.0),
        to_school=to_school,
    )


def _fixed(tables: PairTables, sides: SidePoints, weight: FloatArray) -> FloatArray:
    """Give what each child costs in any home but the present one, at the least."""
    fit = np.where(tables.barred, np.inf, tables.fit)
    layers = np.zeros(tables.fit.shape)
    rounded = 0.5
    if sides.any:
        layers = np.einsum("l,lpk->pk", sides.layer_price, sides.layer_fit)
        rounded += 0.5 * float(sides.layer_price.sum())
    least = (fit + layers).min(axis=1, initial=np.inf)[tables.child["profile"]]
    least += tables.child["leave"] - rounded
    least += np.minimum(weight[LINE], 0.0) + np.minimum(weight[AUTHORITY], 0.0)
    child, home = tables.child, tables.home
    least += np.minimum(weight[MILE], 0.0) * _farthest(child["east"], child["north"], home)
    school = _farthest(child["school_east"], child["school_north"], home)
    least += np.minimum(weight[SCHOOL], 0.0) * school
    if sides.any:
        least += sides.fit.min(axis=1, initial=np.inf)[sides.profile] + sides.placed + sides.leave
        least += sides.layer_price @ sides.layer_leave
        for each, amounts in zip(sides.by_child, sides.by_home, strict=True):
            least += np.minimum(each * amounts.min(), each * amounts.max())
    return np.asarray(least)


def _farthest(east: FloatArray, north: FloatArray, homes: NDArray[np.void]) -> FloatArray:
    """Give the distance of each place from the farthest corner around all homes."""
    if not homes.size:
        return np.zeros(east.size)
    ends = [(homes[name].min(), homes[name].max()) for name in ("east", "north")]
    across, along = (
        np.maximum(np.abs(place - low), np.abs(place - high))
        for place, (low, high) in zip((east, north), ends, strict=True)
    )
    return np.asarray(np.sqrt(across**2 + along**2))


def merged(one: Columns, other: Columns) -> Columns:
    """Put two lists of bundles together; a bundle in both is listed once.

    Parameters
    ----------
    one, other : Columns
        Of the same groups and the same costs.
    """
    counts = np.zeros(one.begin.size - 1, dtype=np.int64)
    take = merge_columns(
        one.begin, one.members, one.home, other.begin, other.members, other.home, counts
    )
    return Columns(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([one.members, other.members])[take],
        np.concatenate([one.home, other.home])[take],
        np.concatenate([one.places, other.places])[take],
        np.concatenate([one.cost, other.cost])[take],
    )


@dataclass(frozen=True, slots=True)
class Cheapest:
    """For each set of members, the homes that are cheapest at cost plus price.

    Attributes
    ----------
    home : ndarray of int32, shape (n_sets, k)
        Rising in value; -1 where fewer homes could take them.
    cost, value : ndarray of float64, shape (n_sets, k)
        Hundredths of a point, without and with prices; infinite where there is no home.
    """

    home: NDArray[np.int32]
    cost: FloatArray
    value: FloatArray


def cheapest_homes(
    problem: PlacementProblem,
    tables: PairTables,
    index: HomeIndex,
    prices: Prices,
    *,
    group: IntArray,
    members: IntArray,
    k: int,
    rules: Sequence[SideRule] = (),
    workers: int = 2,
) -> Cheapest:
    """Find the k best homes of sets of members, over every eligible home.

    Parameters
    ----------
    problem, tables, index, prices, rules, workers
        As for `price_out`.
    group, members : ndarray of int, shape (n_sets,)
        Members as bits of the group.
    k : int
        Homes of each set.
    """
    sides = compile_sides(problem, rules, prices.side) if rules else no_sides()
    ready = _ready(tables, sides, index, prices)
    shape = (group.size, k)
    home = np.full(shape, -1, dtype=np.int32)
    cost, value = np.full(shape, np.inf), np.full(shape, np.inf)
    groups, sets = np.array(group, dtype=np.int64), np.array(members, dtype=np.int64)

    def find(first: int, last: int) -> None:
        cheapest_of_sets(tables, sides, index, ready, first, last, groups, sets, home, cost, value)

    _in_chunks(find, groups.size, workers)
    return Cheapest(home, cost, value)
