"""Points and hard rules, compiled once into plain arrays that fast loops read.

A term or a rule is written once, as a function of children and homes
(`models.placement.terms`, `models.placement.eligibility`). Called for millions
of pairs, such functions are too slow. But each depends on little: on miles, on
the home alone, on the child's profile and the home's kind. So each is asked
once for every value that it can depend on, and the answers are kept. Every
part of the engine reads points from here, so that the same child in the same
home has the same points to the last hundredth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from models.placement.eligibility import BARRIERS
from models.placement.problem import (
    EITHER,
    FREE,
    HUNDREDTHS,
    LARGEST_GROUP,
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
    PlacementProblem,
    Weights,
)
from models.placement.rules import PLACED, SideRule, UnevenLimitError, amount, depends_on
from models.placement.terms import LINE_MILES, TERMS, DependsOn, home_points

NOWHERE = -9
"""A home that is nobody's present home."""

MILE, LINE, SCHOOL, AUTHORITY = 0, 1, 2, 3
"""Positions in `PairTables.weight` of what is measured pair by pair."""

_POSITION = {
    DependsOn.FAMILY_MILES: MILE,
    DependsOn.BEYOND_LINE: LINE,
    DependsOn.SCHOOL_MILES: SCHOOL,
    DependsOn.AUTHORITY: AUTHORITY,
}


CHILD = np.dtype(
    [
        ("east", np.float64),
        ("north", np.float64),
        ("school_east", np.float64),
        ("school_north", np.float64),
        ("leave", np.float64),
        ("twins", np.int64),
        ("authority", np.int32),
        ("present_home", np.int32),
        ("fixed_home", np.int32),
        ("profile", np.int32),
        ("age", np.int16),
        ("sex", np.int16),
        ("needs", np.int16),
        ("has_school", np.bool_),
        ("solo", np.bool_),
    ],
    align=True,
)
"""A child in the tables: as in `Children`, places in miles, ``leave`` the points for any
home but the present one, ``twins`` as bits of the group; children with the same needs and
suitability share a ``profile``."""

HOME = np.dtype(
    [
        ("east", np.float64),
        ("north", np.float64),
        ("points", np.float64),
        ("authority", np.int32),
        ("places", np.int32),
        ("holds", np.int32),
        ("age_min", np.int16),
        ("age_max", np.int16),
        ("sex", np.int16),
        ("needs_met", np.int16),
        ("kind", np.int16),
        ("usable", np.bool_),
    ],
    align=True,
)
"""A home in the tables: as in `Homes`, ``points`` those of each child in it, whoever it is,
``holds`` the brothers and sisters who may live there together, ``kind`` the number of its
pair of kind of placement and children's home, ``usable`` unless a rule about the home alone
bars it."""


class PairTables(NamedTuple):
    """Everything that the points and the hard rules of a child in a home depend on.

    Points are hundredths of a point, not yet rounded. What belongs to one child
    or to one home stands together, since it is read together.

    Attributes
    ----------
    first_child, group_size : ndarray of int64, shape (n_groups,)
    child : ndarray of `CHILD`, shape (n_children,)
    home : ndarray of `HOME`, shape (n_homes,)
    avoid_begin : ndarray of int64, shape (n_children + 1,)
    avoid_home : ndarray of int32, shape (n_avoided,)
        Homes to avoid of child c are ``avoid_home[avoid_begin[c]:avoid_begin[c + 1]]``.
    barred : ndarray of bool, shape (n_profiles, n_kinds)
    max_miles : float
    weight : ndarray of float64, shape (4,)
        Points for each of `MILE`, `LINE`, `SCHOOL`, `AUTHORITY`.
    fit : ndarray of float64, shape (n_profiles, n_kinds)
    home_of_group, twins_apart, unplaced : float
        Whole hundredths.
    """

    first_child: IntArray
    group_size: IntArray
    child: NDArray[np.void]
    home: NDArray[np.void]
    avoid_begin: IntArray
    avoid_home: NDArray[np.int32]
    barred: BoolArray
    max_miles: float
    weight: FloatArray
    fit: FloatArray
    home_of_group: float
    twins_apart: float
    unplaced: float

    @property
    def n_children(self) -> int:
        """Number of children."""
        return int(self.child.size)

    @property
    def n_groups(self) -> int:
        """Number of groups, single children counting as groups."""
        return int(self.group_size.size)

    @property
    def n_homes(self) -> int:
        """Number of homes."""
        return int(self.home.size)


