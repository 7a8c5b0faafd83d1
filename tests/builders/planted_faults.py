"""Good plans, and ways to falsify each of their claims: every one a fault by construction.

A crooked plan is harder to find out than a careless one, so that rules are
broken with every figure rewritten to suit the new plan, and a bound is raised
in every place where it stands. Each way names words that the verifier must use.

    good = a_good_plan("points")
    draft, words = a_planted_fault({"points": good, ...}, number=17)
    write_draft(draft, folder)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.placement import plan_placements, tidy_children, tidy_homes, write_plan
from rcc_forecast.placement.verification.claim import read_claim
from rcc_forecast.placement.verification.greedy import greedy_plan
from rcc_forecast.placement.verification.limits import in_own_unit, limits_of, used_by
from rcc_forecast.placement.verification.points import (
    groups_together,
    placed_in,
    plan_points,
    tier_weights,
)
from rcc_forecast.placement.verification.world import World, barriers, world_of
from tests.builders.regions import TODAY, a_region, region_tables

RULES = {"max_miles": 30.0, "min_grade": "requires_improvement", "need3_childrens_home_only": True}
BASES = ("points", "tiers", "limits")


@dataclass
class Draft:
    """A plan folder on its way to being falsified."""

    children: pd.DataFrame
    homes: pd.DataFrame
    plan: pd.DataFrame
    summary: dict[str, Any]
    certificate: dict[str, Any]
    scenario: dict[str, Any]
    world: World
    files: dict[str, str | None]

    @property
    def home(self) -> np.ndarray:
        """Home of each child of the world as plan.csv has it, -1 for none."""
        of_child = self.plan.set_index("child_id")["home_id"].reindex(
            self.world.children["child_id"]
        )
        return pd.Index(self.world.homes["home_id"]).get_indexer(pd.Index(of_child))

    def copy(self) -> Draft:
        """Give a draft that can be falsified without harm to this one."""
        return Draft(
            self.children,
            self.homes,
            self.plan.copy(),
            deepcopy(self.summary),
            deepcopy(self.certificate),
            deepcopy(self.scenario),
            self.world,
            dict(self.files),
        )


def a_good_plan(base: str, folder: Path) -> Draft:
    """Plan for ninety children by points, in tiers, or under limits; write and read the plan."""
    children, homes = _a_region_with_everything()
    asked: dict[str, Any] = {"rules": RULES, "overrides": _overrides(children, homes)}
    if base == "tiers":
        asked = {"tiers": ["placed", "together", "near"]}
    if base == "limits":
        asked = {
            "rules": {
                "weekly_budget_gbp": 150_000,
                "max_out_of_area_pct": 75,
                "max_for_profit_pct": 60,
                "max_disparity_pct": 90,
            },
            "budgets": {children["local_authority"].mode()[0]: 90_000.0},
        }
    plan = plan_placements(children, homes, on=TODAY, replan=True, seed=1, **asked)
    write_plan(plan, folder)
    claim = read_claim(folder)
    cells = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
    world = world_of(children, homes, claim.scenario)
    return Draft(
        children, homes, cells, claim.summary, claim.certificate, claim.scenario, world, {}
    )


def _a_region_with_everything() -> tuple[pd.DataFrame, pd.DataFrame]:
    children, homes = region_tables(a_region("replan", children=90, seed=11))
    empty = np.flatnonzero(homes["places_available"] == homes["places_approved"])
    foster = np.flatnonzero(homes["placement_type"] == "foster")
    homes["opened"] = ""
    homes.loc[empty[:2], "closed"] = "2026-03-31"
    homes.loc[empty[2], "opened"] = "2027-01-01"
    homes.loc[empty[3:5], "places_available"] = 0
    homes.loc[foster[5:8], "ofsted_rating"] = "inadequate"
    homes.loc[foster[10:16], "needs_met"] = 3
    homes.loc[empty[-1], "solo"] = 1
    single = children["sibling_group"] == ""
    children.loc[children.index[single][:12:3], "solo"] = 1
    children["wish"] = ""
    children.loc[[3, 4], "wish"] = ["near my nan", "=close to school"]
    return tidy_children(children)[0], tidy_homes(homes)[0]


def _overrides(children: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Let a person choose the third home that fits each of three single children."""
    scenario = {"on": "2026-06-01", "replan": True, "rules": RULES, "overrides": []}
    world = world_of(children, homes, scenario)
    single = np.flatnonzero((np.diff(world.begin) == 1)[world.group] & ~world.kids.solo)
    fits = ~_barred(world)
    chosen = [(i, np.flatnonzero(fits[i])[2]) for i in single if fits[i].sum() > 4][:3]
    return pd.DataFrame(
        {
            "child_id": [world.children["child_id"][i] for i, _ in chosen],
            "home_id": [world.homes["home_id"][h] for _, h in chosen],
            "reason": "known to the family",
        }
    )


