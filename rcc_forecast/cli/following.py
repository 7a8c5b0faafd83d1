"""`evaluate milestones|process|calendar`: why and how, beside whether."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    RETURNS_HELP,
    Commands,
    add_command,
    add_out_folder,
    add_whose_returns,
    count,
    day,
    list_findings,
    read_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.results.findings import Findings

if TYPE_CHECKING:
    from rcc_forecast.evaluation.following.out_of_area import Begun

MILESTONES, PROCESS = "evaluate milestones", "evaluate process"
CALENDAR = "evaluate calendar"
TWO_WORDS = (MILESTONES, PROCESS, CALENDAR)
"""Commands of two words that are declared here."""

_REPORT_WEEKS = 8
_LONGEST_LAG_DAYS, _LONGEST_REPORT_WEEKS = 3_650, 520

_FUNCTIONS = """
  FILE has the columns rcc, function, milestone, due, revised, done, evidence,
  checked_on, note: one row a milestone as it stood when it was checked. Days are
  YYYY-MM-DD; revised may hold several. Earlier states are kept in
  FILE.history.jsonl, which only grows.
"""

_SOURCES = """
  DECISIONS: rcc, date, kind, forecast_run, places; kind is one of block_contract,
    framework, new_home, closure, fostering, market, other, and forecast_run the id
    of a run, or blank.
  REFERRALS: referral, local_authority, referred, placed, withdrawn, placement_type,
    needs (0-3), needed_by (today, within_5_days, later); no child, no name. They
    are written as a panel.csv too, which `evaluate` reads.
  RETURNS: SSDA903 returns, for placements out of area by reason.
