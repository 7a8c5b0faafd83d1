"""Arguments that several commands share, and how a command is declared."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rcc_forecast.config import RunConfig
from rcc_forecast.errors import NothingUsableError, UnreadableInputError

if TYPE_CHECKING:
    from rcc_forecast.pipeline import Prepared, Progress
    from rcc_forecast.results.returns import FiledReturns
    from rcc_forecast.scenarios import Scenario, Use

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = Any

Handler = Callable[[argparse.Namespace], int]


def add_command(
    commands: Commands, name: str, handler: Handler, *, does: str, examples: str
) -> argparse.ArgumentParser:
    """Declare a command with its help and examples."""
    command = commands.add_parser(
        name,
        help=does,
        description=does,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=handler)
    return command


RETURNS_HELP = "folder, zip or file of SSDA903 returns"


def add_returns(command: argparse.ArgumentParser) -> None:
    """Declare the returns and whose they are."""
    command.add_argument("returns", type=Path, metavar="RETURNS", help=RETURNS_HELP)
    add_whose_returns(command)


def add_whose_returns(command: argparse.ArgumentParser) -> None:
    """Declare whose returns they are, and how their years are named."""
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


def add_forecast_settings(command: argparse.ArgumentParser) -> None:
    """Declare what a forecast can be asked for."""
    command.add_argument(
        "--horizon", type=count, default=24, metavar="MONTHS", help="months ahead (24)"
    )
    command.add_argument("--as-of", type=day, metavar="DATE", help="last day to see (YYYY-MM-DD)")
    command.add_argument(
        "--origins",
        type=count,
        default=24,
        metavar="N",
        help="past forecasts to judge by, three months apart (24)",
    )
    command.add_argument("--seed", type=int, default=0, metavar="S", help="of all chance (0)")
    command.add_argument(
        "--resume",
        type=folder,
        metavar="DIR",
        help="keep finished parts here; the same command goes on from them if it is stopped",
    )


def add_scenario(command: argparse.ArgumentParser) -> None:
    """Declare the what-if."""
    command.add_argument(
        "--scenario", type=Path, metavar="FILE", help="a what-if (TOML; README, Scenario)"
    )


def given_scenario(given: argparse.Namespace) -> tuple[Scenario, str] | tuple[None, None]:
    """Give the what-if and its text, refused before any work where it cannot be applied."""
    from rcc_forecast.scenarios import parse_scenario_text, read_scenario_text, require_supported

    if not given.scenario:
        return None, None
    text = read_scenario_text(given.scenario)
    scenario = parse_scenario_text(text, file=given.scenario.name)
    require_supported(scenario)
    return scenario, text


def left_alone_said(scenario: Scenario | None, use: Use) -> str:
    """Say what of a what-if changes nothing in what is asked, and why."""
    from rcc_forecast.scenarios import not_touched

    if scenario is None:
        return ""
    return "".join(f"{line}\n" for line in not_touched(scenario, use))


def add_out_file(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Declare the table to write."""
    formats = "ends in .csv, .parquet, .xlsx or .json"
    command.add_argument("--out", type=Path, required=required, metavar="FILE", help=formats)


def add_out_folder(command: argparse.ArgumentParser) -> None:
    """Declare the folder to write into."""
    command.add_argument(
        "--out", type=folder, required=True, metavar="DIR", help="folder for the results"
    )


def read_given_returns(given: argparse.Namespace) -> FiledReturns:
    """Read the returns that the arguments name."""
    from rcc_forecast.returns import read_returns

    return read_returns(given.returns, authority=given.authority, first_years=given.first_years)


def prepare_given_returns(
    given: argparse.Namespace, progress: Progress, *, follow: bool = True
) -> Prepared:
    """Read the returns that the arguments name and take them to monthly demand.

    A forecast follows each child from month end to month end; counts alone do without.

    Raises
    ------
    NothingUsableError
        Nothing can be counted; every fault has then been listed.
    """
    from rcc_forecast import pipeline

    progress("reading returns")
    returns = read_given_returns(given)
    try:
        return pipeline.prepare(returns, config_of(given), follow=follow, progress=progress)
    except NothingUsableError:
        list_findings(returns)
        raise


def list_findings(returns: FiledReturns) -> None:
    """List everything found in returns on standard error, where no output can be written."""
    from rcc_forecast import pipeline
    from rcc_forecast.returns import findings_text

    sys.stderr.write(findings_text(replace(returns, findings=pipeline.check(returns))))


def config_of(given: argparse.Namespace) -> RunConfig:
    """Give the settings of a run from the arguments that the command has."""
    named = ("horizon", "as_of", "origins", "seed", "authority")
    chosen = {name: getattr(given, name) for name in named if hasattr(given, name)}
    return RunConfig(**chosen)


def day(text: str) -> pd.Timestamp:
    """Read a day, ISO form."""
    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write the day as YYYY-MM-DD") from error


def folder(text: str) -> Path:
    """Read the name of a folder that is there or can be made."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError("a folder is needed, and this is a file")
    return path


def count(text: str) -> int:
    """Read a whole number of one or more."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number of one or more is needed")
    return int(text)


def existing(path: Path, *, expected: str) -> Path:
    """Refuse a file or folder that is not there, before any work is done."""
    if not path.exists():
        raise UnreadableInputError(path=str(path), expected=expected)
    return path