def write_draft(draft: Draft, folder: Path) -> None:
    """Write a draft as a plan folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draft.plan.to_csv(folder / "plan.csv", index=False)
    for name in ("summary", "certificate", "scenario"):
        text = json.dumps(getattr(draft, name))
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    for name, text in draft.files.items():
        if text is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(text, encoding="utf-8")


def a_planted_fault(good: Mapping[str, Draft], *, number: int) -> tuple[Draft, str, str]:
    """Falsify one claim of a good plan.

    Parameters
    ----------
    good : mapping of str to Draft
        A good plan for each of `BASES`.
    number : int
        Chooses the way, and is the seed of everything drawn.

    Returns
    -------
    tuple of Draft, str and str
        The falsified plan, the way's name, and words that a fault must hold.
    """
    names = sorted(WAYS)
    way = WAYS[names[number % len(names)]]
    rng = np.random.default_rng(number)
    draft = good[str(rng.choice(way.bases))].copy()
    words = way.falsify(draft, rng) or way.words
    return draft, names[number % len(names)], words


@dataclass(frozen=True)
class Way:
    """One way to falsify a plan, the plans it can be done to, and the words that tell."""

    falsify: Callable[[Draft, np.random.Generator], str | None]
    bases: tuple[str, ...]
    words: str


WAYS: dict[str, Way] = {}
"""Every way, by name."""


def way(words: str = "", *, bases: tuple[str, ...] = BASES, name: str = "") -> Callable[..., Any]:
    """Enter a way in the register."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        WAYS[name or function.__name__] = Way(function, bases, words)
        return function

    return register


# Cells of plan.csv, one by one.


def _a_row(draft: Draft, rng: np.random.Generator, *, placed: bool = True) -> int:
    rows = np.flatnonzero((draft.plan["home_id"] != "") == placed)
    return int(rng.choice(rows))


def _a_step(rng: np.random.Generator) -> float:
    """A hundredth and upward, either way."""
    return float(rng.choice([-1, 1]) * rng.choice([0.01, 0.02, 0.05, 0.5, 3.0, 150.0, 20_000.0]))


def _plan_number(column: str) -> None:
    @way(column, name=f"plan_{column}_off")
    def off(draft: Draft, rng: np.random.Generator) -> None:
        rows = np.flatnonzero(draft.plan[column] != "")
        row = int(rng.choice(rows))
        value = float(draft.plan.loc[row, column]) + _a_step(rng)
        draft.plan.loc[row, column] = f"{value:.2f}"

    @way(column, name=f"plan_{column}_unreadable")
    def unreadable(draft: Draft, rng: np.random.Generator) -> None:
        rows = np.flatnonzero(draft.plan[column] != "")
        draft.plan.loc[int(rng.choice(rows)), column] = str(
            rng.choice(["nan", "about 3", "", "inf"])
        )


for _column in ("points", "distance_miles", "school_miles", "weekly_cost_gbp"):
    _plan_number(_column)


def _plan_flag(column: str) -> None:
    @way(column, name=f"plan_{column}_turned")
    def turned(draft: Draft, rng: np.random.Generator) -> None:
        row = int(rng.choice(np.flatnonzero(draft.plan[column] != "")))
        draft.plan.loc[row, column] = {"0": "1", "1": "0"}[draft.plan.loc[row, column]]

    @way(column, name=f"plan_{column}_blank")
    def blank(draft: Draft, rng: np.random.Generator) -> None:
        draft.plan.loc[int(rng.choice(np.flatnonzero(draft.plan[column] != ""))), column] = ""


for _column in (
    "over_20_miles", "in_authority", "siblings_together", "moved", "stays_at_school",
    "keeps_area_ties",
):  # fmt: skip
    _plan_flag(_column)


@way("placement_type")
def plan_kind_of_home_wrong(draft: Draft, rng: np.random.Generator) -> None:
    draft.plan.loc[_a_row(draft, rng), "placement_type"] = str(
        rng.choice(["adoption", "", "fostr"])
    )


@way("wish")
def plan_wish_changed(draft: Draft, rng: np.random.Generator) -> None:
    draft.plan.loc[_a_row(draft, rng), "wish"] = str(rng.choice(["to stay put", "far away"]))


