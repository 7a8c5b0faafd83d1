"""Which child may live in which home, by data alone: the hard rules, one function each.

Places are not among them: those depend on who else is placed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.placement.problem import (
    EITHER,
    FREE,
    NOT_GRADED,
    UNPLACED,
    UNSUITABLE,
    BoolArray,
    FloatArray,
    IntArray,
    PlacementProblem,
)

Barrier = Callable[[PlacementProblem, IntArray, IntArray], BoolArray]
"""True where a rule bars a child from a home; the two index arrays broadcast."""


def _age(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    age = problem.children.age[child]
    return np.asarray((age < problem.homes.age_min[home]) | (age > problem.homes.age_max[home]))


def _sex(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    takes = problem.homes.sex[home]
    return np.asarray((takes != EITHER) & (takes != problem.children.sex[child]))


def _needs(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    return np.asarray(problem.homes.needs_met[home] < problem.children.needs[child])


def _unsuitable(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    kind = problem.homes.kind[home]
    return np.asarray(problem.children.suitability[child, kind] == UNSUITABLE)


def _avoid(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    barred = problem.avoid[:, 0] * problem.n_homes + problem.avoid[:, 1]
    return np.isin(child * problem.n_homes + home, barred)


def _no_places(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    shape = np.broadcast_shapes(child.shape, home.shape)
    return np.broadcast_to(problem.homes.places[home] < 1, shape)


def _grade(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    grade, lowest = problem.homes.grade[home], problem.rules.min_grade
    shape = np.broadcast_shapes(child.shape, home.shape)
    if lowest is None:
        return np.zeros(shape, dtype=bool)
    return np.broadcast_to((grade != NOT_GRADED) & (grade < lowest), shape)


def _need_3(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    bars = problem.rules.need3_childrens_home_only & ~problem.homes.childrens_home[home]
    return np.asarray((problem.children.needs[child] >= 3) & bars)


def _miles(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    if problem.rules.max_miles is None:
        return np.zeros(np.broadcast_shapes(child.shape, home.shape), dtype=bool)
    return np.asarray(miles_from_family(problem, child, home) > problem.rules.max_miles)


def _chosen_by_a_person(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    chosen = problem.children.fixed_home[child]
    return np.asarray((chosen != FREE) & (chosen != home))


BARRIERS: dict[str, Barrier] = {
    "places": _no_places,
    "age": _age,
    "sex": _sex,
    "needs": _needs,
    "unsuitable": _unsuitable,
    "avoid": _avoid,
    "grade": _grade,
    "need3_childrens_home_only": _need_3,
    "max_miles": _miles,
    "override": _chosen_by_a_person,
}
"""Every rule that can bar a child from a home, by name."""


def may_live(problem: PlacementProblem, child: IntArray, home: IntArray) -> BoolArray:
    """Say whether each child may live in each home, were it empty.

    Parameters
    ----------
    problem : PlacementProblem
    child, home : ndarray of int
        Rows; their shapes broadcast, so that a column of children against a
        row of homes gives the whole table.

    Returns
    -------
    ndarray of bool
        Of the broadcast shape.
    """
    allowed = np.ones(np.broadcast_shapes(child.shape, home.shape), dtype=bool)
    for bars in BARRIERS.values():
        allowed &= ~bars(problem, child, home)
    return allowed


def miles_from_family(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Give the distance of each home from each child's family, miles, unrounded.

    On the plane, as the DfE measures it: the root of dE² + dN².
    """
    away = problem.children.xy[child] - problem.homes.xy[home]
    return np.asarray(np.sqrt(away[..., 0] ** 2 + away[..., 1] ** 2))


def miles_from_school(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Give the distance of each home from each child's school, not-a-number without one."""
    away = problem.children.school_xy[child] - problem.homes.xy[home]
    return np.asarray(np.sqrt(away[..., 0] ** 2 + away[..., 1] ** 2))


def where_allowed(problem: PlacementProblem, home: IntArray) -> IntArray:
    """Leave out of a plan for much the same problem what the rules of this one bar.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.

    Returns
    -------
    ndarray of int, shape (n_children,)
        `UNPLACED` too for a child who may not live there, and for members of a
        group who may not live there together. Groups may still be too many for
        a home between them.
    """
    child = np.flatnonzero(home != UNPLACED)
    child = child[may_live(problem, child, home[child])]
    key = problem.children.group[child] * problem.n_homes + home[child]
    _, at, size = np.unique(key, return_inverse=True, return_counts=True)
    together = size[at]
    places, exempt = problem.homes.places[home[child]], problem.homes.exempt[home[child]]
    solo = np.bincount(at, weights=problem.children.solo[child], minlength=size.size)[at] > 0
    fits = ((together <= places) | (exempt & (places > 0))) & ~(solo & (together > 1))
    allowed = np.full(home.size, UNPLACED, dtype=np.int64)
    allowed[child[fits]] = home[child[fits]]
    return allowed
