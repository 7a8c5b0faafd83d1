"""Why this home, why no home, what together costs, and who competes for too few places.

Every question is asked over all eligible homes, at the prices that prove the
bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.around import count_nearer, grid_of
from models.placement.eligibility import BARRIERS
from models.placement.nearby import Cheapest
from models.placement.points import plan_points
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
    PlacementProblem,
)
from models.placement.reach import reached_from
from models.placement.restricted import ROUNDED, in_rows
from models.placement.search import Priced


@dataclass(frozen=True, slots=True)
class Alternatives:
    """For each child with a home, the next best ones for the same children.

    Attributes
    ----------
    home : ndarray of int, shape (n_children, n_best)
        Rows of the next best homes, best first, `UNPLACED` where no other fits.
    points : ndarray of float, shape (n_children, n_best)
        Points that it costs those children more, without prices.
    worth_to_others : ndarray of float, shape (n_children, n_best)
        Points that the places there are worth to other children: their price
        less the price of the places they have now.
    nearer : ndarray of int, shape (n_children,)
        Homes nearer to the family that fit the child alone.
    nearer_with_room : ndarray of int, shape (n_children,)
        Those of them that still have a place in the plan.
    """

    home: IntArray
    points: FloatArray
    worth_to_others: FloatArray
    nearer: IntArray
    nearer_with_room: IntArray


def alternatives(priced: Priced, home: IntArray, *, n_best: int) -> Alternatives:
    """Give the next best homes of each child with a home, places valued at their prices.

    Parameters
    ----------
    priced : Priced
    home : ndarray of int, shape (n_children,)
        The plan.
    n_best : int
        Homes to give each child.
    """
    problem = priced.market.problem
    shape = (problem.n_children, n_best)
    other, more, worth = np.full(shape, UNPLACED, dtype=np.int64), np.zeros(shape), np.zeros(shape)
    placed = np.flatnonzero(home != UNPLACED)
    if placed.size:
        key = problem.children.group[placed] * problem.n_homes + home[placed]
        bundle, at = np.unique(key, return_inverse=True)
        group, own = bundle // problem.n_homes, bundle % problem.n_homes
        bits = np.left_shift(1, problem.place_in_group[placed])
        members = np.bincount(at, weights=bits).astype(np.int64)
        size = np.bincount(at)
        solo = np.bincount(at, weights=problem.children.solo[placed]) > 0
        found = priced.cheapest(group, members, k=n_best + 1)
        best, points = _without_own(found, own, n_best)
        paid = plan_points(problem, home, weights=priced.market.weights)[placed]
        dearer = (points - np.bincount(at, weights=paid)[:, None]) / HUNDREDTHS
        now = _price_of_places(priced, own, size, solo)
        there = _price_of_places(priced, best.clip(min=0), size[:, None], solo[:, None])
        known = best != UNPLACED
        other[placed] = best[at]
        more[placed] = np.where(known, dearer, 0.0)[at]
        worth[placed] = np.where(known, there - now[:, None], 0.0)[at]
    nearer, with_room = _nearer(priced, home)
    return Alternatives(other, more, worth, nearer, with_room)


def _without_own(found: Cheapest, own: IntArray, n_best: int) -> tuple[IntArray, FloatArray]:
    """Leave the home proposed out of the best ones, keeping their order."""
    rank = np.argsort(found.home == own[:, None], axis=1, kind="stable")[:, :n_best]
    home = np.take_along_axis(found.home, rank, axis=1).astype(np.int64)
    return home, np.take_along_axis(found.cost, rank, axis=1)


def _price_of_places(priced: Priced, home: IntArray, size: IntArray, solo: BoolArray) -> FloatArray:
    """Give what the places are worth that some children take in a home, points."""
    places = priced.market.problem.homes.places[home]
    taken = np.where(solo | (size > places), places, size)
    price = priced.prices.home[home]
    value = sum(price[..., column] * (taken // k) for column, k in enumerate(ROUNDED))
    return np.asarray(value / HUNDREDTHS)


def _nearer(priced: Priced, home: IntArray) -> tuple[IntArray, IntArray]:
    problem = priced.market.problem
    load = np.bincount(home[home != UNPLACED], minlength=problem.n_homes)
    room = load < problem.homes.places
    nearer, with_room = np.zeros_like(home), np.zeros_like(home)
    count_nearer(priced.market.tables, grid_of(problem), home, room, nearer, with_room)
    return nearer, with_room


def barred_homes(problem: PlacementProblem, child: int) -> tuple[int, dict[str, int]]:
    """Say what stands between a child and the homes.

    Parameters
    ----------
    problem : PlacementProblem
    child : int
        Row of the child.

    Returns
    -------
    tuple of int and dict of str to int
        Homes that would fit if empty; and for each rule, the homes that it
        bars and nothing else does.
    """
    one, every_home = np.array([child]), np.arange(problem.n_homes)
    barred = np.stack([bars(problem, one, every_home) for bars in BARRIERS.values()])
    times = barred.sum(axis=0)
    alone = barred & (times == 1)
    counts = {name: int(row.sum()) for name, row in zip(BARRIERS, alone, strict=True)}
    return int((times == 0).sum()), {name: count for name, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Shortage:
    """Children who compete for too few places.

    Attributes
    ----------
    children, homes : ndarray of int
        Rows; every home that could take one of the children is listed.
    places : int
        Places of those homes.
    """

    children: IntArray
    homes: IntArray
    places: int


def shortages(priced: Priced, home: IntArray) -> list[Shortage]:
    """Find the sets of children behind every child without a home.

    From each child without a home, follow every home that could take the
    child to the children who are placed there, and on. No swap within the set
    frees a place, save by splitting brothers and sisters or an exemption: it
    is the violator of Hall's condition that a matching of single children
    would show.

    Parameters
    ----------
    priced : Priced
    home : ndarray of int, shape (n_children,)
        The plan.

    Returns
    -------
    list of Shortage
        The largest first; children of one set share no home with another set.
    """
    problem = priced.market.problem
    of_child, of_home = reached_from(problem, priced.market.tables, home)
    found = []
    for number in range(int(of_child.max(initial=-1)) + 1):
        children, homes = np.flatnonzero(of_child == number), np.flatnonzero(of_home == number)
        found.append(Shortage(children, homes, int(problem.homes.places[homes].sum())))
    return sorted(found, key=lambda shortage: (-shortage.children.size, shortage.children[0]))


def price_of_together(priced: Priced) -> FloatArray:
    """Give what one home for a whole group costs more than the cheapest split.

    Parameters
    ----------
    priced : Priced

    Returns
    -------
    ndarray of float, shape (n_groups,)
        Points, places valued at their prices, without those for each home a
        group uses; negative where together is cheaper anyway, infinite where
        no home takes them all, minus infinite where only one home together
        works, not-a-number for single children and where neither works.
    """
    problem = priced.market.problem
    price = np.full(problem.n_groups, np.nan)
    for size in np.unique(problem.group_size[problem.group_size > 1]).tolist():
        groups = np.flatnonzero(problem.group_size == size)
        sets = np.arange(1, 1 << size)
        found = priced.market.cheapest(
            priced.prices, np.repeat(groups, sets.size), np.tile(sets, groups.size), k=1
        )
        best = np.full((groups.size, 1 << size), np.inf)
        best[:, 1:] = (
            found.value.reshape(groups.size, sets.size) - priced.market.tables.home_of_group
        )
        together, split = best[:, -1], _cheapest_split(best)
        with np.errstate(invalid="ignore"):  # infinite less infinite: neither works
            price[groups] = (together - split) / HUNDREDTHS
    return price


def value_of_one_more_place(priced: Priced) -> FloatArray:
    """Give what one more place in each home would be worth, points, shape (n_homes,).

    To first order: a second place may also let in brothers and sisters whom no
    price of one place can see.
    """
    places = priced.market.problem.homes.places
    gained = in_rows(places + 1) - in_rows(places)
    return np.asarray((priced.prices.home * gained).sum(axis=1) / HUNDREDTHS)


def _cheapest_split(best: FloatArray) -> FloatArray:
    """Give the cheapest partition of each group's members into two homes or more."""
    everyone = best.shape[1] - 1
    cheapest = np.full(best.shape, np.inf)
    cheapest[:, 0] = 0.0
    for members in range(1, everyone + 1):
        low, block = members & -members, members
        while block:
            if block & low and block != everyone:
                ways = best[:, block] + cheapest[:, members ^ block]
                np.minimum(cheapest[:, members], ways, out=cheapest[:, members])
            block = (block - 1) & members
    return np.asarray(cheapest[:, everyone])