@way("override_reason")
def plan_reason_of_nobody(draft: Draft, rng: np.random.Generator) -> None:
    chosen = {row["child_id"] for row in draft.scenario["overrides"]}
    rows = np.flatnonzero(~draft.plan["child_id"].isin(chosen))
    draft.plan.loc[int(rng.choice(rows)), "override_reason"] = "best for the child"


@way("names a child twice")
def plan_child_twice(draft: Draft, rng: np.random.Generator) -> None:
    row = draft.plan.iloc[[_a_row(draft, rng)]]
    draft.plan = pd.concat([draft.plan, row], ignore_index=True)


@way("names a child twice")
def plan_child_in_place_of_another(draft: Draft, rng: np.random.Generator) -> None:
    one, other = rng.choice(len(draft.plan), 2, replace=False)
    draft.plan.loc[one, "child_id"] = draft.plan.loc[other, "child_id"]


@way("1 children missing")
def plan_child_missing(draft: Draft, rng: np.random.Generator) -> None:
    gone = int(rng.integers(len(draft.plan)))
    draft.plan = draft.plan.drop(index=gone).reset_index(drop=True)


@way("1 rows too many")
def plan_child_unknown(draft: Draft, rng: np.random.Generator) -> None:
    row = draft.plan.iloc[[_a_row(draft, rng)]].assign(child_id="C999999")
    draft.plan = pd.concat([draft.plan, row], ignore_index=True)


@way("not in the register")
def plan_home_unknown(draft: Draft, rng: np.random.Generator) -> None:
    draft.plan.loc[_a_row(draft, rng), "home_id"] = str(rng.choice(["H99999", "none", "h1"]))


@way("not open")
def plan_home_closed(draft: Draft, rng: np.random.Generator) -> None:
    shut = draft.homes.loc[~draft.homes["home_id"].isin(draft.world.homes["home_id"]), "home_id"]
    draft.plan.loc[_a_row(draft, rng), "home_id"] = str(rng.choice(shut))


@way("distance_miles")
def plan_homes_swapped(draft: Draft, rng: np.random.Generator) -> None:
    miles = draft.plan["distance_miles"]
    one = _a_row(draft, rng)
    others = np.flatnonzero((draft.plan["home_id"] != "") & (miles != miles[one]))
    other = int(rng.choice(others))
    rows = draft.plan.loc[[one, other], "home_id"].to_numpy()
    draft.plan.loc[[one, other], "home_id"] = rows[::-1]


@way("points")
def plan_home_taken_away(draft: Draft, rng: np.random.Generator) -> None:
    draft.plan.loc[_a_row(draft, rng), "home_id"] = ""


@way("lacks something")
def plan_column_lost(draft: Draft, rng: np.random.Generator) -> None:
    columns = ["points", "moved", "distance_miles", "placement_type", "in_authority"]
    draft.plan = draft.plan.drop(columns=str(rng.choice(columns)))


# Rules broken, and every figure rewritten for the new plan.


def _barred(world: World, rule: str | None = None) -> np.ndarray:
    """Pairs of child and home that a rule bars, or that any rule bars."""
    n, h = world.n_children, len(world.homes)
    child, home = np.repeat(np.arange(n), h), np.tile(np.arange(h), n)
    bars = barriers(world.kids, world.register, child, home, max_miles=world.max_miles)
    if rule is None:
        return np.logical_or.reduce(list(bars.values())).reshape(n, h)
    others = np.logical_or.reduce([barred for name, barred in bars.items() if name != rule])
    return (bars[rule] & ~others).reshape(n, h)


def _move(draft: Draft, who: list[int], there: int) -> None:
    """Empty a home, put some children there, and rewrite what follows from it."""
    home = draft.home
    home[home == there] = -1
    home[who] = there
    rewrite_figures(draft, home)


