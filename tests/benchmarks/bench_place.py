"""The placement engine at every size: seconds, gaps over all eligible homes, and its rivals.

    python3 run.py bench place [--only vacancies,curves,baselines,whatif,england,rules]
        [--seed N] [--size 6000] [--children 80000] [--verify]

One JSON line a result; a seed is drawn and printed when none is given. Regions are
invented (tests/builders/regions.py). Gaps are per cent of the net points, those above the
first home of each group, which every plan pays; every bound is over all eligible homes and
is reckoned again by the separate verifier. Everything is compiled before the first clock
starts; `england` is a whole command in a process of its own, and its second there. Wall seconds
mean something only on a quiet machine; seconds of the processor are of all threads.

vacancies   300 children, 400 places: to a first plan and to the proof
curves      gap against time for dense, far, scarce and replan regions
baselines   nearest first, a flow without siblings, the natural CP-SAT model, HiGHS
whatif      20 and 50 homes closed or added, from a solved plan and from nothing
england     children.csv and homes.csv to plan.csv, and memory
rules       a budget, shares, disparity and tiers: gap, and limits kept
"""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from models.placement import Effort, Warm, certify, nearest_first, solve
from models.placement.problem import UNPLACED
from models.placement.restricted import Prices
from models.placement.sides import rows_kept
from models.placement.steady import keep_what_was
from models.placement.terms import weights_of_tier
from rcc_forecast.placement.engine import Solved, solve_built
from rcc_forecast.placement.figures import plan_figures
from rcc_forecast.placement.settings import settings_of
from tests.benchmarks.placing.curve import Run, run
from tests.benchmarks.placing.regions_to_place import HUNDREDTHS, NOTHING_ASKED, Case
from tests.benchmarks.placing.rivals import (
    FLOW_HOMES,
    NATURAL_HOMES,
    bundles_by_highs,
    cheapest_pairs,
    flow_without_siblings,
    natural_model,
)
from tests.benchmarks.placing.whole_command import Ended, other_steps, rcc_forecast, reached
from tests.builders.regions import TODAY, a_region, write_region

CP_SAT_SECONDS, HIGHS_SECONDS = 60.0, 110.0
LARGER_REPLAN = 11 / 6
"""Times the size of the other regions: 11,000 children beside 6,000."""

CHANGED_HOMES = (20, 50)
RULES_CHILDREN = 1_500
FEW = 400
"""Children of the command that only compiles what later ones load."""

SHARE_OF_COST, SHARE_OF_SHARES, DISPARITY_PCT = 0.98, 0.95, 10.0
"""Limits, against what the plan without limits uses: tight enough to bite."""

TIERS_ASKED = ("placed", "together")


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    seed: int
    size: int
    children: int
    verify: bool


def say(section: str, what: str, **figures: Any) -> None:
    print(json.dumps({"section": section, "what": what, **figures}), flush=True)


def warm_up(seed: int) -> None:
    """Load or compile everything once, on a region too small to matter."""
    began = perf_counter()
    small = Case.drawn("replan", children=120, seed=seed)
    run(small, seed=seed).figures()
    run(Case.drawn("vacancies", seed=seed + 1), seed=seed)
    with_limit = small.asking(settings_of(rules={"max_out_of_area_pct": 50}))
    solved_as_asked(with_limit, seed)
    nearest_first(small.problem)
    say("warm-up", "compiled or loaded", wall_seconds=round(perf_counter() - began, 2))


def vacancies(asked: Asked) -> None:
    solved = run(Case.drawn("vacancies", seed=asked.seed), seed=asked.seed)
    proven = solved.wall if solved.priced.solution.status == "optimal" else None
    say(
        "vacancies",
        "engine",
        wall_seconds_to_first_plan=solved.curve.first_plan(),
        wall_seconds_to_proof=proven,
        **solved.figures(),
        **solved.told_curve(),
    )


def curves(asked: Asked) -> None:
    shapes = [(shape, asked.size) for shape in ("dense", "far", "scarce", "replan")]
    for shape, children in [*shapes, ("replan", round(LARGER_REPLAN * asked.size))]:
        case = Case.drawn(shape, children=children, seed=asked.seed)
        solved = run(case, seed=asked.seed)
        floor = children_without(solved) if shape == "scarce" else {}
        say("curves", shape, **solved.figures(), **floor, **solved.told_curve())


