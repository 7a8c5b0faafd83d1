"""A second pair of eyes: plan, points and bound recomputed by code that the engine never sees.

Shares with the engine the reading of tables and nothing else (an architecture
test holds it to that): its own distances, rules, groups, points and bound. It
cannot prove that nothing better exists than the bound says; where a summary
says ``optimal``, that part is the solver's word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.placement.read import read_children, read_homes

Record = dict[str, Any]

GRADES = ("inadequate", "requires_improvement", "good", "outstanding")
"""Inspection grades, better is later; written again here, as the engine's is not looked at."""

PART_OF_TIER = {
    "together": ("home_of_group", "twins_apart"),
    "near": ("over_20_miles", "out_of_authority"),
    "continuity": ("move_settled", "move"),
    "rest": (
        "mile",
        "school_mile",
        "need_in_childrens_home",
        "requires_improvement",
        "for_profit",
        "weekly_cost_gbp_50",
        "suitable",
        "unspecified",
    ),
}
"""Terms of each tier; the tier ``placed`` counts children."""

LARGEST_PIECE = 8
"""Children who are planned in one piece at most."""

TOO_MANY_TO_LIST = 20
"""Faults listed; the rest are counted."""


def verify_plan(
    folder: Path, children: Path | pd.DataFrame, homes: Path | pd.DataFrame
) -> list[str]:
    """Check everything that a plan claims.

    Parameters
    ----------
    folder : Path
        Where `rcc_forecast.placement.write.write_plan` put it; the scenario
        stored there is the one that is checked.
    children, homes : Path or DataFrame
        The tables that the plan was made from; frames as `read_children` and
        `read_homes` give them, homes with the scenario's homes applied.

    Returns
    -------
    list of str
        Faults in words, by file and row; empty where all is as claimed.
    """
    try:
        claim = _read_claim(folder)
        world = _World.of(_children_of(children), _homes_of(homes), claim.scenario)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{folder.name} cannot be read as a plan: {type(error).__name__}."]
    faults = _Faults()
    try:
        assigned = _check_rows(world, claim, faults)
        if assigned is not None:
            _check_rules(world, assigned, faults)
            _check_plan_columns(world, claim, assigned, faults)
            _check_summary(world, claim, assigned, faults)
            _check_bounds(world, claim, assigned, faults)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        faults.add(f"A file of {folder.name} lacks something: {type(error).__name__}.")
    return faults.told()


class _Faults:
    def __init__(self) -> None:
        self._told: list[str] = []

    def add(self, words: str) -> None:
        self._told.append(words)

    def differ(self, what: str, claimed: Any, found: Any, *, by: float = 0.0) -> None:
        same = claimed == found
        if isinstance(claimed, int | float) and isinstance(found, int | float):
            same = abs(claimed - found) <= by + 1e-9
        if not same:
            self.add(f"{what} says {claimed}, and is {found}.")

    def told(self) -> list[str]:
        more = len(self._told) - TOO_MANY_TO_LIST
        listed = self._told[:TOO_MANY_TO_LIST]
        return [*listed, f"And {more} more."] if more > 0 else listed


@dataclass(frozen=True, slots=True)
class _Claim:
    plan: list[Record]
    summary: Record
    certificate: Record
    scenario: Record


def _read_claim(folder: Path) -> _Claim:
    plan = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
    # A reference that a spreadsheet would run as a formula is written behind an apostrophe.
    for name in ("child_id", "home_id"):
        plan[name] = plan[name].str.replace(r"\A'(?=[=+@-])", "", regex=True)
    read = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("summary", "certificate", "scenario")
    }
    return _Claim(_records(plan), **read)


def _children_of(children: Path | pd.DataFrame) -> list[Record]:
    return _records(read_children(children)[0] if isinstance(children, Path) else children)


def _homes_of(homes: Path | pd.DataFrame) -> list[Record]:
    return _records(read_homes(homes)[0] if isinstance(homes, Path) else homes)


def _records(frame: pd.DataFrame) -> list[Record]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


