"""`demo`: the whole story on synthetic data, in one report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import rcc_forecast
from rcc_forecast.cli.arguments import Commands, add_command, existing
from rcc_forecast.cli.progress import TerminalProgress

_BESIDE_THE_PACKAGE = Path(rcc_forecast.__file__).resolve().parents[1] / "sample_data"


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    demo = add_command(
        commands,
        "demo",
        _demo,
        does="the whole story on synthetic data: check, forecast, sufficiency, plan, report",
        examples="  rcc-forecast demo\n  rcc-forecast demo --out out/demo",
    )
    demo.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="folder (out/demo)"
    )
    demo.add_argument(
        "--data", type=Path, metavar="DIR", help="synthetic data to use (sample_data)"
    )


def _demo(given: argparse.Namespace) -> int:
    from rcc_forecast.demo import tell_the_story

    found = _BESIDE_THE_PACKAGE if _BESIDE_THE_PACKAGE.exists() else Path("sample_data")
    data = existing(
        given.data or found,
        expected="a folder of synthetic data; `rcc-forecast synthesise` makes one",
    )
    progress = TerminalProgress()
    page = tell_the_story(data, given.out, progress=progress)
    progress.done()
    sys.stdout.write(page)
    return 0
