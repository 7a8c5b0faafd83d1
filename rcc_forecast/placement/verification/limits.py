"""Limits on the whole plan, written again: budgets, shares, and disparity between groups.

Every limit adds up whole numbers over the children, placed or not, and may not
pass its own. A certificate prices a unit of that sum.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rcc_forecast.placement.verification.kernels import NOBODY, Bools, Floats, Wholes
from rcc_forecast.placement.verification.points import placed_in
from rcc_forecast.placement.verification.world import World

SMALLEST_GROUP = 10
"""Children below which a group's rate is no limit."""

_COUNTED = ("cost", "out_of_authority", "for_profit", "over_20_miles", "placed", "unplaced")
"""What a limit may count of a child; the first five as `kernels.cheapest_ways` takes them."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; children count alike, but for those of one group.

    Attributes
    ----------
    all_count : ndarray of float, shape (6,)
        What a penny a week, a home out of area, one run for profit, one over 20
        miles off, being placed and being without a home count for every child.
    group : ndarray of bool, shape (n_children,)
        Children of the group.
    group_counts : ndarray of float, shape (6,)
        What they count besides.
    most : float
        The sum may not exceed it.
    """

    all_count: Floats
    group: Bools
    group_counts: Floats
    most: float

    def each(self, what: str) -> Floats:
        """Give what a thing counts for each child, shape (n_children,)."""
        at = _COUNTED.index(what)
        return np.asarray(self.all_count[at] + self.group_counts[at] * self.group)

    def each_of_placed(self) -> Floats:
        """Give what all but being without a home counts, shape (n_children, 5)."""
        return np.column_stack([self.each(what) for what in _COUNTED[:-1]])


def limits_of(world: World) -> dict[str, Limit]:
    """Give the limits of a scenario by their names, groups by their codes."""
    rules, kids = world.rules, world.kids
    nobody = np.zeros(world.n_children, dtype=bool)
    limits = {}
    if "weekly_budget_gbp" in rules:
        most = float(round(100 * rules["weekly_budget_gbp"]))
        limits["weekly_budget_gbp"] = Limit(_counts(cost=1), nobody, _counts(), most)
    for code, pounds in world.scenario.get("budgets", {}).items():
        number = world.authorities.index(code) if code in world.authorities else None
        theirs, most = np.asarray(kids.authority == number), float(round(100 * pounds))
        limits[f"weekly_budget_gbp[{code}]"] = Limit(_counts(), theirs, _counts(cost=1), most)
    for rule, counted in (
        ("max_out_of_area_pct", "out_of_authority"),
        ("max_for_profit_pct", "for_profit"),
    ):
        if rule in rules:
            share = _counts(**{counted: 10_000, "placed": -round(100 * rules[rule])})
            limits[rule] = Limit(share, nobody, _counts(), 0.0)
    if "max_disparity_pct" in rules:
        limits |= _disparity(world, float(rules["max_disparity_pct"]))
    return limits


def _counts(**counted: float) -> Floats:
    return np.array([float(counted.get(what, 0.0)) for what in _COUNTED])


def _disparity(world: World, percent: float) -> dict[str, Limit]:
    """Keep each group's rate within half the percentage of the rate of all, or half a child.

    ``rate_a - rate_all <= w`` times ``n n_a``, so that all counts are whole;
    divided by what n and n_a have in common.
    """
    n = world.n_children
    ethnicity = world.children["ethnicity"].to_numpy(str)
    groups = [
        ("authority", code, world.kids.authority == at) for at, code in enumerate(world.authorities)
    ]
    groups += [("ethnicity", code, ethnicity == code) for code in world.ethnicities]
    limits = {}
    for by, code, inside in groups:
        n_a = int(inside.sum())
        if not SMALLEST_GROUP <= n_a < n:
            continue
        common = math.gcd(n, n_a)
        width = max(percent / 100, 1 / n_a) / 2
        most = float(math.floor(width * n * n_a / common + 1e-9))
        for outcome in ("over_20_miles", "out_of_authority", "unplaced"):
            for side, sign in (("above", 1), ("below", -1)):
                all_count = _counts(**{outcome: -sign * n_a // common})
                group_counts = _counts(**{outcome: sign * n // common})
                name = f"max_disparity_pct[{outcome},{by},{code},{side}]"
                limits[name] = Limit(all_count, inside, group_counts, most)
    return limits


def used_by(world: World, home: Wholes) -> Callable[[Limit], float]:
    """Give what a plan uses of each limit.

    Parameters
    ----------
    world : World
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `NOBODY` for none.

    Returns
    -------
    callable
        From a limit to the sum that it counts.
    """
    placed = placed_in(world, home)
    meets = np.zeros((world.n_children, len(_COUNTED)))
    meets[placed.child, :-1] = np.column_stack(
        [placed.pence, placed.out, placed.private, placed.over_20, np.ones(placed.child.size)]
    )
    meets[home == NOBODY, -1] = 1.0
    of_all = meets.sum(axis=0)

    def used(limit: Limit) -> float:
        return float(limit.all_count @ of_all + limit.group_counts @ meets[limit.group].sum(axis=0))

    return used


def in_own_unit(name: str, limit: Limit, amount: float, *, n_placed: int) -> float:
    """Give what a limit counts as the region writes it: pounds, per cent, or points between rates.

    Parameters
    ----------
    name : str
        As `limits_of` gives it.
    limit : Limit
    amount : float
        What is used of it, or may be.
    n_placed : int
        Children with a home, of whom a share is.
    """
    if name.startswith("weekly_budget_gbp"):
        return amount / 100
    if name.startswith("max_disparity_pct"):
        # Counted is n (rate_a - rate_all) n_a over what n and n_a have in common; told, twice the
        # difference, since another group may lie as far on the other side.
        return 200 * amount / (limit.group.size * float(np.abs(limit.all_count).max()))
    percent = -limit.all_count[_COUNTED.index("placed")] / 100
    return float(percent + amount / (100 * n_placed)) if n_placed else 0.0


def by_code(world: World, name: str) -> str:
    """Give the name of a limit with the code of its group, where it was named by number."""

    def coded(known: list[str], number: str) -> str:
        return known[int(number)] if number.isdigit() and int(number) < len(known) else number

    budget = re.fullmatch(r"weekly_budget_gbp\[(\w+)\]", name)
    if budget:
        return f"weekly_budget_gbp[{coded(world.authorities, budget[1])}]"
    gap = re.fullmatch(
        r"max_disparity_pct\[(\w+),(authority|ethnicity),(\w+),(above|below)\]", name
    )
    if gap:
        known = world.authorities if gap[2] == "authority" else world.ethnicities
        return f"max_disparity_pct[{gap[1]},{gap[2]},{coded(known, gap[3])},{gap[4]}]"
    return name
