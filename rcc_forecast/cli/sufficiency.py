"""`sufficiency`: are there homes enough, what does it cost, and the pack to publish it from."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_forecast_settings,
    add_out_folder,
    add_returns,
    add_scenario,
    config_of,
    given_scenario,
    left_alone_said,
    prepare_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress


def add_commands(commands: Commands) -> None:
    """Declare the command of this file."""
    command = add_command(
        commands,
        "sufficiency",
        _sufficiency,
        does="set the forecast against usable homes: gap, probability of shortfall, rating, cost, "
        "and the evidence chapter of a sufficiency strategy",
        examples="  rcc-forecast sufficiency returns/ homes.csv --horizon 36 --out sufficiency/\n"
        "  rcc-forecast sufficiency returns/ homes.csv --children cohort.csv --out sufficiency/\n"
        "  rcc-forecast sufficiency returns/ homes.csv --scenario forty-homes.toml --out what-if/\n"
        "  rcc-forecast compare sufficiency/ what-if/",
    )
    add_returns(command)
    command.add_argument("homes", type=Path, metavar="HOMES", help="the provision register")
    add_forecast_settings(command)
    add_scenario(command)
    command.add_argument(
        "--children",
        type=Path,
        metavar="FILE",
        help="all who are looked after, with the kinds that suit them: who waits for another kind",
    )
    command.add_argument(
        "--siblings", type=Path, metavar="FILE", help="sibling_group, local_authority, child_id"
    )
    command.add_argument(
        "--costs",
        type=Path,
        metavar="FILE",
        help="your own unit costs: local_authority, placement_type, sector, weekly_cost_gbp",
    )
    add_out_folder(command)


def _sufficiency(given: argparse.Namespace) -> int:
    from rcc_forecast.registers import read_children, read_costs, read_homes, read_siblings
    from rcc_forecast.scenarios import Use
    from rcc_forecast.strategy import strategy
    from rcc_forecast.strategy_pack import write_pack

    config = config_of(given)
    scenario, scenario_text = given_scenario(given)
    progress = TerminalProgress()
    progress("reading returns and homes")
    homes, found = read_homes(given.homes)
    children, costs = None, None
    if given.children:
        children, about_children = read_children(given.children)
        found = found + about_children
    if given.costs:
        costs, about_costs = read_costs(given.costs)
        found = found + about_costs
    prepared = prepare_given_returns(given, progress)
    work_out = partial(
        strategy,
        prepared,
        config,
        homes,
        children=children,
        siblings=read_siblings(given.siblings) if given.siblings else None,
        costs=costs,
    )
    result = work_out(scenario=scenario, resume=given.resume, progress=progress)
    as_is = None
    if scenario is not None:
        progress("working out the same without the scenario, to publish both together")
        as_is = work_out(judged=result.fit.outlook)
    progress("writing tables, workbook and chapter")
    inputs = [path for path in (given.homes, given.children, given.costs) if path]
    with runs.whole_folder(given.out) as folder:
        not_published = write_pack(
            result,
            folder,
            findings=prepared.findings + found,
            scenario_text=scenario_text,
            homes_hash=runs.hash_files(inputs),
            as_is=as_is,
        )
    progress.done()
    sentences = "\n".join(result.balance.sentences())
    left = left_alone_said(scenario, Use.SUFFICIENCY)
    sys.stdout.write(f"{sentences}\n{left}{not_published}Written to {given.out}.\n")
    return 0
