"""The placement problem in arrays: children, homes, and who may not share.

A child is a row and a home is a row. Distances are plane distances in the unit
of the coordinates, which the caller gives in miles. Points and prices are
whole hundredths of a point inside the engine, so that sums are exact and the
same plan has the same points wherever it is added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Weights = Mapping[str, float]
"""Points by the name of a term (`models.placement.terms`)."""

UNPLACED = -1
"""Home of a child without one."""

ELSEWHERE = -2
"""Present home of a child who lives in a home that is not among the homes."""

FREE = -3
"""In `Children.fixed_home`: no person has fixed this child's home."""

EITHER, GIRL, BOY = 0, 1, 2
"""Sex of a child (`EITHER`: not known) and whom a home takes (`EITHER`: all)."""

PREFERRED, SUITABLE, UNSUITABLE, UNSPECIFIED = 0, 1, 2, 3
"""How a kind of placement would suit a child."""

NOT_GRADED, INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = -1, 0, 1, 2, 3
"""Inspection grades, better is higher; a home not yet inspected has none."""

UNKNOWN_GROUP = -1
"""Authority or ethnic group of a child for whom none is recorded."""

HUNDREDTHS = 100
"""Parts of a point that the engine counts in."""

LARGEST_GROUP = 8
"""Brothers and sisters who are planned in one piece; all subsets of a group are listed.

Their bits fit into a `uint8`, and compiled code keeps 256 subsets.
"""


@dataclass(frozen=True, slots=True)
class Children:
    """Children to place, one row each; members of a group stand next to each other.

    Attributes
    ----------
    xy, school_xy : ndarray of float, shape (n_children, 2)
        Family home and school, miles; not-a-number where there is no school.
    age : ndarray of int, shape (n_children,)
        Completed years.
    sex, needs : ndarray of int, shape (n_children,)
        `EITHER`, `GIRL` or `BOY`; level of need 0 to 3.
    solo : ndarray of bool, shape (n_children,)
        Must be the only child placed in the home.
    group : ndarray of int, shape (n_children,)
        Sibling group, 0 upward without gaps, never falling; a single child is a group.
    authority : ndarray of int, shape (n_children,)
        Responsible authority.
    suitability : ndarray of int, shape (n_children, n_kinds)
        `PREFERRED` to `UNSPECIFIED` by kind of placement.
    present_home : ndarray of int, shape (n_children,)
        Row of the home, `ELSEWHERE`, or `UNPLACED` for none.
    settled : ndarray of bool, shape (n_children,)
        A move would disrupt.
    fixed_home : ndarray of int, shape (n_children,)
        Row of the home that a person chose; `FREE` for all others.
    ethnicity : ndarray of int, shape (n_children,), optional
        Ethnic group, 0 upward; `UNKNOWN_GROUP` where not recorded. Absent: nobody's
        is known. No points fall on it: it only measures and limits disparity.
    """

    xy: FloatArray
    school_xy: FloatArray
    age: IntArray
    sex: IntArray
    needs: IntArray
    solo: BoolArray
    group: IntArray
    authority: IntArray
    suitability: IntArray
    present_home: IntArray
    settled: BoolArray
    fixed_home: IntArray
    ethnicity: IntArray | None = None


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes that are open, one row each.

    Attributes
    ----------
    xy : ndarray of float, shape (n_homes, 2)
        Miles.
    kind : ndarray of int, shape (n_homes,)
        Kind of placement, a column of `Children.suitability`.
    childrens_home : ndarray of bool, shape (n_homes,)
        Is a children's home.
    places : ndarray of int, shape (n_homes,)
        Places to be filled.
    exempt : ndarray of bool, shape (n_homes,)
        May exceed its places for one sibling group alone.
    age_min, age_max : ndarray of int, shape (n_homes,)
        Completed years, ends included.
    sex, needs_met : ndarray of int, shape (n_homes,)
        Whom it takes; highest need it meets.
    grade : ndarray of int, shape (n_homes,)
        `NOT_GRADED` to `OUTSTANDING`.
    for_profit : ndarray of bool, shape (n_homes,)
        Run for profit.
    weekly_cost_gbp : ndarray of float, shape (n_homes,)
        Price of a place; 0 where unknown.
    authority : ndarray of int, shape (n_homes,)
        Authority it lies in.
    """

    xy: FloatArray
    kind: IntArray
    childrens_home: BoolArray
    places: IntArray
    exempt: BoolArray
    age_min: IntArray
    age_max: IntArray
    sex: IntArray
    needs_met: IntArray
    grade: IntArray
    for_profit: BoolArray
    weekly_cost_gbp: FloatArray
    authority: IntArray


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that a region may switch on; none holds by default.

    Attributes
    ----------
    min_grade : int, optional
        Lowest grade allowed; a home without a grade is allowed.
    need3_childrens_home_only : bool
        Children with need 3 live in children's homes alone.
    max_miles : float, optional
        Farthest home from the family.
    weekly_budget_gbp : float, optional
        Weekly cost of all children placed.
    max_out_of_area_pct, max_for_profit_pct : float, optional
        Share of the children placed, per cent.
    weekly_budget_by_authority_gbp : mapping of int to float, optional
        Weekly cost of the children each authority is responsible for.
    max_disparity_pct : float, optional
        Widest gap between the rates of two authorities, or of two ethnic groups, in
        points per cent (`models.placement.rules.disparity_rules`).
    """

    min_grade: int | None = None
    need3_childrens_home_only: bool = False
    max_miles: float | None = None
    weekly_budget_gbp: float | None = None
    max_out_of_area_pct: float | None = None
    max_for_profit_pct: float | None = None
    weekly_budget_by_authority_gbp: Mapping[int, float] | None = None
    max_disparity_pct: float | None = None


