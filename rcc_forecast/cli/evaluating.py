"""`evaluate`, `evaluate power`, `evaluate lock`: pathfinders against the rest, honestly."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rcc_forecast import runs
from rcc_forecast.cli.arguments import Commands, add_command, add_out_folder
from rcc_forecast.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from rcc_forecast.evaluation.panel import Cells
    from rcc_forecast.evaluations import Sources
    from rcc_forecast.results.evaluation import Evaluation

POWER, LOCK = "evaluate power", "evaluate lock"

_SPEC = """
  SPEC is TOML, such as
    primary = "over_20_miles"
    outcomes = ["over_20_miles", "three_or_more_placements"]
    cut_off = 2026-11-30
    looks = 3
    [[treated]]
    unit = "North West"
    announced = 2024-01-01
    delivery = 2025-04-01
  PANEL has the columns la_code, region, period, outcome, numerator, denominator,
  value, release_date (README, Evaluation); `rcc-forecast panel` makes one.
"""


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    command = add_command(
        commands,
        "evaluate",
        _evaluate,
        does="compare pathfinders with the rest, as the specification says, and no more",
        examples="  rcc-forecast evaluate panel.csv --spec spec.toml --out evaluation/\n"
        "  rcc-forecast evaluate panel.csv --spec spec.toml --since last-year/ --out this-year/\n"
        + _SPEC,
    )
    _add_panel(command)
    command.add_argument(
        "--since", type=Path, metavar="DIR", help="an earlier look's folder, to list what changed"
    )
    command.add_argument(
        "--groups",
        type=Path,
        metavar="FILE",
        help="the same outcomes by group of children (PANEL.groups.csv beside the panel)",
    )
    for name in ("milestones", "process"):
        command.add_argument(
            f"--{name}",
            type=Path,
            metavar="FILE",
            help=f"{name}.csv of `evaluate {name}`, to stand beside the outcomes",
        )
    command.add_argument(
        "--published",
        action="store_true",
        help="write a public edition too, small numbers withheld, into published/",
    )
    power = add_command(
        commands,
        POWER,
        _power,
        does="say what could be seen, and when, before anyone looks",
        examples="  rcc-forecast evaluate power panel.csv --spec spec.toml --out power/\n" + _SPEC,
    )
    _add_panel(power)
    lock = add_command(
        commands,
        LOCK,
        _lock,
        does="log a specification before the data are looked at",
        examples="  rcc-forecast evaluate lock --spec spec.toml\n"
        "  rcc-forecast evaluate lock --spec spec.toml --log evaluations.log\n"
        "  rcc-forecast evaluate lock --spec delay.toml     # assumptions of `evaluate delay`\n",
    )
    _add_spec(lock)


def _add_panel(command: argparse.ArgumentParser) -> None:
    command.add_argument("panel", type=Path, metavar="PANEL", help="outcomes by unit and period")
    _add_spec(command)
    add_out_folder(command)


def _add_spec(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--spec", type=Path, required=True, metavar="FILE", help="the specification (TOML)"
    )
    command.add_argument(
        "--log", type=Path, metavar="FILE", help="the log (evaluations.log beside the spec)"
    )


def _evaluate(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation import read_log, read_spec
    from rcc_forecast.evaluations import evaluation_of, public_edition, write_evaluation

    progress = TerminalProgress()
    spec = read_spec(given.spec)
    progress("reading the panel")
    evaluation, cells = evaluation_of(
        _sources(given), spec, read_log(_log_path(given)), progress=progress
    )
    with runs.whole_folder(given.out) as folder:
        write_evaluation(evaluation, folder)
        if given.published:
            progress("withholding small numbers")
            (folder / "published").mkdir()
            edition = public_edition(evaluation, cells)
            write_evaluation(edition, folder / "published", is_public=True)
    progress.done()
    sys.stdout.write(_said(evaluation, cells) + f"Written to {given.out}.\n")
    return 0


def _power(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation import read_log, read_spec
    from rcc_forecast.evaluations import plan_of_looks, write_plan_of_looks

    progress = TerminalProgress()
    spec = read_spec(given.spec)
    progress("reading the panel")
    planned = plan_of_looks(_sources(given), spec, read_log(_log_path(given)), progress=progress)
    with runs.whole_folder(given.out) as folder:
        write_plan_of_looks(planned, folder)
    progress.done()
    sys.stdout.write(_power_said(planned) + f"Written to {given.out}.\n")
    return 0


def _lock(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation import append_entry, next_entry, read_log
    from rcc_forecast.evaluation.locking import read_lockable
    from rcc_forecast.evaluations import software

    spec = read_lockable(given.spec)
    path = _log_path(given)
    log = read_log(path)
    already = log.of(spec)
    if already is not None:
        sys.stdout.write(f"{spec.sha256}\nLogged on {already['date']} already, in {path}.\n")
        return 0
    entry = next_entry(
        log,
        spec,
        today=pd.Timestamp.today().normalize(),
        software=software(),
        git_commit=git_commit(given.spec),
    )
    append_entry(path, entry)
    sys.stdout.write(
        f"{spec.sha256}\nLogged on {entry['date']}, line {entry['entry']} of {path}.\n"
    )
    if spec.looks > 1 and spec.cut_off is None:
        sys.stdout.write(
            "The plan has several looks and this specification no cut_off: it counts as the "
            "first. Give each look its own cut_off, and log each.\n"
        )
    return 0


def _sources(given: argparse.Namespace) -> Sources:
    from rcc_forecast.evaluations import Sources
    from rcc_forecast.tables.from_file import table_from_file

    groups = _groups_path(given)
    since = getattr(given, "since", None)
    return Sources(
        panel=table_from_file(given.panel),
        name=given.panel.name,
        groups=None if groups is None else table_from_file(groups),
        groups_name="" if groups is None else groups.name,
        following=_following(given),
        before=None if since is None else _earlier_look(since),
    )


def _following(given: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """Read what `evaluate milestones` and `evaluate process` handed out, where it is named."""
    from rcc_forecast.tables.following import MILESTONES, PROCESS
    from rcc_forecast.tables.from_file import table_handed_out

    return {
        table.name: table_handed_out(
            path, table, expected=f"{table.name}.csv of `evaluate {table.name}`"
        )
        for table in (MILESTONES, PROCESS)
        if (path := getattr(given, table.name, None)) is not None
    }


def _earlier_look(folder: Path) -> pd.DataFrame:
    """Read the estimates of an earlier look; one of an earlier version may have fewer columns."""
    from rcc_forecast.tables.evaluation import ESTIMATES
    from rcc_forecast.tables.from_file import table_handed_out

    needed = ("outcome", "estimator", "inference", "estimate")
    expected = "a folder of an earlier look with estimates.csv"
    return table_handed_out(folder / "estimates.csv", ESTIMATES, needed=needed, expected=expected)


def _groups_path(given: argparse.Namespace) -> Path | None:
    """Give the groups asked for, else those that `panel` wrote beside the panel."""
    asked: Path | None = getattr(given, "groups", None)
    beside = Path(given.panel).with_suffix(f".groups{Path(given.panel).suffix}")
    return asked or (beside if hasattr(given, "groups") and beside.is_file() else None)


def _log_path(given: argparse.Namespace) -> Path:
    from rcc_forecast.evaluation import LOG_NAME

    return Path(given.log or given.spec.parent / LOG_NAME)


def git_commit(path: Path) -> str | None:
    """Give the commit that the folder of a file is at, or None outside a repository."""
    for folder in path.resolve().parents:
        git = folder / ".git"
        if git.is_dir() and (git / "HEAD").is_file():
            head = (git / "HEAD").read_text(encoding="utf-8").strip()
            if not head.startswith("ref: "):
                return head
            name = head.removeprefix("ref: ")
            if (git / name).is_file():
                return (git / name).read_text(encoding="utf-8").strip()
            return _packed(git / "packed-refs", name)
    return None


def _packed(path: Path, name: str) -> str | None:
    if not path.is_file():
        return None
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return next((parts[0] for parts in lines if parts[1:] == [name]), None)


def _said(evaluation: Evaluation, cells: Cells) -> str:
    verdict, stamp = evaluation.verdict, evaluation.stamp
    lines = [verdict["sentence"]]
    if verdict["as_often"] and not stamp.is_exploratory:
        lines.append(verdict["as_often"])
    lines.append(
        f"Look {stamp.look_of_looks}, {stamp.stamp}, specification {stamp.spec_sha256[:12]}."
    )
    if cells.late:
        lines.append(f"{cells.late:,} rows were released after the cut-off and are in no result.")
    lines += [f"{row.found}: {row.done}." for row in evaluation.findings.frame.itertuples()]
    return "".join(f"{line}\n" for line in lines)


def _power_said(planned: Evaluation) -> str:
    table = planned.tables["power"]
    lines = []
    for outcome, rows in table.groupby("outcome", sort=False):
        made = rows[rows["mde"].notna() & (rows["inference"] == "donald_lang")]
        if not len(made):
            lines.append(f"{outcome}: {rows['note'].iloc[0]}.")
            continue
        most = made[made["regions_left"] == made["regions_left"].max()]
        lines.append(f"{outcome}: smallest effect that would be found 80 times in 100")
        is_share = outcome in planned.verdict["shares"]
        lines += [
            f"  by {row.date}, {_periods_said(int(row.post_periods))} in: "
            f"{_effect_said(float(row.mde), is_share=is_share)}"
            for row in most.itertuples()
        ]
    return "".join(f"{line}\n" for line in lines)


def _periods_said(number: int) -> str:
    return f"{number} period{'' if number == 1 else 's'}"


def _effect_said(size: float, *, is_share: bool) -> str:
    return f"{100 * size:.1f} percentage points" if is_share else f"{size:.3g}"