def rewrite_figures(draft: Draft, home: np.ndarray) -> None:
    """Make every figure of plan and summary that of another plan."""
    world, weights = draft.world, draft.scenario["weights"]
    placed, points = placed_in(world, home), plan_points(world, home, weights)
    at = draft.plan.reset_index().set_index("child_id")["index"].loc[world.children["child_id"]]
    table = pd.DataFrame("", index=at.to_numpy(), columns=draft.plan.columns)
    table["child_id"] = world.children["child_id"].to_numpy()
    table["wish"] = draft.plan["wish"]
    table["override_reason"] = draft.plan["override_reason"]
    table["points"] = [f"{value / 100:.2f}" for value in points.each]
    table["moved"] = "0"
    here = at.to_numpy()[placed.child]
    homes = world.homes.iloc[placed.home]
    own = np.where(placed.out, "0", "1")
    single = (np.diff(world.begin) == 1)[world.group]
    together = np.where(groups_together(world, home)[world.group], "1", "0")
    east = world.kids.east - world.kids.school_east
    north = world.kids.north - world.kids.school_north
    reach = np.maximum(np.sqrt(east**2 + north**2)[placed.child] / 1609.3, 3.0)
    school = placed.school_miles
    for column, values in {
        "home_id": homes["home_id"],
        "placement_type": homes["placement_type"],
        "distance_miles": [f"{value:.2f}" for value in placed.miles],
        "school_miles": ["" if np.isnan(value) else f"{value:.2f}" for value in school],
        "over_20_miles": np.where(placed.over_20, "1", "0"),
        "in_authority": own,
        "keeps_area_ties": own,
        "stays_at_school": np.where(np.isnan(school), "", np.where(school <= reach, "1", "0")),
        "moved": np.where(placed.moved, "1", "0"),
        "weekly_cost_gbp": [f"{value:.2f}" for value in homes["weekly_cost_gbp"]],
    }.items():
        table.loc[here, column] = np.asarray(values, dtype=object)
    table["siblings_together"] = pd.Series(np.where(single, "", together), at.to_numpy())
    draft.plan = table.sort_index()
    _rewrite_summary(draft, home)


def _rewrite_summary(draft: Draft, home: np.ndarray) -> None:
    world, summary = draft.world, draft.summary
    placed, n = placed_in(world, home), int((home >= 0).sum())
    siblings = np.diff(world.begin) > 1
    objective = plan_points(world, home, draft.scenario["weights"]).total / 100
    summary |= {
        "placed": n,
        "unplaced": world.n_children - n,
        "groups_together": int((groups_together(world, home) & siblings).sum()),
        "mean_miles": round(float(placed.miles.mean()), 2),
        "over_20_miles_pct": round(100 * float(placed.over_20.mean()), 2),
        "out_of_area_pct": round(100 * float(placed.out.mean()), 2),
        "for_profit_pct": round(100 * float(placed.private.mean()), 2),
        "moved": int(placed.moved.sum()),
        "weekly_cost_gbp": round(float(world.register.cost[placed.home].sum()), 2),
        "objective": round(objective, 2),
    }
    used_of = used_by(world, home)
    for name, limit in limits_of(world).items():
        told, used, n = summary["limits"][name], int(used_of(limit)), placed.child.size
        told["used"] = used
        told["in_own_unit"]["used"] = round(in_own_unit(name, limit, used, n_placed=n), 2)
    for tier in summary["tiers"]:
        reached = plan_points(world, home, tier_weights(world, tier["name"])).total / 100
        tier |= {"value": round(reached, 2), "gap": share(reached - tier["bound"], reached)}
    summary["status"] = "feasible"
    _rewrite_gap(draft)


def _rewrite_gap(draft: Draft) -> None:
    summary = draft.summary
    floor = draft.world.n_groups * draft.scenario["weights"]["home_of_group"]
    objective, bound = summary["objective"], summary["bound"]
    summary["net_gap"] = share(objective - bound, objective - floor)
    if not draft.scenario["tiers"]:
        summary["tiers"][0] |= {"bound": bound, "gap": share(objective - bound, objective)}


def share(part: float, whole: float) -> float:
    """Give a gap as plans tell it."""
    if part <= 0:
        return 0.0
    return round(part / whole, 6) if whole > 0 else 1.0


def _rule_broken(rule: str, *, bases: tuple[str, ...] = BASES) -> None:
    @way(rule, bases=bases, name=f"rule_{rule.replace(' ', '_')}_broken")
    def broken(draft: Draft, rng: np.random.Generator) -> None:
        pairs = np.argwhere(_barred(draft.world, rule))
        child, there = pairs[rng.integers(len(pairs))]
        _move(draft, [int(child)], int(there))


for _rule in ("age", "sex", "needs", "an unsuitable kind", "no place", "a home to avoid"):
    _rule_broken(_rule)
for _rule in ("grade", "the limit of miles", "the choice of a person"):
    _rule_broken(_rule, bases=("points",))


@way("may not live in the home given: needs", bases=("points",))
def rule_need_3_outside_childrens_homes(draft: Draft, rng: np.random.Generator) -> None:
    world = draft.world
    foster = ~world.register.childrens_home & (world.homes["needs_met"] == 3).to_numpy(bool)
    pairs = np.argwhere(_barred(world, "needs") & foster & (world.kids.needs == 3)[:, None])
    child, there = pairs[rng.integers(len(pairs))]
    _move(draft, [int(child)], int(there))


