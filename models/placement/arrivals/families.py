"""Families who may come, and every home each could take: listed once, drawn again and again.

A family is one group that is planned in one piece. Groups whose children must
not share a home (brothers and sisters apart by plan) come together, as one
unit; a unit is what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.placement.bundles import unplaced_costs
from models.placement.problem import (
    FloatArray,
    IntArray,
    PlacementProblem,
    Weights,
)
from models.placement.restricted import Columns, Restricted
from models.placement.runs import rows_of_runs
from models.placement.tables import PairTables, compile_tables, pair_points, pairs_allowed
from models.placement.terms import home_points

EVERY_HOME = 1_000_000_000
"""More homes than there are."""

_PAIRS_AT_ONCE = 4_000_000
"""Pairs of child and home whose points are held in memory together."""


@dataclass(frozen=True, slots=True)
class Families:
    """Families with the bundles they could take.

    Attributes
    ----------
    problem : PlacementProblem
        Children by family, and the homes with their places when all are free.
    listed : Restricted
        The bundles of every family.
    unit_begin : ndarray of int64, shape (n_units + 1,)
    unit_groups : ndarray of int64, shape (n_groups,)
        Groups of unit u are ``unit_groups[unit_begin[u]:unit_begin[u + 1]]``.
    home_of_group : float
        Hundredths of a point of each home a group uses.
    """

    problem: PlacementProblem
    listed: Restricted
    unit_begin: IntArray
    unit_groups: IntArray
    home_of_group: float

    @property
    def n_units(self) -> int:
        """Number of units that can be drawn."""
        return int(self.unit_begin.size - 1)

    def groups_of(self, units: IntArray) -> tuple[IntArray, IntArray]:
        """Give the groups of drawn units in their order, and which draw each belongs to."""
        count = self.unit_begin[units + 1] - self.unit_begin[units]
        return self.unit_groups[rows_of_runs(self.unit_begin[units], count)], np.repeat(
            np.arange(units.size), count
        )

    def among(self, groups: IntArray, capacity: IntArray) -> Restricted:
        """Give the placement problem of drawn groups over the places that are free.

        Parameters
        ----------
        groups : ndarray of int64
            In any order; a group drawn twice is two families.
        capacity : ndarray of int64, shape (n_homes,)
            Places free.
        """
        columns, size = self.listed.columns, self.listed.group_size[groups]
        begin = columns.begin[groups]
        count = columns.begin[groups + 1] - begin
        column = rows_of_runs(begin, count)
        child = rows_of_runs(self.listed.first_child[groups], size)
        fits = columns.places[column] <= capacity[columns.home[column]]
        kept = np.concatenate([[0], np.cumsum(fits)])
        column = column[fits]
        return Restricted(
            columns=Columns(
                begin=kept[np.concatenate([[0], np.cumsum(count)])],
                members=columns.members[column],
                home=columns.home[column],
                places=columns.places[column],
                cost=columns.cost[column],
            ),
            first_child=np.cumsum(size) - size,
            group_size=size,
            unplaced_cost=self.listed.unplaced_cost[child],
            capacity=np.asarray(capacity, dtype=np.int64),
            apart=np.zeros((0, 2), dtype=np.int64),
        )


def list_families(
    problem: PlacementProblem, *, weights: Weights, most_homes: int = EVERY_HOME
) -> Families:
    """List what every family could take.

    Parameters
    ----------
    problem : PlacementProblem
        Families that may come; limits on a whole plan are not looked at.
    weights : mapping of str to float
        Points by term.
    most_homes : int
        Homes kept for each set of members, the cheapest: enough for a forecast,
        whose families need only show where places will be sought. For families
        who are to be answered, every home.

    Returns
    -------
    Families
    """
    priced = _Priced(problem, compile_tables(problem, weights), weights)
    parts = [
        part
        for size in np.unique(problem.group_size)
        for groups in _batches(np.flatnonzero(problem.group_size == size), int(size), problem)
        for part in _bundles(priced, groups, int(size), most_homes)
    ]
    group, members, home, places, cost = (
        np.concatenate(values) for values in zip(*parts, strict=True)
    )
    order = np.lexsort((home, members, group))
    listed = Restricted(
        columns=Columns(
            begin=np.searchsorted(group[order], np.arange(problem.n_groups + 1)),
            members=members[order].astype(np.uint8),
            home=home[order].astype(np.int32),
            places=places[order].astype(np.int32),
            cost=cost[order].astype(np.float64),
        ),
        first_child=problem.first_child,
        group_size=problem.group_size,
        unplaced_cost=unplaced_costs(problem, weights=weights).astype(np.float64),
        capacity=problem.homes.places.astype(np.int64),
        apart=problem.apart,
    )
    return Families(problem, listed, *_units(problem), home_points(weights, "home_of_group"))


@dataclass(frozen=True, slots=True)
class _Priced:
    """A problem with its points."""

    problem: PlacementProblem
    tables: PairTables
    weights: Weights


def _batches(groups: IntArray, size: int, problem: PlacementProblem) -> list[IntArray]:
    at_once = max(1, _PAIRS_AT_ONCE // (size * max(problem.n_homes, 1)))
    return [groups[start : start + at_once] for start in range(0, groups.size, at_once)]


def _bundles(
    priced: _Priced, groups: IntArray, size: int, most_homes: int
) -> Iterator[tuple[IntArray, ...]]:
    problem, capacity = priced.problem, priced.problem.homes.places
    holds = np.where(problem.homes.exempt & (capacity > 0), EVERY_HOME, capacity)
    child, homes = problem.first_child[groups][:, None] + np.arange(size), np.arange(capacity.size)
    allowed = pairs_allowed(priced.tables, child[:, :, None], homes) & (capacity > 0)
    points = pair_points(priced.tables, child[:, :, None], homes)
    solo, twins = problem.children.solo[child], problem.twin_mask[child]
    first_home = home_points(priced.weights, "home_of_group")
    twin_apart = home_points(priced.weights, "twins_apart")
    for members in range(1, 1 << size):
        who = [j for j in range(size) if members >> j & 1]
        fits = allowed[:, who].all(axis=1)
        if len(who) > 1:
            fits &= ~solo[:, who].any(axis=1)[:, None] & (holds >= len(who))
        left_behind = (twins[:, who] & ~members != 0).sum(axis=1)
        cost = points[:, who].sum(axis=1) + first_home + twin_apart * left_behind[:, None]
        row, home = _cheapest(np.where(fits, cost, np.inf), most_homes)
        whole = (solo[row, who[0]] & (len(who) == 1)) | (capacity[home] < len(who))
        places = np.where(whole, capacity[home], len(who))
        yield groups[row], np.full(row.size, members), home, places, cost[row, home]


def _cheapest(cost: FloatArray, most: int) -> tuple[IntArray, IntArray]:
    """Give row and column of the cheapest finite costs of each row."""
    if most < cost.shape[1]:
        far = np.argsort(cost, axis=1, kind="stable")[:, most:]
        cost = cost.copy()
        np.put_along_axis(cost, far, np.inf, axis=1)
    row, home = np.nonzero(np.isfinite(cost))
    return row, home


def _units(problem: PlacementProblem) -> tuple[IntArray, IntArray]:
    one, other = problem.children.group[problem.apart.reshape(-1, 2)].T
    graph = coo_array((np.ones(one.size), (one, other)), shape=(problem.n_groups,) * 2)
    n_units, unit = connected_components(graph, directed=False)
    unit = np.asarray(unit, dtype=np.int64)
    begin = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=n_units))])
    return begin.astype(np.int64), np.argsort(unit, kind="stable")


def problem_of(problem: PlacementProblem, groups: IntArray, unit: IntArray) -> PlacementProblem:
    """Give the placement problem of drawn groups; one drawn twice is two families.

    Parameters
    ----------
    problem : PlacementProblem
    groups : ndarray of int64
        In any order.
    unit : ndarray of int64, same shape
        Draw that each belongs to: children apart by plan stay apart from those
        of their own draw.

    Returns
    -------
    PlacementProblem
        Groups in the order given.
    """
    size = problem.group_size[groups]
    rows = rows_of_runs(problem.first_child[groups], size)
    drawn = np.repeat(np.arange(groups.size), size)
    chosen: dict[str, Any] = {
        field.name: None if values is None else values[rows]
        for field in fields(problem.children)
        for values in [getattr(problem.children, field.name)]
    }
    chosen["group"] = drawn
    draw = unit[drawn]
    return replace(
        problem,
        children=type(problem.children)(**chosen),
        twins=_pairs_within(problem.twins, rows, drawn),
        apart=_pairs_within(problem.apart, rows, draw),
        avoid=_avoided(problem.avoid, rows),
    )


def _pairs_within(pairs: IntArray, rows: IntArray, draw: IntArray) -> IntArray:
    """Give pairs of the drawn rows whose originals are a pair, in one draw."""
    found = []
    if pairs.size:
        copies = _copies(rows)
        for one, other in pairs.tolist():
            found += [
                (min(i, j), max(i, j))
                for i in copies.get(one, ())
                for j in copies.get(other, ())
                if draw[i] == draw[j]
            ]
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _avoided(avoid: IntArray, rows: IntArray) -> IntArray:
    copies = _copies(rows) if avoid.size else {}
    found = [(copy, home) for child, home in avoid.tolist() for copy in copies.get(child, ())]
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _copies(rows: IntArray) -> dict[int, list[int]]:
    copies: dict[int, list[int]] = {}
    for drawn, row in enumerate(rows.tolist()):
        copies.setdefault(row, []).append(drawn)
    return copies


def spread_out(
    problem: PlacementProblem, *, copies: int, miles: float, rng: np.random.Generator
) -> PlacementProblem:
    """Give each family several times over, somewhere near its address.

    Families who come will not live at the addresses of those who came before:
    a forecast from few families would hold back places for addresses. Moving
    copies about smooths it (a kernel estimate of where families live).

    Parameters
    ----------
    problem : PlacementProblem
    copies : int
        Copies of each unit.
    miles : float
        Standard deviation of the move along each axis; schools move along.
    rng : numpy.random.Generator

    Returns
    -------
    PlacementProblem
    """
    begin, unit_groups = _units(problem)
    unit = np.empty(problem.n_groups, dtype=np.int64)
    unit[unit_groups] = np.repeat(np.arange(begin.size - 1), np.diff(begin))
    every = np.tile(np.arange(problem.n_groups), copies)
    draw = np.repeat(np.arange(copies), problem.n_groups) * (begin.size - 1) + np.tile(unit, copies)
    spread = problem_of(problem, every, draw)
    moved = rng.normal(0.0, miles, (copies * (begin.size - 1), 2))
    by_child = moved[draw[spread.children.group]]
    children = replace(
        spread.children,
        xy=spread.children.xy + by_child,
        school_xy=spread.children.school_xy + by_child,
    )
    return replace(spread, children=children)


def two_halves(
    problem: PlacementProblem, *, rng: np.random.Generator
) -> tuple[PlacementProblem, PlacementProblem]:
    """Cut families in two at random, whole units: who comes, and who is known from before.

    Parameters
    ----------
    problem : PlacementProblem
    rng : numpy.random.Generator

    Returns
    -------
    tuple of PlacementProblem
        Over the same homes; the second has the odd unit.
    """
    order = rng.permutation(count_units(problem))
    half = order.size // 2
    return _some_units(problem, np.sort(order[:half])), _some_units(problem, np.sort(order[half:]))


def draw_families(
    problem: PlacementProblem, *, n_units: int, rng: np.random.Generator
) -> PlacementProblem:
    """Draw whole units with replacement (bootstrap); one drawn twice is two families.

    Parameters
    ----------
    problem : PlacementProblem
    n_units : int
    rng : numpy.random.Generator
    """
    return _some_units(problem, np.sort(rng.integers(count_units(problem), size=n_units)))


def count_units(problem: PlacementProblem) -> int:
    """Count what can be drawn: families, with those whose children must not share a home."""
    return int(_units(problem)[0].size - 1)


def _some_units(problem: PlacementProblem, units: IntArray) -> PlacementProblem:
    begin, unit_groups = _units(problem)
    count = begin[units + 1] - begin[units]
    groups = unit_groups[rows_of_runs(begin[units], count)]
    return problem_of(problem, groups, np.repeat(np.arange(units.size), count))