def children_without(solved: Run) -> dict[str, Any]:
    """Say how many children nobody could place, by the relaxation of the tier `placed`."""
    case, began = solved.case, perf_counter()
    weights = weights_of_tier(case.settings.weights, "placed")
    warm = Warm(solved.home, Prices.zero(n_homes=case.problem.n_homes))
    fewest = solve(case.problem, weights=weights, seed=0, warm=warm)
    verified = case.verified_bound(certify(fewest), name="placed")
    return {
        "lp_floor_unplaced_children": max(0.0, fewest.solution.bound / HUNDREDTHS),
        "verified_floor_unplaced_children": max(0.0, verified / HUNDREDTHS),
        "fewest_unplaced_children_found": fewest.solution.objective / HUNDREDTHS,
        "floor_wall_seconds": round(perf_counter() - began, 2),
    }


def baselines(asked: Asked) -> None:
    case = Case.drawn("dense", children=asked.size, seed=asked.seed)
    ours = run(case, seed=asked.seed)
    say("baselines", "engine", **ours.figures(), **ours.told_curve())
    rival(ours, "nearest first, larger groups first", lambda: (nearest_first(case.problem), None))
    few, many = (cheapest_pairs(case, homes) for homes in (NATURAL_HOMES, FLOW_HOMES))
    rival(
        ours,
        f"flow, siblings ignored, {FLOW_HOMES} homes a child",
        lambda: (flow_without_siblings(case, many), None),
    )
    rival(
        ours,
        f"natural CP-SAT, {CP_SAT_SECONDS:.0f} s, {NATURAL_HOMES} homes a child",
        lambda: (natural_model(case, few, seconds=CP_SAT_SECONDS), None),
    )
    rival(
        ours,
        f"HiGHS on the engine's bundles, {HIGHS_SECONDS:.0f} s",
        lambda: bundles_by_highs(ours.priced, seconds=HIGHS_SECONDS),
    )


