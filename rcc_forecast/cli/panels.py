"""`panel`: outcomes by authority and period, for an evaluation to compare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_out_file,
    day,
    list_findings,
    read_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.errors import NothingUsableError, RccError, UnreadableInputError

if TYPE_CHECKING:
    import pandas as pd

    from rcc_forecast.results.findings import Findings


class OneSourceError(RccError):
    """A panel was asked for from no source, or from two."""

    def __init__(self) -> None:
        super().__init__("A panel is made from RETURNS or from --dfe FILE...: give one of the two.")


_OF_SIBLINGS = ("sibling_group", "local_authority", "child_id")


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    command = add_command(
        commands,
        "panel",
        _panel,
        does="write outcomes by authority and period, as `evaluate` reads them",
        examples="  rcc-forecast panel returns/ --out panel.csv\n"
        "  rcc-forecast panel returns/ --siblings sibling_groups.csv --out panel.csv\n"
        "  rcc-forecast panel --dfe stability.csv.gz characteristics.csv --out panel.csv\n"
        "  rcc-forecast panel --dfe stability.csv --released 2022-11-17 --out panel.csv",
    )
    command.add_argument(
        "returns",
        type=Path,
        nargs="?",
        metavar="RETURNS",
        help="folder, zip or file of SSDA903 returns",
    )
    command.add_argument(
        "--authority",
        metavar="CODE",
        help="whose returns they are, where the files do not say (ONS code, DfE number or name)",
    )
    command.add_argument(
        "--first-years",
        action="store_true",
        help="files and folders are named by the year a return begins: 2020 for 2020-21",
    )
    command.add_argument(
        "--siblings",
        type=Path,
        metavar="FILE",
        help="groups of brothers and sisters (sibling_group, local_authority, child_id)",
    )
    command.add_argument(
        "--dfe",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="published files of the DfE, CSV or .csv.gz, in either layout",
    )
    command.add_argument(
        "--released",
        type=day,
        metavar="DATE",
        help="day on which the figures became public, which no file says (YYYY-MM-DD)",
    )
    add_out_file(command)


def _panel(given: argparse.Namespace) -> int:
    if (given.returns is None) == (given.dfe is None):
        raise OneSourceError
    runs.check_suffix(given.out)
    progress = TerminalProgress()
    table, findings = (
        _from_returns(given, progress) if given.dfe is None else _published(given, progress)
    )
    if given.released is not None:
        table = table.assign(release_date=given.released.strftime("%Y-%m-%d"))
    progress("writing")
    runs.write_table(table, given.out)
    progress.done()
    for row in findings.frame.itertuples():
        sys.stdout.write(f"{row.found}: {row.done}.\n")
    sys.stdout.write(
        f"{len(table):,} rows: {table['outcome'].nunique()} outcomes, "
        f"{table['la_code'].nunique()} authorities, {table['period'].min()} to "
        f"{table['period'].max()}. Written to {given.out}.\n"
    )
    return 0


def _published(
    given: argparse.Namespace, progress: TerminalProgress
) -> tuple[pd.DataFrame, Findings]:
    from rcc_forecast.evaluation.published import panel_from_published

    progress("reading published files")
    panel = panel_from_published(given.dfe)
    return panel.frame, panel.findings


def _from_returns(
    given: argparse.Namespace, progress: TerminalProgress
) -> tuple[pd.DataFrame, Findings]:
    from rcc_forecast import pipeline
    from rcc_forecast.evaluation.outcomes import panel_from_journeys

    siblings = None if given.siblings is None else _siblings(given.siblings)
    progress("reading returns")
    returns = read_given_returns(given)
    progress("following children through the years")
    try:
        journeys = pipeline.link(returns)
    except NothingUsableError:
        list_findings(returns)
        raise
    progress("counting outcomes")
    panel = panel_from_journeys(journeys, siblings=siblings)
    return panel.frame, panel.findings


def _siblings(path: Path) -> pd.DataFrame:
    from rcc_forecast.tables.from_file import table_from_file

    groups = table_from_file(path)
    if not set(_OF_SIBLINGS) <= set(groups):
        raise UnreadableInputError(path=path.name, expected=f"columns {', '.join(_OF_SIBLINGS)}")
    return groups