"""


class NothingAskedError(RccError):
    """A command was given nothing to work on."""

    def __init__(self, *, command: str, needed: str) -> None:
        self.command, self.needed = command, needed
        super().__init__(f"`{command}` needs {needed}.")


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    _add_milestones(commands)
    _add_process(commands)
    _add_calendar(commands)


def _add_milestones(commands: Commands) -> None:
    command = add_command(
        commands,
        MILESTONES,
        _milestones,
        does="rate the milestones of co-operatives as they stood on a day, and make a page of it",
        examples="  rcc-forecast evaluate milestones --template milestones.csv\n"
        "  rcc-forecast evaluate milestones milestones.csv --on 2026-12-31 --out milestones/\n"
        + _FUNCTIONS,
    )
    command.add_argument(
        "milestones", type=Path, nargs="?", metavar="FILE", help="the milestones (CSV or TOML)"
    )
    command.add_argument(
        "--template", type=Path, metavar="FILE", help="write a table to fill, and nothing else"
    )
    command.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="where earlier states are kept (FILE.history.jsonl beside the milestones)",
    )
    _add_on(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="folder for the results")


def _add_process(commands: Commands) -> None:
    command = add_command(
        commands,
        PROCESS,
        _process,
        does="say how things were done: forecasts used, days to placement, moves out of area",
        examples="  rcc-forecast evaluate process --referrals referrals.csv --out process/\n"
        "  rcc-forecast evaluate process --decisions decisions.csv --returns returns/ "
        "--on 2026-09-30 --out process/\n" + _SOURCES,
    )
    for name, what in (
        ("decisions", "dated commissioning decisions"),
        ("referrals", "searches for a placement"),
        ("returns", RETURNS_HELP),
    ):
        command.add_argument(f"--{name}", type=Path, metavar=name.upper(), help=what)
    add_whose_returns(command)
    _add_on(command)
    add_out_folder(command)


def _add_calendar(commands: Commands) -> None:
    command = add_command(
        commands,
        CALENDAR,
        _calendar,
        does="give the day of every planned look, what it could find, and when its report is due",
        examples="  rcc-forecast evaluate calendar panel.csv --spec spec.toml --out calendar/\n"
        "  rcc-forecast evaluate calendar panel.csv --spec spec.toml --power power/power.csv "
        "--out calendar/",
    )
    command.add_argument("panel", type=Path, metavar="PANEL", help="outcomes by unit and period")
    command.add_argument(
        "--spec", type=Path, required=True, metavar="FILE", help="the specification (TOML)"
    )
    command.add_argument(
        "--log", type=Path, metavar="FILE", help="the log (evaluations.log beside the spec)"
    )
    command.add_argument(
        "--power", type=Path, metavar="FILE", help="power.csv of `evaluate power`, for effects"
    )
    command.add_argument(
        "--lag-days",
        type=_days_of_lag,
        metavar="N",
        help="days from the end of a period to its release (years: mid-November)",
    )
    command.add_argument(
        "--weeks",
        type=_weeks_to_report,
        default=_REPORT_WEEKS,
        metavar="N",
        help=f"weeks from release to report ({_REPORT_WEEKS})",
    )
    add_out_folder(command)


def _days_of_lag(text: str) -> int:
    return _at_most(count(text), _LONGEST_LAG_DAYS)


def _weeks_to_report(text: str) -> int:
    return _at_most(count(text), _LONGEST_REPORT_WEEKS)


def _at_most(number: int, most: int) -> int:
    if number > most:
        raise argparse.ArgumentTypeError(f"a whole number of 1 to {most:,} is needed")
    return number


def _add_on(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--on", type=day, metavar="DATE", help="the day to tell it for (today; YYYY-MM-DD)"
    )


def _milestones(given: argparse.Namespace) -> int:
    if given.template is not None:
        return _template(given.template)
    if given.milestones is None or given.out is None:
        raise NothingAskedError(command=MILESTONES, needed="FILE and --out, or --template FILE")
    from rcc_forecast.evaluation.following.milestones import milestones_as_at
    from rcc_forecast.evaluation.following.milestones_given import read_milestones
    from rcc_forecast.evaluation.following.milestones_kept import (
        append_entries,
        entries_for,
        history_path,
        recorded_later,
        states_of,
        vanished,
    )
    from rcc_forecast.evaluation.protocol import Log, read_log
    from rcc_forecast.reporting.following import render_milestones

    table, findings = read_milestones(given.milestones)
    path = given.history or history_path(given.milestones)
    history = read_log(path)
    new = entries_for(history, table, today=_today())
    states = states_of(Log((*history.entries, *new)))
    found = milestones_as_at(states, given.on or _today())
    findings = findings + vanished(states, table) + recorded_later(states, found.on)
    with runs.whole_folder(given.out) as folder:
        runs.write_table(found.milestones, folder / "milestones.csv")
        runs.write_table(found.functions, folder / "minimum_functions.csv")
        runs.write_table(found.states, folder / "milestone_states.csv")
        runs.write_table(findings.frame, folder / "findings.csv")
        runs.write_text(render_milestones(found), folder / "milestones.html")
    append_entries(path, new)
    counts = found.milestones["rag"].value_counts()
    rated = ", ".join(f"{counts.get(rag, 0)} {rag}" for rag in ("red", "amber", "green", "grey"))
    if found.milestones.empty:
        rated = "nothing had been checked by then"
    sys.stdout.write(
        f"{len(found.milestones):,} milestones as at {found.on:%Y-%m-%d}: {rated}.\n"
        f"{len(new):,} new states put on record in {path}.\n"
        f"{_told(findings)}Written to {given.out}.\n"
    )
    return 0


def _template(path: Path) -> int:
    from rcc_forecast.evaluation.following.milestones_given import template_of
    from rcc_forecast.geography import read_membership

    runs.check_suffix(path)
    cooperatives = sorted(read_membership().members())
    runs.write_table(template_of(cooperatives), path)
    sys.stdout.write(
        f"A table to fill for {' and '.join(cooperatives)}: nothing in it is known yet. "
        f"Written to {path}.\n"
    )
    return 0


def _process(given: argparse.Namespace) -> int:
    if not (given.decisions or given.referrals or given.returns):
        needed = "one or more of --decisions, --referrals and --returns"
        raise NothingAskedError(command=PROCESS, needed=needed)
    from rcc_forecast.evaluation.following.decisions import read_decisions
    from rcc_forecast.evaluation.following.process import process_of
    from rcc_forecast.evaluation.following.referral_panel import panel_from_referrals
    from rcc_forecast.evaluation.following.referrals import read_referrals
    from rcc_forecast.evaluation.following.refusing import NoRowUsableError
    from rcc_forecast.geography import read_membership

    on = given.on or _today()
    membership = read_membership()
    decisions, told = None, []
    if given.decisions:
        known = membership.members()
        decisions, found = read_decisions(given.decisions, on=on, known=known)
        told.append(found)
    referrals = read_referrals(given.referrals, on=on) if given.referrals else None
    begun = _begun(given, on) if given.returns else None
    told += [each.findings for each in (referrals, begun) if each is not None]
    table = process_of(
        members=membership.for_history(on), decisions=decisions, referrals=referrals, begun=begun
    )
    findings = Findings.joined(told)
    if table.empty:
        raise NoRowUsableError(
            wanted="A table of the process", reason="no row can be used.", findings=findings
        )
    with runs.whole_folder(given.out) as folder:
        runs.write_table(table, folder / "process.csv")
        if referrals is not None and len(referrals.frame):
            runs.write_table(panel_from_referrals(referrals, on=on), folder / "panel.csv")
        runs.write_table(findings.frame, folder / "findings.csv")
    sys.stdout.write(
        f"{_process_said(table)}Nothing after {on:%Y-%m-%d} is used. Working figures: small "
        f"counts stand as they are.\n{_told(findings)}Written to {given.out}.\n"
    )
    return 0


def _begun(given: argparse.Namespace, on: pd.Timestamp) -> Begun:
    from rcc_forecast import pipeline
    from rcc_forecast.evaluation.following.out_of_area import out_of_area_by_reason

    progress = TerminalProgress()
    progress("reading returns")
    returns = read_given_returns(given)
    progress("following children through the years")
    try:
        journeys = pipeline.link(returns)
    except NothingUsableError:
        list_findings(returns)
        raise
    begun = out_of_area_by_reason(journeys, on=on)
    progress.done()
    return begun


def _process_said(table: pd.DataFrame) -> str:
    """Give the whole's figures, one line a measure."""
    whole = table[(table["level"] == "all") & (table["period"] == "All") & (table["by"] == "all")]
    lines = []
    for _, row in whole.iterrows():
        name = str(row["measure"]).replace("_", " ")
        value, low, high = (float(row[each]) for each in ("value", "low", "high"))
        if math.isnan(value):
            lines.append(f"{name}: no figure ({row['note']})")
        elif row["unit"] == "days":
            end = "no upper end yet" if math.isnan(high) else f"{high:.0f}"
            lines.append(f"{name}: {value:.0f} (95%: {low:.0f} to {end})")
        else:
            lines.append(f"{name}: {value:.1%} (95%: {low:.1%} to {high:.1%})")
    return "".join(f"{line}\n" for line in lines)


