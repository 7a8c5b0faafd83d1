"""Small problems over listed bundles, drawn from a seed, and the plain sum to hold engines to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.placement.restricted import Columns, Prices, Restricted, SideRows


def a_restricted_problem(
    seed: int,
    *,
    sizes: tuple[int, ...] = (1, 1, 1, 2, 2, 3, 4),
    n_homes: int = 6,
    must_have_homes: bool = False,
    with_sides: bool = False,
    rounded: bool = True,
    most_places: int = 3,
) -> Restricted:
    """Give groups of the sizes, each set of members listed in a few homes drawn."""
    rng = np.random.default_rng(seed)
    capacity = rng.integers(1, most_places + 1, size=n_homes)
    rows = []
    for group, size in enumerate(sizes):
        for members in range(1, 1 << size):
            together = members.bit_count()
            for home in np.flatnonzero(rng.random(n_homes) < 0.6):
                places = min(together, int(capacity[home]))
                cost = int(rng.integers(0, 90_000)) * together + 300_000
                rows.append((group, members, int(home), places, cost))
    table = np.array(rows)
    group_size = np.array(sizes)
    n_children = int(group_size.sum())
    unplaced = np.full(n_children, np.inf if must_have_homes else 2_000_000.0)
    columns = Columns(
        begin=np.searchsorted(table[:, 0], np.arange(len(sizes) + 1)),
        members=table[:, 1].astype(np.uint8),
        home=table[:, 2].astype(np.int32),
        places=table[:, 3].astype(np.int32),
        cost=table[:, 4].astype(float),
    )
    return Restricted(
        columns=columns,
        first_child=np.cumsum(group_size) - group_size,
        group_size=group_size,
        unplaced_cost=unplaced,
        capacity=capacity,
        apart=np.zeros((0, 2), dtype=np.int64),
        sides=_side_rows(rng, columns.n_columns, n_children) if with_sides else None,
        rounded=rounded,
    )


def a_crowded_region(
    seed: int, *, n_children: int = 400, children_a_place: float = 1.0
) -> Restricted:
    """Give single children and pairs around homes on a plane, each with its 12 nearest homes."""
    rng = np.random.default_rng(seed)
    sizes = np.where(np.arange(n_children // 3 * 2) % 2 == 0, 1, 2)
    n_homes = int(sizes.sum() / children_a_place / 2)
    families = rng.uniform(0, 20, size=(sizes.size, 2))
    homes = rng.uniform(0, 20, size=(n_homes, 2))
    miles = np.linalg.norm(families[:, None] - homes[None], axis=2)
    rows = []
    for group, size in enumerate(sizes):
        near = np.sort(np.argsort(miles[group])[:12])
        for members in range(1, 1 << size):
            together = members.bit_count()
            rows += [
                (
                    group,
                    members,
                    home,
                    together,
                    300_000 + together * round(1000 * miles[group, home]),
                )
                for home in near
            ]
    table = np.array(rows)
    return Restricted(
        columns=Columns(
            begin=np.searchsorted(table[:, 0], np.arange(sizes.size + 1)),
            members=table[:, 1].astype(np.uint8),
            home=table[:, 2].astype(np.int32),
            places=table[:, 3].astype(np.int32),
            cost=table[:, 4].astype(float),
        ),
        first_child=np.cumsum(sizes) - sizes,
        group_size=sizes,
        unplaced_cost=np.full(int(sizes.sum()), 2_000_000.0),
        capacity=np.full(n_homes, 2),
        apart=np.zeros((0, 2), dtype=np.int64),
    )


def some_prices(restricted: Restricted, seed: int) -> Prices:
    """Draw whole prices, a third of them 0."""
    rng = np.random.default_rng(seed)
    shape = (restricted.n_homes, 3)
    home = rng.integers(0, 60_000, size=shape) * (rng.random(shape) < 0.66)
    if not restricted.rounded:
        home[:, 1:] = 0
    n_rows = 0 if restricted.sides is None else restricted.sides.n_rows
    return Prices(home.astype(float), rng.integers(0, 50, size=n_rows).astype(float))


def bound_by_hand(restricted: Restricted, prices: Prices) -> float:
    """Add the bound up from every partition of every group, one after the other."""
    worth = priced_by_hand(restricted, prices)
    alone = left_out_by_hand(restricted, prices)
    total = sum(
        cheapest_group(restricted, group, worth, alone) for group in range(restricted.n_groups)
    )
    for home, places in enumerate(restricted.capacity.tolist()):
        total -= sum(prices.home[home, k - 1] * (places // k) for k in (1, 2, 3))
    if restricted.sides is not None:
        total -= float(prices.side @ restricted.sides.limit)
    return float(total)


def priced_by_hand(restricted: Restricted, prices: Prices) -> list[float]:
    """Cost plus price of every column."""
    columns, sides, worth = restricted.columns, restricted.sides, []
    for c in range(columns.n_columns):
        value, places = float(columns.cost[c]), int(columns.places[c])
        for k in (1, 2, 3):
            value += float(prices.home[columns.home[c], k - 1]) * (places // k)
        if sides is not None:
            for entry in range(sides.begin[c], sides.begin[c + 1]):
                value += float(sides.coefficient[entry] * prices.side[sides.row[entry]])
        worth.append(value)
    return worth


def left_out_by_hand(restricted: Restricted, prices: Prices) -> list[float]:
    """Cost plus price of every child without a home."""
    if restricted.sides is None:
        return restricted.unplaced_cost.tolist()
    return (restricted.unplaced_cost + prices.side @ restricted.sides.unplaced).tolist()


def cheapest_group(
    restricted: Restricted,
    group: int,
    worth: list[float],
    alone: list[float],
    *,
    without: int = 0,
) -> float:
    """Least value of a group, or of what is left of it without some members."""
    columns, first = restricted.columns, int(restricted.first_child[group])
    size = int(restricted.group_size[group])
    block: dict[int, float] = {1 << j: alone[first + j] for j in range(size)}
    for c in range(columns.begin[group], columns.begin[group + 1]):
        members = int(columns.members[c])
        block[members] = min(block.get(members, np.inf), worth[c])
    everyone = [j for j in range(size) if not without >> j & 1]
    return min(
        sum(block.get(sum(1 << j for j in part), np.inf) for part in shared)
        for shared in _partitions(everyone)
    )


def _partitions(members: list[int]) -> Iterator[list[list[int]]]:
    if not members:
        yield []
        return
    first, *rest = members
    for shared in _partitions(rest):
        yield [[first], *shared]
        for position, part in enumerate(shared):
            yield [*shared[:position], [first, *part], *shared[position + 1 :]]


def _side_rows(rng: np.random.Generator, n_columns: int, n_children: int) -> SideRows:
    entries = rng.integers(0, 3, size=n_columns)
    begin = np.concatenate([[0], np.cumsum(entries)])
    offset = np.arange(begin[-1]) - np.repeat(begin[:-1], entries)
    return SideRows(
        name=("budget", "out of area"),
        begin=begin,
        row=offset.astype(np.int32),
        coefficient=rng.integers(-20, 200, size=begin[-1]).astype(float),
        unplaced=rng.integers(0, 2, size=(2, n_children)).astype(float),
        limit=np.array([300.0, 150.0]),
        scale=np.array([200.0, 200.0]),
        most=np.array([np.inf, 40.0]),
    )
