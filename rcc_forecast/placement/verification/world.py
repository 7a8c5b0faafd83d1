"""The tables as the contract's rules see them: who may live where, who belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.placement.verification.kernels import (
    ELSEWHERE,
    MOST_MEMBERS,
    NOBODY,
    Bools,
    Floats,
    Kids,
    Register,
    Wholes,
)

Record = dict[str, Any]

GRADES = ("inadequate", "requires_improvement", "good", "outstanding")
"""Inspection grades, better is later; written again here, as the engine's is not looked at."""

WORDS = ("preferred", "suitable", "unsuitable", "unspecified")
"""How a kind of home would suit, in the order that `kernels` numbers them."""

_UNSUITABLE = WORDS.index("unsuitable")

_AGE_BIT, _SEX_BIT, _NEED_BIT, _KIND_BIT, _PLACE_BIT, _GRADE_BIT = 0, 32, 36, 40, 60, 61
_NO_ETHNICITY = {"", "NOBT", "REFU"}
"""Not recorded, not yet obtained, refused: children of whom no group is known."""

_OLDER = 26
"""No home states an upper age of 26: 25 is the highest that its table holds."""

_RULE_OF_BIT = {
    "age": range(_AGE_BIT, _SEX_BIT),
    "sex": range(_SEX_BIT, _NEED_BIT),
    "needs": range(_NEED_BIT, _KIND_BIT),
    "an unsuitable kind": range(_KIND_BIT, _PLACE_BIT),
    "no place": range(_PLACE_BIT, _GRADE_BIT),
    "grade": range(_GRADE_BIT, _GRADE_BIT + 1),
}
"""What a child asks and a home gives, bit by bit."""


@dataclass(frozen=True)
class World:
    """Children and open homes, and the scenario they are planned under.

    Attributes
    ----------
    children : DataFrame
        In the order of their groups, index 0 upward.
    homes : DataFrame
        Those that are open, index 0 upward.
    scenario : dict
        As stored with the plan.
    begin : ndarray of int, shape (n_groups + 1,)
        Children of group g are ``begin[g]:begin[g + 1]``; single children are groups.
    kids, register : Kids, Register
        The same in arrays.
    authorities, ethnicities : list of str
        Those known, sorted; an ethnicity not obtained or refused is none.
    """

    children: pd.DataFrame
    homes: pd.DataFrame
    scenario: Record
    begin: Wholes
    kids: Kids
    register: Register
    authorities: list[str]
    ethnicities: list[str]

    @property
    def n_children(self) -> int:
        """Number of children."""
        return len(self.children)

    @property
    def n_groups(self) -> int:
        """Number of groups, single children counting as groups."""
        return int(self.begin.size - 1)

    @cached_property
    def group(self) -> Wholes:
        """Group of each child."""
        return np.repeat(np.arange(self.n_groups), np.diff(self.begin))

    @property
    def rules(self) -> Record:
        """Rules that are switched on."""
        return dict(self.scenario["rules"])

    @property
    def max_miles(self) -> float:
        """Farthest home allowed."""
        return float(self.rules.get("max_miles", np.inf))

    @cached_property
    def rivals(self) -> Wholes:
        """Pairs of children who must not share a home, shape (n_pairs, 2), low row first."""
        family = self.children[["sibling_group"]].assign(at=np.arange(self.n_children))
        family = family[family["sibling_group"] != ""]
        apart = (self.children["sibling_plan"] == "apart").to_numpy(bool)
        pairs = family[apart[family["at"]]].merge(family, on="sibling_group")
        both = np.sort(pairs[["at_x", "at_y"]].to_numpy(np.int64), axis=1)
        return np.unique(both[both[:, 0] != both[:, 1]], axis=0).reshape(-1, 2)

    def child_row(self, at: int) -> str:
        """Give the row of a child in its file."""
        return _row(self.children, at)

    def home_row(self, at: int) -> str:
        """Give the row of a home in its file."""
        return _row(self.homes, at)


def _row(table: pd.DataFrame, at: int) -> str:
    row = table["row"].iloc[at] if "row" in table else None
    return "?" if row is None or pd.isna(row) else str(int(row))


