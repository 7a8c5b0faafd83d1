"""Why this home, why no home, what together costs, and who competes for too few places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.eligibility import BARRIERS, may_live, miles_from_family
from models.placement.exact import bundles_used
from models.placement.prices import GroupProblems, Prices
from models.placement.problem import HUNDREDTHS, UNPLACED, FloatArray, IntArray, PlacementProblem

_CHILDREN_A_BLOCK = 500
"""Children looked at against every home at once, so that a region fits in memory."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """For each child with a home, the next best one for the same children.

    Attributes
    ----------
    home : ndarray of int, shape (n_children,)
        Row of the next best home, `UNPLACED` where no other fits.
    points : ndarray of float, shape (n_children,)
        Points that it costs those children more, without prices.
    worth_to_others : ndarray of float, shape (n_children,)
        Points that the places there are worth to other children: its price less
        the price of the places they have now.
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


def alternatives(groups: GroupProblems, prices: Prices, home: IntArray) -> Alternatives:
    """Give the next best home of each child with a home, places valued at their prices.

    Parameters
    ----------
    groups : GroupProblems
    prices : Prices
    home : ndarray of int, shape (n_children,)
        The plan.
    """
    problem, bundles = groups.problem, groups.bundles
    value, _ = groups.priced(prices)
    used = np.flatnonzero(bundles_used(groups, keep=np.arange(bundles.n_bundles), home=home))
    n = problem.n_children
    other = np.full(n, UNPLACED, dtype=np.int64)
    more, worth = np.zeros(n), np.zeros(n)
    width = 1 << int(problem.group_size.max(initial=1))
    segment = bundles.group * width + bundles.members
    begin = np.searchsorted(segment, segment[used], side="left")
    end = np.searchsorted(segment, segment[used], side="right")
    for bundle, first, last in zip(used, begin, end, strict=True):
        rivals = np.delete(np.arange(first, last), bundle - first)
        if not rivals.size:
            continue
        best = rivals[value[rivals].argmin()]
        kids = _children_of(problem, int(bundles.group[bundle]), int(bundles.members[bundle]))
        other[kids] = bundles.home[best]
        more[kids] = (groups.cost[best] - groups.cost[bundle]) / HUNDREDTHS
        worth[kids] = (value[best] - value[bundle]) / HUNDREDTHS - more[kids]
    nearer, with_room = _nearer(problem, home)
    return Alternatives(other, more, worth, nearer, with_room)


def _children_of(problem: PlacementProblem, group: int, members: int) -> IntArray:
    bits = np.flatnonzero([members >> j & 1 for j in range(int(problem.group_size[group]))])
    return np.asarray(problem.first_child[group] + bits)


def _nearer(problem: PlacementProblem, home: IntArray) -> tuple[IntArray, IntArray]:
    nearer = np.zeros(problem.n_children, dtype=np.int64)
    with_room = np.zeros(problem.n_children, dtype=np.int64)
    every_home = np.arange(problem.n_homes)
    load = np.bincount(home[home != UNPLACED], minlength=problem.n_homes)
    room = load < problem.homes.places
    placed = np.flatnonzero(home != UNPLACED)
    for some in np.array_split(placed, placed.size // _CHILDREN_A_BLOCK + 1):
        miles = miles_from_family(problem, some[:, None], every_home[None, :])
        fits = may_live(problem, some[:, None], every_home[None, :])
        fits &= miles < miles[np.arange(some.size), home[some]][:, None]
        nearer[some] = fits.sum(axis=1)
        with_room[some] = (fits & room).sum(axis=1)
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


def shortages(problem: PlacementProblem, home: IntArray) -> list[Shortage]:
    """Find the sets of children behind every child without a home.

    From each child without a home, follow every home that could take the
    child to the children who are placed there, and on. No swap within the set
    frees a place, save by splitting brothers and sisters or an exemption: it
    is the violator of Hall's condition that a matching of single children
    would show.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        The plan.

    Returns
    -------
    list of Shortage
        The largest first; children of one set share no home with another set.
    """
    without = np.flatnonzero(home == UNPLACED)
    seen_child = np.zeros(problem.n_children, dtype=bool)
    found: list[Shortage] = []
    for child in without:
        if seen_child[child]:
            continue
        children, homes = _reached(problem, home, int(child))
        seen_child[children] = True
        found = _merged(problem, found, children, homes)
    return sorted(found, key=lambda shortage: (-shortage.children.size, shortage.children[0]))


def _reached(problem: PlacementProblem, home: IntArray, child: int) -> tuple[IntArray, IntArray]:
    every_home = np.arange(problem.n_homes)
    children = np.zeros(problem.n_children, dtype=bool)
    homes = np.zeros(problem.n_homes, dtype=bool)
    frontier = np.array([child])
    while frontier.size:
        children[frontier] = True
        homes |= may_live(problem, frontier[:, None], every_home[None, :]).any(axis=0)
        lives_there = np.isin(home, np.flatnonzero(homes))
        frontier = np.flatnonzero(lives_there & ~children)
    return np.flatnonzero(children), np.flatnonzero(homes)


def _merged(
    problem: PlacementProblem, found: list[Shortage], children: IntArray, homes: IntArray
) -> list[Shortage]:
    apart = []
    for shortage in found:
        if np.intersect1d(shortage.homes, homes).size:
            children = np.union1d(children, shortage.children)
            homes = np.union1d(homes, shortage.homes)
        else:
            apart.append(shortage)
    places = int(problem.homes.places[homes].sum())
    return [*apart, Shortage(children, homes, places)]


def price_of_together(groups: GroupProblems, prices: Prices, *, home_of_group: int) -> FloatArray:
    """Give what one home for a whole group costs more than the cheapest split.

    Parameters
    ----------
    groups : GroupProblems
    prices : Prices
    home_of_group : int
        Hundredths for each home a group uses, left out of both sides.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        Points, places valued at their prices; negative where together is
        cheaper anyway, infinite where no home takes them all, minus infinite
        where only one home together works, not-a-number for single children
        and where neither works.
    """
    problem, bundles = groups.problem, groups.bundles
    value, _ = groups.priced(prices)
    value = value - home_of_group
    price = np.full(problem.n_groups, np.nan)
    begin = np.searchsorted(bundles.group, np.arange(problem.n_groups + 1))
    for group in np.flatnonzero(problem.group_size > 1):
        listed = slice(begin[group], begin[group + 1])
        n_sets = 1 << int(problem.group_size[group])
        best = np.full(n_sets, np.inf)
        np.minimum.at(best, bundles.members[listed], value[listed])
        together, split = best[n_sets - 1], _cheapest_split(best)
        if np.isfinite(together) or np.isfinite(split):
            price[group] = (together - split) / HUNDREDTHS
    return price


def _cheapest_split(best: FloatArray) -> float:
    """Cheapest partition of all members into two homes or more."""
    everyone = best.size - 1
    cheapest = np.full(best.size, np.inf)
    cheapest[0] = 0.0
    for members in range(1, best.size):
        low, block = members & -members, members
        while block:
            if block & low and block != everyone:
                cheapest[members] = min(cheapest[members], best[block] + cheapest[members ^ block])
            block = (block - 1) & members
    return float(cheapest[everyone])
