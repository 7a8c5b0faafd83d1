"""A whole command in a process of its own: seconds, memory, and what it says on the way."""

from __future__ import annotations

import os
import pty
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from time import perf_counter

CHUNK = 65_536
KILOBYTES_A_GB = 1e6


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said, each with the wall seconds."""

    code: int
    wall: float
    cpu: float
    peak_gb: float
    said: list[tuple[float, str]]

    def told(self) -> dict[str, object]:
        return {
            "exit_code": self.code,
            "wall_seconds": round(self.wall, 2),
            "cpu_seconds": round(self.cpu, 2),
            "peak_rss_gb": round(self.peak_gb, 3),
        }


def rcc_forecast(*arguments: object, folder: Path) -> Ended:
    """Run a command of the program to its end.

    Progress is only told to a terminal, so the command is given one; memory and
    seconds of the processor are those of this process alone. Compiled Python is
    kept in the folder, wherever the benchmark runs: a later command there starts
    as fast as it does for a user.
    """
    command = [sys.executable, "-m", "rcc_forecast", *map(str, arguments)]
    ours, theirs = pty.openpty()
    began = perf_counter()
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = Popen(
        command,
        cwd=folder,
        env={**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled")},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = [(round(perf_counter() - began, 2), text) for text in _until_closed(ours)]
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        process.returncode,
        perf_counter() - began,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / KILOBYTES_A_GB,
        said,
    )


def _until_closed(terminal: int) -> Iterator[str]:
    with suppress(OSError):  # a terminal whose other end is closed gives an error, not an end
        while piece := os.read(terminal, CHUNK):
            text = piece.decode("utf-8", "replace")
            yield from (_plain(line) for line in text.split("\r") if _plain(line))
    os.close(terminal)


def _plain(line: str) -> str:
    return re.sub(r"^\s*\d+ s  ", "", line.replace("\x1b[K", "")).strip()


REACHED = re.compile(r"([\d,]+) children without a home, at most ([\d,]+) points")


def reached(said: list[tuple[float, str]]) -> list[tuple[float, int, int]]:
    """Give wall seconds, children without a home and points from the best, as they were told.

    The first two seconds of a command are told to nobody.
    """
    told = [
        (seconds, *(int(number.replace(",", "")) for number in found.groups()))
        for seconds, words in said
        if (found := REACHED.search(words))
    ]
    return [row for at, row in enumerate(told) if at == 0 or row[1:] != told[at - 1][1:]]


def other_steps(said: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Give the steps that tell no figures."""
    return [(seconds, words) for seconds, words in said if not REACHED.search(words)]
