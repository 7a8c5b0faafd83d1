"""Every bundle of a small region, by looking into every home: what prices may leave out."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_matrix

from models.placement.bundles import Bundles
from models.placement.eligibility import may_live
from models.placement.problem import IntArray, PlacementProblem
from models.placement.restricted import Columns, SideRows


def every_bundle(problem: PlacementProblem) -> Bundles:
    """List every bundle that could live in some home, over all homes."""
    sizes = problem.group_size
    parts = [
        _bundles_of_size(problem, np.flatnonzero(sizes == size), int(size))
        for size in np.unique(sizes)
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
    if not columns:
        columns = [np.zeros(0, dtype=np.int64) for _ in range(5)]
    group, members, home, size, places = columns
    order = np.lexsort((home, members, group))
    return Bundles(group[order], members[order], home[order], size[order], places[order])


def _bundles_of_size(
    problem: PlacementProblem, groups: IntArray, size: int
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    every_home = np.arange(problem.n_homes)
    child = problem.first_child[groups][:, None] + np.arange(size)[None, :]
    allowed = may_live(problem, child[:, :, None], every_home[None, None, :])
    solo = problem.children.solo[child]
    places, exempt = problem.homes.places, problem.homes.exempt
    found: list[list[IntArray]] = [[], [], [], [], []]
    for members in range(1, 1 << size):
        who = [j for j in range(size) if members >> j & 1]
        fits = allowed[:, who].all(axis=1)
        if len(who) > 1:
            fits &= (places >= len(who)) | (exempt & (places > 0))
            fits &= ~solo[:, who].any(axis=1)[:, None]
        row, home = np.nonzero(fits)
        whole_home = solo[row, who[0]] if len(who) == 1 else places[home] < len(who)
        found[0].append(groups[row])
        found[1].append(np.full(row.size, members))
        found[2].append(home)
        found[3].append(np.full(row.size, len(who)))
        found[4].append(np.where(whole_home, places[home], len(who)))
    columns = [np.concatenate(parts).astype(np.int64) for parts in found]
    return columns[0], columns[1], columns[2], columns[3], columns[4]


def homes_of_bundles(problem: PlacementProblem, bundles: Bundles, chosen: IntArray) -> IntArray:
    """Turn chosen bundles into the home of each child, shape (n_children,)."""
    home = np.full(problem.n_children, -1, dtype=np.int64)
    for j in range(int(problem.group_size.max(initial=0))):
        has = chosen[(bundles.members[chosen] >> j & 1) == 1]
        home[problem.first_child[bundles.group[has]] + j] = bundles.home[has]
    return home


def as_columns(problem: PlacementProblem, bundles: Bundles, cost: IntArray) -> Columns:
    """The same bundles as the engine lists them."""
    return Columns(
        np.searchsorted(bundles.group, np.arange(problem.n_groups + 1)).astype(np.int64),
        bundles.members.astype(np.uint8),
        bundles.home.astype(np.int32),
        bundles.places.astype(np.int32),
        cost.astype(np.float64),
    )


def counted(sides: SideRows, n_columns: int) -> np.ndarray:
    """What each column counts of each limit, shape (n_rows, n_columns)."""
    shape = (sides.n_rows, n_columns)
    return csc_matrix((sides.coefficient, sides.row, sides.begin), shape=shape).toarray()