def _calendar(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation import LOG_NAME, read_log, read_spec, stamp_of
    from rcc_forecast.evaluation.calendar import calendar_of, calendar_said
    from rcc_forecast.evaluations import Sources, cells_of
    from rcc_forecast.geography import read_membership
    from rcc_forecast.tables.from_file import table_from_file

    spec = read_spec(given.spec)
    log = read_log(given.log or given.spec.parent / LOG_NAME)
    sources = Sources(panel=table_from_file(given.panel), name=given.panel.name)
    table = calendar_of(
        cells_of(sources, spec, read_membership()),
        spec,
        stamp_of(spec, log),
        release_lag=given.lag_days,
        report_weeks=given.weeks,
        earlier=log.earlier_looks(spec),
        power=None if given.power is None else _power(given.power),
    )
    with runs.whole_folder(given.out) as folder:
        runs.write_table(table, folder / "calendar.csv")
    sys.stdout.write(f"{calendar_said(table)}\n")
    for row in table.itertuples():
        can = "" if row.finding_possible else "; nothing can be found then"
        sys.stdout.write(
            f"Look {row.planned_look} of {len(table)}, {row.state}: {row.waits_for}, public "
            f"{row.published}, report due {row.report_due}{can}.\n"
        )
    sys.stdout.write(f"Written to {given.out}.\n")
    return 0


def _power(path: Path) -> pd.DataFrame:
    """Read what `evaluate power` wrote."""
    from rcc_forecast.tables.evaluation import POWER
    from rcc_forecast.tables.from_file import table_handed_out

    needed = ("outcome", "inference", "regions_left", "post_periods", "mde", "note")
    expected = "power.csv of `evaluate power`"
    return table_handed_out(path, POWER, needed=needed, expected=expected)


def _today() -> pd.Timestamp:
    return pd.Timestamp.today().normalize()


def _told(findings: Findings) -> str:
    """Say what was found, by rule; the lines are in findings.csv."""
    rows = findings.summary().itertuples() if len(findings) else ()
    return "".join(f"{row.rule}: {row.findings:,} findings; {row.done}.\n" for row in rows)