def world_of(children: pd.DataFrame, homes: pd.DataFrame, scenario: Record) -> World:
    """Set the tables out as the rules see them.

    Parameters
    ----------
    children, homes : DataFrame
        As `read_children` and `read_homes` give them.
    scenario : dict
        As stored with the plan.
    """
    piece, begin = _pieces(children)
    children = children.iloc[np.argsort(piece, kind="stable")].reset_index(drop=True)
    authorities = sorted({*children["local_authority"], *homes["local_authority"]} - {"Unknown"})
    homes = _open_on(homes, pd.Timestamp(scenario["on"]))
    present = _rows_in(homes["home_id"], children["current_home_id"])
    register = _register(homes, children, present, scenario, authorities)
    kids = _kids(children, homes, present, begin, authorities, register.kind_names)
    kids = kids._replace(chosen=_chosen(children, homes, kids, register.arrays, scenario))
    ethnicities = sorted(set(children["ethnicity"]) - _NO_ETHNICITY)
    return World(children, homes, scenario, begin, kids, register.arrays, authorities, ethnicities)


def _open_on(homes: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Keep the homes open on the day; a missing date compares False."""
    return homes[~(homes["opened"] > on) & ~(homes["closed"] < on)].reset_index(drop=True)


def _rows_in(named: pd.Series, wanted: pd.Series) -> Wholes:
    """Give the row of each reference, `NOBODY` where blank, `ELSEWHERE` where not listed."""
    at = pd.Index(named).get_indexer(pd.Index(wanted))
    at = np.where(at < 0, ELSEWHERE, at)
    return np.where((wanted == "").to_numpy(bool), NOBODY, at).astype(np.int64)


def _pieces(children: pd.DataFrame) -> tuple[Wholes, Wholes]:
    """Give the number of each child's group, by first child, and where groups begin.

    Brothers and sisters of one ``sibling_group`` and twins belong together,
    without those whose plan is to live apart; of more than eight, parts as
    equal as can be.
    """
    n = len(children)
    joins = (children["sibling_plan"] != "apart").to_numpy(bool)
    family = (children["sibling_group"] != "").to_numpy(bool) & joins
    twin = _rows_in(children["child_id"], children["twin_of"])
    tied = np.flatnonzero(joins & (twin >= 0) & joins[twin])
    label = np.arange(n)
    name = pd.factorize(children["sibling_group"])[0]
    while True:
        before = label.copy()
        lowest = np.full(n + 1, n)
        np.minimum.at(lowest, name[family], label[family])
        label[family] = lowest[name[family]]
        pair = np.minimum(label[tied], label[twin[tied]])
        np.minimum.at(label, tied, pair)
        np.minimum.at(label, twin[tied], pair)
        if (label == before).all():
            break
    order = np.argsort(label, kind="stable")
    count = np.unique(label, return_counts=True)[1]
    parts = -(-count // MOST_MEMBERS)
    sizes = np.repeat(count // parts, parts)
    rank = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    sizes += rank < np.repeat(count % parts, parts)
    piece = np.empty(n, dtype=np.int64)
    piece[order] = np.repeat(np.arange(sizes.size), sizes)
    # Parts of one family stand in the order of their first child among all groups.
    first = order[np.cumsum(sizes) - sizes]
    place = np.empty(sizes.size, dtype=np.int64)
    place[np.argsort(first)] = np.arange(sizes.size)
    piece = place[piece]
    return piece, np.r_[0, np.cumsum(np.bincount(piece, minlength=sizes.size))].astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Registered:
    arrays: Register
    kind_names: list[str]


def _register(
    homes: pd.DataFrame,
    children: pd.DataFrame,
    present: Wholes,
    scenario: Record,
    authorities: list[str],
) -> _Registered:
    rules: Record = scenario["rules"]
    kinds = [name.removeprefix("suit_") for name in children.columns if name.startswith("suit_")]
    kind = homes["placement_type"].map({name: at for at, name in enumerate(kinds)})
    residential = _is(homes["placement_type"], "childrens_home")
    capacity = _capacity(homes, present, replan=bool(scenario["replan"]))
    cost: Floats = np.nan_to_num(homes["weekly_cost_gbp"].to_numpy(float))
    one = np.int64(1)

    age_min, age_max = _whole(homes["age_min"]), np.minimum(_whole(homes["age_max"]), _OLDER - 1)
    gives = np.where(age_max >= age_min, (one << (age_max + 1)) - (one << age_min), 0)
    for bit, sex in enumerate("UFM"):
        takes = _is(homes["sex"], "any") | _is(homes["sex"], sex)
        gives |= np.where(takes, one << (_SEX_BIT + bit), 0)
    for need in range(4):
        meets = _whole(homes["needs_met"]) >= need
        if need == 3 and rules.get("need3_childrens_home_only"):
            meets &= residential
        gives |= np.where(meets, one << (_NEED_BIT + need), 0)
    for at in range(len(kinds)):
        gives |= np.where(kind != at, one << (_KIND_BIT + at), 0)
    gives |= np.where(capacity >= 1, one << _PLACE_BIT, 0)
    low = GRADES[: GRADES.index(rules["min_grade"])] if "min_grade" in rules else ()
    barred = homes["ofsted_rating"].isin(low).to_numpy(bool)
    gives |= np.where(barred, 0, one << _GRADE_BIT)

    arrays = Register(
        east=homes["easting"].to_numpy(float),
        north=homes["northing"].to_numpy(float),
        gives=gives,
        capacity=capacity,
        exempt=_is_one(homes["sibling_exemption"]) & ~_is_one(homes["solo"]),
        kind=_whole(kind),
        childrens_home=residential,
        authority=_numbered(homes["local_authority"], authorities, unknown=-2),
        cost=cost,
        pence=np.round(100 * cost),
        private=_is(homes["sector"], "private"),
        improve=_is(homes["ofsted_rating"], "requires_improvement"),
    )
    return _Registered(arrays, kinds)


def _capacity(homes: pd.DataFrame, present: Wholes, *, replan: bool) -> Wholes:
    """Places to be filled: of those who live there too when all are planned anew."""
    capacity = _whole(homes["places_available"].fillna(homes["places_approved"]).fillna(0))
    if replan:
        capacity = capacity + np.bincount(present[present >= 0], minlength=len(homes))
    return np.where(_is_one(homes["solo"]), np.minimum(capacity, 1), capacity).astype(np.int64)


def _kids(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    present: Wholes,
    begin: Wholes,
    authorities: list[str],
    kinds: list[str],
) -> Kids:
    n, one = len(children), np.int64(1)
    number = {word: at for at, word in enumerate(WORDS)}
    words = np.column_stack([_whole(children[f"suit_{kind}"].map(number)) for kind in kinds])
    needs = _whole(children["needs"])

    asks = one << np.minimum(_whole(children["age"]), _OLDER)
    asks |= one << (_SEX_BIT + _whole(children["sex"].map({"U": 0, "F": 1, "M": 2})))
    asks |= one << (_NEED_BIT + needs)
    for at in range(len(kinds)):
        asks |= np.where(words[:, at] == _UNSUITABLE, one << (_KIND_BIT + at), 0)
    asks |= (one << _PLACE_BIT) | (one << _GRADE_BIT)

    school_east = children["school_easting"].to_numpy(float)
    school_north = children["school_northing"].to_numpy(float)
    avoid_begin, avoid = _avoided(children, homes)
    return Kids(
        east=children["easting"].to_numpy(float),
        north=children["northing"].to_numpy(float),
        school_east=np.where(np.isnan(school_north), np.nan, school_east),
        school_north=school_north,
        asks=asks,
        solo=_is_one(children["solo"]),
        authority=_numbered(children["local_authority"], authorities, unknown=-1),
        needs=needs,
        settled=_is_one(children["settled"]),
        present=present,
        chosen=np.full(n, NOBODY, dtype=np.int64),
        prefers=(words == WORDS.index("preferred")).any(axis=1),
        words=words,
        avoid_begin=avoid_begin,
        avoid=avoid,
        twins=_twin_bits(children, begin),
    )


def _avoided(children: pd.DataFrame, homes: pd.DataFrame) -> tuple[Wholes, Wholes]:
    listed = children["avoid_home_ids"].reset_index(drop=True)
    named = listed[listed != ""].str.split().explode()
    at = pd.Index(homes["home_id"]).get_indexer(pd.Index(named))
    child = named.index.to_numpy(np.int64)[at >= 0]
    count = np.bincount(child, minlength=len(children))
    return np.r_[0, np.cumsum(count)].astype(np.int64), at[at >= 0].astype(np.int64)


def _twin_bits(children: pd.DataFrame, begin: Wholes) -> Wholes:
    """Give the twins of each child as bits of their places in the group."""
    n = len(children)
    group = np.repeat(np.arange(begin.size - 1), np.diff(begin))
    twin = _rows_in(children["child_id"], children["twin_of"])
    one = np.flatnonzero((twin >= 0) & (twin != np.arange(n)) & (group[twin] == group))
    other = twin[one]
    bits = np.zeros(n, dtype=np.int64)
    np.bitwise_or.at(bits, one, np.int64(1) << (other - begin[group[other]]))
    np.bitwise_or.at(bits, other, np.int64(1) << (one - begin[group[one]]))
    return bits


def _chosen(
    children: pd.DataFrame, homes: pd.DataFrame, kids: Kids, register: Register, scenario: Record
) -> Wholes:
    """Give the home that a person chose, where it is known and no hard rule bars it."""
    chosen = np.full(len(children), NOBODY, dtype=np.int64)
    given = pd.DataFrame(scenario["overrides"], columns=["child_id", "home_id"], dtype=object)
    given = given[~given["child_id"].duplicated()].fillna("").astype(str)
    child = _rows_in(children["child_id"], given["child_id"])
    home = _rows_in(homes["home_id"], given["home_id"])
    known = (child >= 0) & (home >= 0)
    child, home = child[known], home[known]
    miles = float(scenario["rules"].get("max_miles", np.inf))
    bars = barriers(kids, register, child, home, max_miles=miles)
    fits = ~np.logical_or.reduce(list(bars.values()))
    chosen[child[fits]] = home[fits]
    return chosen


def barriers(
    kids: Kids, register: Register, child: Wholes, home: Wholes, *, max_miles: float
) -> dict[str, Bools]:
    """Say which rule bars each child from each home, were it empty.

    Parameters
    ----------
    kids, register : Kids, Register
    child, home : ndarray of int, shape (n_pairs,)
    max_miles : float

    Returns
    -------
    dict of str to ndarray of bool
        By the rule's name.
    """
    missing = kids.asks[child] & ~register.gives[home]
    bars = {
        name: (missing >> bits.start & ((1 << len(bits)) - 1)) != 0
        for name, bits in _RULE_OF_BIT.items()
    }
    listed = np.repeat(np.arange(kids.avoid_begin.size - 1), np.diff(kids.avoid_begin))
    n_homes = register.east.size
    bars["a home to avoid"] = np.isin(child * n_homes + home, listed * n_homes + kids.avoid)
    bars["the limit of miles"] = miles_of(kids, register, child, home) > max_miles
    chosen = kids.chosen[child]
    bars["the choice of a person"] = (chosen >= 0) & (chosen != home)
    return bars


def miles_of(kids: Kids, register: Register, child: Wholes, home: Wholes) -> Floats:
    """Give the miles from the family, by the formula of the contract."""
    return _miles(kids.east[child], kids.north[child], register, home)


def school_miles_of(kids: Kids, register: Register, child: Wholes, home: Wholes) -> Floats:
    """Give the miles from the school, not-a-number without one."""
    return _miles(kids.school_east[child], kids.school_north[child], register, home)


def _miles(east: Floats, north: Floats, register: Register, home: Wholes) -> Floats:
    away = (register.east[home] - east) ** 2 + (register.north[home] - north) ** 2
    return np.asarray(np.sqrt(away) / 1000 / 1.6093)


def _whole(values: pd.Series) -> Wholes:
    return np.asarray(values, dtype=np.int64)


def _is(values: pd.Series, word: str) -> Bools:
    return (values == word).to_numpy(bool)


def _is_one(values: pd.Series) -> Bools:
    return (values == 1).to_numpy(bool)


def _numbered(values: pd.Series, known: list[str], *, unknown: int) -> Wholes:
    at = pd.Index(known).get_indexer(pd.Index(values))
    return np.where(at < 0, unknown, at).astype(np.int64)
