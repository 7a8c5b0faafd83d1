"""`synthesise`, `check`, `link`, `demand`, `dictionary`: from files to counts."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_out_file,
    add_out_folder,
    add_returns,
    count,
    day,
    list_findings,
    prepare_given_returns,
    read_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.errors import NothingUsableError


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    _add_check(commands)
    _add_demand(commands)
    _add_link(commands)
    _add_synthesise(commands)
    add_command(
        commands,
        "dictionary",
        _dictionary,
        does="print every table and column that is read or written",
        examples="  rcc-forecast dictionary > data-dictionary.md",
    )


def _add_check(commands: Commands) -> None:
    command = add_command(
        commands,
        "check",
        _check,
        does="read returns and print every finding; exit 1 where a row had to be refused",
        examples="  rcc-forecast check returns/\n"
        "  rcc-forecast check salford.zip --authority Salford --out findings.csv",
    )
    add_returns(command)
    add_out_file(command, required=False)


def _check(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.returns import findings_text

    if given.out:
        runs.check_suffix(given.out)
    progress = TerminalProgress()
    progress("reading returns")
    returns = read_given_returns(given)
    progress("following children through the years")
    findings = pipeline.check(returns)
    progress.done()
    if given.out:
        runs.write_table(findings.frame, given.out)
    sys.stdout.write(findings_text(replace(returns, findings=findings)))
    return 1 if findings.rows_refused else 0


def _add_link(commands: Commands) -> None:
    command = add_command(
        commands,
        "link",
        _link,
        does="write one journey per child across years: episodes, placements and findings",
        examples="  rcc-forecast link returns/ --out journeys/",
    )
    add_returns(command)
    add_out_folder(command)


def _link(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline

    progress = TerminalProgress()
    progress("reading returns")
    returns = read_given_returns(given)
    progress("following children through the years")
    try:
        journeys = pipeline.link(returns)
    except NothingUsableError:
        list_findings(returns)
        raise
    findings = returns.findings + journeys.findings
    with runs.whole_folder(given.out) as folder:
        runs.write_table(journeys.children, folder / "children.csv")
        runs.write_table(journeys.episodes, folder / "journeys.csv")
        runs.write_table(journeys.placements, folder / "placements.csv")
        runs.write_table(findings.frame, folder / "findings.csv")
    progress.done()
    sys.stdout.write(
        f"{len(journeys.children):,} children, {len(journeys.episodes):,} episodes in "
        f"{len(journeys.placements):,} placements. Written to {given.out}.\n"
    )
    return 0


def _add_demand(commands: Commands) -> None:
    command = add_command(
        commands,
        "demand",
        _demand,
        does="write monthly history: children, entries and exits at every level",
        examples="  rcc-forecast demand returns/ --out demand.csv\n"
        "  rcc-forecast demand returns/ --as-of 2025-12-31 --out demand.parquet",
    )
    add_returns(command)
    command.add_argument("--as-of", type=day, metavar="DATE", help="last day to see (YYYY-MM-DD)")
    add_out_file(command)


def _demand(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline

    runs.check_suffix(given.out)
    progress = TerminalProgress()
    prepared = prepare_given_returns(given, progress, follow=False)
    progress("adding up every level")
    table = pipeline.demand(prepared)
    progress("writing")
    runs.write_table(table, given.out)
    progress.done()
    months = prepared.history.months
    sys.stdout.write(
        f"{len(table):,} rows, {months[0]:%B %Y} to {months[-1]:%B %Y}, "
        f"{len(prepared.findings):,} findings. Written to {given.out}.\n"
    )
    return 0


def _add_synthesise(commands: Commands) -> None:
    command = add_command(
        commands,
        "synthesise",
        _synthesise,
        does="make synthetic returns, homes and children to place; no real child is in them",
        examples='  rcc-forecast synthesise out --area "Greater Manchester" --years 8 --seed 903\n'
        "  rcc-forecast synthesise out --area Kent,Medway --years 5 --seed 1 --fault-rate 0.01",
    )
    command.add_argument("out", type=Path, metavar="DIR", help="folder for the files")
    command.add_argument(
        "--area", required=True, metavar="AREA", help="an RCC, a region, england or a comma list"
    )
    command.add_argument("--years", type=count, required=True, metavar="N", help="returns to make")
    command.add_argument("--seed", type=int, required=True, metavar="S", help="of all chance")
    command.add_argument(
        "--children", type=count, metavar="N", help="looked after at the end (real level if absent)"
    )
    command.add_argument(
        "--fault-rate", type=float, default=0.0, metavar="F", help="share of rows with a fault (0)"
    )


def _synthesise(given: argparse.Namespace) -> int:
    from rcc_forecast.geography import authorities_of_area, read_membership
    from rcc_forecast.synthetic import synthesise, write_region

    authorities = authorities_of_area(given.area, read_membership().members())
    progress = TerminalProgress()
    progress("inventing children and homes")
    region = synthesise(
        authorities,
        years=given.years,
        seed=given.seed,
        children=given.children,
        fault_rate=given.fault_rate,
    )
    progress("writing")
    with runs.whole_folder(given.out) as folder:
        write_region(region, folder)
    progress.done()
    sys.stdout.write(f"Synthetic data of {len(authorities)} authorities in {given.out}.\n")
    return 0


def _dictionary(given: argparse.Namespace) -> int:  # noqa: ARG001 - every command is called alike
    from rcc_forecast.tables.dictionary import data_dictionary

    sys.stdout.write(data_dictionary())
    return 0
