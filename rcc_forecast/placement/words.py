"""Why this home, in words that a social worker can read out."""

from __future__ import annotations

import numpy as np

from models.placement.eligibility import miles_from_family, miles_from_school
from models.placement.explain import Alternatives, barred_homes
from models.placement.problem import FREE, UNPLACED, IntArray
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built

_TYPE_WORDS = {
    "foster_kinship": "foster home with relatives or friends",
    "foster": "foster home",
    "childrens_home": "children's home",
    "secure_home": "secure children's home",
    "supported": "supported accommodation place",
    "residential_other": "residential setting",
    "with_parents": "home with parents",
    "adoption": "adoptive home",
    "temporary": "temporary home",
    "other": "placement of another kind",
}
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


def type_words(placement_type: str) -> str:
    """Give a kind of placement as people say it."""
    return _TYPE_WORDS.get(placement_type, placement_type.replace("_", " "))


def reasons(built: Built, home: IntArray, found: Alternatives) -> list[str]:
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
    list of str
        In the order of the problem's rows.
    """
    load = np.bincount(home[home != UNPLACED], minlength=built.problem.n_homes)
    return [
        _why_here(built, home, found, child, int(load[home[child]]))
        if home[child] != UNPLACED
        else _why_none(built, child)
        for child in range(home.size)
    ]


def _why_here(built: Built, home: IntArray, found: Alternatives, child: int, load: int) -> str:
    sentences = [
        _where(built, child, int(home[child])),
        _with_whom(built, home, child),
        _stays_or_moves(built, child, int(home[child])),
        _nearer(found, child),
        _next_best(built, found, child),
        _to_check(built, child, int(home[child]), load),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _where(built: Built, child: int, home: int) -> str:
    problem, row = built.problem, built.homes.iloc[home]
    kind = type_words(str(row["placement_type"]))
    miles = _miles(built, child, home)
    own = problem.children.authority[child] == problem.homes.authority[home]
    area = "the child's own authority" if own else name_of(str(row["local_authority"]))
    area = "an authority not known" if area == "Unknown" else area
    chosen = problem.children.fixed_home[child] != FREE
    start = "Chosen by a person: a" if chosen else "A"
    start += "n" if kind[0] in "aeiou" else ""
    to_school = ""
    away = float(miles_from_school(problem, np.array([child]), np.array([home]))[0])
    if np.isfinite(away):
        to_school = f" and {away:.1f} miles from school"
    return f"{start} {kind} in {area}, {miles:.1f} miles from family{to_school}."


def _miles(built: Built, child: int, home: int) -> float:
    return float(miles_from_family(built.problem, np.array([child]), np.array([home]))[0])


def _with_whom(built: Built, home: IntArray, child: int) -> str:
    problem = built.problem
    group = problem.children.group[child]
    others = int(problem.group_size[group]) - 1
    if not others:
        return "The child lives there alone, as asked." if problem.children.solo[child] else ""
    there = int(((problem.children.group == group) & (home == home[child])).sum()) - 1
    if there == others:
        return f"All {others + 1} brothers and sisters live there together."
    if there:
        return f"{there} of {others} brothers and sisters live there too."
    return "The brothers and sisters live elsewhere; groups.csv says why."


def _stays_or_moves(built: Built, child: int, home: int) -> str:
    present = built.problem.children.present_home[child]
    if present == home:
        return "The child stays where they live now."
    if present == UNPLACED:
        return ""
    return "This is a move" + (
        " for a child who is settled." if built.problem.children.settled[child] else "."
    )


def _nearer(found: Alternatives, child: int) -> str:
    nearer, room = int(found.nearer[child]), int(found.nearer_with_room[child])
    if not nearer:
        return "No nearer home fits."
    full = nearer - room
    parts = []
    if full:
        parts.append(f"{_homes(full)} nearer would fit and {_be(full)} proposed for others")
    if room:
        parts.append(
            f"{_homes(room)} nearer with room would fit and {'score' if room > 1 else 'scores'} "
            f"worse on the rest, such as siblings, school, kind, grade or cost"
        )
    return "; ".join(parts) + "."


def _homes(count: int) -> str:
    return "1 home" if count == 1 else f"{count} homes"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _next_best(built: Built, found: Alternatives, child: int) -> str:
    other = int(found.home[child])
    if other == UNPLACED:
        return "No other home fits."
    kind = type_words(str(built.homes.iloc[other]["placement_type"]))
    points, worth = found.points[child], found.worth_to_others[child]
    says = f"{abs(points):,.0f} points {'more' if points >= 0 else 'fewer'}"
    tail = f", and its place is worth {worth:,.0f} points more to others" if worth >= 0.5 else ""
    article = "an" if kind[0] in "aeiou" else "a"
    return f"Next best: {article} {kind}, {_miles(built, child, other):.1f} miles, {says}{tail}."


def _to_check(built: Built, child: int, home: int, load: int) -> str:
    """Ask for a look where a child or group lives alone: residents are not in the tables."""
    row, problem = built.homes.iloc[home], built.problem
    alone = bool(problem.children.solo[child]) or load > int(row["places"])
    approved = row["places_approved"]
    if not alone or not approved > row["places"]:
        return ""
    others = int(approved - row["places"])
    return f"Please check who lives there: {others} of its {int(approved)} places are not open."


def _why_none(built: Built, child: int) -> str:
    fitting, barred = barred_homes(built.problem, child)
    if fitting:
        solo = " to itself" if built.problem.children.solo[child] else ""
        return (
            f"No home: {_homes(fitting)} would fit, and every place{solo} is proposed for other "
            f"children or held by the region's limits; shortages.csv shows who competes."
        )
    if not barred:
        return "No home fits: each open home is barred by more than one rule."
    listed = sorted(barred.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{count} {_BARRIER_WORDS[name]}" for name, count in listed)
    return f"No home fits. Homes that one rule alone bars: {said}."