class SidePoints(NamedTuple):
    """What limits on the whole plan add to the points, at their prices.

    Limits that count whole numbers are one re-weighting together. A limit that
    counts parts, miles above all, is rounded pair by pair before it is priced:
    it is a layer of its own. Arrays are empty where there is no limit.

    Attributes
    ----------
    weight : ndarray of float64, shape (4, n_children)
        Hundredths for each of `MILE`, `LINE`, `SCHOOL`, `AUTHORITY`.
    leave, placed : ndarray of float64, shape (n_children,)
        For any home but the present one; for any home.
    profile : ndarray of int32, shape (n_children,)
    fit : ndarray of float64, shape (n_profiles, n_kinds)
    home_points : ndarray of float64, shape (n_homes,)
    by_child : ndarray of float64, shape (n_amounts, n_children)
    by_home : ndarray of float64, shape (n_amounts, n_homes)
        Amounts of homes that weigh differently by child.
    layer_price : ndarray of float64, shape (n_layers,)
    layer_weight : ndarray of float64, shape (n_layers, 4)
    layer_leave : ndarray of float64, shape (n_layers, n_children)
    layer_fit : ndarray of float64, shape (n_layers, n_profiles of the tables, n_kinds)
    layer_home : ndarray of float64, shape (n_layers, n_homes)
    home_of_group, twins_apart : float
    unplaced : ndarray of float64, shape (n_children,)
        Without `twins_apart`.
    """

    weight: FloatArray
    leave: FloatArray
    placed: FloatArray
    profile: NDArray[np.int32]
    fit: FloatArray
    home_points: FloatArray
    by_child: FloatArray
    by_home: FloatArray
    layer_price: FloatArray
    layer_weight: FloatArray
    layer_leave: FloatArray
    layer_fit: FloatArray
    layer_home: FloatArray
    home_of_group: float
    twins_apart: float
    unplaced: FloatArray

    @property
    def any(self) -> bool:
        """Whether any limit is priced."""
        return self.unplaced.size > 0


def compile_tables(problem: PlacementProblem, weights: Weights) -> PairTables:
    """Ask every term and every rule once for all that it depends on.

    Parameters
    ----------
    problem : PlacementProblem
    weights : mapping of str to float
        Points by term; a term that is absent counts nothing.

    Returns
    -------
    PairTables
    """
    asked = _Asked(problem)
    scaled = {
        name: np.full(1, HUNDREDTHS * weights[name]) for name in TERMS if weights.get(name, 0.0)
    }
    layer = _layer(asked, scaled)
    avoid_begin, avoid_home = _avoided(problem)
    rule = problem.rules.max_miles
    return PairTables(
        first_child=_own(problem.first_child, np.int64),
        group_size=_own(problem.group_size, np.int64),
        child=_child_records(problem, asked, layer),
        home=_home_records(problem, asked, layer),
        avoid_begin=_own(avoid_begin, np.int64),
        avoid_home=_own(avoid_home, np.int32),
        barred=_own(asked.barred_by_kind("unsuitable", "need3_childrens_home_only"), np.bool_),
        max_miles=np.inf if rule is None else float(rule),
        weight=layer.weight,
        fit=layer.fit,
        home_of_group=float(home_points(weights, "home_of_group")),
        twins_apart=float(home_points(weights, "twins_apart")),
        unplaced=float(home_points(weights, "unplaced")),
    )


