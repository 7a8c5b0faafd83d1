"""`forecast`, `backtest`: how many children, and how well such forecasts did."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rcc_forecast import runs
from rcc_forecast.cli.arguments import (
    Commands,
    add_command,
    add_forecast_settings,
    add_out_file,
    add_returns,
    config_of,
    count,
    prepare_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.codes import ALL, Measure

if TYPE_CHECKING:
    import pandas as pd

    from rcc_forecast.results.forecast import DemandBacktest


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    forecast = add_command(
        commands,
        "forecast",
        _forecast,
        does="forecast children, entries and exits at every level, with honest intervals",
        examples="  rcc-forecast forecast returns/ --horizon 24 --out forecast.csv\n"
        "  rcc-forecast forecast returns/ --horizon 36 --as-of 2025-03-31 --out forecast.parquet",
    )
    backtest = add_command(
        commands,
        "backtest",
        _backtest,
        does="score every method on past years, with the returns that were held then",
        examples="  rcc-forecast backtest returns/ --horizon 12 --out backtest.csv\n"
        "  rcc-forecast backtest returns/ --horizon 24 --origins 5 --out backtest.xlsx",
    )
    for command in (forecast, backtest):
        add_returns(command)
        add_forecast_settings(command)
        add_out_file(command)
    _add_series_commands(commands)


def _add_series_commands(commands: Commands) -> None:
    forecast = add_command(
        commands,
        "forecast-series",
        _forecast_series,
        does="forecast any table of series_id, period, value (and group) by the same methods",
        examples="  rcc-forecast forecast-series in.csv --season 12 --horizon 24 --out next.csv",
    )
    backtest = add_command(
        commands,
        "backtest-series",
        _backtest_series,
        does="score every method on the past of any table of series",
        examples="  rcc-forecast backtest-series stock.csv --season 1 --horizon 3 --out scores.csv",
    )
    for command in (forecast, backtest):
        command.add_argument("series", type=Path, metavar="FILE", help="the table of series")
        command.add_argument(
            "--season", type=int, choices=(12, 4, 1), required=True, help="periods of a year"
        )
        command.add_argument(
            "--horizon", type=count, required=True, metavar="H", help="periods ahead"
        )
        command.add_argument(
            "--origins", type=count, default=5, metavar="N", help="past forecasts to judge by (5)"
        )
        command.add_argument("--seed", type=int, default=0, metavar="S", help="of all chance (0)")
        add_out_file(command)


def _forecast(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline

    runs.check_suffix(given.out)
    config = config_of(given)
    progress = TerminalProgress()
    prepared = prepare_given_returns(given, progress)
    forecast = pipeline.forecast(prepared, config, progress=progress)
    progress("writing")
    table = forecast.table()
    if given.out.suffix == ".xlsx":
        runs.write_table(summary_levels(table), given.out, sheet="summary levels only")
    else:
        runs.write_table(table, given.out)
    runs.write_json(forecast.meta, given.out.with_name(f"{given.out.stem}.meta.json"))
    progress.done()
    if given.out.suffix == ".xlsx":
        sys.stdout.write("A workbook holds the summary levels; .csv and .parquet hold every one.\n")
    sys.stdout.write(
        f"{len(table):,} rows by {_said(forecast.models)}. "
        f"Run {forecast.meta['run_id']}. Written to {given.out}.\n"
    )
    return 0


def summary_levels(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that a workbook can hold: one dimension at a time, no cross-tables."""
    crossed = (table["placement_type"] != ALL) & (table["age_band"] != ALL)
    return table[~crossed]


def _backtest(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline

    runs.check_suffix(given.out)
    config = config_of(given)
    progress = TerminalProgress()
    prepared = prepare_given_returns(given, progress)
    result = pipeline.backtest(prepared, config, progress=progress)
    progress("writing")
    runs.write_table(result.table(), given.out)
    progress.done()
    sys.stdout.write(_scores_said(result) + f"Written to {given.out}.\n")
    return 0


def _said(models: dict[str, str]) -> str:
    return ", ".join(f"{model} ({measure})" for measure, model in models.items())


def _scores_said(result: DemandBacktest) -> str:
    origins = ", ".join(f"{day:%d %B %Y}" for day in result.origins)
    chosen = result.chosen()
    lines = [f"Forecasts from {origins}, scored against what came."]
    lines += [f"  {measure.value}: {chosen[measure.value]} did best" for measure in Measure]
    return "\n".join([*lines, *result.notes, ""])


def _forecast_series(given: argparse.Namespace) -> int:
    from rcc_forecast.forecasting import forecast_series

    return _series(given, forecast_series)


def _backtest_series(given: argparse.Namespace) -> int:
    from rcc_forecast.forecasting import backtest_series

    return _series(given, backtest_series)


def _series(given: argparse.Namespace, make: Callable[..., pd.DataFrame]) -> int:
    from rcc_forecast.forecasting import read_series

    runs.check_suffix(given.out)
    progress = TerminalProgress()
    progress("reading series")
    table = read_series(given.series, season=given.season)
    result = make(
        table,
        horizon=given.horizon,
        origins=given.origins,
        seed=given.seed,
        progress=progress,
    )
    runs.write_table(result, given.out)
    progress.done()
    notes = "".join(f"{note}\n" for note in table.notes)
    sys.stdout.write(f"{notes}{len(result):,} rows. Written to {given.out}.\n")
    return 0
