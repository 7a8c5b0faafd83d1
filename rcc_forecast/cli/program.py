"""One parser of every command, and what an error means for the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rcc_forecast import __version__
from rcc_forecast.cli import (
    comparing,
    data,
    evaluating,
    following,
    forecasts,
    investing,
    panels,
    planning,
    public,
    registers,
    service,
    skill_and_delay,
    story,
    sufficiency,
    variation,
)
from rcc_forecast.errors import NothingUsableError, RccError

_SUBJECTS = (
    *(story, data, forecasts, sufficiency, comparing, planning, investing),
    *(panels, evaluating, following, skill_and_delay, variation, registers, service, public),
)

_TWO_WORDS = (
    *("place frontier", "place arrivals", registers.IMPORT),
    *(evaluating.POWER, evaluating.LOCK, skill_and_delay.SKILL, skill_and_delay.DELAY),
    variation.VARIATION,
    *following.TWO_WORDS,
)
"""Commands of two words; the parser takes each as one."""

_STOPPED = 130
"""What a shell gives a command that was stopped with Ctrl-C."""

_INTRODUCTION = """\
Will there be enough homes for children looked after, of which kind, where, and
how sure are we? From SSDA903 returns and a register of homes.

examples:
  rcc-forecast check returns/
  rcc-forecast forecast returns/ --horizon 24 --out forecast.csv
  rcc-forecast sufficiency returns/ homes.csv --horizon 24 --out sufficiency/
  rcc-forecast place children.csv homes.csv --out plan/
"""


def build_parser() -> argparse.ArgumentParser:
    """Give the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="rcc-forecast",
        description=_INTRODUCTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"rcc-forecast {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for subject in _SUBJECTS:
        subject.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0: the output was written; 1: the data are so at fault that nothing
        could be (``check``: a row was refused); 2: used wrongly; 130: stopped
        from the keyboard.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if " ".join(words[:2]) in _TWO_WORDS:
        words[:2] = [" ".join(words[:2])]
    given = build_parser().parse_args(words)
    try:
        return int(given.run(given))
    except NothingUsableError as error:
        sys.stderr.write(f"rcc-forecast: {error}\n")
        return 1
    except RccError as error:
        sys.stderr.write(f"rcc-forecast: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nrcc-forecast: stopped; no output was written.\n")
        return _STOPPED
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        sys.stderr.close()
        return 0
    except OSError as error:
        # A folder that is read-only, a full disk, a file where a folder is needed.
        where = f"{error.filename}: " if error.filename else ""
        said = error.strerror or "no reason given"
        sys.stderr.write(f"rcc-forecast: {where}cannot be read or written ({said}).\n")
        return 2
