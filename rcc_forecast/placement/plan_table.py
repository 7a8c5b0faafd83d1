"""The plan child by child, and the other homes that were open to each, by name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.placement import groups_together, plan_points
from models.placement.eligibility import miles_from_family, miles_from_school
from models.placement.explain import Alternatives
from models.placement.problem import (
    FREE,
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
    PlacementProblem,
    Weights,
)
from models.placement.terms.distance import LINE_MILES
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.figures import in_authority, moved
from rcc_forecast.placement.words import Texts, choose, number, reasons
from rcc_forecast.tables.placement import ALTERNATIVES, PLAN

SCHOOL_WITHIN_REACH_MILES = 3.0
"""A school can be kept from here: the walking distance of the Education Act 1996, s. 444(5)."""

BEST_KEPT = 3
"""Other homes named for each child."""


def plan_table(
    built: Built,
    home: IntArray,
    others: Alternatives,
    *,
    weights: Weights,
    overrides: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give one row a child, in the order of the input.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    others : Alternatives
        Next best homes.
    weights : mapping of str to float
        Points by term.
    overrides : DataFrame, optional
        Columns child_id, home_id, reason.

    Returns
    -------
    DataFrame
        A `PLAN` table.
    """
    problem = built.problem
    row = np.flatnonzero(home != UNPLACED)
    here = home[row]
    labels = built.homes.iloc[here].set_axis(row)
    miles = miles_from_family(problem, row, here)
    to_school = miles_from_school(problem, row, here)
    siblings = (problem.group_size > 1)[problem.children.group]
    together = groups_together(problem, home)[problem.children.group]
    own = in_authority(problem, row, here)
    reachable = pd.Series(_stays_at_school(problem, row, to_school).astype(int), row, dtype="Int64")
    table = pd.DataFrame(
        {
            "child_id": built.children["child_id"],
            "home_id": labels["home_id"],
            "placement_type": labels["placement_type"],
            "distance_miles": pd.Series(np.round(miles, 2), row),
            "school_miles": pd.Series(np.round(to_school, 2), row),
            "over_20_miles": pd.Series((miles > LINE_MILES).astype(int), row, dtype="Int64"),
            "in_authority": pd.Series(own.astype(int), row, dtype="Int64"),
            "siblings_together": pd.Series(together.astype(int), dtype="Int64").where(siblings),
            "moved": moved(problem, home).astype(int),
            "weekly_cost_gbp": labels["weekly_cost_gbp"],
            "points": plan_points(problem, home, weights=weights) / HUNDREDTHS,
            "reason": reasons(built, home, others),
            "override_reason": _override_reasons(built, overrides),
            "wish": built.children["wish"],
            "stays_at_school": reachable.where(np.isfinite(to_school)),
            "keeps_area_ties": pd.Series(own.astype(int), row, dtype="Int64"),
        },
        index=built.children.index,
    )
    return PLAN.check(table.iloc[built.as_filed].reset_index(drop=True))


def _stays_at_school(problem: PlacementProblem, child: IntArray, miles: FloatArray) -> BoolArray:
    away = problem.children.xy[child] - problem.children.school_xy[child]
    from_family = np.hypot(away[:, 0], away[:, 1])
    return np.asarray(miles <= np.maximum(from_family, SCHOOL_WITHIN_REACH_MILES))


def _override_reasons(built: Built, overrides: pd.DataFrame | None) -> pd.Series:
    """Give a person's reason to the children whose home a person chose, and to no other."""
    if overrides is None or overrides.empty:
        return pd.Series("", built.children.index, dtype="str")
    first = overrides.drop_duplicates("child_id").set_index("child_id")["reason"]
    given = built.children["child_id"].map(first).fillna("").astype("str")
    return given.where(built.problem.children.fixed_home != FREE, "")


def alternatives_table(built: Built, home: IntArray, others: Alternatives) -> pd.DataFrame:
    """Give the other homes of each child with a home, best first, with what each would mean.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    others : Alternatives

    Returns
    -------
    DataFrame
        An `ALTERNATIVES` table, children in the order of the input.
    """
    problem = built.problem
    filed = built.as_filed
    child, rank = np.nonzero(others.home[filed] != UNPLACED)
    child = filed[child]
    other = others.home[child, rank]
    points, worth = others.points[child, rank], others.worth_to_others[child, rank]
    room = _has_room(problem, home, child, other)
    table = pd.DataFrame(
        {
            "child_id": built.children["child_id"].to_numpy()[child],
            "rank": rank + 1,
            "home_id": built.homes["home_id"].to_numpy()[other],
            "distance_miles": np.round(miles_from_family(problem, child, other), 2),
            "points_more": np.round(points, 2),
            "worth_to_others": np.round(worth, 2),
            "has_room": room.astype(int),
            "what_it_means": _what_it_means(points, worth, room),
        }
    )
    return ALTERNATIVES.check(table)


def _has_room(
    problem: PlacementProblem, home: IntArray, child: IntArray, other: IntArray
) -> BoolArray:
    """Say whether the places that the child and those who live with them need are left."""
    load = np.bincount(home[home != UNPLACED], minlength=problem.n_homes)
    solo_there = np.zeros(problem.n_homes, dtype=bool)
    alone = problem.children.solo & (home != UNPLACED)
    solo_there[home[alone]] = True
    key = problem.children.group * (problem.n_homes + 1) + home
    _, bundle, size = np.unique(key, return_inverse=True, return_counts=True)
    movers = size[bundle][child]
    places = problem.homes.places[other]
    exempt = problem.homes.exempt[other] & (load[other] == 0) & (places > 0)
    fits = (load[other] + movers <= places) | (exempt & (movers > 1))
    empty_enough = ~problem.children.solo[child] | (load[other] == 0)
    return np.asarray(fits & empty_enough & ~solo_there[other])


def _what_it_means(points: FloatArray, worth: FloatArray, room: BoolArray) -> Texts:
    own = choose(
        points >= 0,
        number(points, ",.0f") + " points worse than the home proposed",
        number(-points, ",.0f") + " points better than the home proposed",
    )
    others = choose(
        room,
        "; places are left there.",
        worth > 0,
        "; full in the plan, and worth " + number(worth, ",.0f") + " points more to those who "
        "would have to move.",
        "; full in the plan.",
    )
    return np.asarray(own + others, dtype=object)
