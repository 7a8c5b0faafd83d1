"""Children and homes in, a plan with its reasons, its rivals and its proof out.

The plan is advice to people, never a decision: a person knows what no table
holds, and an override is carried with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from models.placement import (
    Effort,
    PlacementProblem,
    Priced,
    certify,
    groups_together,
    nearest_first,
    plan_points,
    solve,
    solve_in_tiers,
)
from models.placement.eligibility import miles_from_family, miles_from_school
from models.placement.explain import alternatives
from models.placement.problem import FREE, HUNDREDTHS, UNPLACED, IntArray
from models.placement.sides import rows_kept
from models.placement.solve import Tier, price_points
from models.placement.terms import weights_of_tier
from models.placement.terms.distance import LINE_MILES
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.placement.build import Built, build_problem
from rcc_forecast.placement.explained import groups_table, prices_table, shortages_table
from rcc_forecast.placement.figures import in_authority, in_points, moved, plan_figures
from rcc_forecast.placement.read import tidy_children, tidy_homes
from rcc_forecast.placement.settings import Settings, settings_of
from rcc_forecast.placement.words import reasons
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.tables.placement import PLAN

ADVICE = (
    "This plan is advice to the people who know the children, never a decision. It knows only "
    "what the tables say."
)


@dataclass(frozen=True, slots=True)
class _Solved:
    """The solution by points, and the tiers where they were asked for."""

    priced: Priced
    home: IntArray
    status: str
    cut: bool
    tiers: list[Tier]


def plan_placements(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    replan: bool = False,
    weights: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    tiers: Sequence[str] | None = None,
    overrides: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
    findings: Findings | None = None,
) -> PlacementPlan:
    """Propose a home for each child, and prove how good the proposal is.

    Parameters
    ----------
    children, homes : DataFrame
        As `rcc_forecast.placement.read` gives them, homes with any scenario
        applied; frames as filed are typed and completed first.
    on : Timestamp
        The day of the plan.
    replan : bool
        Whether places of children who live in a home now are to be won again.
    weights, rules : mapping, optional
        ``[weights]`` and ``[rules]`` of a scenario.
    tiers : sequence of str, optional
        ``[tiers] order``: makes the plan lexicographic.
    overrides : DataFrame, optional
        Columns child_id, home_id, reason: what people have chosen.
    seed : int
        The same inputs and seed give the same plan, unless a time limit cut it.
    time_limit : float, optional
        Seconds; only caps.
    progress : callable
        Told in words what has been reached.
    findings : Findings, optional
        Of reading, to be handed on in front.

    Returns
    -------
    PlacementPlan

    Raises
    ------
    NothingUsableError
        No child can be planned for.
    UnknownNameError, SettingError, NotYetPossibleError
        A weight, rule or tier cannot be used.
    """
    started = monotonic()
    settings = settings_of(weights=weights, rules=rules, tiers=tiers)
    children, homes, found = _tidy(children, homes, findings or Findings.none())
    if children.empty:
        raise NothingUsableError(wanted="A plan", reason="no row of children can be used.")
    built = build_problem(
        children, homes, on=on, replan=replan, rules=settings.rules, overrides=overrides
    )
    effort = (
        Effort()
        if time_limit is None
        else Effort(seconds_left=lambda: time_limit - (monotonic() - started))
    )
    solved = _solve(built, settings, seed=seed, effort=effort, progress=progress)
    scenario = _scenario(settings, on=on, replan=replan, overrides=overrides, seed=seed)
    return PlacementPlan(
        plan=_plan_table(built, solved, settings, overrides),
        groups=groups_table(built, solved.home, solved.priced, settings.weights),
        prices=prices_table(built, solved.home, solved.priced),
        shortages=shortages_table(built, solved.home),
        summary=_summary(built, solved, settings, scenario, seconds=monotonic() - started),
        certificate=_certificate(built, solved),
        scenario=scenario,
        findings=found + built.findings,
    )


def _tidy(
    children: pd.DataFrame, homes: pd.DataFrame, found: Findings
) -> tuple[pd.DataFrame, pd.DataFrame, Findings]:
    """Type what was handed in as filed, and complete rows that a scenario added."""
    if "row" not in children:
        children, more = tidy_children(children)
        found = found + more
    if "row" not in homes or homes[["age_min", "places_available", "easting", "sex"]].isna().any(
        axis=None
    ):
        homes, more = tidy_homes(homes)
        found = found + more
    return children, homes, found


def _solve(
    built: Built,
    settings: Settings,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[str], None],
) -> _Solved:
    if not settings.tiers:
        priced = solve(
            built.problem, weights=settings.weights, seed=seed, effort=effort, progress=progress
        )
        solution = priced.solution
        return _Solved(priced, solution.home, solution.status, solution.cut, [])
    reached = solve_in_tiers(
        built.problem,
        weights=settings.weights,
        order=settings.tiers,
        seed=seed,
        effort=effort,
        progress=progress,
    )
    home = reached[-1].priced.solution.home
    proven = all(tier.priced.solution.status == "optimal" for tier in reached)
    cut = any(tier.priced.solution.cut for tier in reached)
    by_points = price_points(built.problem, home, weights=settings.weights, effort=effort)
    return _Solved(by_points, home, "optimal" if proven else "feasible", cut, reached)


def _plan_table(
    built: Built, solved: _Solved, settings: Settings, overrides: pd.DataFrame | None
) -> pd.DataFrame:
    problem, home = built.problem, solved.home
    placed = home != UNPLACED
    row = np.flatnonzero(placed)
    labels = built.homes.iloc[home[row]].set_axis(row)
    miles = miles_from_family(problem, row, home[row])
    siblings = (problem.group_size > 1)[problem.children.group]
    together = groups_together(problem, home)[problem.children.group]
    best = alternatives(solved.priced.groups, solved.priced.prices, home)
    table = pd.DataFrame(
        {
            "child_id": built.children["child_id"],
            "home_id": labels["home_id"],
            "placement_type": labels["placement_type"],
            "distance_miles": pd.Series(np.round(miles, 2), row),
            "school_miles": pd.Series(np.round(miles_from_school(problem, row, home[row]), 2), row),
            "over_20_miles": pd.Series((miles > LINE_MILES).astype(int), row, dtype="Int64"),
            "in_authority": pd.Series(
                in_authority(problem, row, home[row]).astype(int), row, dtype="Int64"
            ),
            "siblings_together": pd.Series(together.astype(int), dtype="Int64").where(siblings),
            "moved": moved(problem, home).astype(int),
            "weekly_cost_gbp": labels["weekly_cost_gbp"],
            "points": plan_points(problem, home, weights=settings.weights) / HUNDREDTHS,
            "reason": reasons(built, home, best),
            "override_reason": _override_reasons(built, overrides),
            "wish": built.children["wish"],
        },
        index=built.children.index,
    )
    return PLAN.check(table.iloc[built.as_filed].reset_index(drop=True))


def _override_reasons(built: Built, overrides: pd.DataFrame | None) -> pd.Series:
    """Give a person's reason to the children whose home a person chose, and to no other."""
    if overrides is None or overrides.empty:
        return pd.Series("", built.children.index, dtype="str")
    first = overrides.drop_duplicates("child_id").set_index("child_id")["reason"]
    given = built.children["child_id"].map(first).fillna("").astype("str")
    return given.where(built.problem.children.fixed_home != FREE, "")


