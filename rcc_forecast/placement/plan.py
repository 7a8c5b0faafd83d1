"""Children and homes in, a plan with its reasons, its rivals and its proof out.

The plan is advice to people, never a decision: a person knows what no table
holds, and an override is carried with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from models.placement import (
    Effort,
    PlacementProblem,
    Priced,
    Warm,
    certify,
    nearest_first,
    plan_points,
)
from models.placement.explain import alternatives
from models.placement.problem import FREE, IntArray
from models.placement.rules import rules_of
from models.placement.sides import rows_kept
from models.placement.steady import keep_what_was
from models.placement.terms import weights_of_tier
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.placement.build import Built, build_problem
from rcc_forecast.placement.eased import TOGETHER, Eased, rules_left_out
from rcc_forecast.placement.engine import Solved, solve_built, warm_start
from rcc_forecast.placement.equity import NOT_FOR_PUBLICATION, equity_table, largest_gaps
from rcc_forecast.placement.explained import groups_table, prices_table, shortages_table
from rcc_forecast.placement.figures import in_points, plan_figures
from rcc_forecast.placement.limits_told import own_unit
from rcc_forecast.placement.noticed import noticed
from rcc_forecast.placement.overridden import overrides_table, overrides_told, without_choices
from rcc_forecast.placement.plan_before import PlanBefore
from rcc_forecast.placement.plan_table import BEST_KEPT, alternatives_table, plan_table
from rcc_forecast.placement.rules_told import rules_table
from rcc_forecast.placement.settings import Settings, settings_of
from rcc_forecast.placement.what_if import compared, what_if_table
from rcc_forecast.registers import tidy_children, tidy_homes
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.tables.homes import with_all_places_free

ADVICE = (
    "This plan is advice to the people who know the children, never a decision. It knows only "
    "what the tables say."
)


def plan_placements(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    replan: bool = False,
    weights: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    tiers: Sequence[str] | None = None,
    budgets: Mapping[str, float] | None = None,
    overrides: pd.DataFrame | None = None,
    before: PlanBefore | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
    findings: Findings | None = None,
) -> PlacementPlan:
    """Propose a home for each child, and prove how good the proposal is.

    Parameters
    ----------
    children, homes : DataFrame
        As `rcc_forecast.registers` gives them, homes with any scenario
        applied; frames as filed are typed and completed first.
    on : Timestamp
        The day of the plan.
    replan : bool
        Whether places of children who live in a home now are to be won again.
    weights, rules : mapping, optional
        ``[weights]`` and ``[rules]`` of a scenario.
    tiers : sequence of str, optional
        ``[tiers] order``: makes the plan lexicographic.
    budgets : mapping of str to float, optional
        Pounds a week for the children of an authority, by its code.
    overrides : DataFrame, optional
        Columns child_id, home_id, reason: what people have chosen.
    before : PlanBefore, optional
        The plan that this one is a what-if of.
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
    UnknownNameError, SettingError
        A weight, rule or tier cannot be used.
    """
    started = monotonic()
    settings = settings_of(weights=weights, rules=rules, tiers=tiers, budgets=budgets)
    children, homes, found = _tidy(children, homes, findings or Findings.none())
    if children.empty:
        raise NothingUsableError(wanted="A plan", reason="no row of children can be used.")
    built = build_problem(
        children,
        homes,
        on=on,
        replan=replan,
        rules=settings.rules,
        overrides=overrides,
        budgets=settings.budgets,
    )
    effort = Effort.of_size(
        built.problem.n_children,
        seconds_left=lambda: np.inf if time_limit is None else time_limit - (monotonic() - started),
    )
    warm = None if before is None else warm_start(built, before)
    solved = solve_built(built, settings, seed=seed, effort=effort, warm=warm, progress=progress)
    proposed = None
    if overrides is not None and (built.problem.children.fixed_home != FREE).any():
        progress("planning without anyone's choice, to tell what the choices cost")
        free = without_choices(built)
        near = Warm(solved.home, solved.priced.prices)
        proposed = solve_built(
            free, settings, seed=seed, effort=effort, warm=near, progress=progress
        ).home
    if before is not None:
        solved = _steadied(built, solved, settings, before)
    left_out = rules_left_out(built, solved, settings, seed=seed, effort=effort, progress=progress)
    scenario = _scenario(
        settings, on=on, replan=replan, overrides=overrides, seed=seed, before=before
    )
    progress("explaining the plan")
    plan = _explained(built, solved, settings, scenario, left_out, overrides, proposed, before)
    plan.summary["seconds"] = round(monotonic() - started, 2)
    return replace(plan, findings=Findings.joined([found, built.findings, plan.findings]))


def _steadied(built: Built, solved: Solved, settings: Settings, before: PlanBefore) -> Solved:
    """Take back changes too small to ask of a child; strict tiers leave no room for that."""
    if solved.tiers:
        return solved
    home = keep_what_was(
        built.problem,
        solved.home,
        before.homes_of(built),
        weights=settings.weights,
        change_of_plan=settings.change_of_plan,
    )
    points = [
        int(plan_points(built.problem, plan, weights=settings.weights).sum())
        for plan in (solved.home, home)
    ]
    status = solved.status if points[1] <= points[0] else "feasible"
    return replace(solved, home=home, status=status)


def _explained(
    built: Built,
    solved: Solved,
    settings: Settings,
    scenario: dict[str, Any],
    left_out: list[Eased],
    overrides: pd.DataFrame | None,
    proposed: IntArray | None,
    before: PlanBefore | None,
) -> PlacementPlan:
    home, weights = solved.home, settings.weights
    others = alternatives(solved.priced, home, n_best=BEST_KEPT)
    plan = plan_table(built, home, others, weights=weights, overrides=overrides)
    equity = equity_table(built, home, weights=weights)
    summary = _summary(built, solved, settings, scenario, left_out)
    summary["equity"] = {"note": NOT_FOR_PUBLICATION, "largest_gaps": largest_gaps(equity)}
    chosen = what_if = None
    if overrides is not None:
        without = home if proposed is None else proposed
        chosen = overrides_table(built, home, without, overrides, weights=weights)
        summary["overrides"] = overrides_told(built, home, without, weights=weights)
    if before is not None:
        what_if = what_if_table(built, plan, home, before)
        change = settings.change_of_plan
        summary["from"] = compared(summary, what_if, before, change_of_plan=change)
    prices = prices_table(built, home, solved.priced)
    return PlacementPlan(
        plan=plan,
        groups=groups_table(built, home, solved.priced),
        prices=prices,
        shortages=shortages_table(built, home, solved.priced),
        summary=summary,
        certificate=_certificate(built, solved),
        scenario=scenario,
        findings=noticed(built, solved.priced, home),
        alternatives=alternatives_table(built, home, others),
        equity=equity,
        rules=rules_table(built, home, solved.priced, prices, left_out),
        overrides=chosen,
        what_if=what_if,
    )


def _tidy(
    children: pd.DataFrame, homes: pd.DataFrame, found: Findings
) -> tuple[pd.DataFrame, pd.DataFrame, Findings]:
    """Type what was handed in as filed, and complete rows that a scenario added."""
    if "row" not in children:
        children, more = tidy_children(children)
        found = found + more
    if "row" not in homes or homes[["age_min", "easting", "sex"]].isna().any(axis=None):
        homes, more = tidy_homes(homes)
        found = found + more
    return children, with_all_places_free(homes), found


def _summary(
    built: Built,
    solved: Solved,
    settings: Settings,
    scenario: dict[str, Any],
    left_out: list[Eased],
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
        "limits": _limits(built, solved.home, left_out),
        "rules_left_out": [
            {
                "rule": eased.rule,
                "more_children_placed": eased.more_placed,
                "needs_more": eased.needs,
                "unit": eased.unit,
                "says": eased.said(),
            }
            for eased in left_out
        ],
        "homes": problem.n_homes,
        "places": int(problem.homes.places.sum()),
        "on": scenario["on"],
        "replan": scenario["replan"],
        "seed": scenario["seed"],
        "scenario_sha256": _digest(scenario),
        "seconds": None,
        "as_is": plan_figures(problem, problem.children.present_home, weights=weights),
        "greedy": plan_figures(problem, nearest_first(problem), weights=weights),
    }


def _limits(built: Built, home: IntArray, left_out: list[Eased]) -> dict[str, Any]:
    """Give what is used of each limit, and would be used were its rule left out."""
    without = {
        name: {"more_children_placed": eased.more_placed, "used": used}
        for eased in left_out
        if eased.rule != TOGETHER
        for name, used in eased.used.items()
    }
    problem, told = built.problem, {}
    rules = rules_of(problem)
    for rule, (used, limit) in zip(
        rules, rows_kept(problem, home, rules=rules).values(), strict=True
    ):
        unit = own_unit(problem, rule, home)
        told[built.rule_label(rule.name)] = {
            "used": used,
            "limit": limit,
            "in_own_unit": {"used": unit.of(used), "limit": unit.of(limit), "unit": unit.name},
            **({"without_it": without[rule.name]} if rule.name in without else {}),
        }
    return told


def _digest(scenario: dict[str, Any]) -> str:
    """Tie the summary to what was asked, so that a change afterwards shows."""
    return sha256(json.dumps(scenario, sort_keys=True).encode()).hexdigest()


def _share(part: float, whole: float) -> float:
    """Give a gap as a fraction; 0 where there is none, 1 where nothing is left to divide by."""
    if part <= 0:
        return 0.0
    return round(part / whole, 6) if whole > 0 else 1.0


def _tiers(
    problem: PlacementProblem, solved: Solved, settings: Settings, objective: float, bound: float
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


def _certificate(built: Built, solved: Solved) -> dict[str, Any]:
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
    certificate = certify(priced)
    triples = certificate.home.astype(np.int64)
    dear = np.flatnonzero(triples.any(axis=1))
    ids = built.homes["home_id"].to_numpy(object)
    return {
        "name": name,
        "bound": certificate.bound,
        "homes": {str(ids[row]): [int(price) for price in triples[row]] for row in dear},
        "limits": {
            built.rule_label(limit.name): {"price": limit.price, "limit": limit.limit}
            for limit in certificate.limits
        },
    }


def _scenario(
    settings: Settings,
    *,
    on: pd.Timestamp,
    replan: bool,
    overrides: pd.DataFrame | None,
    seed: int,
    before: PlanBefore | None,
) -> dict[str, Any]:
    chosen = [] if overrides is None else overrides[["child_id", "home_id"]].to_dict("records")
    what_if_of = before and {
        "scenario_sha256": before.summary.get("scenario_sha256"),
        "change_of_plan": settings.change_of_plan,
    }
    return {
        "on": on.date().isoformat(),
        "replan": replan,
        "weights": settings.weights,
        "rules": settings.given_rules,
        "tiers": list(settings.tiers),
        "overrides": chosen,
        "seed": seed,
        "budgets": settings.budgets,
        "from": what_if_of,
    }