def rival(ours: Run, name: str, plan: Callable[[], tuple[np.ndarray | None, float | None]]) -> None:
    """Time another method and say how soon the engine had a better plan."""
    case = ours.case
    wall, cpu = perf_counter(), process_time()
    home, bound = plan()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    told: dict[str, Any] = {"wall_seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}
    better = ours.curve.first_plan()
    if home is None:
        told["found"] = "no plan"
    else:
        told |= case.figures(home)
        told["net_points_over_ours"] = round(told["net_points"] / _net_points(ours), 3)
        better = ours.curve.wall_to_points(told["net_points"])
    told["wall_seconds_until_ours_is_better"] = better
    told["our_time_over_theirs"] = None if better is None else round(better / wall, 4)
    if bound is not None:
        low = (bound - case.floor) / HUNDREDTHS
        told["own_net_bound_points"] = low if np.isfinite(low) and abs(low) < 1e12 else None
    say("baselines", name, **told)


def _net_points(solved: Run) -> float:
    return (solved.priced.solution.objective - solved.case.floor) / HUNDREDTHS


def whatif(asked: Asked) -> None:
    case = Case.drawn("dense", children=asked.size, seed=asked.seed)
    before = run(case, seed=asked.seed)
    say("whatif", "the plan before", **before.figures())
    rng = np.random.default_rng(asked.seed)
    for what, number in product((closed, opened), CHANGED_HOMES):
        changed = case.with_homes(what(case.homes, min(number, len(case.homes) // 2), rng))
        began = perf_counter()
        warm = warm_from(before, changed)
        built = round(perf_counter() - began, 2)
        after = run(changed, seed=asked.seed, warm=warm)
        cold = run(changed, seed=asked.seed)
        say(
            "whatif",
            f"{number} homes {what.__name__}",
            wall_seconds_to_build=built,
            **after.figures(),
            **children_who_change(after, warm.home),
            wall_seconds_to_first_plan=after.curve.first_plan(),
            wall_seconds_to_gap_of_cold=after.curve.wall_to_gap(cold.net_gap_pct or 0.0),
            **after.told_curve(),
            cold={
                "wall_seconds": cold.wall,
                "cpu_seconds": cold.cpu,
                **changed.figures(cold.home),
                "net_gap_pct": cold.net_gap_pct,
                "children_who_change": int((cold.home != warm.home).sum()),
            },
        )


def closed(homes: pd.DataFrame, number: int, rng: np.random.Generator) -> pd.DataFrame:
    return homes.drop(index=rng.choice(len(homes), number, replace=False))


def opened(homes: pd.DataFrame, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Add homes like some that there are, each where another one stands."""
    new = homes.iloc[rng.choice(len(homes), number, replace=False)].reset_index(drop=True)
    where = homes.iloc[rng.choice(len(homes), number, replace=False)].reset_index(drop=True)
    at = ["local_authority", "easting", "northing"]
    new[at] = where[at]
    new["home_id"] = [f"NEW{at:05d}" for at in range(number)]
    return pd.concat([homes, new], ignore_index=True)


def warm_from(before: Run, changed: Case) -> Warm:
    """Begin from the plan and the prices before, home by home by its reference."""
    old = pd.Index(before.case.built.homes["home_id"])
    new = pd.Index(changed.built.homes["home_id"])
    row_now, row_then = new.get_indexer(old), old.get_indexer(new)
    home = np.where(before.home == UNPLACED, UNPLACED, row_now[before.home])
    prices = np.where(row_then[:, None] < 0, 0.0, before.priced.prices.home[row_then])
    return Warm(home.astype(np.int64), Prices(prices, before.priced.prices.side), row_then >= 0)


def children_who_change(after: Run, then: np.ndarray) -> dict[str, Any]:
    """Count children with another home, and those left once small gains are taken back."""
    case, change = after.case, NOTHING_ASKED.change_of_plan
    began = perf_counter()
    steady = keep_what_was(
        case.problem, after.home, then, weights=case.settings.weights, change_of_plan=change
    )
    figures = case.figures(steady)
    return {
        "children_without_their_home": int((then == UNPLACED).sum()),
        "children_who_change": int((after.home != then).sum()),
        "steadied": {
            "points_a_change_must_be_worth": change,
            "wall_seconds": round(perf_counter() - began, 2),
            "children_who_change": int((steady != then).sum()),
            **figures,
            "net_gap_pct": case.gap_pct(case.objective(steady), after.priced.solution.bound),
        },
    }


def england(asked: Asked) -> None:
    with TemporaryDirectory() as given:
        folder = Path(given)
        few = place_england(folder, children=min(FEW, asked.children), seed=asked.seed)
        say("england", f"first command in a new place, {FEW} children", **few.told())
        plan = place_england(folder, children=asked.children, seed=asked.seed)
        told = _summary(folder / "plan/summary.json") if plan.code == 0 else {}
        say(
            "england",
            "whole command, tables to plan.csv",
            **plan.told(),
            **told,
            curve_of=(
                "wall_seconds",
                "unplaced",
                "points_from_the_best",
                "pct_of_final_net_points",
            ),
            curve=[
                (*row, round(100 * row[2] / told["net_points"], 3))
                for row in reached(plan.said)
                if told.get("net_points")
            ],
            steps_by_wall_seconds=other_steps(plan.said),
        )
        if asked.verify and plan.code == 0:
            tables = folder / "children.csv", folder / "homes.csv"
            checked = rcc_forecast("place", *tables, "--verify", folder / "plan", folder=folder)
            say("england", "whole command, --verify", **checked.told())


def place_england(folder: Path, *, children: int, seed: int) -> Ended:
    """Write the tables, then run the command from them to plan.csv; the command alone is timed."""
    tables = write_region(a_region("england", children=children, seed=seed), folder)
    on, out = TODAY.date().isoformat(), folder / "plan"
    asked = ("--on", on, "--seed", seed, "--out", out)
    return rcc_forecast("place", *tables, *asked, folder=folder)


def _summary(path: Path) -> dict[str, Any]:
    summary = json.loads(path.read_text(encoding="utf-8"))
    floor = summary["families"] * NOTHING_ASKED.weights["home_of_group"]
    groups = max(summary["groups"], 1)
    return {
        "children": summary["children"],
        "homes": summary["homes"],
        "places": summary["places"],
        "status": summary["status"],
        "net_points": round(summary["objective"] - floor, 2),
        "net_bound_points": round(summary["bound"] - floor, 2),
        "net_gap_pct": round(100 * summary["net_gap"], 4),
        "unplaced_children": summary["unplaced"],
        "groups_together_pct": round(100 * summary["groups_together"] / groups, 2),
        "mean_miles": summary["mean_miles"],
        "seconds_told_by_the_summary": summary["seconds"],
    }


def rules(asked: Asked) -> None:
    free = Case.drawn("dense", children=min(RULES_CHILDREN, asked.size), seed=asked.seed)
    without = run(free, seed=asked.seed)
    used = plan_figures(free.problem, without.home, weights=free.settings.weights)
    say("rules", "no limits", **without.figures(), **_of_limits(used))
    limits = {
        "weekly_budget_gbp": round(SHARE_OF_COST * used["weekly_cost_gbp"]),
        "max_out_of_area_pct": round(SHARE_OF_SHARES * used["out_of_area_pct"], 2),
        "max_for_profit_pct": round(SHARE_OF_SHARES * used["for_profit_pct"], 2),
        "max_disparity_pct": DISPARITY_PCT,
    }
    for name in limits:
        limited(free, name, {name: limits[name]}, (), asked.seed)
    limited(free, "all limits", limits, (), asked.seed)
    limited(free, "tiers", {}, TIERS_ASKED, asked.seed)
    limited(free, "all limits, and tiers", limits, TIERS_ASKED, asked.seed)


def limited(
    free: Case, what: str, limits: dict[str, float], tiers: tuple[str, ...], seed: int
) -> None:
    case = free.asking(settings_of(rules=limits, tiers=tiers))
    problem = case.problem
    wall, cpu = perf_counter(), process_time()
    solved = solved_as_asked(case, seed)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    bound = solved.priced.solution.bound
    verified = case.verified_bound(certify(solved.priced))
    kept = rows_kept(problem, solved.home)
    say(
        "rules",
        what,
        **case.size,
        limits_asked=limits,
        status=solved.status,
        wall_seconds=round(wall, 2),
        cpu_seconds=round(cpu, 2),
        **case.figures(solved.home),
        net_gap_pct=case.gap_pct(case.objective(solved.home), bound),
        net_bound_points=(bound - case.floor) / HUNDREDTHS,
        verified_bound_net_points=(verified - case.floor) / HUNDREDTHS,
        **case.verified_plan(solved.home),
        **_of_limits(plan_figures(problem, solved.home, weights=case.settings.weights)),
        rows=len(kept),
        rows_kept=sum(used <= limit for used, limit in kept.values()),
        tiers=_tiers(case, solved),
    )


def solved_as_asked(case: Case, seed: int) -> Solved:
    """Solve as the command does, by weighted points or tier after tier."""
    return solve_built(
        case.built, case.settings, seed=seed, effort=Effort(), progress=lambda _: None
    )


def _of_limits(figures: dict[str, Any]) -> dict[str, Any]:
    wanted = ("weekly_cost_gbp", "out_of_area_pct", "for_profit_pct")
    return {name: figures[name] for name in wanted}


def _tiers(case: Case, solved: Solved) -> list[dict[str, Any]]:
    told, earlier = [], ()
    for tier in solved.tiers:
        solution = tier.priced.solution
        verified = case.verified_bound(certify(tier.priced), name=tier.name, earlier=earlier)
        told.append(
            {
                "tier": tier.name,
                "unit": "children" if tier.name == "placed" else "points",
                "status": solution.status,
                "value": solution.objective / HUNDREDTHS,
                "bound": solution.bound / HUNDREDTHS,
                "verified_bound": verified / HUNDREDTHS,
            }
        )
        earlier = (*earlier, tier.name)
    return told


SECTIONS: dict[str, Callable[[Asked], None]] = {
    "vacancies": vacancies,
    "curves": curves,
    "baselines": baselines,
    "whatif": whatif,
    "england": england,
    "rules": rules,
}


def main() -> None:
    given = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    given.add_argument("--seed", type=int, help="of regions and engine; drawn when absent")
    given.add_argument("--size", type=int, default=6_000, help="children of curves to whatif")
    given.add_argument("--children", type=int, default=80_000, help="children of england")
    given.add_argument("--verify", action="store_true", help="also time --verify on england")
    asked = given.parse_args()
    chosen = asked.only.split(",")
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        given.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    say("run", "seed of everything", seed=seed)
    if set(chosen) != {"england"}:
        warm_up(seed)
    for name in chosen:
        SECTIONS[name](Asked(seed, asked.size, asked.children, asked.verify))


if __name__ == "__main__":
    main()
