"""Why this home, in words that a social worker can read out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.placement.eligibility import miles_from_family, miles_from_school
from models.placement.explain import Alternatives, barred_homes
from models.placement.problem import FREE, UNPLACED, BoolArray, FloatArray, IntArray
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.tables.homes import type_words

Texts = NDArray[np.object_]

_WORTH_SAYING = 0.5
"""Points below which a difference is rounded away."""

_BARRIER_WORDS = {
    "places": "have no place free",
    "age": "take another age",
    "sex": "take the other sex or do not say",
    "needs": "do not meet the level of need",
    "unsuitable": "are of a kind that is unsuitable for the child",
    "avoid": "are to be avoided",
    "grade": "are graded below the region's rule",
    "need3_childrens_home_only": "are not children's homes, which the region's rule asks for",
    "max_miles": "are beyond the region's limit of miles",
    "override": "are not the home that a person chose",
}


def reasons(built: Built, home: IntArray, found: Alternatives) -> Texts:
    """Give the reason for each child's home, or for there being none.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    found : Alternatives
        Next best homes.

    Returns
    -------
    ndarray of str (as objects), shape (n_children,)
        In the order of the problem's rows.
    """
    told = np.full(home.size, "", dtype=object)
    placed, without = np.flatnonzero(home != UNPLACED), np.flatnonzero(home == UNPLACED)
    # A person's choice bars all other homes: there is no next best to name.
    chosen = built.problem.children.fixed_home[placed] != FREE
    told[placed] = _joined(
        [
            _where(built, placed, home[placed]),
            _with_whom(built, home, placed),
            _stays_or_moves(built, placed, home[placed]),
            choose(chosen, "", _nearer(found, placed)),
            choose(chosen, "", _next_best(built, found, placed)),
            _to_check(built, home, placed),
        ]
    )
    told[without] = _why_none(built, without)
    return told


def _joined(sentences: list[Texts]) -> list[str]:
    rows = zip(*(texts.tolist() for texts in sentences), strict=True)
    return [" ".join(said for said in row if said) for row in rows]


def choose(first: BoolArray, then: object, *rest: object) -> Texts:
    """Give texts by condition, row by row.

    Parameters
    ----------
    first : ndarray of bool, shape (n,)
    then : str or ndarray of str
        Given where `first` holds.
    *rest
        Further pairs of condition and text, the first that holds decides; then
        the text for all other rows.
    """
    conditions, texts = [first, *rest[:-1:2]], [then, *rest[1:-1:2]]
    told = np.full(first.size, "", dtype=object) + rest[-1]
    for condition, text in zip(reversed(conditions), reversed(texts), strict=True):
        told = np.where(np.asarray(condition), np.asarray(text, dtype=object), told)
    return np.asarray(told, dtype=object)


def number(values: FloatArray | IntArray, form: str) -> Texts:
    """Give numbers as text, `form` as `format` takes it."""
    return np.array([format(value, form) for value in values.tolist()], dtype=object)


def home_words(built: Built) -> tuple[Texts, Texts]:
    """Give the kind of each home as people say it, and the same with its article."""
    number, kinds = pd.factorize(built.homes["placement_type"])
    words = [type_words(str(kind)) for kind in kinds]
    bare = np.array([*words, ""], dtype=object)[number]
    articles = ["an " if word[0] in "aeiou" else "a " for word in words]
    return bare, np.array([*articles, ""], dtype=object)[number] + bare


def _areas(built: Built) -> Texts:
    number, codes = pd.factorize(built.homes["local_authority"])
    names = [name_of(str(code)) for code in codes]
    known = ["an authority not known" if name == "Unknown" else name for name in names]
    return np.array([*known, ""], dtype=object)[number]


def _where(built: Built, child: IntArray, home: IntArray) -> Texts:
    problem = built.problem
    own = problem.children.authority[child] == problem.homes.authority[home]
    area = choose(own, "the child's own authority", _areas(built)[home])
    chosen = problem.children.fixed_home[child] != FREE
    kind = home_words(built)[1]
    upper = np.array([words[:1].upper() + words[1:] for words in kind], dtype=object)
    start = choose(chosen, "Chosen by a person: " + kind[home], upper[home])
    miles = number(miles_from_family(problem, child, home), ".1f")
    to_school = miles_from_school(problem, child, home)
    school = " and " + number(to_school, ".1f") + " miles from school"
    school = choose(np.isfinite(to_school), school, "")
    return np.asarray(start + " in " + area + ", " + miles + " miles from family" + school + ".")


def _with_whom(built: Built, home: IntArray, child: IntArray) -> Texts:
    problem = built.problem
    group = problem.children.group[child]
    others = problem.group_size[group] - 1
    _, bundle, size = np.unique(
        group * problem.n_homes + home[child], return_inverse=True, return_counts=True
    )
    there = size[bundle] - 1
    return choose(
        (others == 0) & problem.children.solo[child],
        "The child lives there alone, as asked.",
        others == 0,
        "",
        there == others,
        "All " + number(others + 1, "d") + " brothers and sisters live there together.",
        there > 0,
        number(there, "d") + " of " + number(others, "d") + " brothers and sisters live there too.",
        "The brothers and sisters live elsewhere; groups.csv says why.",
    )


def _stays_or_moves(built: Built, child: IntArray, home: IntArray) -> Texts:
    present = built.problem.children.present_home[child]
    return choose(
        present == home,
        "The child stays where they live now.",
        present == UNPLACED,
        "",
        built.problem.children.settled[child],
        "This is a move for a child who is settled.",
        "This is a move.",
    )


def _nearer(found: Alternatives, child: IntArray) -> Texts:
    nearer, room = found.nearer[child], found.nearer_with_room[child]
    full = nearer - room
    others = _homes(full) + " nearer would fit and " + _is_or_are(full) + " proposed for others"
    empty = _homes(room) + " nearer with room would fit and "
    empty += choose(room > 1, "score", "scores")
    empty += " worse on the rest, such as siblings, school, kind, grade or cost"
    said = choose((full > 0) & (room > 0), others + "; " + empty, full > 0, others, empty)
    return choose(nearer == 0, "No nearer home fits.", said + ".")


def _homes(count: IntArray) -> Texts:
    return choose(count == 1, "1 home", number(count, "d") + " homes")


def _is_or_are(count: IntArray) -> Texts:
    return choose(count == 1, "is", "are")


def _next_best(built: Built, found: Alternatives, child: IntArray) -> Texts:
    other, points = found.home[child, 0], found.points[child, 0]
    worth = found.worth_to_others[child, 0]
    miles = miles_from_family(built.problem, child, other)  # of no meaning where there is none
    more = number(np.abs(points), ",.0f") + choose(points >= 0, " points more", " points fewer")
    dear = ", and its place is worth " + number(worth, ",.0f") + " points more to others"
    said = "Next best: " + home_words(built)[1][other] + ", " + number(miles, ".1f") + " miles, "
    said = said + more + choose(worth >= _WORTH_SAYING, dear, "") + "."
    return choose(other == UNPLACED, "No other home fits.", said)


def _to_check(built: Built, home: IntArray, child: IntArray) -> Texts:
    """Ask for a look where a child or group lives alone: residents are not in the tables."""
    problem, here = built.problem, home[child]
    load = np.bincount(here, minlength=problem.n_homes)[here]
    places = problem.homes.places[here]
    approved = built.homes["places_approved"].to_numpy(float)[here]
    alone = problem.children.solo[child] | (load > places)
    look = alone & (approved > places)
    told = np.full(child.size, "", dtype=object)
    others = number(approved[look] - places[look], ".0f")
    told[look] = "Please check who lives there: " + others + " of its "
    told[look] += number(approved[look], ".0f") + " places "
    told[look] += choose(approved[look] - places[look] == 1, "is", "are") + " not open."
    return told


def _why_none(built: Built, child: IntArray) -> list[str]:
    """Say what stands in the way; children of one profile meet the same homes."""
    profile = profiles(built, child)
    _, first, same = np.unique(profile, axis=0, return_index=True, return_inverse=True)
    said = [_why_none_of(built, int(one)) for one in child[first]]
    return [said[number] for number in same.ravel()]


def profiles(built: Built, child: IntArray) -> IntArray:
    """Give rows that are equal for children whom the same rules keep from the same homes."""
    problem = built.problem
    kids = problem.children
    own_rules = np.isin(child, problem.avoid[:, 0]) | (problem.rules.max_miles is not None)
    alike = [kids.age, kids.sex, kids.needs, kids.solo, kids.fixed_home]
    return np.column_stack(
        [
            *(values[child] for values in alike),
            kids.suitability[child],
            np.where(own_rules, child, UNPLACED),
        ]
    )


def _why_none_of(built: Built, child: int) -> str:
    fitting, barred = barred_homes(built.problem, child)
    if fitting:
        solo = " to itself" if built.problem.children.solo[child] else ""
        homes = "1 home" if fitting == 1 else f"{fitting} homes"
        return (
            f"No home: {homes} would fit, and every place{solo} is proposed for other "
            f"children or held by the region's limits; shortages.csv shows who competes."
        )
    if not barred:
        return "No home fits: each open home is barred by more than one rule."
    listed = sorted(barred.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{count} {_BARRIER_WORDS[name]}" for name, count in listed)
    return f"No home fits. Homes that one rule alone bars: {said}."
