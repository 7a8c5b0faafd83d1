"""`evaluate variation`: what differences between authorities go together with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rcc_forecast import runs
from rcc_forecast.cli.arguments import Commands, add_command, add_out_folder

if TYPE_CHECKING:
    from rcc_forecast.evaluation.panel import Cells
    from rcc_forecast.evaluation.variation.spec import VariationSpec

VARIATION = "evaluate variation"

_SPEC = """
  FILE is TOML:
    [variation]
    outcome = "unit_cost_residential"   # an outcome of the panel
    periods = [2021, 2022, 2023]        # several: what lasts is told from what passes
    carry_forward = 3      # a characteristic may be up to so many periods older (0)
    [variation.explained_by]            # outcomes of the same panel, by group
    need_mix = ["sdq_score", "aged_16_and_over"]
    provider_mix = ["private_provision"]
  Instead of outcome, grades = ["childrens_homes_inadequate", ...], the lowest
  first, in one period. logarithm = true (for amounts), leave_out = [codes],
  cut_off, draws (500) and seed (0) may be given.
"""


def add_commands(commands: Commands) -> None:
    """Declare the command of this file."""
    command = add_command(
        commands,
        VARIATION,
        _variation,
        does="say what differences in cost or quality between authorities go together with",
        examples="  rcc-forecast panel --dfe lait.csv.gz characteristics.csv --out panel.csv\n"
        "  rcc-forecast evaluate variation panel.csv --spec variation.toml --out variation/\n"
        + _SPEC,
    )
    command.add_argument(
        "panel",
        type=Path,
        nargs="+",
        metavar="PANEL",
        help="outcomes by authority and period, from `panel`; further files, such as deprivation "
        "of your own (la_code, region, period, outcome, value), are put behind one another",
    )
    command.add_argument(
        "--spec", type=Path, required=True, metavar="FILE", help="what is set beside what (TOML)"
    )
    add_out_folder(command)


def _variation(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation.variation.comparing import variation_of
    from rcc_forecast.evaluation.variation.spec import read_variation_spec

    spec = read_variation_spec(given.spec)
    found = variation_of(_cells(given.panel, spec), spec)
    with runs.whole_folder(given.out) as folder:
        for name, table in found.tables.items():
            runs.write_table(table, folder / f"{name}.csv")
    sys.stdout.write(f"{found.sentence}\nWritten to {given.out}.\n")
    return 0


def _cells(paths: Sequence[Path], spec: VariationSpec) -> Cells:
    """Read panels, each by its own lines, and put them behind one another."""
    import pandas as pd

    from rcc_forecast.evaluation.panel import PanelAtFaultError, read_panel_frame
    from rcc_forecast.tables.from_file import table_from_file

    tables = {path: table_from_file(path) for path in paths}
    for path, table in tables.items():
        _, faults = read_panel_frame(table, name=path.name, cut_off=spec.cut_off)
        if faults:
            raise PanelAtFaultError(name=path.name, faults=faults)
    together = pd.concat(tables.values(), ignore_index=True)
    cells, faults = read_panel_frame(together, name="The panels together", cut_off=spec.cut_off)
    if faults:
        raise PanelAtFaultError(name="The panels together", faults=faults)
    return cells
