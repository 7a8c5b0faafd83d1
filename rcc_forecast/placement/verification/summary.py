"""summary.json, figure by figure, and the prices behind every bound."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np

from rcc_forecast.placement.verification.bound import bound_of
from rcc_forecast.placement.verification.claim import Claim
from rcc_forecast.placement.verification.faults import Faults
from rcc_forecast.placement.verification.greedy import greedy_plan
from rcc_forecast.placement.verification.kernels import NOBODY, Floats, Wholes
from rcc_forecast.placement.verification.limits import (
    Limit,
    by_code,
    in_own_unit,
    limits_of,
    used_by,
)
from rcc_forecast.placement.verification.points import (
    PlanPoints,
    groups_together,
    placed_in,
    plan_points,
    tier_order,
    tier_weights,
)
from rcc_forecast.placement.verification.world import World

Record = dict[str, Any]

_TWO_DECIMALS = 0.005 + 1e-7
_SIX_DECIMALS = 5e-7 + 1e-9


def check_scenario(claim: Claim, faults: Faults) -> None:
    """Check that the scenario is the one that the summary was made for."""
    asked = hashlib.sha256(json.dumps(claim.scenario, sort_keys=True).encode()).hexdigest()
    if claim.summary["scenario_sha256"] != asked:
        faults.add("scenario.json is not the one that the plan was made for.")
    for name in ("on", "replan", "seed"):
        faults.differ(f"summary.json: {name}", claim.summary[name], claim.scenario[name])


def check_summary(world: World, claim: Claim, home: Wholes, faults: Faults) -> None:
    """Check every figure of the summary that can be reckoned again."""
    summary = claim.summary
    _check_figures(world, "summary.json", summary, home, faults)
    present = np.where(world.kids.present >= 0, world.kids.present, NOBODY)
    _check_figures(world, "summary.json: as_is", summary["as_is"], present, faults)
    nearest = greedy_plan(world)
    _check_figures(world, "summary.json: greedy", summary["greedy"], nearest, faults)
    faults.differ("summary.json: homes", summary["homes"], len(world.homes))
    faults.differ("summary.json: places", summary["places"], int(world.register.capacity.sum()))
    faults.differ("summary.json: families", summary["families"], world.n_groups)
    _check_gap(world, summary, faults)
    _check_limits(world, summary, home, faults)


def _check_figures(world: World, where: str, claimed: Record, home: Wholes, faults: Faults) -> None:
    placed, points = placed_in(world, home), plan_points(world, home, world.scenario["weights"])
    siblings = np.diff(world.begin) > 1
    n = placed.child.size
    whole = {
        "children": world.n_children,
        "placed": n,
        "unplaced": world.n_children - n,
        "groups": int(siblings.sum()),
        "groups_together": int((groups_together(world, home) & siblings).sum()),
        "moved": int(placed.moved.sum()),
    }
    for name, found in whole.items():
        faults.differ(f"{where}: {name}", claimed[name], found)
    on_the_line = 100 * placed.on_the_line.sum() / max(n, 1)
    means = {
        "mean_miles": placed.miles.sum(),
        "over_20_miles_pct": 100 * placed.over_20.sum(),
        "out_of_area_pct": 100 * placed.out.sum(),
        "for_profit_pct": 100 * placed.private.sum(),
    }
    for name, total in means.items():
        by = _TWO_DECIMALS + (on_the_line if name == "over_20_miles_pct" else 0.0)
        faults.differ(f"{where}: {name}", claimed[name], float(total) / n if n else None, by=by)
    cost = float(world.register.cost[placed.home].sum())
    faults.differ(f"{where}: weekly_cost_gbp", claimed["weekly_cost_gbp"], cost, by=_TWO_DECIMALS)
    by = points.total_leeway / 100 + 0.002
    faults.differ(f"{where}: objective", claimed["objective"], points.total / 100, by=by)


def _check_gap(world: World, summary: Record, faults: Faults) -> None:
    objective, bound = summary["objective"], summary["bound"]
    floor = world.n_groups * world.scenario["weights"].get("home_of_group", 0.0)
    gap = _share(objective - bound, objective - floor)
    faults.differ("summary.json: net_gap", summary["net_gap"], gap, by=_SIX_DECIMALS)
    if bound > objective + 0.002:
        faults.add("summary.json: the bound is above the objective.")
    told = summary["status"]
    if told not in ("optimal", "feasible"):
        faults.add("summary.json: the status is neither optimal nor feasible.")
    if not summary["tiers"]:
        faults.add("summary.json: no tier is told.")
    if not world.scenario["tiers"]:
        _check_status(summary, told, objective, bound, faults, "summary.json")


def _share(part: float, whole: float) -> float:
    if part <= 0:
        return 0.0
    return part / whole if whole > 0 else 1.0


def _check_status(
    claimed: Record, told: str, value: float, bound: float, faults: Faults, where: str
) -> None:
    """``optimal`` holds where the bound meets the value, or as the solver's word, which is told."""
    word = claimed["solver_bound"]
    if not _is_number(word):
        faults.add(f"{where}: solver_bound is not a number.")
        return
    if word > value + 0.002:
        faults.add(f"{where}: the solver's bound is above the value.")
    if told == "optimal" and max(bound, word) < value - 0.002:
        faults.add(f"{where}: the status is optimal, and neither the bound nor the solver says so.")


