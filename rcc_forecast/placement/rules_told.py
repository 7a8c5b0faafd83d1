"""Which rule binds, what it costs, and what the smallest easing of it would be worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.placement import Priced
from models.placement.eligibility import BARRIERS
from models.placement.explain import barred_homes
from models.placement.problem import HUNDREDTHS, UNPLACED, IntArray
from models.placement.sides import rows_kept
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.eased import Eased
from rcc_forecast.placement.limits_told import POINTS, POUNDS, SHARE, OwnUnit, own_unit
from rcc_forecast.placement.words import profiles
from rcc_forecast.tables.homes import type_words
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
    priced: Priced,
    prices: pd.DataFrame,
    left_out: Sequence[Eased] = (),
) -> pd.DataFrame:
    """Give one row for each limit, each rule that bars a child, and each dearest place.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    priced : Priced
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
        *_limits(built, home, priced),
        *(_left_out(eased) for eased in left_out),
        *_data_rules(built, home),
        *_places(prices),
    ]
    return RULES_TOLD.check(pd.DataFrame(rows, columns=RULES_TOLD.names))


def _limits(built: Built, home: IntArray, priced: Priced) -> list[dict[str, Any]]:
    kept = rows_kept(built.problem, home, rules=priced.market.rules)
    told = []
    for rule, price in zip(priced.market.rules, priced.prices.side.tolist(), strict=True):
        unit = own_unit(built.problem, rule, home)
        label = built.rule_label(rule.name)
        told.append(_limit(label, unit, *kept[rule.name], price / HUNDREDTHS))
    return told


def _limit(label: str, unit: OwnUnit, used: int, limit: int, price: float) -> dict[str, Any]:
    """Tell one limit in the unit that the region wrote it in; `price` is points a counted unit."""
    name, about = _parted(label)
    each = price * unit.counted
    said = {
        POUNDS: f"GBP 1,000 a week more is worth {each * _STEP_GBP:,.0f} points.",
        SHARE: f"One point per cent more is worth {each:,.0f} points.",
        POINTS: f"One percentage point more here is worth {each:,.0f} points; a wider "
        f"max_disparity_pct gives it to every group.",
    }[unit.name]
    if used > limit:
        over = (used - limit) / unit.counted
        said = f"Cannot be kept by any plan found: {over:,.2f} {unit.name} more would do. {said}"
    elif not price:
        said = "Does not bind."
    return {
        "rule": name,
        "about": about,
        "binding": int(price > 0),
        "limit": unit.of(limit),
        "used": unit.of(used),
        "unit": unit.name,
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
            "cheapest_relaxation": f"{_DATA_RULES[name]} would open a home to "
            f"{_those_without(count, stuck[name])}.",
        }
        for name, count in alone.items()
        if count
    ]


def _those_without(count: int, stuck: int) -> str:
    if count == 1:
        return f"1 child without one{', whom no home fits now' if stuck else ''}"
    return f"each of {count} children without one, of whom {stuck} have no home that fits now"


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