def _company(draft: Draft, rng: np.random.Generator, who: np.ndarray, homes: np.ndarray) -> None:
    """Put one child more into a home than it has places, of several groups, none of them solo."""
    world, fits = draft.world, ~_barred(draft.world)
    for there in rng.permutation(homes):
        able = rng.permutation(np.flatnonzero(fits[:, there] & who))
        room = int(world.register.capacity[there])
        if able.size > room and np.unique(world.group[able[: room + 1]]).size > 1:
            _move(draft, able[: room + 1].tolist(), int(there))
            return
    raise AssertionError("no home can be crowded")


@way("children for")
def rule_places_exceeded(draft: Draft, rng: np.random.Generator) -> None:
    register = draft.world.register
    homes = np.flatnonzero(~register.exempt & (register.capacity > 0))
    _company(draft, rng, ~draft.world.kids.solo, homes)


@way("children for")
def rule_exemption_for_two_families(draft: Draft, rng: np.random.Generator) -> None:
    register = draft.world.register
    homes = np.flatnonzero(register.exempt & (register.capacity > 0))
    _company(draft, rng, ~draft.world.kids.solo, homes)


@way("children for")
def rule_family_without_exemption(draft: Draft, rng: np.random.Generator) -> None:
    world, fits = draft.world, ~_barred(draft.world)
    begin = world.begin
    for group in rng.permutation(np.flatnonzero(np.diff(begin) > 1)):
        who = np.arange(begin[group], begin[group + 1])
        tight = (world.register.capacity < who.size) & ~world.register.exempt
        homes = np.flatnonzero(fits[who].all(axis=0) & tight)
        if homes.size and not world.kids.solo[who].any():
            _move(draft, who.tolist(), int(rng.choice(homes)))
            return
    raise AssertionError("no family fits a home that is too small for it")


@way("must live alone")
def rule_solo_with_company(draft: Draft, rng: np.random.Generator) -> None:
    world, fits = draft.world, ~_barred(draft.world)
    roomy = world.register.capacity > 1
    solo = np.flatnonzero(world.kids.solo & (fits & roomy).any(axis=1))
    one = int(rng.choice(solo))
    for there in rng.permutation(np.flatnonzero(fits[one] & roomy)):
        mates = np.flatnonzero(fits[:, there] & (np.arange(world.n_children) != one))
        if mates.size:
            _move(draft, [one, int(rng.choice(mates))], int(there))
            return
    raise AssertionError("no company for a child who must live alone")


@way("the plan for them is apart")
def rule_apart_together(draft: Draft, rng: np.random.Generator) -> None:
    world, fits = draft.world, ~_barred(draft.world)
    for one, other in rng.permutation(world.rivals):
        homes = np.flatnonzero(fits[one] & fits[other] & (world.register.capacity > 1))
        if homes.size:
            _move(draft, [int(one), int(other)], int(rng.choice(homes)))
            return
    raise AssertionError("no two who are to live apart fit one home")


@way("breaks the rule", bases=("limits",))
def rule_limit_broken(draft: Draft, rng: np.random.Generator) -> None:
    """Everyone into homes that count against a share; the figures follow."""
    world = draft.world
    costly = world.register.private if rng.random() < 0.5 else None
    fits, home, free = ~_barred(world), draft.home, world.register.capacity.copy()
    home[:] = -1
    for child in rng.permutation(world.n_children):
        bad = costly if costly is not None else (
            world.kids.authority[child] != world.register.authority
        )  # fmt: skip
        homes = np.flatnonzero(fits[child] & bad & (free == world.register.capacity))
        if homes.size:
            home[child] = rng.choice(homes)
            free[home[child]] = 0
    rewrite_figures(draft, home)


# Figures of summary.json.


def _summary_number(name: str, whole: bool) -> None:
    @way(name, name=f"summary_{name}_off")
    def off(draft: Draft, rng: np.random.Generator) -> None:
        step = float(rng.choice([-1, 1]) * rng.choice([1, 2, 7])) if whole else _a_step(rng)
        value = draft.summary[name] + step
        draft.summary[name] = int(value) if whole else round(value, 2)

    for block in ("as_is", "greedy"):

        @way(f"{block}: {name}", name=f"summary_{block}_{name}_off")
        def off_there(draft: Draft, rng: np.random.Generator, block: str = block) -> None:
            step = float(rng.choice([-1, 1]) * rng.choice([1, 2, 7])) if whole else _a_step(rng)
            value = draft.summary[block][name] + step
            draft.summary[block][name] = int(value) if whole else round(value, 2)


