"""`place arrivals`: families who arrive over weeks, and which places to hold back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rcc_forecast import runs
from rcc_forecast.cli.arguments import add_out_folder, count, day
from rcc_forecast.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from rcc_forecast.placement.arrivals import ArrivalsCompared


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Declare what the simulator of arrivals can be asked for."""
    command.add_argument(
        "children", type=Path, metavar="CHILDREN", help="the children of so many weeks"
    )
    command.add_argument("homes", type=Path, metavar="HOMES", help="the provision register")
    command.add_argument(
        "--weeks", type=count, default=26, metavar="N", help="weeks in which they come (26)"
    )
    command.add_argument(
        "--replications",
        type=count,
        default=10,
        metavar="R",
        help="times the weeks are simulated (10; 30 for standard errors to trust)",
    )
    command.add_argument(
        "--leave-weekly",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of children who leave in a week (0: nobody)",
    )
    command.add_argument(
        "--on", type=day, metavar="DATE", help="day the homes must be open (today)"
    )
    command.add_argument("--seed", type=int, default=0, metavar="S", help="of all chance (0)")
    add_out_folder(command)


def run(given: argparse.Namespace) -> int:
    """Simulate arrivals, write the tables, and say what came of it."""
    from rcc_forecast.placement.arrivals import compare_arrivals
    from rcc_forecast.registers import read_children, read_homes

    progress = TerminalProgress()
    progress("reading children and homes")
    homes, about_homes = read_homes(given.homes)
    children, about_children = read_children(given.children)
    on = given.on or pd.Timestamp.today().normalize()
    compared = compare_arrivals(
        children,
        homes,
        on=on,
        weeks=given.weeks,
        replications=given.replications,
        seed=given.seed,
        leave_weekly=given.leave_weekly,
        findings=about_homes + about_children,
        progress=progress,
    )
    _write(compared, given, on)
    progress.done()
    sys.stdout.write(f"{_said(compared)}Written to {given.out}.\n")
    return 0


def _write(compared: ArrivalsCompared, given: argparse.Namespace, on: pd.Timestamp) -> None:
    provenance = runs.provenance_of(
        data_hash=runs.hash_files([given.children, given.homes]),
        configuration={
            "on": f"{on:%Y-%m-%d}",
            "weeks": given.weeks,
            "replications": given.replications,
            "leave_weekly": given.leave_weekly,
        },
        seed=given.seed,
    )
    with runs.whole_folder(given.out) as folder:
        runs.write_table(compared.arrivals, folder / "arrivals.csv")
        runs.write_table(compared.reserve, folder / "reserve.csv")
        runs.write_table(compared.allocation, folder / "allocation.csv")
        runs.write_table(compared.findings.frame, folder / "findings.csv")
        runs.write_json(
            {**compared.summary, "provenance": provenance.as_dict()}, folder / "summary.json"
        )


def _said(compared: ArrivalsCompared) -> str:
    means = compared.arrivals[compared.arrivals["replication"] == "mean"].set_index("policy")
    default = compared.summary["default_policy"]
    lines = [
        f"{name:<15} {row['net_points']:>12,.0f} points  {row['unplaced']:.2f} without a home  "
        f"{row['together_pct']:.1f}% together  {row['over_20_miles_pct']:.1f}% over 20 miles\n"
        for name, row in means.iterrows()
    ]
    share, error = means.loc[default, ["share_of_gap_closed", "share_standard_error"]]
    if pd.notna(share):
        more = "" if pd.isna(error) else f" (standard error {100 * error:.0f})"
        lines.append(
            f"{default} closes {100 * share:.0f}%{more} of what the nearest home leaves open.\n"
        )
    held = int(compared.reserve["worth_holding_back"].gt(0).sum())
    lines.append(f"Kinds of home with places worth holding back today: {held}; see reserve.csv.\n")
    return "".join(lines)