def _child_records(problem: PlacementProblem, asked: _Asked, layer: _Layer) -> NDArray[np.void]:
    children = problem.children
    has_school = np.isfinite(children.school_xy).all(axis=1)
    child = np.zeros(problem.n_children, dtype=CHILD)
    child["east"], child["north"] = children.xy.T
    child["school_east"], child["school_north"] = np.where(has_school, children.school_xy.T, 0.0)
    child["has_school"], child["solo"] = has_school, children.solo
    child["leave"], child["twins"], child["profile"] = layer.leave, problem.twin_mask, asked.profile
    child["authority"], child["sex"] = children.authority, children.sex
    child["present_home"], child["fixed_home"] = children.present_home, children.fixed_home
    child["age"], child["needs"] = children.age, children.needs
    return child


def _home_records(problem: PlacementProblem, asked: _Asked, layer: _Layer) -> NDArray[np.void]:
    homes = problem.homes
    home = np.zeros(problem.n_homes, dtype=HOME)
    home["east"], home["north"] = homes.xy.T
    home["points"], home["kind"], home["authority"] = layer.home, asked.kind, homes.authority
    home["places"] = homes.places
    home["holds"] = np.where(homes.exempt, LARGEST_GROUP, homes.places)
    home["age_min"], home["age_max"] = homes.age_min, homes.age_max
    home["sex"], home["needs_met"] = homes.sex, homes.needs_met
    home["usable"] = ~asked.barred_at_home("places", "grade")
    return home


def _own(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
    """Copy, so that compiled loops meet one kind of array whatever was handed in."""
    return np.array(values, dtype=dtype, order="C")


def _avoided(problem: PlacementProblem) -> tuple[IntArray, IntArray]:
    pairs = np.unique(problem.avoid, axis=0).reshape(-1, 2)
    counts = np.bincount(pairs[:, 0], minlength=problem.n_children)
    return np.concatenate([[0], np.cumsum(counts)]), pairs[:, 1]


class _Asked:
    """Terms and rules, asked for one child of each profile and one home of each kind."""

    def __init__(self, problem: PlacementProblem) -> None:
        children, homes = problem.children, problem.homes
        self.problem = problem
        about = np.column_stack([children.needs, children.suitability])
        self._of_profile, self.profile = kinds_of_rows(about)
        both = np.column_stack([homes.kind, homes.childrens_home])
        self._of_kind, self.kind = kinds_of_rows(both)
        self._everyone = np.arange(problem.n_children)
        self._every_home = np.arange(problem.n_homes)

    def by_home(self, name: str) -> FloatArray:
        """Ask for the amounts that are the same for every child, shape (n_homes,)."""
        if not self._everyone.size:
            return np.zeros(self._every_home.size)
        return amount(name, self.problem, self._everyone[:1], self._every_home)

    def by_kind(self, name: str) -> FloatArray:
        """Ask for the amounts of each profile in each kind, shape (n_profiles, n_kinds)."""
        return amount(name, self.problem, self._of_profile[:, None], self._of_kind[None, :])

    def by_leaving(self, name: str) -> FloatArray:
        """Ask what it is to leave the present home, shape (n_children,)."""
        return amount(name, self.problem, self._everyone, np.full_like(self._everyone, NOWHERE))

    def barred_at_home(self, *rules: str) -> BoolArray:
        """Ask the rules that speak of homes alone, shape (n_homes,)."""
        barred = np.zeros(self._every_home.size, dtype=bool)
        for rule in rules:
            barred |= BARRIERS[rule](self.problem, np.zeros(1, dtype=np.int64), self._every_home)
        return barred

    def barred_by_kind(self, *rules: str) -> BoolArray:
        """Ask the rules that speak of profile and kind, shape (n_profiles, n_kinds)."""
        child, home = self._of_profile[:, None], self._of_kind[None, :]
        barred = np.zeros((child.size, home.size), dtype=bool)
        for rule in rules:
            barred |= BARRIERS[rule](self.problem, child, home)
        return barred


def kinds_of_rows(rows: NDArray[np.generic]) -> tuple[IntArray, IntArray]:
    """Give one row of each kind of row, and the number of the kind of every row."""
    packed = np.ascontiguousarray(rows.astype(np.int16))
    key = packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).ravel()
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return first, number