class _World:
    """The tables as the rules see them."""

    def __init__(self, children: list[Record], homes: list[Record], scenario: Record) -> None:
        self.children, self.homes, self.scenario = children, homes, scenario
        self.weights: dict[str, float] = scenario["weights"]
        self.rules: Record = scenario["rules"]
        self.home_at = {home["home_id"]: at for at, home in enumerate(homes)}
        self.pieces = _pieces(children)
        self.piece_of = {i: at for at, piece in enumerate(self.pieces) for i in piece}
        self.twins = _twins(children, self.piece_of)
        self.rivals = _rivals(children)
        self.chosen = {row["child_id"]: row["home_id"] for row in reversed(scenario["overrides"])}
        self.where = np.array([[h["easting"], h["northing"]] for h in homes]).reshape(-1, 2)
        self.capacity = self._capacities()

    @classmethod
    def of(cls, children: list[Record], homes: list[Record], scenario: Record) -> _World:
        on = pd.Timestamp(scenario["on"])
        is_open = [
            home
            for home in homes
            if not (home["opened"] > on) and not (home["closed"] < on)  # NaT compares False
        ]
        return cls(children, is_open, scenario)

    def _capacities(self) -> np.ndarray:
        capacity = np.array([int(home["places_available"]) for home in self.homes], dtype=int)
        if self.scenario["replan"]:
            for child in self.children:
                if child["current_home_id"] in self.home_at:
                    capacity[self.home_at[child["current_home_id"]]] += 1
        single = np.array([home["solo"] == 1 for home in self.homes], dtype=bool)
        return np.where(single, np.minimum(capacity, 1), capacity)

    def column(self, name: str) -> np.ndarray:
        return np.array([home[name] for home in self.homes])

    def miles(self, child: Record, prefix: str = "") -> np.ndarray:
        east = self.where[:, 0] - child[f"{prefix}easting"]
        north = self.where[:, 1] - child[f"{prefix}northing"]
        return np.asarray(np.sqrt(east**2 + north**2) / 1000 / 1.6093)