@dataclass(frozen=True)
class PlacementProblem:
    """Who could live where, as far as data tell.

    Attributes
    ----------
    children : Children
    homes : Homes
    twins : ndarray of int, shape (n_pairs, 2)
        Rows of children who are twins, each pair once, both in one group.
    apart : ndarray of int, shape (n_pairs, 2)
        Rows of children of different groups who must not share a home.
    avoid : ndarray of int, shape (n_pairs, 2)
        Row of a child, row of a home to avoid.
    rules : Rules
        What the region has switched on.
    """

    children: Children
    homes: Homes
    twins: IntArray
    apart: IntArray
    avoid: IntArray
    rules: Rules = Rules()

    @property
    def n_children(self) -> int:
        """Number of children."""
        return int(self.children.group.size)

    @property
    def n_homes(self) -> int:
        """Number of homes."""
        return int(self.homes.places.size)

    @property
    def n_groups(self) -> int:
        """Number of groups, single children counting as groups."""
        return int(self.children.group[-1]) + 1 if self.n_children else 0

    @cached_property
    def group_size(self) -> IntArray:
        """Children of each group, shape (n_groups,)."""
        return np.bincount(self.children.group, minlength=self.n_groups)

    @cached_property
    def first_child(self) -> IntArray:
        """Row of the first child of each group, shape (n_groups,)."""
        return np.cumsum(self.group_size) - self.group_size

    @cached_property
    def twin_mask(self) -> IntArray:
        """Twins of each child as bits of its group, shape (n_children,)."""
        masks = np.zeros(self.n_children, dtype=np.int64)
        place = self.place_in_group
        for one, other in self.twins:
            masks[one] |= 1 << int(place[other])
            masks[other] |= 1 << int(place[one])
        return masks

    @cached_property
    def place_in_group(self) -> IntArray:
        """Which bit of its group a child is, shape (n_children,)."""
        return np.asarray(
            np.arange(self.n_children) - self.first_child[self.children.group], dtype=np.int64
        )


def rivals_of(apart: IntArray, n_children: int) -> tuple[IntArray, IntArray]:
    """List, child by child, those who must not share a home with the child.

    Parameters
    ----------
    apart : ndarray of int, shape (n_pairs, 2)
        Rows of children, each pair once.
    n_children : int

    Returns
    -------
    tuple of ndarray of int64, shapes (n_children + 1,) and (2 * n_pairs,)
        Those of child c are ``rival[begin[c]:begin[c + 1]]``.
    """
    pairs = np.asarray(apart, dtype=np.int64).reshape(-1, 2)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    begin = np.searchsorted(both[:, 0], np.arange(n_children + 1))
    return np.asarray(begin, dtype=np.int64), np.ascontiguousarray(both[:, 1])


@dataclass(frozen=True, slots=True)
class PlacementSolution:
    """A plan, and how good it is proven to be.

    Attributes
    ----------
    home : ndarray of int, shape (n_children,)
        Row of the home, `UNPLACED` for none.
    status : str
        ``optimal``: the solver proved that no plan is better; ``feasible``: it
        stopped before.
    objective : int
        Hundredths of a point, lower is better.
    bound : int
        Hundredths of a point that no plan can be below, from prices alone.
    solver_bound : int
        The same as claimed by the solver; equals the objective where ``optimal``.
    cut : bool
        A time limit ended the search, so that a rerun may differ.
    """

    home: IntArray
    status: str
    objective: int
    bound: int
    solver_bound: int
    cut: bool
