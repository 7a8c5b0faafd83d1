"""`place`: which home for which child."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rcc_forecast import runs
from rcc_forecast.cli import arrivals
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_out_folder,
    add_scenario,
    day,
    existing,
    given_scenario,
    left_alone_said,
)
from rcc_forecast.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from rcc_forecast.placement import PlanBefore
    from rcc_forecast.results.placement import PlacementPlan
    from rcc_forecast.scenarios import Scenario


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    _add_place(commands)
    _add_frontier(commands)
    _add_arrivals(commands)


def _add_place(commands: Commands) -> None:
    command = add_command(
        commands,
        "place",
        _place,
        does="propose a home for each child and prove how good the plan is; or verify a plan",
        examples="  rcc-forecast place children.csv homes.csv --on 2026-04-01 --out plan/\n"
        "  rcc-forecast place children.csv homes.csv --scenario what-if.toml --out what-if/\n"
        "  rcc-forecast place children.csv homes.csv --from plan/ --scenario x.toml --out y/\n"
        "  rcc-forecast place --verify plan/ children.csv homes.csv",
    )
    command.add_argument("children", type=Path, metavar="CHILDREN", help="children to place")
    command.add_argument("homes", type=Path, metavar="HOMES", help="the provision register")
    goal = command.add_mutually_exclusive_group(required=True)
    goal.add_argument("--out", type=Path, metavar="DIR", help="folder for the plan")
    goal.add_argument(
        "--verify", type=Path, metavar="DIR", help="recompute a plan from scratch; exit 1 if wrong"
    )
    command.add_argument(
        "--from",
        dest="before",
        type=Path,
        metavar="DIR",
        help="a solved plan: this one is a what-if of it, told child by child",
    )
    _add_how_to_plan(command)


def _add_how_to_plan(command: argparse.ArgumentParser) -> None:
    """Declare what every plan can be asked for."""
    add_scenario(command)
    command.add_argument(
        "--overrides",
        type=Path,
        metavar="FILE",
        help="a person's decisions: child_id,home_id,reason",
    )
    command.add_argument(
        "--on", type=day, metavar="DATE", help="day the homes must be open (today)"
    )
    command.add_argument(
        "--replan", action="store_true", help="present homes are places to be won again"
    )
    command.add_argument(
        "--time-limit", type=float, metavar="S", help="seconds after which to stop and say so"
    )
    command.add_argument("--seed", type=int, default=0, metavar="S", help="of all chance (0)")


def _add_frontier(commands: Commands) -> None:
    command = add_command(
        commands,
        "place frontier",
        _frontier,
        does="plan along a ladder of weights: what distance, togetherness and cost give each other",
        examples="  rcc-forecast place frontier children.csv homes.csv --out frontier/\n"
        "  rcc-forecast place frontier children.csv homes.csv --weights mile=5,10,20 --out f/",
    )
    command.add_argument("children", type=Path, metavar="CHILDREN", help="children to place")
    command.add_argument("homes", type=Path, metavar="HOMES", help="the provision register")
    command.add_argument(
        "--weights",
        type=ladder,
        action="append",
        metavar="NAME=A,B,...",
        help="a weight and the points to try (home_of_group and weekly_cost_gbp_50)",
    )
    add_out_folder(command)
    _add_how_to_plan(command)


def _add_arrivals(commands: Commands) -> None:
    command = add_command(
        commands,
        "place arrivals",
        arrivals.run,
        does="families who arrive over weeks: which places to hold back, and what that saves",
        examples="  rcc-forecast place arrivals children.csv homes.csv --weeks 26 --out arrivals/",
    )
    arrivals.add_arguments(command)


def ladder(text: str) -> tuple[str, tuple[float, ...]]:
    """Read a weight and the points to try."""
    name, _, listed = text.partition("=")
    try:
        values = tuple(float(value) for value in listed.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write NAME=A,B,... with numbers") from error
    return name.strip(), values


def _frontier(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.placement import LADDERS, read_overrides
    from rcc_forecast.registers import read_children, read_homes
    from rcc_forecast.reporting.frontier import render_frontier

    scenario, _ = given_scenario(given)
    progress = TerminalProgress()
    progress("reading children and homes")
    homes, about_homes = read_homes(given.homes)
    children, about_children = read_children(given.children)
    table = pipeline.frontier(
        children,
        homes,
        ladders=dict(given.weights) if given.weights else LADDERS,
        scenario=scenario,
        on=given.on or pd.Timestamp.today().normalize(),
        overrides=read_overrides(given.overrides) if given.overrides else None,
        replan=given.replan,
        seed=given.seed,
        time_limit=given.time_limit,
        progress=progress,
    )
    with runs.whole_folder(given.out) as folder:
        runs.write_table(table, folder / "frontier.csv")
        runs.write_text(render_frontier(table), folder / "frontier.html")
        runs.write_table((about_homes + about_children).frame, folder / "findings.csv")
    progress.done()
    efficient = int(table["efficient"].sum())
    sys.stdout.write(
        f"{len(table)} plans, {efficient} of them beaten by no other in children placed, groups "
        f"together, miles and cost.\nWritten to {given.out}.\n"
    )
    return 0


def _place(given: argparse.Namespace) -> int:
    return _verify(given) if given.verify else _plan(given)


def _plan(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.placement import read_overrides, write_plan
    from rcc_forecast.registers import read_children, read_homes

    scenario, scenario_text = given_scenario(given)
    before = _plan_before(given.before) if given.before else None
    progress = TerminalProgress()
    progress("reading children and homes")
    homes, about_homes = read_homes(given.homes)
    children, about_children = read_children(given.children)
    plan = pipeline.place(
        children,
        homes,
        on=given.on or pd.Timestamp.today().normalize(),
        scenario=scenario,
        overrides=read_overrides(given.overrides) if given.overrides else None,
        before=before,
        replan=given.replan,
        seed=given.seed,
        time_limit=given.time_limit,
        findings=about_homes + about_children,
        progress=progress,
    )
    write_plan(plan, given.out, scenario_text=scenario_text)
    progress.done()
    said = [
        _plan_said(plan.summary),
        _what_if_said(plan.summary),
        _overrides_said(plan),
        _scenario_said(scenario),
    ]
    said += [f"Written to {given.out}.\n"]
    sys.stdout.write("".join(said))
    return 0


def _plan_before(folder: Path) -> tuple[PlanBefore, Scenario | None]:
    """Read a solved plan and the scenario that was stored with it."""
    from rcc_forecast.placement import read_plan_before
    from rcc_forecast.scenarios import read_scenario

    stored = folder / "scenario.toml"
    return read_plan_before(folder), read_scenario(stored) if stored.exists() else None


def _what_if_said(summary: dict[str, Any]) -> str:
    told = summary.get("from")
    if told is None:
        return ""
    words = {
        "placed": "children with a home",
        "groups_together": "sibling groups together",
        "mean_miles": "mean miles",
        "weekly_cost_gbp": "GBP a week",
    }
    listed = "; ".join(
        f"{said} {told[name]['before']} -> {told[name]['after']}" for name, said in words.items()
    )
    return (
        f"Against the plan before, {told['children_changed']} children have another home "
        f"proposed; whatif.csv says why. {listed}.\n"
    )


def _scenario_said(scenario: Scenario | None) -> str:
    """Say which levers leave a plan as it is, and where an interval stands at its middle."""
    from rcc_forecast.scenarios import Use, midpoints_said

    if scenario is None:
        return ""
    at_middle = "".join(f"{line}\n" for line in midpoints_said(scenario))
    return left_alone_said(scenario, Use.PLAN) + at_middle


def _overrides_said(plan: PlacementPlan) -> str:
    refused = int(plan.findings.frame["rule"].astype("str").str.startswith("override-").sum())
    if not refused:
        return ""
    return f"Overrides that could not be kept: {refused}; findings.csv says why.\n"


def _plan_said(summary: dict[str, object]) -> str:
    return (
        f"{summary['placed']} of {summary['children']} children have a home proposed; "
        f"{summary['groups_together']} of {summary['groups']} sibling groups stay together; "
        f"{summary['mean_miles']} miles from home on average; "
        f"{summary['over_20_miles_pct']}% over 20 miles. Status: {summary['status']}.\n"
        f"Advice to the people who decide, not a decision.\n"
    )


def _verify(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.registers import read_children, read_homes
    from rcc_forecast.scenarios import read_scenario

    stored = given.verify / "scenario.toml"
    faults = pipeline.verify(
        given.verify,
        read_children(given.children)[0],
        read_homes(given.homes)[0],
        on=_day_of_plan(given.verify),
        scenario=read_scenario(stored) if stored.exists() else None,
    )
    if not faults:
        sys.stdout.write("All is as claimed: homes, rules, figures, points and bound.\n")
        return 0
    sys.stdout.write("".join(f"- {fault}\n" for fault in faults))
    sys.stdout.write(f"{len(faults)} claims do not hold.\n")
    return 1


def _day_of_plan(folder: Path) -> pd.Timestamp:
    """Give the day that a plan was made for; the verifier tells where it is not to be read."""
    path = existing(folder / "scenario.json", expected="a plan that `rcc-forecast place` wrote")
    try:
        return pd.Timestamp(json.loads(path.read_text(encoding="utf-8"))["on"])
    except (ValueError, KeyError, TypeError):
        return pd.Timestamp.max.normalize()