class _Layer(NamedTuple):
    """Points of pairs under one set of coefficients."""

    weight: FloatArray
    leave: FloatArray
    fit: FloatArray
    home: FloatArray


def _layer(asked: _Asked, coefficient: dict[str, FloatArray]) -> _Layer:
    """Add up terms that weigh the same for every child."""
    problem = asked.problem
    n_profiles, n_kinds = asked.barred_by_kind().shape
    weight, leave = np.zeros(4), np.zeros(problem.n_children)
    fit, home = np.zeros((n_profiles, n_kinds)), np.zeros(problem.n_homes)
    for name, each in coefficient.items():
        form, points = depends_on(name), float(each[0])
        if form is DependsOn.HOME:
            home += points * asked.by_home(name)
        elif form is DependsOn.PROFILE_AND_KIND:
            fit += points * asked.by_kind(name)
        elif form is DependsOn.PRESENT_HOME:
            leave += points * asked.by_leaving(name)
        else:
            weight[_POSITION[form]] += points
    return _Layer(weight, leave, fit, home)


def no_sides() -> SidePoints:
    """Give the points of no limit at all."""
    none, table = np.zeros(0), np.zeros((0, 0))
    return SidePoints(
        weight=table.copy(),
        leave=none.copy(),
        placed=none.copy(),
        profile=np.zeros(0, dtype=np.int32),
        fit=table.copy(),
        home_points=none.copy(),
        by_child=table.copy(),
        by_home=table.copy(),
        layer_price=none.copy(),
        layer_weight=table.copy(),
        layer_leave=table.copy(),
        layer_fit=np.zeros((0, 0, 0)),
        layer_home=table.copy(),
        home_of_group=0.0,
        twins_apart=0.0,
        unplaced=none.copy(),
    )


def compile_sides(
    problem: PlacementProblem, rules: Sequence[SideRule], prices: FloatArray
) -> SidePoints:
    """Turn limits into points at their prices.

    Parameters
    ----------
    problem : PlacementProblem
    rules : sequence of SideRule
    prices : ndarray of float, shape (n_rules,)
        Hundredths of a point a unit.

    Returns
    -------
    SidePoints

    Raises
    ------
    UnevenLimitError
        A limit has coefficients that differ by child on amounts that are not whole.
    """
    priced = [(rule, float(p)) for rule, p in zip(rules, prices, strict=True) if p]
    if not priced:
        return no_sides()
    asked = _Asked(problem)
    whole = [(rule, price) for rule, price in priced if _counts_whole(asked, rule)]
    parts = [(rule, price) for rule, price in priced if not _counts_whole(asked, rule)]
    layers = [_layer(asked, dict(rule.coefficient)) for rule, _ in parts]
    n_profiles, n_kinds = asked.barred_by_kind().shape
    n = problem.n_children
    added = _Added(asked)
    for rule, price in whole:
        for name, each in rule.coefficient.items():
            added.add(name, price * each)
    profile, fit = added.fit()
    return SidePoints(
        weight=added.weight,
        leave=added.leave,
        placed=added.placed,
        profile=_own(profile, np.int32),
        fit=_own(fit, np.float64),
        home_points=added.home,
        by_child=_own(np.array(list(added.by_child.values())).reshape(-1, n), np.float64),
        by_home=_own(
            np.array([asked.by_home(name) for name in added.by_child]).reshape(-1, problem.n_homes),
            np.float64,
        ),
        layer_price=np.array([price for _, price in parts], dtype=float),
        layer_weight=np.array([layer.weight for layer in layers]).reshape(-1, 4),
        layer_leave=np.array([layer.leave for layer in layers]).reshape(-1, n),
        layer_fit=np.array([layer.fit for layer in layers]).reshape(-1, n_profiles, n_kinds),
        layer_home=np.array([layer.home for layer in layers]).reshape(-1, problem.n_homes),
        home_of_group=sum(price * rule.home_of_group for rule, price in priced),
        twins_apart=sum(price * rule.twins_apart for rule, price in priced),
        unplaced=np.sum([price * rule.unplaced for rule, price in priced], axis=0),
    )


