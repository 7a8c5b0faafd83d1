"""`compare`: scenarios side by side, future by future."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rcc_forecast import runs
from rcc_forecast.cli.arguments import Commands, add_command

if TYPE_CHECKING:
    import pandas as pd


def add_commands(commands: Commands) -> None:
    """Declare the command of this file."""
    command = add_command(
        commands,
        "compare",
        _compare,
        does="set runs of `sufficiency` beside the first of them, future by future",
        examples="  rcc-forecast compare as-is/ forty-carers/ fewer-entrants/\n"
        "  rcc-forecast compare as-is/ forty-carers/ --out compared/",
    )
    command.add_argument(
        "folders",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="folders written by `sufficiency`, two or more; the first is compared with",
    )
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for compare.csv and compare.html"
    )


def _compare(given: argparse.Namespace) -> int:
    from rcc_forecast.reporting.comparing import Comparison, render_comparison
    from rcc_forecast.what_ifs.paired import compare_kept, comparison_notes, read_kept

    if len(given.folders) < 2:
        sys.stderr.write("rcc-forecast compare: give two folders or more.\n")
        return 2
    kept = [read_kept(folder) for folder in given.folders]
    table = compare_kept(kept)
    notes = comparison_notes(kept)
    sys.stdout.write(said(table) + "".join(f"{note}\n" for note in notes))
    if given.out is not None:
        page = render_comparison(Comparison(kept[0].name, table, notes))
        with runs.whole_folder(given.out) as folder:
            runs.write_table(table, folder / "compare.csv")
            runs.write_text(page, folder / "compare.html")
        sys.stdout.write(f"Written to {given.out}.\n")
    return 0


def said(table: pd.DataFrame) -> str:
    """Say what each scenario changes in the last month, all authorities together."""
    last = table[table["horizon"] == table["horizon"].max()]
    whole = (last["region"] == "All") & (last["local_authority"] == "All") & (last["rcc"] == "")
    rows = last[whole & last["placement_type"].isin(["planned", "All"])]
    lines = []
    for scenario, of_scenario in rows.groupby("scenario", sort=False):
        lines.append(f"{scenario}, {of_scenario['month'].iloc[0]}, against the first:")
        summed = of_scenario.drop_duplicates("measure", keep="last")
        lines += [
            f"  {row.measure}: {row.difference_mean:+,.1f} "
            f"(8 futures of 10: {row.difference_q10:+,.1f} to {row.difference_q90:+,.1f}; "
            f"less in {row.p_below_0:.0%})"
            for row in summed.itertuples()
        ]
    return "".join(f"{each}\n" for each in lines)
