"""Which rule binds, what it costs, and what the smallest easing of it would be worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.placement.eligibility import BARRIERS
from models.placement.explain import Ground, barred_homes
from models.placement.problem import HUNDREDTHS, UNPLACED, BoolArray, IntArray
from models.placement.rules import PENCE, SHARE_PARTS
from models.placement.sides import rows_kept
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.eased import Eased
from rcc_forecast.placement.figures import in_authority
from rcc_forecast.placement.words import profiles, type_words
from rcc_forecast.tables.placement import RULES_TOLD

DEAREST_PLACES = 10
"""Kinds of place listed, those where one more is worth most."""

_STEP_GBP = 1_000.0
"""A week: the step in which easing a budget is told."""

_DATA_RULES = {
    "places": "One more place in a home that fits",
    "age": "A wider age range of a home that fits otherwise",
    "sex": "A home that takes the other sex, or all",
    "needs": "A home that meets a higher level of need",
    "unsuitable": "Another word on which kinds of placement suit the child",
    "avoid": "Fewer homes to avoid",
    "grade": "A lower min_grade in [rules]",
    "need3_childrens_home_only": "need3_childrens_home_only switched off in [rules]",
    "max_miles": "A higher max_miles in [rules]",
    "override": "Another choice by the person who chose",
}


def rules_table(
    built: Built,
    home: IntArray,
    ground: Ground,
    prices: pd.DataFrame,
    left_out: Sequence[Eased] = (),
) -> pd.DataFrame:
    """Give one row for each limit, each rule that bars a child, and each dearest place.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    ground : Ground
    prices : DataFrame
        The `PRICES` table of the plan.
    left_out : sequence of Eased
        The plan without each rule, where it was made.

    Returns
    -------
    DataFrame
        A `RULES_TOLD` table: limits of the region first, then what leaving a
        rule out would do, then rules about a child and a home, then places.
    """
    rows = [
        *_limits(built, home, ground),
        *(_left_out(eased) for eased in left_out),
        *_data_rules(built, home),
        *_places(prices),
    ]
    return RULES_TOLD.check(pd.DataFrame(rows, columns=RULES_TOLD.names))


def _limits(built: Built, home: IntArray, ground: Ground) -> list[dict[str, Any]]:
    kept = rows_kept(built.problem, home, rules=ground.rules)
    told = []
    for rule, price in zip(ground.rules, ground.prices.side.tolist(), strict=True):
        used, limit = kept[rule.name]
        label = built.rule_label(rule.name)
        told.append(_limit(built, home, label, used, limit, price / HUNDREDTHS))
    return told


def _limit(
    built: Built, home: IntArray, label: str, used: int, limit: int, price: float
) -> dict[str, Any]:
    """Tell one limit in the unit that the region wrote it in; `price` is points a counted unit."""
    name, about = _parted(label)
    placed = np.flatnonzero(home != UNPLACED)
    row: dict[str, Any] = {"rule": name, "about": about, "binding": int(price > 0)}
    if name == "weekly_budget_gbp":
        worth = price * PENCE * _STEP_GBP
        unit, at, now = "GBP a week", limit / PENCE, used / PENCE
        each = price * PENCE
        said = f"GBP 1,000 a week more is worth {worth:,.0f} points."
    elif name == "max_disparity_pct":
        unit, at, now, each = "counted children, weighed", float(limit), float(used), price
        said = f"One unit more is worth {price:,.2f} points; a wider max_disparity_pct gives many."
    else:
        share = _share_of(built, name, placed, home)
        percent = 100 * share.mean() if placed.size else 0.0
        # The row counts 10,000 a child it is about less 100 a per cent and child placed.
        each = price * SHARE_PARTS / 100 * placed.size
        unit = "per cent of the children placed"
        at = percent - 100 * (used - limit) / SHARE_PARTS / max(placed.size, 1)
        now = percent
        said = f"One point per cent more is worth {each:,.0f} points."
    if used > limit:
        said = f"Cannot be kept by any plan found: {now - at:,.2f} {unit} more would do. {said}"
    elif not price:
        said = "Does not bind."
    return {
        **row,
        "limit": round(at, 2),
        "used": round(now, 2),
        "unit": unit,
        "price": round(each, 4),
        "cheapest_relaxation": said,
    }


def _left_out(eased: Eased) -> dict[str, Any]:
    return {
        "rule": eased.rule,
        "about": "Were it left out",
        "binding": int(eased.more_placed > 0),
        "children": eased.more_placed,
        "cheapest_relaxation": eased.said(),
    }


def _parted(label: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\w+)\[(.*)\]", label)
    if found is None:
        return label, "All children"
    parts = found[2].split(",")
    if len(parts) == 1:
        return found[1], name_of(parts[0])
    outcome, by, code, side = parts
    who = name_of(code) if by == "authority" else f"ethnicity {code}"
    return found[1], f"{outcome.replace('_', ' ')}, {who}, {side} all children"


def _share_of(built: Built, name: str, child: IntArray, home: IntArray) -> BoolArray:
    if name == "max_for_profit_pct":
        return np.asarray(built.problem.homes.for_profit[home[child]])
    return ~in_authority(built.problem, child, home[child])


def _data_rules(built: Built, home: IntArray) -> list[dict[str, Any]]:
    """Count, for each rule, the children without a home whom it alone keeps from some home."""
    problem = built.problem
    without = np.flatnonzero(home == UNPLACED)
    _, first, like_it = np.unique(
        profiles(built, without), axis=0, return_index=True, return_counts=True
    )
    alone, stuck = dict.fromkeys(BARRIERS, 0), dict.fromkeys(BARRIERS, 0)
    for child, count in zip(without[first].tolist(), like_it.tolist(), strict=True):
        fitting, barred = barred_homes(problem, child)
        for name in barred:
            alone[name] += count
            stuck[name] += 0 if fitting else count
    return [
        {
            "rule": name,
            "about": "Children without a home",
            "binding": 1,
            "children": count,
            "cheapest_relaxation": f"{_DATA_RULES[name]} would open a home to each of "
            f"{count} children without one, of whom {stuck[name]} have no home that fits now.",
        }
        for name, count in alone.items()
        if count
    ]


def _places(prices: pd.DataFrame) -> list[dict[str, Any]]:
    # A price is of a home, and a home stands in many rows: the widest need is the one to tell.
    dear = prices[prices["price"] > 0]
    dear = dear.drop_duplicates(["placement_type", "local_authority", "age_band", "price"])
    return [_place(row) for row in dear.head(DEAREST_PLACES).to_dict("records")]


def _place(row: Mapping[Any, Any]) -> dict[str, Any]:
    kind, where = type_words(str(row["placement_type"])), row["local_authority_name"]
    ages, needs, price = row["age_band"], row["needs"], float(row["price"])
    return {
        "rule": "places",
        "about": f"{kind}, {where}, ages {ages}, need {needs}",
        "limit": float(row["places"]),
        "used": float(row["filled"]),
        "unit": "places",
        "binding": 1,
        "price": price,
        "cheapest_relaxation": f"One more place for ages {ages} and need {needs} in a {kind} in "
        f"{where} is worth {price:,.0f} points.",
    }