for _name in ("children", "placed", "unplaced", "groups", "groups_together", "moved"):
    _summary_number(_name, whole=True)
for _name in (
    "mean_miles", "over_20_miles_pct", "out_of_area_pct", "for_profit_pct", "weekly_cost_gbp",
    "objective",
):  # fmt: skip
    _summary_number(_name, whole=False)


@way()
def summary_count_off(draft: Draft, rng: np.random.Generator) -> str:
    name = str(rng.choice(["homes", "places", "families"]))
    draft.summary[name] += int(rng.choice([-1, 1]))
    return name


@way("net_gap")
def summary_gap_off(draft: Draft, rng: np.random.Generator) -> None:
    draft.summary["net_gap"] += float(rng.choice([-1, 1]) * rng.choice([0.000002, 0.001, 0.3]))


@way("bound of points")
def summary_bound_off(draft: Draft, rng: np.random.Generator) -> None:
    draft.summary["bound"] += _a_step(rng)
    _rewrite_gap(draft)


@way("status")
def summary_status_unheard_of(draft: Draft, rng: np.random.Generator) -> None:
    draft.summary["status"] = str(rng.choice(["proven", "", "OPTIMAL"]))


@way("solver", bases=("points", "limits"))
def summary_optimal_without_proof(draft: Draft, rng: np.random.Generator) -> None:
    draft.summary["status"] = "optimal"
    lower = min(draft.summary["bound"], draft.summary["objective"] - 0.01)
    draft.summary["solver_bound"] = lower - float(rng.choice([0.0, 1.0, 500.0]))
    draft.summary["bound"] = min(draft.summary["bound"], lower)


@way("solver", bases=("points", "limits"))
def summary_solver_above_the_plan(draft: Draft, rng: np.random.Generator) -> None:
    above = float(rng.choice([0.01, 1.0, 1e6]))
    draft.summary["solver_bound"] = draft.summary["objective"] + above


@way("summary.json: ")
def summary_scenario_misquoted(draft: Draft, rng: np.random.Generator) -> str:
    name = str(rng.choice(["on", "replan", "seed"]))
    draft.summary[name] = {"on": "2026-06-02", "replan": False, "seed": 4}[name]
    return f"summary.json: {name}"


@way("not the one that the plan was made for")
def summary_of_another_scenario(draft: Draft, rng: np.random.Generator) -> None:
    digest = draft.summary["scenario_sha256"]
    draft.summary["scenario_sha256"] = digest[::-1] if rng.random() < 0.5 else ""


@way("lacks something")
def summary_figure_lost(draft: Draft, rng: np.random.Generator) -> None:
    names = ["placed", "bound", "tiers", "as_is", "greedy", "status", "limits", "mean_miles"]
    del draft.summary[str(rng.choice(names))]


@way()
def summary_figure_in_words(draft: Draft, rng: np.random.Generator) -> None:
    name = str(rng.choice(["placed", "objective", "mean_miles", "bound", "net_gap"]))
    draft.summary[name] = rng.choice([str(draft.summary[name]), "many", None])


@way("tier")
def summary_tier_lost_or_renamed(draft: Draft, rng: np.random.Generator) -> None:
    tiers = draft.summary["tiers"]
    if rng.random() < 0.5:
        tiers.pop(int(rng.integers(len(tiers))))
    else:
        tiers[int(rng.integers(len(tiers)))]["name"] = "best"


def _tier_number(name: str) -> None:
    @way(f"{name} of ", name=f"summary_tier_{name}_off")
    def off(draft: Draft, rng: np.random.Generator) -> None:
        tier = draft.summary["tiers"][int(rng.integers(len(draft.summary["tiers"])))]
        tier[name] += 0.01 if name == "gap" else abs(_a_step(rng))


for _name in ("value", "bound", "gap"):
    _tier_number(_name)


@way("status", bases=("tiers",))
def summary_tier_status_unproven(draft: Draft, rng: np.random.Generator) -> None:
    tier = draft.summary["tiers"][int(rng.integers(len(draft.summary["tiers"])))]
    tier["status"] = "optimal"
    tier["value"] += 1.0
    tier["gap"] = share(tier["value"] - tier["bound"], tier["value"])


@way("summary.json: ", bases=("limits",))
def summary_limit_off(draft: Draft, rng: np.random.Generator) -> None:
    limits = draft.summary["limits"]
    name = str(rng.choice(sorted(limits)))
    if rng.random() < 0.3:
        del limits[name]
    else:
        limits[name][str(rng.choice(["used", "limit"]))] += int(rng.choice([-1, 1, 1_000]))


