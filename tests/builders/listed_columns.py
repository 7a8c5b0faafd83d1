"""Small problems over listed columns, and every plan they have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.placement.plan import Plan, keeps_rows, plan_cost
from models.placement.restricted import Columns, Restricted, SideRows

Bundle = tuple[int, int, int, int, float]
"""Group, members as bits, home, places, cost."""


def columns_of(
    bundles: list[Bundle],
    *,
    sizes: list[int],
    capacity: list[int],
    unplaced: float = 2_000_000.0,
    apart: list[tuple[int, int]] | None = None,
) -> Restricted:
    """A problem over exactly these bundles."""
    listed = sorted(bundles, key=lambda bundle: bundle[:3])
    group = np.array([bundle[0] for bundle in listed], dtype=np.int64)
    size = np.array(sizes, dtype=np.int64)
    columns = Columns(
        np.searchsorted(group, np.arange(size.size + 1)).astype(np.int64),
        np.array([bundle[1] for bundle in listed], dtype=np.uint8),
        np.array([bundle[2] for bundle in listed], dtype=np.int32),
        np.array([bundle[3] for bundle in listed], dtype=np.int32),
        np.array([bundle[4] for bundle in listed], dtype=np.float64),
    )
    return Restricted(
        columns,
        (np.cumsum(size) - size).astype(np.int64),
        size,
        np.full(int(size.sum()), unplaced),
        np.array(capacity, dtype=np.int64),
        np.array(apart or [], dtype=np.int64).reshape(-1, 2),
    )


def a_small_problem(
    seed: int,
    *,
    sizes: tuple[int, ...] = (3, 2, 1, 1),
    n_homes: int = 3,
    pairs_apart: int = 0,
) -> Restricted:
    """Groups that compete for a few places; some bundles take a whole home."""
    rng = np.random.default_rng(seed)
    capacity = rng.integers(1, 4, n_homes)
    exempt = rng.random(n_homes) < 0.3
    bundles: list[Bundle] = []
    for group, size in enumerate(sizes):
        barred = [int(rng.integers(1, 1 << size)) * int(rng.random() < 0.3) for _ in capacity]
        for members in range(1, 1 << size):
            count = members.bit_count()
            for home in range(n_homes):
                room = int(capacity[home])
                if members & barred[home] or (count > room and not exempt[home]):
                    continue
                cost = 300_000 + float(rng.integers(0, 100_000, count).sum())
                bundles.append((group, members, home, min(count, room), cost))
    first = np.cumsum(sizes) - np.array(sizes)
    apart = [(int(first[0]), int(first[1])), (int(first[2]), int(first[3]))][:pairs_apart]
    return columns_of(bundles, sizes=list(sizes), capacity=capacity.tolist(), apart=apart)


def a_crowd(
    seed: int, *, n_groups: int = 150, n_homes: int = 110, wanted: int = 8, room: float = 1.0
) -> Restricted:
    """A town on a line: groups of one to four, homes of one to three places, near ones first.

    `room` is places by children, about.
    """
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 2, 3, 4], n_groups, p=[0.6, 0.25, 0.1, 0.05])
    capacity = rng.choice([1, 2, 3], n_homes, p=[0.4, 0.35, 0.25])
    while capacity.sum() < room * sizes.sum():
        capacity[rng.integers(n_homes)] += 1
    where, home_at = rng.uniform(0, 60, n_groups), rng.uniform(0, 60, n_homes)
    bundles: list[Bundle] = []
    for group, size in enumerate(sizes.tolist()):
        far = np.abs(home_at - where[group])
        for members in range(1, 1 << size):
            count = members.bit_count()
            fits = np.flatnonzero(capacity >= count)
            for home in fits[np.argsort(far[fits], kind="stable")][:wanted].tolist():
                cost = 300_000 + count * round(1_000 * float(far[home]))
                bundles.append((group, members, home, count, float(cost)))
    return columns_of(bundles, sizes=sizes.tolist(), capacity=capacity.tolist())


def with_budget(restricted: Restricted, *, limit: float, seed: int = 0) -> Restricted:
    """The same with one limit on the whole plan: every column spends a whole number."""
    n_columns = restricted.columns.n_columns
    spent = np.random.default_rng(seed).integers(1, 9, n_columns).astype(float)
    sides = SideRows(
        ("budget",),
        np.arange(n_columns + 1, dtype=np.int64),
        np.zeros(n_columns, dtype=np.int32),
        spent,
        np.zeros((1, restricted.n_children)),
        np.array([limit]),
        np.array([8.0]),
        np.array([np.inf]),
    )
    return Restricted(
        restricted.columns,
        restricted.first_child,
        restricted.group_size,
        restricted.unplaced_cost,
        restricted.capacity,
        restricted.apart,
        sides,
    )


def every_plan(restricted: Restricted) -> Iterator[Plan]:
    """Each plan that keeps every row."""
    shares = [list(_shared_out(restricted, group)) for group in range(restricted.n_groups)]

    def from_group(group: int, free: np.ndarray, chosen: list[int]) -> Iterator[Plan]:
        if group == restricted.n_groups:
            yield _plan(restricted, chosen)
            return
        for share in shares[group]:
            left = free.copy()
            for column in share:
                left[restricted.columns.home[column]] -= restricted.columns.places[column]
            if (left >= 0).all():
                yield from from_group(group + 1, left, chosen + share)

    for plan in from_group(0, restricted.capacity.copy(), []):
        if keeps_rows(restricted, plan):
            yield plan


def cheapest_plan(restricted: Restricted) -> float:
    """Hundredths of a point of the best plan there is."""
    return min(plan_cost(restricted, plan) for plan in every_plan(restricted))


def _shared_out(restricted: Restricted, group: int) -> Iterator[list[int]]:
    columns = restricted.columns
    listed = range(int(columns.begin[group]), int(columns.begin[group + 1]))
    full = (1 << int(restricted.group_size[group])) - 1

    def rest(left: int) -> Iterator[list[int]]:
        if not left:
            yield []
            return
        low = left & -left
        yield from rest(left ^ low)
        for column in listed:
            members = int(columns.members[column])
            if members & low and not members & ~left:
                for others in rest(left ^ members):
                    yield [column, *others]

    yield from rest(full)


def _plan(restricted: Restricted, chosen: list[int]) -> Plan:
    columns = restricted.columns
    placed = np.zeros(restricted.n_children, dtype=bool)
    for column in chosen:
        group = int(np.searchsorted(columns.begin, column, side="right") - 1)
        for j in range(int(restricted.group_size[group])):
            if int(columns.members[column]) >> j & 1:
                placed[restricted.first_child[group] + j] = True
    return Plan(np.array(sorted(chosen), dtype=np.int64), np.flatnonzero(~placed))
