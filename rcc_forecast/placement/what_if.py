"""A what-if held against the plan it started from, child by child and as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.placement.eligibility import may_live, miles_from_family
from models.placement.problem import UNPLACED, BoolArray, IntArray
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.plan_before import PlanBefore
from rcc_forecast.placement.words import Texts, choose, number
from rcc_forecast.tables.placement import WHAT_IF

_COMPARED = (
    "children",
    "placed",
    "unplaced",
    "groups",
    "groups_together",
    "mean_miles",
    "over_20_miles_pct",
    "out_of_area_pct",
    "moved",
    "weekly_cost_gbp",
    "objective",
    "bound",
)

_MILES_WORTH_SAYING = 0.05
"""A tenth of a mile is the smallest that is said; less rounds to none."""


def what_if_table(
    built: Built, plan: pd.DataFrame, home: IntArray, before: PlanBefore
) -> pd.DataFrame:
    """Give one row a child: the home before, the home now, and why they differ.

    Parameters
    ----------
    built : Built
        The changed world.
    plan : DataFrame
        The `PLAN` table of the new plan.
    home : ndarray of int, shape (n_children,)
        The new plan, by the problem's rows.
    before : PlanBefore

    Returns
    -------
    DataFrame
        A `WHAT_IF` table in the order of the plan.
    """
    then = before.rows.reindex(plan["child_id"]).reset_index(drop=True)
    home_after = plan["home_id"].astype("str").fillna("")
    home_before = then["home_id"].astype("str")
    changed = (home_before.fillna("") != home_after) | home_before.isna()
    why = np.full(built.problem.n_children, "", dtype=object)
    rows = np.flatnonzero(changed.to_numpy(bool)[_filed_at(built)])
    why[rows] = _why_changed(built, home, before, rows)
    table = pd.DataFrame(
        {
            "child_id": plan["child_id"],
            "home_before": home_before,
            "home_after": plan["home_id"],
            "changed": changed.astype(int),
            "distance_before": then["distance_miles"],
            "distance_after": plan["distance_miles"],
            "siblings_together_before": then["siblings_together"].astype("Int64"),
            "siblings_together_after": plan["siblings_together"],
            "points_before": then["points"],
            "points_after": plan["points"],
            "why": why[built.as_filed],
        }
    )
    return WHAT_IF.check(table)


def _filed_at(built: Built) -> IntArray:
    at = np.empty_like(built.as_filed)
    at[built.as_filed] = np.arange(at.size)
    return at


def _why_changed(built: Built, home: IntArray, before: PlanBefore, child: IntArray) -> Texts:
    problem = built.problem
    if not problem.n_homes:
        return np.full(child.size, "No home is open now.", dtype=object)
    names = built.children["child_id"].iloc[child]
    then_id = before.rows["home_id"].reindex(names)
    was_planned, had_none = then_id.notna().to_numpy(), (then_id == "").to_numpy()
    then, now = before.homes_of(built), home
    was, here = then[child], now[child]
    gone, without = was == UNPLACED, here == UNPLACED
    barred = ~may_live(problem, child, was) & ~gone
    came, group_came = _came_instead(built, then, now)
    there = was.clip(min=0)  # of no meaning where there was none: such rows are told first
    lost = choose(
        gone,
        "The home before is not open now.",
        barred,
        "A rule now bars the home before.",
        (came[there] > 0) & (group_came[there] > 1),
        "The place goes to " + number(group_came[there], "d") + " brothers and sisters who now "
        "live there together.",
        came[there] > 0,
        "The place goes to a child for whom it is worth more to the plan as a whole.",
        _fewer_places(problem.homes.places, now, there),
        "The home before has fewer places than it had.",
        "",
    )
    gained = choose(
        without,
        "No home is proposed now; reason in plan.csv.",
        _opened_since(built, before)[here],
        "A home that was not open before is proposed.",
        _joins_siblings(built, then, now)[child],
        "The child now lives with brothers and sisters.",
        lost == "",
        "Another home is better for the plan as a whole.",
        "",
    )
    distance = _distance_words(built, child, was, here)
    told = np.array(
        [" ".join(filter(None, row)) for row in zip(lost, gained, distance, strict=True)],
        dtype=object,
    )
    return choose(
        ~was_planned,
        "Not in the plan before.",
        had_none,
        "Had no home in the plan before.",
        told,
    )


def _came_instead(built: Built, then: IntArray, now: IntArray) -> tuple[IntArray, IntArray]:
    """Count who came to each home since, and the largest group among those who came."""
    problem = built.problem
    came = np.flatnonzero((now != UNPLACED) & (now != then))
    key = now[came] * problem.n_groups + problem.children.group[came]
    bundle, size = np.unique(key, return_counts=True)
    largest = np.zeros(problem.n_homes, dtype=np.int64)
    np.maximum.at(largest, bundle // max(problem.n_groups, 1), size)
    return np.bincount(now[came], minlength=problem.n_homes), largest


def _fewer_places(places: IntArray, now: IntArray, there: IntArray) -> BoolArray:
    load = np.bincount(now[now != UNPLACED], minlength=places.size)
    return np.asarray(load[there] >= places[there]) if places.size else np.zeros(0, dtype=bool)


def _opened_since(built: Built, before: PlanBefore) -> BoolArray:
    """Say which homes were not open then; one more at the end stands for no home."""
    if before.open_homes is None:
        return np.zeros(len(built.homes) + 1, dtype=bool)
    known = built.homes["home_id"].isin(before.open_homes).to_numpy(bool)
    return np.append(~known, False)


def _joins_siblings(built: Built, then: IntArray, now: IntArray) -> BoolArray:
    """Say which children live with more of their brothers and sisters than before."""
    with_them = [_same_home(built, home) for home in (then, now)]
    return np.asarray(with_them[1] > with_them[0])


def _same_home(built: Built, home: IntArray) -> IntArray:
    key = built.problem.children.group * (built.problem.n_homes + 1) + home
    _, bundle, size = np.unique(key, return_inverse=True, return_counts=True)
    return np.where(home == UNPLACED, 0, size[bundle])


def _distance_words(built: Built, child: IntArray, was: IntArray, here: IntArray) -> Texts:
    both = (was != UNPLACED) & (here != UNPLACED)
    miles = np.zeros(child.size)
    one, then, now = child[both], was[both], here[both]
    miles[both] = miles_from_family(built.problem, one, now)
    miles[both] -= miles_from_family(built.problem, one, then)
    said = number(np.abs(miles), ".1f")
    return choose(
        miles >= _MILES_WORTH_SAYING,
        said + " miles farther from family.",
        miles <= -_MILES_WORTH_SAYING,
        said + " miles nearer to family.",
        "",
    )


def compared(
    summary: dict[str, Any], table: pd.DataFrame, before: PlanBefore, *, change_of_plan: float
) -> dict[str, Any]:
    """Give the figures before and after, for the summary of a what-if."""
    both = {
        name: {"before": before.summary.get(name), "after": summary.get(name)} for name in _COMPARED
    }
    return {
        "children_changed": int(table["changed"].sum()),
        "change_of_plan": change_of_plan,
        "scenario_sha256": before.summary.get("scenario_sha256"),
        **both,
    }