def _counts_whole(asked: _Asked, rule: SideRule) -> bool:
    for name, each in rule.coefficient.items():
        form = depends_on(name)
        if form in (DependsOn.FAMILY_MILES, DependsOn.SCHOOL_MILES):
            amounts = np.full(1, 0.5)
        elif form is DependsOn.HOME:
            amounts = asked.by_home(name)
        elif form is DependsOn.PROFILE_AND_KIND:
            amounts = asked.by_kind(name)
        elif form is DependsOn.PRESENT_HOME:
            amounts = asked.by_leaving(name)
        else:
            amounts = np.ones(1)
        if not (_all_whole(amounts) and _all_whole(each)):
            if each.size > 1:
                raise UnevenLimitError(limit=rule.name, amount=name)
            return False
    return True


def _all_whole(values: FloatArray) -> bool:
    return bool((values == np.rint(values)).all())


class _Added:
    """Whole limits added up into one re-weighting."""

    def __init__(self, asked: _Asked) -> None:
        n = asked.problem.n_children
        self._asked = asked
        self.weight, self.leave, self.placed = np.zeros((4, n)), np.zeros(n), np.zeros(n)
        self.home = np.zeros(asked.problem.n_homes)
        self.by_child: dict[str, FloatArray] = {}
        self._kinds: dict[str, FloatArray] = {}

    def add(self, name: str, points: FloatArray) -> None:
        form = depends_on(name)
        if name == PLACED:
            self.placed += points
        elif form is DependsOn.HOME and points.size == 1:
            self.home += points[0] * self._asked.by_home(name)
        elif form is DependsOn.HOME:
            self.by_child[name] = self.by_child.get(name, 0.0) + points
        elif form is DependsOn.PROFILE_AND_KIND:
            every = np.broadcast_to(points, self.placed.shape)
            self._kinds[name] = self._kinds.get(name, 0.0) + every
        elif form is DependsOn.PRESENT_HOME:
            self.leave += points * self._asked.by_leaving(name)
        else:
            self.weight[_POSITION[form]] += points

    def fit(self) -> tuple[IntArray, FloatArray]:
        """Give profiles that tell these weights apart too, and their points by kind."""
        asked = self._asked
        number, of_each = asked.profile, np.unique(asked.profile, return_index=True)[1]
        for points in self._kinds.values():
            both = np.column_stack([number, np.unique(points, return_inverse=True)[1]])
            _, of_each, number = np.unique(both, axis=0, return_index=True, return_inverse=True)
        fit = np.zeros((of_each.size, asked.barred_by_kind().shape[1]))
        for name, points in self._kinds.items():
            fit += points[of_each][:, None] * asked.by_kind(name)[asked.profile[of_each]]
        return number.ravel(), fit


@njit(nogil=True, cache=True, inline="always")
def meets(child: Any, home: Any, row: int) -> tuple[float, bool, float, bool, bool]:
    """Give miles, beyond the line, school miles, other authority, and leaving, of one pair.

    `child` and `home` are records of the tables, `row` the row of the home.
    """
    east, north = child.east - home.east, child.north - home.north
    miles = np.sqrt(east * east + north * north)
    school = 0.0
    if child.has_school:
        east, north = child.school_east - home.east, child.school_north - home.north
        school = np.sqrt(east * east + north * north)
    away = child.authority != home.authority
    leaves = child.present_home != UNPLACED and child.present_home != row
    return miles, miles > LINE_MILES, school, away, leaves


@njit(nogil=True, cache=True, inline="always")
def points_at(t: PairTables, child: int, home: int) -> float:
    """Give the points of a child in a home, whole hundredths, whether or not a rule bars it."""
    who, where = t.child[child], t.home[home]
    miles, beyond, school, away, leaves = meets(who, where, home)
    total = where.points + t.fit[who.profile, where.kind]
    total += t.weight[MILE] * miles + t.weight[SCHOOL] * school
    if beyond:
        total += t.weight[LINE]
    if away:
        total += t.weight[AUTHORITY]
    if leaves:
        total += who.leave
    return float(np.rint(total))