def _pieces(children: list[Record]) -> list[list[int]]:
    """Children who are planned in one piece."""
    leader = list(range(len(children)))

    def find(i: int) -> int:
        while leader[i] != i:
            i = leader[i]
        return i

    def join(i: int, j: int) -> None:
        low, high = sorted((find(i), find(j)))
        leader[high] = low

    at = {child["child_id"]: i for i, child in enumerate(children)}
    seen: dict[str, int] = {}
    for i, child in enumerate(children):
        if child["sibling_plan"] == "apart":
            continue
        if child["sibling_group"]:
            join(i, seen.setdefault(child["sibling_group"], i))
        twin = at.get(child["twin_of"]) if child["twin_of"] else None
        if twin is not None and children[twin]["sibling_plan"] != "apart":
            join(i, twin)
    together: dict[int, list[int]] = {}
    for i in range(len(children)):
        together.setdefault(find(i), []).append(i)
    pieces = []
    for members in together.values():
        n_parts = -(-len(members) // LARGEST_PIECE)
        short, longer = divmod(len(members), n_parts)
        begin = 0
        for part in range(n_parts):
            end = begin + short + (part < longer)
            pieces.append(members[begin:end])
            begin = end
    return pieces


def _twins(children: list[Record], piece_of: dict[int, int]) -> dict[int, set[int]]:
    at = {child["child_id"]: i for i, child in enumerate(children)}
    twins: dict[int, set[int]] = {}
    for i, child in enumerate(children):
        j = at.get(child["twin_of"]) if child["twin_of"] else None
        if j is not None and j != i and piece_of[i] == piece_of[j]:
            twins.setdefault(i, set()).add(j)
            twins.setdefault(j, set()).add(i)
    return twins


def _rivals(children: list[Record]) -> list[tuple[int, int]]:
    families: dict[str, list[int]] = {}
    for i, child in enumerate(children):
        if child["sibling_group"]:
            families.setdefault(child["sibling_group"], []).append(i)
    return [
        (i, j)
        for family in families.values()
        for i, j in combinations(family, 2)
        if "apart" in (children[i]["sibling_plan"], children[j]["sibling_plan"])
    ]


def _fits(world: _World, i: int) -> np.ndarray:
    """Homes where the child may live, were they empty."""
    child, rules = world.children[i], world.rules
    kinds = world.column("placement_type")
    sexes = world.column("sex")
    fits = (world.column("age_min") <= child["age"]) & (child["age"] <= world.column("age_max"))
    fits &= (sexes == "any") | (sexes == child["sex"])
    fits &= (world.column("needs_met") >= child["needs"]) & (world.capacity >= 1)
    fits &= np.array([child[f"suit_{kind}"] != "unsuitable" for kind in kinds], dtype=bool)
    fits &= ~np.isin(world.column("home_id"), child["avoid_home_ids"].split())
    if "min_grade" in rules:
        low = GRADES[: GRADES.index(rules["min_grade"])]
        fits &= ~np.isin(world.column("ofsted_rating"), low)
    if rules.get("need3_childrens_home_only") and child["needs"] >= 3:
        fits &= kinds == "childrens_home"
    if "max_miles" in rules:
        fits &= world.miles(child) <= rules["max_miles"]
    chosen = world.chosen.get(child["child_id"])
    if chosen in world.home_at and fits[world.home_at[chosen]]:
        fits &= world.column("home_id") == chosen
    return np.asarray(fits)


def _tier_weights(world: _World, name: str) -> dict[str, float]:
    if name == "points":
        return world.weights
    if name == "placed":
        return {"unplaced": 1.0}
    return {term: world.weights[term] for term in PART_OF_TIER[name]}


def _pair_points(world: _World, i: int, weights: dict[str, float]) -> np.ndarray:
    """Hundredths of a point of one child in every home."""
    child = world.children[i]
    kinds, miles = world.column("placement_type"), world.miles(child)
    of = weights.get
    points = of("mile", 0) * miles + of("over_20_miles", 0) * (miles > 20)
    if not (np.isnan(child["school_easting"]) or np.isnan(child["school_northing"])):
        points = points + of("school_mile", 0) * world.miles(child, "school_")
    outside = world.column("local_authority") != child["local_authority"]
    if child["local_authority"] == "Unknown":
        outside = np.ones_like(outside)
    points = points + of("out_of_authority", 0) * outside
    points = points + of("requires_improvement", 0) * (
        world.column("ofsted_rating") == "requires_improvement"
    )
    points = points + of("for_profit", 0) * (world.column("sector") == "private")
    cost = np.nan_to_num(world.column("weekly_cost_gbp").astype(float))
    points = points + of("weekly_cost_gbp_50", 0) * cost / 50
    if child["needs"] < 3:
        points = points + of("need_in_childrens_home", 0) * (kinds == "childrens_home")
    if child["current_home_id"]:
        price = of("move_settled", 0) if child["settled"] == 1 else of("move", 0)
        points = points + price * (world.column("home_id") != child["current_home_id"])
    suits = [child[key] for key in child if key.startswith("suit_")]
    if "preferred" in suits:
        word = np.array([child[f"suit_{kind}"] for kind in kinds])
        points = points + of("suitable", 0) * (word == "suitable")
        points = points + of("unspecified", 0) * (word == "unspecified")
    return np.asarray(np.round(100 * points))


def _plan_points(
    world: _World, assigned: list[int | None], weights: dict[str, float]
) -> list[float]:
    """Hundredths of a point of every child in a plan."""
    of, points = weights.get, []
    housemates: dict[tuple[int, int | None], list[int]] = {}
    for i, home in enumerate(assigned):
        housemates.setdefault((world.piece_of[i], home), []).append(i)
    for i, home in enumerate(assigned):
        if home is None:
            own = float(round(100 * of("unplaced", 0)))
        else:
            mates = housemates[world.piece_of[i], home]
            share, rest = divmod(round(100 * of("home_of_group", 0)), len(mates))
            own = float(_pair_points(world, i, weights)[home]) + share
            own += rest if mates[0] == i else 0
        alone = any(home is None or assigned[j] != home for j in world.twins.get(i, ()))
        points.append(own + (round(100 * of("twins_apart", 0)) if alone else 0))
    return points


def _check_rows(world: _World, claim: _Claim, faults: _Faults) -> list[int | None] | None:
    """Match plan and children; give the home of each child."""
    rows = {row["child_id"]: at for at, row in enumerate(claim.plan, start=2)}
    known = {child["child_id"] for child in world.children}
    if len(rows) != len(claim.plan):
        faults.add("plan.csv names a child twice.")
    if set(rows) != known:
        faults.add(
            f"plan.csv and children differ: {len(set(rows) - known)} rows too many, "
            f"{len(known - set(rows))} children missing."
        )
        return None
    assigned: list[int | None] = []
    for child in world.children:
        at = rows[child["child_id"]]
        home = claim.plan[at - 2]["home_id"]
        if home and home not in world.home_at:
            faults.add(f"plan.csv, row {at}: the home is not in the register or not open.")
            return None
        assigned.append(world.home_at[home] if home else None)
    return assigned


def _check_rules(world: _World, assigned: list[int | None], faults: _Faults) -> None:
    residents: dict[int, list[int]] = {}
    for i, home in enumerate(assigned):
        if home is None:
            continue
        residents.setdefault(home, []).append(i)
        if not _fits(world, i)[home]:
            faults.add(f"children, row {_row(world.children[i])}: may not live in the home given.")
    for home, kids in residents.items():
        at = f"homes, row {_row(world.homes[home])}"
        one_group = len({world.piece_of[i] for i in kids}) == 1
        exempt = world.homes[home]["sibling_exemption"] == 1 and world.homes[home]["solo"] != 1
        if len(kids) > world.capacity[home] and not (one_group and exempt):
            faults.add(f"{at}: {len(kids)} children for {world.capacity[home]} places.")
        if len(kids) > 1 and any(world.children[i]["solo"] == 1 for i in kids):
            faults.add(f"{at}: a child who must live alone does not.")
    for i, j in world.rivals:
        if assigned[i] is not None and assigned[i] == assigned[j]:
            faults.add(
                f"children, rows {_row(world.children[i])} and {_row(world.children[j])}: "
                f"share a home, and the plan for them is apart."
            )


def _row(record: Record) -> str:
    return str(int(record["row"])) if pd.notna(record.get("row")) else "?"


def _check_plan_columns(
    world: _World, claim: _Claim, assigned: list[int | None], faults: _Faults
) -> None:
    rows = {row["child_id"]: (at, row) for at, row in enumerate(claim.plan, start=2)}
    points = _plan_points(world, assigned, world.weights)
    for i, (child, home) in enumerate(zip(world.children, assigned, strict=True)):
        at, row = rows[child["child_id"]]
        faults.differ(f"plan.csv, row {at}: points", float(row["points"]), points[i] / 100, by=0.02)
        moved = int(home is not None and _lives_elsewhere(world, child, home))
        faults.differ(f"plan.csv, row {at}: moved", int(row["moved"]), moved)
        if home is None:
            continue
        register, miles = world.homes[home], float(world.miles(child)[home])
        own = register["local_authority"] == child["local_authority"] != "Unknown"
        expected = {
            "placement_type": register["placement_type"],
            "over_20_miles": str(int(miles > 20)),
            "in_authority": str(int(own)),
            "siblings_together": _together_word(world, assigned, i),
        }
        for name, found in expected.items():
            faults.differ(f"plan.csv, row {at}: {name}", row[name], found)
        faults.differ(f"plan.csv, row {at}: distance_miles", float(row["distance_miles"]),
                      round(miles, 2), by=0.011)  # fmt: skip
        if row["school_miles"]:
            school = float(world.miles(child, "school_")[home])
            faults.differ(
                f"plan.csv, row {at}: school_miles", float(row["school_miles"]), school, by=0.011
            )
        if row["weekly_cost_gbp"]:
            cost = float(register["weekly_cost_gbp"])
            faults.differ(
                f"plan.csv, row {at}: weekly_cost_gbp", float(row["weekly_cost_gbp"]), cost,
                by=0.005,
            )  # fmt: skip


def _lives_elsewhere(world: _World, child: Record, home: int) -> bool:
    present = child["current_home_id"]
    return bool(present) and world.homes[home]["home_id"] != present


def _together_word(world: _World, assigned: list[int | None], i: int) -> str:
    piece = world.pieces[world.piece_of[i]]
    if len(piece) == 1:
        return ""
    return str(int(_is_together(assigned, piece)))


def _is_together(assigned: list[int | None], piece: list[int]) -> bool:
    return assigned[piece[0]] is not None and len({assigned[i] for i in piece}) == 1


def _check_summary(
    world: _World, claim: _Claim, assigned: list[int | None], faults: _Faults
) -> None:
    summary = claim.summary
    for name, found in _figures(world, assigned).items():
        by = 0.0101 if isinstance(found, float) else 0.0
        if name == "objective":
            by = 0.01 * len(assigned)
        faults.differ(f"summary.json: {name}", summary[name], found, by=by)
    present = [world.home_at.get(child["current_home_id"]) for child in world.children]
    for name, found in _figures(world, present).items():
        by = 0.01 * len(assigned) if name == "objective" else 0.0101
        faults.differ(f"summary.json: as_is {name}", summary["as_is"][name], found, by=by)
    for name in ("on", "replan", "seed"):
        faults.differ(f"summary.json: {name}", summary[name], claim.scenario[name])
    asked = hashlib.sha256(json.dumps(claim.scenario, sort_keys=True).encode()).hexdigest()
    if summary["scenario_sha256"] != asked:
        faults.add("scenario.json is not the one that the plan was made for.")
    objective, bound = summary["objective"], summary["bound"]
    if bound > objective + 0.01 * len(assigned):
        faults.add("summary.json: the bound is above the objective.")
    floor = objective - len(world.pieces) * world.weights["home_of_group"]
    gap = 0.0 if objective <= bound else (objective - bound) / floor if floor > 0 else 1.0
    faults.differ("summary.json: net_gap", summary["net_gap"], gap, by=1e-5)
    for rule, (used, limit) in _limits_used(world, assigned).items():
        if used > limit + 1e-6:
            faults.add(f"The plan breaks the rule {rule}.")
    if summary["status"] not in {"optimal", "feasible"}:
        faults.add("summary.json: the status is neither optimal nor feasible.")


def _figures(world: _World, assigned: Iterable[int | None]) -> Record:
    assigned = list(assigned)
    placed = [(i, home) for i, home in enumerate(assigned) if home is not None]
    siblings = [piece for piece in world.pieces if len(piece) > 1]
    miles = [float(world.miles(world.children[i])[home]) for i, home in placed]
    out = [_out_of_area(world, i, home) for i, home in placed]
    cost = [float(np.nan_to_num(world.homes[home]["weekly_cost_gbp"])) for _, home in placed]
    n = len(placed)
    return {
        "children": len(assigned),
        "placed": n,
        "unplaced": len(assigned) - n,
        "groups": len(siblings),
        "groups_together": sum(_is_together(assigned, piece) for piece in siblings),
        "mean_miles": round(sum(miles) / n, 2) if n else None,
        "over_20_miles_pct": round(100 * sum(m > 20 for m in miles) / n, 2) if n else None,
        "out_of_area_pct": round(100 * sum(out) / n, 2) if n else None,
        "moved": sum(_lives_elsewhere(world, world.children[i], home) for i, home in placed),
        "weekly_cost_gbp": round(sum(cost), 2),
        "objective": sum(_plan_points(world, assigned, world.weights)) / 100,
    }


def _out_of_area(world: _World, i: int, home: int) -> bool:
    own = world.children[i]["local_authority"]
    return bool(own == "Unknown" or world.homes[home]["local_authority"] != own)


def _limit_coefficients(world: _World, i: int, rule: str) -> np.ndarray:
    """Give what one child in each home adds to a limit."""
    if rule == "weekly_budget_gbp":
        cost = np.nan_to_num(world.column("weekly_cost_gbp").astype(float))
        return np.asarray(np.round(100 * cost))
    counted = world.column("sector") == "private"
    if rule == "max_out_of_area_pct":
        counted = np.array([_out_of_area(world, i, home) for home in range(len(world.homes))])
    return np.asarray(10_000.0 * counted - round(100 * world.rules[rule]))


def _limit(world: _World, rule: str) -> float:
    return float(round(100 * world.rules[rule])) if rule == "weekly_budget_gbp" else 0.0


def _limits_used(world: _World, assigned: list[int | None]) -> dict[str, tuple[float, float]]:
    names = ("weekly_budget_gbp", "max_out_of_area_pct", "max_for_profit_pct")
    used = {}
    for rule in names:
        if rule in world.rules:
            total = sum(
                float(_limit_coefficients(world, i, rule)[home])
                for i, home in enumerate(assigned)
                if home is not None
            )
            used[rule] = (total, _limit(world, rule))
    return used


def _check_bounds(
    world: _World, claim: _Claim, assigned: list[int | None], faults: _Faults
) -> None:
    entries = {entry["name"]: entry for entry in claim.certificate["prices"]}
    tiers = {tier["name"]: tier for tier in claim.summary["tiers"]}
    slack = 0.01 * len(assigned)
    expected = ["points", *_tier_order(claim.scenario["tiers"])]
    if list(entries) != expected:
        faults.add("certificate.json: the prices are not those of the tiers asked for.")
        return
    reached = {
        name: sum(_plan_points(world, assigned, _tier_weights(world, name))) for name in expected
    }
    for name in expected:
        entry = entries[name]
        earlier = expected[1 : expected.index(name)] if name != "points" else []
        if not _prices_allowed(world, entry, earlier, reached, faults):
            continue
        found = _bound(world, entry, earlier) / 100
        faults.differ(f"certificate.json: bound of {name}", entry["bound"] / 100, found, by=slack)
        claimed = claim.summary["bound"] if name == "points" else tiers[name]["bound"]
        faults.differ(f"summary.json: bound of {name}", claimed, found, by=slack)
        if name in tiers:
            value = tiers[name]["value"]
            faults.differ(f"summary.json: value of {name}", value, reached[name] / 100, by=slack)


def _tier_order(asked: list[str]) -> list[str]:
    usual = ["placed", "together", "near", "continuity", "rest"]
    return [*asked, *(name for name in usual if name not in asked)] if asked else []


def _prices_allowed(
    world: _World, entry: Record, earlier: list[str], reached: dict[str, float], faults: _Faults
) -> bool:
    """Prices prove something only where none is negative and every limit is the one that holds."""
    prices = [price for triple in entry["homes"].values() for price in triple]
    prices += [limit["price"] for limit in entry["limits"].values()]
    unknown = set(entry["homes"]) - set(world.home_at)
    rules = {name for name in _limits_used(world, []) if name in world.rules}
    right = set(entry["limits"]) == rules | set(earlier)
    if any(not price >= 0 for price in prices) or unknown or not right:
        faults.add(f"certificate.json: the prices of {entry['name']} cannot be used.")
        return False
    for name, limit in entry["limits"].items():
        least = _limit(world, name) if name in rules else reached[name]
        if (name in rules and limit["limit"] != least) or limit["limit"] < least - 1e-6:
            faults.add(f"certificate.json: the limit of {name} is not the one that holds.")
            return False
    return True


def _bound(world: _World, entry: Record, earlier: list[str]) -> float:
    """Cheapest way of every piece at the prices, less the value of all places, hundredths."""
    tolls = np.zeros((len(world.homes), 3))
    for home, triple in entry["homes"].items():
        tolls[world.home_at[home]] = triple
    limits = entry["limits"]
    parts = [(1.0, _tier_weights(world, entry["name"]))]
    parts += [(limits[name]["price"], _tier_weights(world, name)) for name in earlier]
    rules = {name: limits[name]["price"] for name in limits if name not in earlier}
    full = world.capacity
    total = -float((tolls * np.column_stack([full, full // 2, full // 3])).sum())
    total -= sum(limit["price"] * limit["limit"] for limit in limits.values())
    ways = [_cheapest_way(world, piece, tolls, parts, rules) for piece in world.pieces]
    return float(total + sum(ways))


def _cheapest_way(
    world: _World,
    piece: list[int],
    tolls: np.ndarray,
    parts: list[tuple[float, dict[str, float]]],
    rules: dict[str, float],
) -> float:
    fits = {i: _fits(world, i) for i in piece}
    points = {
        i: sum(
            (price * _pair_points(world, i, weights) for price, weights in parts),
            start=np.zeros(len(world.homes)),
        )
        + sum(price * _limit_coefficients(world, i, rule) for rule, price in rules.items())
        for i in piece
    }
    constant = {
        name: sum(price * round(100 * weights.get(name, 0.0)) for price, weights in parts)
        for name in ("home_of_group", "twins_apart", "unplaced")
    }
    exempt = (world.column("sibling_exemption") == 1) & (world.column("solo") != 1)
    best: dict[frozenset[int], float] = {}
    for size in range(1, len(piece) + 1):
        for some in combinations(piece, size):
            who = frozenset(some)
            solo = any(world.children[i]["solo"] == 1 for i in some)
            room = (world.capacity >= size) | exempt
            here = np.logical_and.reduce([fits[i] for i in some]) & room & (world.capacity > 0)
            if solo and size > 1:
                here[:] = False
            taken = world.capacity if solo else np.minimum(size, world.capacity)
            toll = tolls[:, 0] * taken + tolls[:, 1] * (taken // 2) + tolls[:, 2] * (taken // 3)
            twins = sum(bool(world.twins.get(i, set()) - who) for i in some)
            fixed = constant["home_of_group"] + twins * constant["twins_apart"]
            cost = (sum(points[i] for i in some) + toll)[here]
            best[who] = float(cost.min()) + fixed if cost.size else np.inf
    for i in piece:
        lonely = constant["twins_apart"] if world.twins.get(i) else 0
        best[frozenset([i])] = min(best[frozenset([i])], constant["unplaced"] + lonely)
    return _cheapest_split(tuple(piece), best, {})


def _cheapest_split(
    left: tuple[int, ...],
    best: dict[frozenset[int], float],
    known: dict[tuple[int, ...], float],
) -> float:
    if not left:
        return 0.0
    if left not in known:
        head, rest = left[0], left[1:]
        known[left] = min(
            best[frozenset((head, *mates))]
            + _cheapest_split(tuple(i for i in rest if i not in mates), best, known)
            for size in range(len(rest) + 1)
            for mates in combinations(rest, size)
        )
    return float(known[left])
