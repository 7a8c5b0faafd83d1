"""The interim protocol: specifications logged before anyone looks, and which look this is.

The log is a file of JSON lines that only grows. Each line holds the hash of the
line before it, so that a line that was changed, put in or taken out shows. A
plan is a specification without its cut-off: its looks are the cut-offs that
were logged for it, in the order of their days.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from rcc_forecast.errors import RccError, UnreadableInputError
from rcc_forecast.evaluation.panel import last_day_of
from rcc_forecast.evaluation.periods import Moment, moment_of
from rcc_forecast.evaluation.spec import hash_of
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp

LOG_NAME = "evaluations.log"
"""Name of the log, beside the specification."""

_START = "0" * 64


class AlteredLogError(RccError):
    """The log is not as it was written."""

    def __init__(self, *, name: str, line: int) -> None:
        self.name, self.line = name, line
        super().__init__(
            f"{name}, line {line}: does not follow from the lines before it. The log only grows: "
            f"restore it from a copy, or begin a new one and say why."
        )


class LooksUsedUpError(RccError):
    """Every look that a plan allows has been logged."""

    def __init__(self, *, looks: int) -> None:
        self.looks = looks
        super().__init__(
            f"This plan allows {looks} look{'s' if looks > 1 else ''}, and as many are logged. "
            f"A further look would raise the chance of a false alarm above alpha: "
            f"plan for more looks in a new specification."
        )


class Lockable(Protocol):
    """A specification that can be logged before anyone looks."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical content."""

    @property
    def plan_sha256(self) -> str:
        """SHA-256 of what the looks of one plan share."""

    @property
    def looks(self) -> int:
        """Looks that the plan allows."""

    @property
    def cut_off(self) -> Moment | None:
        """Nothing released later reaches a result."""

    def canonical(self) -> dict[str, Any]:
        """Give plain content, JSON-ready, every default written out."""


@dataclass(frozen=True, slots=True)
class Log:
    """Specifications that were logged, oldest first.

    Attributes
    ----------
    entries : tuple of dict
        Lines of the log: entry, date, spec_sha256, plan_sha256, cut_off,
        looks, spec, software, git_commit, previous, sha256.
    """

    entries: tuple[dict[str, Any], ...] = ()

    def of(self, spec: Lockable) -> dict[str, Any] | None:
        """Give the entry of a specification, or None."""
        wanted = spec.sha256
        return next((each for each in self.entries if each["spec_sha256"] == wanted), None)

    def earlier_looks(self, spec: Lockable) -> list[Moment]:
        """Give the logged cut-offs of the same plan that lie before this one, oldest first."""
        if spec.cut_off is None:
            return []
        plan, day = spec.plan_sha256, last_day_of(spec.cut_off)
        found = {}
        for entry in self.entries:
            moment = moment_of(entry["cut_off"])
            if entry["plan_sha256"] == plan and moment is not None and last_day_of(moment) < day:
                found[last_day_of(moment)] = moment
        return [found[each] for each in sorted(found)]


def read_log(path: Path) -> Log:
    """Read a log and follow its chain; a log that is not there is empty.

    Raises
    ------
    AlteredLogError
        A line does not follow from the one before it.
    UnreadableInputError
        It is no file that can be read.
    """
    if not path.exists():
        return Log()
    entries: list[dict[str, Any]] = []
    previous = _START
    for number, line in enumerate(_lines_of(path), start=1):
        entry = _entry_of(line)
        sealed = {name: value for name, value in entry.items() if name != "sha256"}
        follows = (
            entry.get("previous") == previous
            and entry.get("entry") == number
            and hash_of(sealed) == entry.get("sha256")
        )
        if not follows:
            raise AlteredLogError(name=path.name, line=number)
        entries.append(entry)
        previous = str(entry["sha256"])
    return Log(tuple(entries))


def _lines_of(path: Path) -> list[bytes]:
    # By line feeds alone: a name may hold what other programs take for the end of a line.
    try:
        written = path.read_bytes()
    except OSError as error:
        expected = "a log that an earlier run wrote"
        raise UnreadableInputError(path=path.name, expected=expected) from error
    return written.removesuffix(b"\n").split(b"\n") if written else []


def _entry_of(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def next_entry(
    log: Log,
    spec: Lockable,
    *,
    today: pd.Timestamp,
    software: dict[str, str],
    git_commit: str | None,
) -> dict[str, Any]:
    """Make the line that logs a specification.

    Parameters
    ----------
    log : Log
        So far.
    spec : Lockable
        Not yet in it.
    today : Timestamp
        The day.
    software : dict of str to str
        Versions that it was written for; beside the hash, not in it.
    git_commit : str or None
        Where the specification lies in a repository.

    Raises
    ------
    LooksUsedUpError
        The plan has had all its looks.
    """
    plan = spec.plan_sha256
    used = {each["cut_off"] for each in log.entries if each["plan_sha256"] == plan}
    if len(used) >= spec.looks:
        raise LooksUsedUpError(looks=spec.looks)
    canonical = spec.canonical()
    entry = {
        "entry": len(log.entries) + 1,
        "date": today.strftime("%Y-%m-%d"),
        "spec_sha256": spec.sha256,
        "plan_sha256": plan,
        "cut_off": canonical.get("cut_off"),
        "looks": spec.looks,
        "spec": canonical,
        "software": software,
        "git_commit": git_commit,
        "previous": log.entries[-1]["sha256"] if log.entries else _START,
    }
    return {**entry, "sha256": hash_of(entry)}


def append_entry(path: Path, entry: dict[str, Any]) -> None:
    """Put a line at the end of a log; what is there is never written again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


def stamp_of(spec: Lockable, log: Log) -> Stamp:
    """Say by which specification, at which look, and whether it was logged.

    Look k is one more than the logged looks of the same plan with an earlier
    cut-off, and never more than the plan allows. Without a cut-off it is the first.
    """
    entry = log.of(spec)
    look = min(len(log.earlier_looks(spec)) + 1, spec.looks)
    stamp = EXPLORATORY if entry is None else f"pre-specified on {entry['date']}"
    return Stamp(spec.sha256, look, spec.looks, stamp)
