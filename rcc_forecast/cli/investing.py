"""`invest`: where new capacity should go."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_forecast_settings,
    add_out_folder,
    add_returns,
    add_scenario,
    config_of,
    given_scenario,
    left_alone_said,
    prepare_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from rcc_forecast.results.investing import Investment

_COLUMNS = """
  SITES is a CSV, XLSX, parquet or JSON with a row for each home that could be opened:
    site_id, placement_type, places, local_authority, easting and northing (or postcode), cost_gbp
    age_min, age_max, sex, needs_met, sibling_exemption, solo, weekly_cost_gbp   may be absent
  such as
    site_id,placement_type,places,local_authority,postcode,cost_gbp,weekly_cost_gbp
    S1,childrens_home,4,E08000003,M14 5RX,850000,5200
    S2,foster,2,E08000009,M33 2AB,12000,480
"""


def add_commands(commands: Commands) -> None:
    """Declare the command of this file."""
    command = add_command(
        commands,
        "invest",
        _invest,
        does="choose where new homes should open within a budget, over many futures of demand",
        examples="  rcc-forecast invest returns/ homes.csv --sites sites.csv --budget 2000000 "
        "--out invest/\n"
        "  rcc-forecast invest returns/ homes.csv --sites sites.csv --budget 500000 "
        "--horizon 36 --scenario what-if.toml --out invest/\n" + _COLUMNS,
    )
    add_returns(command)
    command.add_argument("homes", type=Path, metavar="HOMES", help="the provision register")
    command.add_argument(
        "--sites", type=Path, required=True, metavar="SITES", help="homes that could be opened"
    )
    command.add_argument(
        "--budget", type=_pounds, required=True, metavar="N", help="pounds to open them with"
    )
    add_forecast_settings(command)
    add_scenario(command)
    command.add_argument(
        "--time-limit", type=float, metavar="S", help="seconds after which to stop and say so"
    )
    add_out_folder(command)


def _pounds(text: str) -> float:
    try:
        pounds = float(text.replace(",", "").replace("£", ""))
    except ValueError:
        pounds = math.nan
    if not 0.0 <= pounds < math.inf:
        raise argparse.ArgumentTypeError("a number of pounds is needed, such as 2000000")
    return pounds


def _invest(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.investing import read_sites
    from rcc_forecast.registers import read_homes, tidy_homes
    from rcc_forecast.scenarios import Use

    config = config_of(given)
    scenario, _ = given_scenario(given)
    progress = TerminalProgress()
    progress("reading sites and homes")
    sites, about_sites = read_sites(given.sites, tidy_homes=tidy_homes)
    homes, about_homes = read_homes(given.homes)
    prepared = prepare_given_returns(given, progress)
    forecast = pipeline.forecast(
        prepared, config, scenario=scenario, resume=given.resume, progress=progress
    )
    result = pipeline.invest(
        prepared,
        forecast,
        homes,
        sites,
        budget=given.budget,
        scenario=scenario,
        seed=config.seed,
        time_limit=given.time_limit,
        findings=prepared.findings + about_homes + about_sites,
        progress=progress,
    )
    _write(result, given, forecast.meta, scenario.as_dict() if scenario else None)
    progress.done()
    left = left_alone_said(scenario, Use.SITES)
    sys.stdout.write(f"{_said(result)}{left}Written to {given.out}.\n")
    return 0


def _write(
    result: Investment, given: argparse.Namespace, meta: dict[str, Any], scenario: Any
) -> None:
    with runs.whole_folder(given.out) as folder:
        runs.write_table(result.table, folder / "investment.csv")
        runs.write_table(result.findings.frame, folder / "findings.csv")
        told = {
            **result.summary,
            "forecast": meta,
            "homes_hash": runs.hash_files([given.homes]),
            "sites_hash": runs.hash_files([given.sites]),
            "scenario": scenario,
        }
        runs.write_json(told, folder / "summary.json")
        runs.write_json(result.judged, folder / "judged.json")


def _said(result: Investment) -> str:
    from rcc_forecast.reporting.words import counted

    told, change = result.summary, result.judged["change"]
    lines = [
        f"{told['chosen']} of {counted(told['sites'], 'site', 'sites')}, "
        f"{counted(told['places'], 'place', 'places')}, for "
        f"£{told['spent_gbp']:,.0f} of £{told['budget_gbp']:,.0f}. "
        f"On average {told['with_sites']['unplaced']['mean']:.1f} children without a place, "
        f"instead of {told['without_sites']['unplaced']['mean']:.1f}.",
        f"No choice is better{_by_more_than(told['gap'])} (points).",
    ]
    if result.judged["futures_judged"]:
        lines.append(
            f"Judged child by child in {result.judged['futures_judged']} futures: "
            f"{_change(change['placed'])} children placed, "
            f"{_change(change['groups_together'])} sibling groups together, "
            f"{_change(change['miles_saved'])} miles saved."
        )
    return "\n".join([*lines, "Advice to the people who decide, not a decision.", ""])


def _by_more_than(gap: float) -> str:
    """Round up, so that what is said is proven."""
    return f" by more than {math.ceil(gap * 10_000) / 10_000:.2%}" if gap > 0 else ""


def _change(figure: dict[str, float | None]) -> str:
    if figure["mean"] is None:
        return "no figure for"
    error = "" if figure["se"] is None else f" ± {figure['se']:.1f}"
    return f"{figure['mean']:+.1f}{error}"