def _check_limits(world: World, summary: Record, home: Wholes, faults: Faults) -> None:
    placed, limits, used_of = placed_in(world, home), limits_of(world), used_by(world, home)
    told = {by_code(world, name): used for name, used in summary["limits"].items()}
    if set(told) != set(limits):
        faults.add("summary.json: the limits are not those of the scenario.")
        return
    for name, limit in limits.items():
        used = used_of(limit)
        leeway = _line_leeway(limit, placed.child[placed.on_the_line])
        faults.differ(f"summary.json: used of {name}", told[name]["used"], used, by=leeway)
        faults.differ(f"summary.json: limit of {name}", told[name]["limit"], limit.most)
        _check_own_unit(name, limit, told[name], placed.child.size, faults)
        if used > limit.most + leeway + 1e-6:
            faults.add(f"The plan breaks the rule {name}.")


def _check_own_unit(name: str, limit: Limit, told: Record, n_placed: int, faults: Faults) -> None:
    # A plan written before this was told makes no such claim.
    for what, own in told.get("in_own_unit", {}).items():
        if what != "unit":
            found = in_own_unit(name, limit, told[what], n_placed=n_placed)
            where = f"summary.json: {what} of {name} in its own unit"
            faults.differ(where, own, found, by=_TWO_DECIMALS)


def _line_leeway(limit: Limit, on_the_line: Wholes) -> float:
    return float(np.abs(limit.each("over_20_miles")[on_the_line]).sum())


def check_bounds(world: World, claim: Claim, home: Wholes, faults: Faults) -> None:
    """Check every bound: that its prices may be used, and what they prove over all homes."""
    entries = {entry["name"]: entry for entry in claim.certificate["prices"]}
    expected = ["points", *tier_order(claim.scenario["tiers"])]
    if list(entries) != expected or len(claim.certificate["prices"]) != len(expected):
        faults.add("certificate.json: the prices are not those of the tiers asked for.")
        return
    told = {tier["name"]: tier for tier in claim.summary["tiers"]}
    if list(told) != (expected[1:] or ["points"]) or len(claim.summary["tiers"]) != len(told):
        faults.add("summary.json: the tiers are not those asked for.")
        return
    limits = limits_of(world)
    reached = {name: plan_points(world, home, tier_weights(world, name)) for name in expected}
    for name in expected:
        if name in told:
            _check_tier(claim, told[name], name, reached[name], faults)
        _check_bound(world, claim, entries[name], expected, limits, reached, faults)


def _check_tier(claim: Claim, tier: Record, name: str, reached: PlanPoints, faults: Faults) -> None:
    by = reached.total_leeway / 100 + 0.002
    faults.differ(f"summary.json: value of {name}", tier["value"], reached.total / 100, by=by)
    gap = _share(tier["value"] - tier["bound"], tier["value"])
    faults.differ(f"summary.json: gap of {name}", tier["gap"], gap, by=_SIX_DECIMALS)
    if tier["bound"] > tier["value"] + 0.002:
        faults.add(f"summary.json: the bound of {name} is above its value.")
    if claim.scenario["tiers"]:
        status = tier["status"]
        if status not in ("optimal", "feasible"):
            faults.add(f"summary.json: the status of {name} is neither optimal nor feasible.")
        if claim.summary["status"] == "optimal" != status:
            faults.add(f"summary.json: the status is optimal, and that of {name} is not.")
        _check_status(
            tier, status, tier["value"], tier["bound"], faults, f"summary.json: tier {name}"
        )


def _check_bound(
    world: World,
    claim: Claim,
    entry: Record,
    expected: list[str],
    limits: dict[str, Limit],
    reached: dict[str, PlanPoints],
    faults: Faults,
) -> None:
    name = entry["name"]
    earlier = expected[1 : expected.index(name)] if name != "points" else []
    tolls = _tolls(world, entry)
    held = {by_code(world, rule): limit for rule, limit in entry["limits"].items()}
    priced = all(_is_price(limit["price"]) for limit in held.values())
    if tolls is None or not priced or set(held) != set(limits) | set(earlier):
        faults.add(f"certificate.json: the prices of {name} cannot be used.")
        return
    for rule, limit in held.items():
        least = limits[rule].most if rule in limits else reached[rule].total
        leeway = 0.0 if rule in limits else reached[rule].total_leeway
        exact = rule not in limits or limit["limit"] == least
        if not _is_number(limit["limit"]) or not exact or limit["limit"] < least - leeway - 1e-6:
            faults.add(f"certificate.json: the limit of {rule} is not the one that holds.")
            return
    found = bound_of(
        world,
        name=name,
        tolls=tolls,
        limits=limits,
        tiers=earlier,
        prices={rule: float(limit["price"]) for rule, limit in held.items()},
        most={rule: float(limit["limit"]) for rule, limit in held.items()},
    )
    faults.differ(
        f"certificate.json: bound of {name}, hundredths",
        entry["bound"],
        math.floor(found.value + 1e-3),
        by=found.leeway,
    )
    told = claim.summary["bound"]
    if name != "points":
        told = next(tier["bound"] for tier in claim.summary["tiers"] if tier["name"] == name)
    elif not claim.scenario["tiers"]:
        faults.differ("summary.json: bound of points", claim.summary["tiers"][0]["bound"], told)
    faults.differ(f"summary.json: bound of {name}", told, entry["bound"] / 100, by=0.002)


def _tolls(world: World, entry: Record) -> Floats | None:
    """Give the three prices of every home, None where one cannot be a price of an open home."""
    named = list(entry["homes"])
    at = {home: row for row, home in enumerate(world.homes["home_id"])}
    triples = list(entry["homes"].values())
    right = all(
        isinstance(triple, list) and len(triple) == 3 and all(map(_is_price, triple))
        for triple in triples
    )
    if not right or not set(named) <= set(at):
        return None
    tolls = np.zeros((len(world.homes), 3))
    if named:
        tolls[[at[home] for home in named]] = triples
    return tolls


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_price(value: Any) -> bool:
    return _is_number(value) and value >= 0