@way("in its own unit", bases=("limits",))
def summary_limit_in_own_unit_off(draft: Draft, rng: np.random.Generator) -> None:
    limits = draft.summary["limits"]
    own = limits[str(rng.choice(sorted(limits)))]["in_own_unit"]
    own[str(rng.choice(["used", "limit"]))] += float(rng.choice([-1, 1, 10]))


# Prices and bounds of certificate.json.


def _an_entry(draft: Draft, rng: np.random.Generator) -> dict[str, Any]:
    return draft.certificate["prices"][int(rng.integers(len(draft.certificate["prices"])))]


def _raise_bound(draft: Draft, entry: dict[str, Any], hundredths: int) -> None:
    """Raise a bound wherever it stands, gaps included."""
    entry["bound"] += hundredths
    if entry["name"] == "points":
        draft.summary["bound"] = round(entry["bound"] / 100, 2)
        _rewrite_gap(draft)
        return
    tier = next(tier for tier in draft.summary["tiers"] if tier["name"] == entry["name"])
    tier["bound"] = round(entry["bound"] / 100, 2)
    tier["gap"] = share(tier["value"] - tier["bound"], tier["value"])


@way("bound of points", bases=("points",))
def certificate_bound_raised_by_a_hundredth_or_more(draft: Draft, rng: np.random.Generator) -> None:
    _raise_bound(draft, draft.certificate["prices"][0], int(rng.choice([1, 2, 10, 1_000, 10**6])))


@way("bound of")
def certificate_bound_raised(draft: Draft, rng: np.random.Generator) -> None:
    # Under limits a hundredth a child is let pass; a point is not.
    least = 100 * draft.world.n_children
    _raise_bound(draft, _an_entry(draft, rng), least + int(rng.integers(1, 10**6)))


@way("bound of points", bases=("points",))
def certificate_bound_lowered(draft: Draft, rng: np.random.Generator) -> None:
    _raise_bound(draft, draft.certificate["prices"][0], -int(rng.choice([1, 10, 10_000])))


@way("hundredths")
def certificate_bound_alone(draft: Draft, rng: np.random.Generator) -> None:
    _an_entry(draft, rng)["bound"] += int(100 * draft.world.n_children + rng.integers(1, 10**6))


@way("bound of points", bases=("points",))
def certificate_price_changed(draft: Draft, rng: np.random.Generator) -> None:
    """A place so dear that nobody would pay: the bound falls by all of it."""
    homes = draft.certificate["prices"][0]["homes"]
    open_homes = draft.world.homes["home_id"][draft.world.register.capacity > 0]
    name = str(rng.choice(open_homes))
    triple = homes.setdefault(name, [0, 0, 0])
    triple[0] += int(rng.integers(10**7, 10**9))


@way("cannot be used")
def certificate_price_no_price(draft: Draft, rng: np.random.Generator) -> None:
    homes = _an_entry(draft, rng)["homes"]
    name = str(rng.choice(draft.world.homes["home_id"]))
    bad = [-1, -0.5, float("nan"), float("inf"), "7", None, True, [3]]
    triple: list[Any] = [0, 0, 0]
    triple[int(rng.integers(3))] = bad[int(rng.integers(len(bad)))]
    homes[name] = triple


@way("cannot be used")
def certificate_price_of_other_form(draft: Draft, rng: np.random.Generator) -> None:
    homes = _an_entry(draft, rng)["homes"]
    forms: list[Any] = [[1, 2], [], 5, "free", [1, 2, 3, 4], {"place": 1}]
    homes[str(draft.world.homes["home_id"][0])] = forms[int(rng.integers(len(forms)))]


@way("cannot be used")
def certificate_price_of_no_home(draft: Draft, rng: np.random.Generator) -> None:
    shut = draft.homes.loc[~draft.homes["home_id"].isin(draft.world.homes["home_id"]), "home_id"]
    names = ["H99999", "", *shut]
    _an_entry(draft, rng)["homes"][str(rng.choice(names))] = [100, 0, 0]


@way("not those of the tiers asked for")
def certificate_entries_wrong(draft: Draft, rng: np.random.Generator) -> None:
    entries = draft.certificate["prices"]
    how = int(rng.integers(3))
    if how == 0:
        entries.pop(int(rng.integers(len(entries))))
    elif how == 1:
        entries.append(deepcopy(entries[-1]))
    else:
        entries[-1]["name"] = "sums"