@njit(nogil=True, cache=True)
def side_points_at(t: PairTables, s: SidePoints, child: int, home: int) -> float:
    """Give what priced limits add to the points of a child in a home, hundredths."""
    if s.unplaced.size == 0:
        return 0.0
    who, where = t.child[child], t.home[home]
    miles, beyond, school, away, leaves = meets(who, where, home)
    kind = where.kind
    total = s.home_points[home] + s.fit[s.profile[child], kind] + s.placed[child]
    total += s.weight[MILE, child] * miles + s.weight[SCHOOL, child] * school
    if beyond:
        total += s.weight[LINE, child]
    if away:
        total += s.weight[AUTHORITY, child]
    if leaves:
        total += s.leave[child]
    for i in range(s.by_child.shape[0]):
        total += s.by_child[i, child] * s.by_home[i, home]
    for i in range(s.layer_price.size):
        part = s.layer_home[i, home] + s.layer_fit[i, who.profile, kind]
        part += s.layer_weight[i, MILE] * miles + s.layer_weight[i, SCHOOL] * school
        if beyond:
            part += s.layer_weight[i, LINE]
        if away:
            part += s.layer_weight[i, AUTHORITY]
        if leaves:
            part += s.layer_leave[i, child]
        total += s.layer_price[i] * np.rint(part)
    return float(total)


@njit(nogil=True, cache=True, inline="always")
def suits(t: PairTables, who: Any, where: Any) -> bool:
    """Say whether homes like this one take children like this one.

    `who` and `where` are records of the tables; places, choices of a person, homes to avoid
    and miles are not looked at.
    """
    if t.barred[who.profile, where.kind]:
        return False
    if where.needs_met < who.needs or who.age < where.age_min or who.age > where.age_max:
        return False
    return bool(where.sex == EITHER or where.sex == who.sex)


@njit(nogil=True, cache=True, inline="always")
def allowed_at(t: PairTables, child: int, home: int) -> bool:
    """Say whether a child may live in a home, were it empty."""
    who, where = t.child[child], t.home[home]
    if not where.usable or not suits(t, who, where):
        return False
    if who.fixed_home != FREE and who.fixed_home != home:
        return False
    for i in range(t.avoid_begin[child], t.avoid_begin[child + 1]):
        if t.avoid_home[i] == home:
            return False
    return not (t.max_miles < np.inf and meets(who, where, home)[0] > t.max_miles)


@njit(nogil=True, cache=True)
def _fill_points(t: PairTables, child: IntArray, home: IntArray, out: IntArray) -> None:
    for i in range(child.size):
        out[i] = np.int64(points_at(t, child[i], home[i]))


@njit(nogil=True, cache=True)
def _fill_allowed(t: PairTables, child: IntArray, home: IntArray, out: BoolArray) -> None:
    for i in range(child.size):
        out[i] = allowed_at(t, child[i], home[i])


def pair_points(tables: PairTables, child: IntArray, home: IntArray) -> IntArray:
    """Give the points of each child in each home, without those of homes and twins.

    Parameters
    ----------
    tables : PairTables
    child, home : ndarray of int
        Rows; shapes broadcast.

    Returns
    -------
    ndarray of int
        Hundredths of a point, whether or not a rule bars the pair.
    """
    children, homes = np.broadcast_arrays(child, home)
    out = np.empty(children.size, dtype=np.int64)
    _fill_points(tables, _own(children, np.int64).ravel(), _own(homes, np.int64).ravel(), out)
    return out.reshape(children.shape)


def pairs_allowed(tables: PairTables, child: IntArray, home: IntArray) -> BoolArray:
    """Say whether each child may live in each home, were it empty.

    Parameters
    ----------
    tables : PairTables
    child, home : ndarray of int
        Rows; shapes broadcast.
    """
    children, homes = np.broadcast_arrays(child, home)
    out = np.empty(children.size, dtype=np.bool_)
    _fill_allowed(tables, _own(children, np.int64).ravel(), _own(homes, np.int64).ravel(), out)
    return out.reshape(children.shape)
