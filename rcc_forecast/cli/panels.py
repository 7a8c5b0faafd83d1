"""`panel`: outcomes by authority and period, for an evaluation to compare."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    RETURNS_HELP,
    Commands,
    add_command,
    add_out_file,
    add_whose_returns,
    day,
    list_findings,
    read_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.errors import NothingUsableError, RccError, UnreadableInputError
from rcc_forecast.results.findings import Findings, Severity

if TYPE_CHECKING:
    from rcc_forecast.evaluation.from_returns.forecast_error import Guesses


class OneSourceError(RccError):
    """A panel was asked for from no source, or from two."""

    def __init__(self) -> None:
        super().__init__("A panel is made from RETURNS or from --dfe FILE...: give one of the two.")


class OfReturnsAloneError(RccError):
    """Something was asked of published files that only returns can tell."""

    def __init__(self, *, options: list[str]) -> None:
        self.options = options
        super().__init__(
            f"{', '.join(options)}: only returns can tell. Give RETURNS in place of --dfe."
        )


class OneReleaseError(RccError):
    """Two rules were given for the day on which figures became public."""

    def __init__(self) -> None:
        super().__init__(
            "Give --released DATE for all figures, or --released-lag DAYS after each period, "
            "and not both."
        )


Content = TypeVar("Content")

_USUAL_NAMES = {"siblings": "sibling_groups.csv", "homes": "homes.csv"}
"""What `synthesise` and `link` call these files."""
_LONGEST_LAG = 3_650
_OF_RETURNS = ("siblings", "homes", "forecast", "backtest", "as_of", "every")


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    command = add_command(
        commands,
        "panel",
        _panel,
        does="write outcomes by authority and period, as `evaluate` reads them",
        examples="  rcc-forecast panel returns/ --out panel.csv\n"
        "  rcc-forecast panel returns/ --siblings sibling_groups.csv --homes homes.csv "
        "--out panel.csv\n"
        "  rcc-forecast panel returns/ --every quarter --out quarters.csv\n"
        "  rcc-forecast panel returns/ --forecast forecast-2025.csv --out panel.csv\n"
        "  rcc-forecast panel --dfe stability.csv.gz characteristics.csv --out panel.csv\n"
        "  rcc-forecast panel --dfe stability.csv --released 2022-11-17 --out panel.csv",
    )
    _add_returns(command)
    _add_beside_returns(command)
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
    command.add_argument(
        "--released-lag",
        type=_lag,
        metavar="DAYS",
        help="the same, as days after the end of each period",
    )
    add_out_file(command)


def _lag(text: str) -> int:
    """Read a number of days, ten years at most."""
    if not (text.isascii() and text.isdigit()) or int(text) > _LONGEST_LAG:
        raise argparse.ArgumentTypeError(f"a whole number of 0 to {_LONGEST_LAG} is needed")
    return int(text)


def _add_returns(command: argparse.ArgumentParser) -> None:
    command.add_argument("returns", type=Path, nargs="?", metavar="RETURNS", help=RETURNS_HELP)
    add_whose_returns(command)


def _add_beside_returns(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--every",
        choices=("year", "quarter", "month"),
        help="count on 31 March, or on the last day of each quarter or month (year)",
    )
    command.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="use the returns as they were held on that day (YYYY-MM-DD)",
    )
    command.add_argument(
        "--siblings",
        type=Path,
        metavar="FILE",
        help="groups of brothers and sisters (sibling_group, local_authority, child_id); "
        "else sibling_groups.csv in the folder of the returns, if it is there",
    )
    command.add_argument(
        "--homes",
        type=Path,
        metavar="FILE",
        help="register of homes, for what they cost a week; else homes.csv in the folder of "
        "the returns, if it is there",
    )
    command.add_argument(
        "--forecast",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="forecasts made earlier, each with its .meta.json, for how far they were off",
    )
    command.add_argument(
        "--backtest",
        type=Path,
        metavar="FILE",
        help="scores from `backtest`, for how far past forecasts made again were off",
    )


@dataclass(frozen=True, slots=True)
class _Made:
    panel: pd.DataFrame
    groups: pd.DataFrame
    findings: Findings


def _panel(given: argparse.Namespace) -> int:
    _check_asked(given)
    progress = TerminalProgress()
    made = _from_returns(given, progress) if given.dfe is None else _published(given, progress)
    panel, groups = (_with_release(table, given) for table in (made.panel, made.groups))
    progress("writing")
    runs.write_table(panel, given.out)
    beside = given.out.with_name(f"{given.out.stem}.groups{given.out.suffix}")
    if len(groups):
        runs.write_table(groups, beside)
    progress.done()
    for row in made.findings.frame.itertuples():
        sys.stdout.write(f"{row.found}: {row.done}.\n")
    sys.stdout.write(
        f"{len(panel):,} rows: {panel['outcome'].nunique()} outcomes, "
        f"{panel['la_code'].nunique()} authorities, {panel['period'].min()} to "
        f"{panel['period'].max()}. Written to {given.out}.\n"
    )
    sys.stdout.write(_groups_said(len(groups), beside))
    return 0


def _groups_said(rows: int, beside: Path) -> str:
    if rows:
        return f"By group of children: {rows:,} rows. Written to {beside}.\n"
    if beside.exists():
        return f"{beside} is not of this panel: remove it, or `evaluate` reads it beside.\n"
    return ""


def _check_asked(given: argparse.Namespace) -> None:
    """Refuse what cannot be made before anything is read."""
    if (given.returns is None) == (given.dfe is None):
        raise OneSourceError
    asked = [name for name in _OF_RETURNS if getattr(given, name) is not None]
    if given.dfe is not None and asked:
        raise OfReturnsAloneError(options=[f"--{name.replace('_', '-')}" for name in asked])
    if given.released is not None and given.released_lag is not None:
        raise OneReleaseError
    runs.check_suffix(given.out)


def _with_release(table: pd.DataFrame, given: argparse.Namespace) -> pd.DataFrame:
    """Put in the day on which each figure became public, where one is given."""
    from rcc_forecast.evaluation.periods import number_periods

    if given.released is not None:
        return table.assign(release_date=given.released.strftime("%Y-%m-%d"))
    if given.released_lag is None or table.empty:
        return table
    calendar, number = number_periods(table["period"].astype("str"))
    lag = pd.Timedelta(days=given.released_lag)
    days = {n: (calendar.end(int(n)) + lag).strftime("%Y-%m-%d") for n in number.dropna().unique()}
    return table.assign(release_date=number.map(days).fillna("").astype("str"))


def _published(given: argparse.Namespace, progress: TerminalProgress) -> _Made:
    from rcc_forecast.evaluation.from_releases.panel import panel_from_published

    progress("reading published files")
    panel = panel_from_published(given.dfe)
    return _Made(panel.frame, pd.DataFrame(), panel.findings)


def _from_returns(given: argparse.Namespace, progress: TerminalProgress) -> _Made:
    from rcc_forecast import pipeline
    from rcc_forecast.evaluation.from_returns.outcomes import panel_from_journeys
    from rcc_forecast.registers import read_homes, read_siblings

    siblings, about_siblings = _beside(given, "siblings", read_siblings)
    register, about_homes = _beside(given, "homes", read_homes)
    homes, found_in_homes = register or (None, Findings.none())
    forecasts = _forecasts(given)
    progress("reading returns")
    returns = read_given_returns(given)
    progress("following children through the years")
    try:
        journeys = pipeline.link(returns, as_of=given.as_of)
    except NothingUsableError:
        list_findings(returns)
        raise
    progress("counting outcomes")
    made = panel_from_journeys(
        journeys,
        every=given.every or "year",
        siblings=siblings,
        uasc=returns.tables.get("uasc"),
        homes=homes,
        forecasts=forecasts,
    )
    about = [about_siblings, about_homes, _refused_told(found_in_homes), made.findings]
    return _Made(made.frame, made.groups, Findings.joined(about))


def _beside(
    given: argparse.Namespace, name: str, read: Callable[[Path], Content]
) -> tuple[Content | None, Findings]:
    """Read a file that was named, or that lies in the folder of the returns under its usual name.

    One that was not named and cannot be read is told, and refuses nothing.
    """
    named = getattr(given, name)
    if named is not None:
        return read(named), Findings.none()
    usual = given.returns / _USUAL_NAMES[name]
    if not usual.is_file():
        return None, Findings.none()
    try:
        content: Content | None = read(usual)
        found, done = f"{usual.name} lies in the folder of the returns", "used"
    except UnreadableInputError as error:
        content, found, done = None, str(error).rstrip("."), "left out"
    told = Findings.one(
        f"panel-{name}-beside", Severity.NOTED, found=found, done=done, file=usual.name, rows=0
    )
    return content, told


def _refused_told(about_homes: Findings) -> Findings:
    """Tell in one line how many rows of the register count nowhere."""
    refused = about_homes.rows_refused
    if not refused:
        return Findings.none()
    return Findings.one(
        "panel-homes-refused",
        Severity.REFUSED,
        found=f"{refused:,} rows of the register of homes cannot be used",
        done="their prices are not known",
        table="homes",
        rows=refused,
    )


def _forecasts(given: argparse.Namespace) -> list[Guesses]:
    from rcc_forecast.evaluation.from_returns.forecast_error import read_backtest, read_forecast

    made = [read_forecast(path) for path in given.forecast or ()]
    return made if given.backtest is None else [*made, read_backtest(given.backtest)]