def _summary(
    built: Built,
    solved: _Solved,
    settings: Settings,
    scenario: dict[str, Any],
    *,
    seconds: float,
) -> dict[str, Any]:
    problem, weights = built.problem, settings.weights
    figures = plan_figures(problem, solved.home, weights=weights)
    bound = in_points(solved.priced.solution.bound)
    families = problem.n_groups
    floor = families * weights["home_of_group"]
    solver_bound = None if solved.tiers else in_points(solved.priced.solution.solver_bound)
    return {
        "status": solved.status,
        "cut_by_time_limit": solved.cut,
        "advice": ADVICE,
        **figures,
        "bound": bound,
        "net_gap": _share(figures["objective"] - bound, figures["objective"] - floor),
        "solver_bound": solver_bound,
        "families": families,
        "tiers": _tiers(problem, solved, settings, figures["objective"], bound),
        "limits": {
            name: {"used": used, "limit": limit}
            for name, (used, limit) in rows_kept(problem, solved.home).items()
        },
        "homes": problem.n_homes,
        "places": int(problem.homes.places.sum()),
        "on": scenario["on"],
        "replan": scenario["replan"],
        "seed": scenario["seed"],
        "scenario_sha256": _digest(scenario),
        "seconds": round(seconds, 2),
        "as_is": plan_figures(problem, problem.children.present_home, weights=weights),
        "greedy": plan_figures(problem, nearest_first(problem), weights=weights),
    }


