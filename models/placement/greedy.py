"""The yardstick: what a busy duty desk does, the nearest home that fits and has a place.

Larger groups go first, and brothers and sisters go to one home where some home
fits them all. A plan that cannot beat this is not worth its prices.
"""

from __future__ import annotations

import numpy as np

from models.placement.eligibility import may_live, miles_from_family
from models.placement.problem import UNPLACED, BoolArray, IntArray, PlacementProblem


def nearest_first(problem: PlacementProblem) -> IntArray:
    """Place group after group, each in the nearest home with room.

    Parameters
    ----------
    problem : PlacementProblem

    Returns
    -------
    ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none. Keeps every hard rule;
        limits on the whole plan are not looked at.
    """
    home = np.full(problem.n_children, UNPLACED, dtype=np.int64)
    free = problem.homes.places.copy()
    order = np.argsort(-problem.group_size, kind="stable")
    for group in order:
        kids = problem.first_child[group] + np.arange(problem.group_size[group])
        if kids.size > 1 and _in_one_home(problem, kids, home, free):
            continue
        for child in kids:
            _alone(problem, int(child), home, free)
    return home


def _in_one_home(problem: PlacementProblem, kids: IntArray, home: IntArray, free: IntArray) -> bool:
    places, n = problem.homes.places, kids.size
    every_home = np.arange(problem.n_homes)
    if problem.children.solo[kids].any():
        return False
    fits = may_live(problem, kids[:, None], every_home[None, :]).all(axis=0)
    empty_exempt = problem.homes.exempt & (places > 0) & (free == places)
    fits &= (free >= n) | empty_exempt
    fits &= ~_rivals_there(problem, kids, home)
    nearest = _nearest(problem, int(kids[0]), fits)
    if nearest == UNPLACED:
        return False
    home[kids] = nearest
    free[nearest] = max(0, free[nearest] - n)
    return True


def _alone(problem: PlacementProblem, child: int, home: IntArray, free: IntArray) -> None:
    places = problem.homes.places
    one = np.array([child])
    fits = may_live(problem, one[:, None], np.arange(problem.n_homes)[None, :])[0]
    solo = bool(problem.children.solo[child])
    fits &= (free == places) if solo else (free > 0)
    fits &= ~_rivals_there(problem, one, home)
    nearest = _nearest(problem, child, fits)
    if nearest != UNPLACED:
        home[child] = nearest
        free[nearest] -= places[nearest] if solo else 1


def _nearest(problem: PlacementProblem, child: int, fits: BoolArray) -> int:
    listed = np.flatnonzero(fits)
    if not listed.size:
        return UNPLACED
    miles = miles_from_family(problem, np.full(listed.size, child), listed)
    return int(listed[miles.argmin()])


def _rivals_there(problem: PlacementProblem, kids: IntArray, home: IntArray) -> BoolArray:
    """Homes where someone lives who must not share a home with one of these children."""
    taken = np.zeros(problem.n_homes, dtype=bool)
    one, other = problem.apart[:, 0], problem.apart[:, 1]
    rivals = np.r_[other[np.isin(one, kids)], one[np.isin(other, kids)]]
    there = home[rivals]
    taken[there[there != UNPLACED]] = True
    return taken
