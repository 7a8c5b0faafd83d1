"""Commands run as a person runs them: arguments in, exit code and words out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rcc_forecast.cli import main


def run(*arguments: object) -> int:
    """Run a command in this process and give its exit code."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stop:  # argparse ends the process where it is used wrongly
        return int(stop.code or 0)


def a_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder and give it."""
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return path
