"""`evaluate skill`, `evaluate delay`: regional against local forecasts, and what waiting costs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rcc_forecast import runs
from rcc_forecast.cli.arguments import Commands, add_command, add_out_folder

SKILL, DELAY = "evaluate skill", "evaluate delay"

_ASSUMPTIONS = """
  FILE is TOML; every assumption is an interval (95%) with its source, such as
    price_year = 2025
    horizon_years = 10
    [placements_avoided]     # at any time, once fully at work; from an evaluation
    low = -4
    best = 12
    high = 28
    source = "estimates.csv, look 2 of 4"
    [weekly_cost_gap]        # GBP a week for each placement avoided
    [ramp_months]            # months until fully at work
    [set_up_cost]            # GBP once
    [running_cost]           # GBP a year
    [delay_months]           # may be one figure: value = 24
    [discount_rate]          # 0.035 a year, real, unless given
  draws = 10000 and seed = 0 may be given.
"""


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    skill = add_command(
        commands,
        SKILL,
        _skill,
        does="say whether forecasts that lean on the region miss by less than local ones",
        examples="  rcc-forecast backtest returns/ --horizon 12 --out backtest.csv\n"
        "  rcc-forecast evaluate skill backtest.csv --out skill/",
    )
    skill.add_argument(
        "backtest",
        type=Path,
        metavar="BACKTEST",
        help="scores from `backtest`, with the pooling files that it writes beside them",
    )
    delay = add_command(
        commands,
        DELAY,
        _delay,
        does="sum what a delay costs, with every assumption in the open",
        examples="  rcc-forecast evaluate lock --spec delay.toml\n"
        "  rcc-forecast evaluate delay --spec delay.toml --out delay/\n" + _ASSUMPTIONS,
    )
    delay.add_argument(
        "--spec", type=Path, required=True, metavar="FILE", help="the assumptions (TOML)"
    )
    delay.add_argument(
        "--log", type=Path, metavar="FILE", help="the log (evaluations.log beside the spec)"
    )
    for command in (skill, delay):
        add_out_folder(command)


def _skill(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation.skill import read_pooling, skill_said, skill_table

    table = skill_table(read_pooling(given.backtest))
    with runs.whole_folder(given.out) as folder:
        runs.write_table(table, folder / "skill.csv")
    sys.stdout.write(
        f"{skill_said(table)}\nTwo ways of forecasting from the same returns, not what a "
        f"co-operative or an authority in fact forecast.\nWritten to {given.out}.\n"
    )
    return 0


def _delay(given: argparse.Namespace) -> int:
    from rcc_forecast.evaluation import LOG_NAME, read_log
    from rcc_forecast.evaluation.delay import cost_of_delay
    from rcc_forecast.evaluation.delay_assumptions import read_delay_spec

    log = read_log(given.log or given.spec.parent / LOG_NAME)
    found = cost_of_delay(read_delay_spec(given.spec), log=log)
    with runs.whole_folder(given.out) as folder:
        for name, table in found.tables.items():
            runs.write_table(table, folder / f"{name}.csv")
    widest = found.tables["tornado"]["assumption"].iloc[0]
    whole = found.tables["delay"].iloc[0]
    sys.stdout.write(
        f"{found.sentence}\nLook {whole['look']}, {whole['stamp']}, specification "
        f"{whole['spec_sha256'][:12]}.\nIt turns most on {widest}. Published totals stand beside "
        f"in published.csv and are scaled to nothing.\nWritten to {given.out}.\n"
    )
    return 0
