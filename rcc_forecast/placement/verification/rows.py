"""plan.csv, row by row: who is in it, which home, which rules, and every figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.placement.verification.claim import Claim
from rcc_forecast.placement.verification.faults import Faults
from rcc_forecast.placement.verification.kernels import NOBODY, Bools, Floats, Wholes
from rcc_forecast.placement.verification.points import (
    Placed,
    groups_together,
    placed_in,
    plan_points,
)
from rcc_forecast.placement.verification.world import World, barriers

SCHOOL_WITHIN_REACH_MILES = 3.0
"""Walking distance of the Education Act 1996, section 444(5)."""

HALF_A_CENT = 0.005 + 1e-7
"""What two decimals can hide."""


def homes_claimed(world: World, claim: Claim, faults: Faults) -> tuple[Wholes, Wholes] | None:
    """Match plan and children.

    Returns
    -------
    tuple of ndarray of int, or None
        The home of each child, `NOBODY` for none, and the row of plan.csv,
        counted from 0; None where the plan cannot be matched.
    """
    named = pd.Index(claim.plan["child_id"])
    known = pd.Index(world.children["child_id"])
    if named.has_duplicates:
        faults.add("plan.csv names a child twice.")
    if named.has_duplicates or set(named) != set(known):
        faults.add(
            f"plan.csv and children differ: {len(named.difference(known))} rows too many, "
            f"{len(known.difference(named))} children missing."
        )
        return None
    at = named.get_indexer(known)
    wanted = claim.plan["home_id"].iloc[at]
    home = pd.Index(world.homes["home_id"]).get_indexer(pd.Index(wanted))
    strange = (home < 0) & (wanted != "").to_numpy(bool)
    for row in np.sort(at[strange]):
        faults.add(f"plan.csv, row {row + 2}: the home is not in the register or not open.")
    if strange.any():
        return None
    return np.where(home < 0, NOBODY, home).astype(np.int64), at.astype(np.int64)


def check_rules(world: World, home: Wholes, faults: Faults) -> None:
    """Check every hard rule: who may live where, places, company, and siblings apart."""
    placed = np.flatnonzero(home != NOBODY)
    there, kids, register = home[placed], world.kids, world.register
    bars = barriers(kids, register, placed, there, max_miles=world.max_miles + 1e-9)
    for pair in np.flatnonzero(np.logical_or.reduce(list(bars.values()))):
        why = ", ".join(name for name, barred in bars.items() if barred[pair])
        faults.add(
            f"children, row {world.child_row(int(placed[pair]))}: "
            f"may not live in the home given: {why}."
        )
    load = np.bincount(there, minlength=len(world.homes))
    lowest = np.full(load.size, world.n_groups)
    highest = np.full(load.size, -1)
    np.minimum.at(lowest, there, world.group[placed])
    np.maximum.at(highest, there, world.group[placed])
    allowed = register.exempt & (lowest == highest)
    for over in np.flatnonzero((load > register.capacity) & ~allowed):
        faults.add(
            f"homes, row {world.home_row(int(over))}: {load[over]} children "
            f"for {register.capacity[over]} places."
        )
    company = np.zeros(load.size, dtype=bool)
    company[there[kids.solo[placed]]] = True
    for crowded in np.flatnonzero(company & (load > 1)):
        faults.add(
            f"homes, row {world.home_row(int(crowded))}: a child who must live alone does not."
        )
    one, other = world.rivals.T
    for pair in np.flatnonzero((home[one] == home[other]) & (home[one] != NOBODY)):
        rows = [world.child_row(int(at[pair])) for at in (one, other)]
        faults.add(
            f"children, rows {rows[0]} and {rows[1]}: share a home, and the plan for them is apart."
        )


def check_columns(world: World, claim: Claim, home: Wholes, at: Wholes, faults: Faults) -> None:
    """Check every figure of every row."""
    plan = claim.plan.iloc[at].reset_index(drop=True)
    rows = at + 2
    placed = placed_in(world, home)
    has_home = home != NOBODY

    points = plan_points(world, home, world.scenario["weights"])
    claimed = _numbers(plan["points"])
    same = np.abs(100 * claimed - points.each) <= points.leeway + 0.2
    faults.differ_in_rows("points", rows, claimed, points.each / 100, same)

    moved = np.zeros(world.n_children)
    moved[placed.child] = placed.moved
    claimed = _numbers(plan["moved"])
    faults.differ_in_rows("moved", rows, claimed, moved, claimed == moved)

    for name, found, by in (
        ("distance_miles", placed.miles, HALF_A_CENT),
        ("school_miles", placed.school_miles, HALF_A_CENT),
        ("weekly_cost_gbp", _cost(world, placed.home), 1e-6),
    ):
        every = np.full(world.n_children, np.nan)
        every[placed.child] = found
        _check_numbers(plan, name, rows, every, by, faults)

    line = np.full(world.n_children, False)
    line[placed.child] = placed.on_the_line
    _check_flags(
        plan, "over_20_miles", rows, _at(placed.child, placed.over_20, world), faults, line
    )
    own = _at(placed.child, ~placed.out, world)
    _check_flags(plan, "in_authority", rows, own, faults)
    if "keeps_area_ties" in plan:
        _check_flags(plan, "keeps_area_ties", rows, own, faults)
    if "stays_at_school" in plan:
        _check_school(world, plan, rows, placed, faults)

    together = groups_together(world, home)[world.group].astype(int).astype(str).astype(object)
    alone = (np.diff(world.begin) == 1)[world.group]
    _check_words(plan, "siblings_together", rows, np.where(alone, "", together), faults)
    kinds = world.homes["placement_type"].to_numpy(object)
    _check_words(plan, "placement_type", rows, np.where(has_home, kinds[home], ""), faults)
    if "wish" in plan:
        wished = world.children["wish"].to_numpy(object)
        for row in np.flatnonzero(plan["wish"].to_numpy(object) != wished):
            faults.add(f"plan.csv, row {rows[row]}: wish is not as the child's row has it.")
    if "override_reason" in plan:
        told = (plan["override_reason"] != "").to_numpy(bool)
        for row in np.flatnonzero(told & (world.kids.chosen == NOBODY)):
            faults.add(f"plan.csv, row {rows[row]}: override_reason, and nobody chose the home.")


def _check_school(
    world: World, plan: pd.DataFrame, rows: Wholes, placed: Placed, faults: Faults
) -> None:
    """Check who can keep the school: 3 miles from it, or no farther than the family is."""
    kids, child = world.kids, placed.child
    east, north = kids.east - kids.school_east, kids.north - kids.school_north
    family = np.sqrt(east**2 + north**2)[child] / 1000 / 1.6093
    reach = np.maximum(family, SCHOOL_WITHIN_REACH_MILES)
    has_school = ~np.isnan(placed.school_miles)
    found = _at(child[has_school], (placed.school_miles <= reach)[has_school], world)
    as_far = np.full(world.n_children, False)
    as_far[child] = np.abs(placed.school_miles - reach) < 1e-9
    _check_flags(plan, "stays_at_school", rows, found, faults, as_far)


def _at(child: Wholes, found: Bools, world: World) -> np.ndarray:
    words = np.full(world.n_children, "", dtype=object)
    words[child] = found.astype(int).astype(str)
    return words


def _cost(world: World, home: Wholes) -> Floats:
    return world.homes["weekly_cost_gbp"].to_numpy(float)[home]


def _numbers(cells: pd.Series) -> Floats:
    return pd.to_numeric(cells.replace("", None), errors="coerce").to_numpy(float)


def _check_numbers(
    plan: pd.DataFrame, name: str, rows: Wholes, found: Floats, by: float, faults: Faults
) -> None:
    """Hold numbers to what was found; a cell is blank where there is none, and only there."""
    claimed, blank = _numbers(plan[name]), (plan[name] == "").to_numpy(bool)
    nothing = np.isnan(found)
    same = np.where(nothing, blank, np.abs(claimed - found) <= by)
    faults.differ_in_rows(name, rows, claimed, found, same)


def _check_words(
    plan: pd.DataFrame, name: str, rows: Wholes, found: np.ndarray, faults: Faults
) -> None:
    claimed = plan[name].to_numpy(object)
    faults.differ_in_rows(name, rows, claimed, found, np.asarray(claimed == found, dtype=bool))


def _check_flags(
    plan: pd.DataFrame,
    name: str,
    rows: Wholes,
    found: np.ndarray,
    faults: Faults,
    either: Bools | None = None,
) -> None:
    claimed = plan[name].to_numpy(object)
    same = np.asarray(claimed == found, dtype=bool)
    if either is not None:
        same |= either & np.isin(claimed, ["0", "1"])
    faults.differ_in_rows(name, rows, claimed, found, same)
