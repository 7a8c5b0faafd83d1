"""`homes import`: other registers into homes.csv and children.csv."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rcc_forecast import runs
from rcc_forecast.cli.arguments import Commands, add_command
from rcc_forecast.errors import RccError

IMPORT = "homes import"

_EXAMPLES = """\
  rcc-forecast homes import --list
  rcc-forecast homes import ofsted.csv --mapping ofsted --out homes.csv
  rcc-forecast homes import census.xlsx --mapping placements_north_west --known ofsted_homes.csv \\
      --out homes.csv
  rcc-forecast homes import census.xlsx --mapping placements_north_west --out children.csv
  rcc-forecast homes import --show own > bolton.toml
  rcc-forecast homes import beds.xlsx --mapping bolton.toml --dry-run
"""


class ImportUsageError(RccError):
    """`homes import` was given too little to go on."""

    def __init__(self, *, missing: str) -> None:
        self.missing = missing
        super().__init__(
            f"`homes import` needs {missing}. `homes import --list` names the mappings that ship, "
            f"and `homes import --show NAME` prints one to copy and edit."
        )


def add_commands(commands: Commands) -> None:
    """Declare the command of this file."""
    command = add_command(
        commands,
        IMPORT,
        _import,
        does="read another register of homes or children through a mapping",
        examples=_EXAMPLES,
    )
    command.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="the other register: CSV (also .gz), XLSX, parquet or JSON",
    )
    command.add_argument(
        "--mapping", metavar="NAME|FILE", help="a shipped mapping, or a TOML file of your own"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="homes or children to write, ending in .csv, .parquet, .xlsx or .json; what was found "
        "stands beside it",
    )
    command.add_argument(
        "--table",
        choices=("homes", "children"),
        help="what to make where the mapping can make both (by the name of --out, else homes)",
    )
    command.add_argument(
        "--known",
        type=Path,
        metavar="HOMES",
        help="a register that tells by URN what this one leaves blank",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    command.add_argument("--list", action="store_true", help="list the mappings that ship")
    command.add_argument("--show", metavar="NAME", help="print a shipped mapping")


def _import(given: argparse.Namespace) -> int:
    from rcc_forecast.registers import mapping_text, shipped_mappings

    if given.list:
        names = shipped_mappings()
        width = max(map(len, names))
        sys.stdout.write("".join(f"{name:<{width}}  {title}\n" for name, title in names.items()))
        return 0
    if given.show:
        sys.stdout.write(mapping_text(given.show))
        return 0
    return _run(given)


def _run(given: argparse.Namespace) -> int:
    from rcc_forecast.registers import import_register, import_text, read_homes, read_mapping

    _require_enough(given)
    mapping = read_mapping(given.mapping)
    imported = import_register(
        given.file,
        mapping,
        writes=_table_asked(given, tuple(mapping.tables)),
        known=read_homes(given.known)[0] if given.known else None,
    )
    sys.stdout.write(import_text(imported))
    if given.dry_run:
        sys.stdout.write("\nA dry run: nothing was written.\n")
        return 0
    if imported.table.empty:
        sys.stderr.write("rcc-forecast: no row can be used, so nothing was written.\n")
        return 1
    beside = given.out.with_name(f"{given.out.stem}.findings.csv")
    runs.write_table(imported.findings.frame, beside)
    runs.write_table(imported.table, given.out)
    sys.stdout.write(f"\nWritten to {given.out}; what was found, by row, in {beside.name}.\n")
    return 0


def _require_enough(given: argparse.Namespace) -> None:
    if given.file is None:
        raise ImportUsageError(missing="a FILE to read")
    if given.mapping is None:
        raise ImportUsageError(missing="--mapping")
    if given.out is None and not given.dry_run:
        raise ImportUsageError(missing="--out, or --dry-run")
    if given.out is not None:
        runs.check_suffix(given.out)


def _table_asked(given: argparse.Namespace, written: tuple[str, ...]) -> str | None:
    if given.table:
        return str(given.table)
    named = given.out.stem.casefold() if given.out is not None else ""
    return next((table for table in written if table in named), None)