def _digest(scenario: dict[str, Any]) -> str:
    """Tie the summary to what was asked, so that a change afterwards shows."""
    return sha256(json.dumps(scenario, sort_keys=True).encode()).hexdigest()


def _share(part: float, whole: float) -> float:
    """Give a gap as a fraction; 0 where there is none, 1 where nothing is left to divide by."""
    if part <= 0:
        return 0.0
    return round(part / whole, 6) if whole > 0 else 1.0


def _tiers(
    problem: PlacementProblem, solved: _Solved, settings: Settings, objective: float, bound: float
) -> list[dict[str, Any]]:
    if not solved.tiers:
        gap = _share(objective - bound, objective)
        return [{"name": "points", "value": objective, "bound": bound, "gap": gap}]
    told = []
    for tier in solved.tiers:
        solution = tier.priced.solution
        own = weights_of_tier(settings.weights, tier.name)
        reached = int(plan_points(problem, solved.home, weights=own).sum())
        value, low = in_points(reached), in_points(solution.bound)
        told.append(
            {
                "name": tier.name,
                "value": value,
                "bound": low,
                "gap": _share(value - low, value),
                "status": solution.status,
                "solver_bound": in_points(solution.solver_bound),
            }
        )
    return told


def _certificate(built: Built, solved: _Solved) -> dict[str, Any]:
    entries = [("points", solved.priced)] + [(tier.name, tier.priced) for tier in solved.tiers]
    return {
        "unit": "hundredths of a point; in tier 'placed' hundredths of a child",
        "says": (
            "At these prices of places every group of brothers and sisters takes its cheapest "
            "way to live. The sum, less the value of all places, is below every plan. Each home "
            "has three prices: for a place, for two places and for three places that a bundle "
            "takes. Homes not listed are free."
        ),
        "prices": [_priced_homes(built, name, priced) for name, priced in entries],
    }


def _priced_homes(built: Built, name: str, priced: Priced) -> dict[str, Any]:
    certificate = certify(priced.groups, priced.prices)
    triples = np.column_stack(
        [certificate.place, certificate.two_places, certificate.three_places]
    ).astype(np.int64)
    dear = np.flatnonzero(triples.any(axis=1))
    ids = built.homes["home_id"].to_numpy(object)
    return {
        "name": name,
        "bound": certificate.bound,
        "homes": {str(ids[row]): [int(price) for price in triples[row]] for row in dear},
        "limits": {
            row.name: {"price": certificate.side[row.name], "limit": row.limit}
            for row in priced.groups.rows
        },
    }


def _scenario(
    settings: Settings,
    *,
    on: pd.Timestamp,
    replan: bool,
    overrides: pd.DataFrame | None,
    seed: int,
) -> dict[str, Any]:
    chosen = [] if overrides is None else overrides[["child_id", "home_id"]].to_dict("records")
    return {
        "on": on.date().isoformat(),
        "replan": replan,
        "weights": settings.weights,
        "rules": settings.given_rules,
        "tiers": list(settings.tiers),
        "overrides": chosen,
        "seed": seed,
    }