@way("cannot be used", bases=("tiers", "limits"))
def certificate_limit_no_price(draft: Draft, rng: np.random.Generator) -> None:
    entries = [entry for entry in draft.certificate["prices"] if entry["limits"]]
    limits = entries[int(rng.integers(len(entries)))]["limits"]
    name = str(rng.choice(sorted(limits)))
    bad = [-1.0, float("nan"), "1", None]
    how = int(rng.integers(len(bad) + 1))
    if how == len(bad):
        del limits[name]
    else:
        limits[name]["price"] = bad[how]


@way("is not the one that holds", bases=("tiers", "limits"))
def certificate_limit_tightened(draft: Draft, rng: np.random.Generator) -> None:
    entries = [entry for entry in draft.certificate["prices"] if entry["limits"]]
    limits = entries[int(rng.integers(len(entries)))]["limits"]
    name = str(rng.choice(sorted(limits)))
    limits[name]["limit"] -= int(rng.integers(1, 1_000))


@way("bound of", bases=("limits",))
def certificate_limit_dearer(draft: Draft, rng: np.random.Generator) -> None:
    """A budget with money left, priced: the bound falls by the price of what is left."""
    limit = draft.certificate["prices"][0]["limits"]["weekly_budget_gbp"]
    limit["price"] += float(rng.integers(10, 1_000))


# The scenario, and the files as such.


@way("not the one that the plan was made for")
def scenario_changed(draft: Draft, rng: np.random.Generator) -> None:
    scenario = draft.scenario
    how = int(rng.integers(5))
    if how == 0:
        scenario["weights"][str(rng.choice(sorted(scenario["weights"])))] += 1
    elif how == 1:
        scenario["rules"] = {**scenario["rules"], "max_out_of_area_pct": 99}
    elif how == 2:
        scenario["seed"] += 1
    elif how == 3:
        scenario["overrides"] = [*scenario["overrides"], {"child_id": "C000001", "home_id": ""}]
    else:
        scenario["added"] = 1


def _sealed_again(draft: Draft) -> None:
    text = json.dumps(draft.scenario, sort_keys=True)
    draft.summary["scenario_sha256"] = hashlib.sha256(text.encode()).hexdigest()


@way("points")
def scenario_weight_changed_and_sealed(draft: Draft, rng: np.random.Generator) -> None:
    name = str(rng.choice(["mile", "home_of_group", "weekly_cost_gbp_50"]))
    draft.scenario["weights"][name] += float(rng.choice([1, 10, 0.5]))
    _sealed_again(draft)


@way("may not live in the home given", bases=("points",))
def scenario_rule_tightened_and_sealed(draft: Draft, rng: np.random.Generator) -> None:
    farthest = placed_in(draft.world, draft.home).miles.max()
    draft.scenario["rules"]["max_miles"] = float(farthest * rng.uniform(0.2, 0.99))
    _sealed_again(draft)


@way("no place")
def scenario_replan_denied_and_sealed(draft: Draft, rng: np.random.Generator) -> None:
    del rng
    draft.scenario["replan"] = draft.summary["replan"] = False
    _sealed_again(draft)


@way("cannot be read as a plan")
def file_not_what_it_says(draft: Draft, rng: np.random.Generator) -> None:
    name = str(rng.choice(["summary.json", "certificate.json", "scenario.json", "plan.csv"]))
    broken = ["", "{", "[]", "null", None] if name != "plan.csv" else ["", None]
    draft.files[name] = broken[int(rng.integers(len(broken)))]


@way()
def file_key_lost(draft: Draft, rng: np.random.Generator) -> None:
    how = int(rng.integers(3))
    if how == 0:
        del draft.certificate["prices"]
    elif how == 1:
        del draft.scenario[str(rng.choice(["on", "replan", "weights", "rules", "overrides"]))]
    else:
        del _an_entry(draft, rng)[str(rng.choice(["name", "bound", "homes", "limits"]))]


@way("greedy")
def summary_greedy_made_worse(draft: Draft, rng: np.random.Generator) -> None:
    """A yardstick that leaves children out flatters the plan; its figures agree with themselves."""
    world, greedy = draft.world, draft.summary["greedy"]
    home = greedy_plan(world)
    placed = np.flatnonzero(home >= 0)
    home[rng.choice(placed, int(rng.integers(1, 5)), replace=False)] = -1
    n = int((home >= 0).sum())
    there = placed_in(world, home)
    greedy |= {
        "placed": n,
        "unplaced": world.n_children - n,
        "mean_miles": round(float(there.miles.mean()), 2),
        "objective": plan_points(world, home, draft.scenario["weights"]).total / 100,
    }
