"""`forecast`, `backtest`: how many children, and how well such forecasts did."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from functools import partial
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
    existing,
    left_alone_said,
    prepare_given_returns,
)
from rcc_forecast.cli.progress import TerminalProgress
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.errors import UnreadableInputError

if TYPE_CHECKING:
    import pandas as pd

    from rcc_forecast.results.forecast import DemandBacktest
    from rcc_forecast.scenarios import Scenario


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    forecast = add_command(
        commands,
        "forecast",
        _forecast,
        does="forecast children, entries and exits at every level, with honest intervals",
        examples="  rcc-forecast forecast returns/ --horizon 24 --out forecast.csv\n"
        "  rcc-forecast forecast returns/ --horizon 36 --as-of 2025-03-31 --out forecast.parquet\n"
        "  rcc-forecast forecast returns/ --scenario fewer-entrants.toml --out what-if.csv",
    )
    forecast.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="a what-if: [entries] [exits] [durations] [moves] of a scenario file",
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
    _add_cards(commands)


_SERIES_TABLE = """  FILE is a CSV with a row for each series and period, in any order:
    series_id, period (2022, 2022Q1 or 2022-03), value
    group       optional: a parent, such as the region; series lean on their group
    exposure    optional: a population to take rates by; may be blank
    any further columns of figures, known up to the same period: flows or
    indicators, such as children in need (--season 1 uses them); may be blank
  such as
    series_id,period,value,group,exposure,started
    E06000001,2021,350,North East,20100,140
    E06000001,2022,361,North East,20050,152
"""


def _add_cards(commands: Commands) -> None:
    cards = add_command(
        commands,
        "cards",
        _cards,
        does="write the model cards: what each forecaster and estimator rests on and does not know",
        examples="  rcc-forecast cards --backtest backtest.csv > model-cards.md",
    )
    cards.add_argument(
        "--backtest", type=Path, metavar="FILE", help="scores to show, from `backtest` as CSV"
    )


def _cards(given: argparse.Namespace) -> int:
    import pandas as pd

    from rcc_forecast.evaluation.cards import estimator_cards
    from rcc_forecast.forecasting.cards import model_cards
    from rcc_forecast.tables.forecast import BACKTEST

    scores = None
    if given.backtest is not None:
        expected = "scores from `rcc-forecast backtest` as CSV"
        try:
            scores = pd.read_csv(existing(given.backtest, expected=expected))
        except ValueError as error:
            raise UnreadableInputError(path=str(given.backtest), expected=expected) from error
        if not set(BACKTEST.names) <= set(scores.columns):
            raise UnreadableInputError(path=str(given.backtest), expected=expected)
    sys.stdout.write(model_cards(scores) + estimator_cards())
    return 0


def _add_series_commands(commands: Commands) -> None:
    forecast = add_command(
        commands,
        "forecast-series",
        _forecast_series,
        does="forecast any table of series together, each from its own last period",
        examples="  rcc-forecast forecast-series in.csv --season 12 --horizon 24 --out next.csv\n"
        "  rcc-forecast forecast-series stock.csv --season 1 --horizon 3 --out next.csv\n\n"
        + _SERIES_TABLE,
    )
    backtest = add_command(
        commands,
        "backtest-series",
        _backtest_series,
        does="score every method on the past of any table of series",
        examples="  rcc-forecast backtest-series stock.csv --season 1 --horizon 3 --out scores.csv"
        "\n\n" + _SERIES_TABLE,
    )
    backtest.add_argument(
        "--origins", type=count, default=5, metavar="N", help="past forecasts to judge by (5)"
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
            "--seed", type=int, default=0, metavar="S", help="changes nothing: no chance is used"
        )
        add_out_file(command)


def _forecast(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline
    from rcc_forecast.scenarios import read_scenario

    runs.check_suffix(given.out)
    config = config_of(given)
    progress = TerminalProgress()
    scenario = None if given.scenario is None else read_scenario(given.scenario)
    prepared = prepare_given_returns(given, progress)
    forecast = pipeline.forecast(
        prepared, config, scenario=scenario, resume=given.resume, progress=progress
    )
    progress("writing")
    table = forecast.table()
    if given.out.suffix == ".xlsx":
        runs.write_table(summary_levels(table), given.out, sheet="summary levels only")
    else:
        runs.write_table(table, given.out)
    runs.write_json(forecast.meta, given.out.with_name(f"{given.out.stem}.meta.json"))
    if forecast.explanation is not None and given.out.suffix != ".xlsx":
        beside = given.out.with_name(f"{given.out.stem}.explanation{given.out.suffix}")
        runs.write_table(forecast.explanation, beside)
    progress.done()
    if given.out.suffix == ".xlsx":
        sys.stdout.write(
            "A workbook holds the summary levels and no explanation; .csv and .parquet hold all.\n"
        )
    sys.stdout.write(scenario_said(scenario))
    sys.stdout.write(
        f"{len(table):,} rows. Run {forecast.meta['run_id']}. Written to {given.out}.\n"
    )
    return 0


def summary_levels(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that a workbook can hold: one dimension at a time, no cross-tables."""
    crossed = (table["placement_type"] != ALL) & (table["age_band"] != ALL)
    return table[~crossed]


def scenario_said(scenario: Scenario | None) -> str:
    """Say what of a what-if does not move a forecast of children, and so where nothing does."""
    from rcc_forecast.scenarios import Use

    left = left_alone_said(scenario, Use.FORECAST)
    if scenario is None or scenario.on_demand:
        return left
    return left + (
        "The scenario has no [entries], [exits], [durations] or [moves]: the forecast is as "
        "without it.\n"
    )


def _backtest(given: argparse.Namespace) -> int:
    from rcc_forecast import pipeline

    runs.check_suffix(given.out)
    config = config_of(given)
    progress = TerminalProgress()
    prepared = prepare_given_returns(given, progress)
    result = pipeline.backtest(prepared, config, resume=given.resume, progress=progress)
    progress("writing")
    runs.write_table(result.table(), given.out)
    tables = {"pooling": result.pooling, "pooling_losses": result.pooling_losses}
    for name, beside in tables.items():
        if beside is not None:
            path = given.out.with_name(f"{given.out.stem}.{name}{given.out.suffix}")
            runs.write_table(beside, path)
    progress.done()
    sys.stdout.write(_scores_said(result) + f"Written to {given.out}.\n")
    return 0


def _scores_said(result: DemandBacktest) -> str:
    first, last = result.origins[0], result.origins[-1]
    table = result.table()
    pooled = table[(table["horizon"] == ALL) & (table["chosen"] == "yes")]
    pooled = pooled[(pooled["placement_type"] == ALL) & (pooled["age_band"] == ALL)]
    lines = [
        f"{len(result.origins)} forecasts from {first:%B %Y} to {last:%B %Y}, against what came."
    ]
    for measure in Measure:
        rows = pooled[pooled["measure"] == measure.value].set_index("level")
        of_level = rows.reindex(["authority/total", "region/total"]).dropna(subset=["wape"])
        said = [
            f"{level.split('/')[0]} totals {row.wape:.1%} off, {row.skill_vs_hold_flat:+.0%} "
            f"against holding flat, 80% intervals held {row.coverage_80:.0%}"
            for level, row in zip(of_level.index, of_level.itertuples(), strict=True)
        ]
        lines.append(f"  {measure.value}: " + "; ".join(said))
    if result.pooling is not None:
        lines.append(_pooling_said(result.pooling))
    return "\n".join([*lines, *result.notes, ""])


def _pooling_said(pooling: pd.DataFrame) -> str:
    shared = pooling[pooling["pooled_by"] == "shared_rates"]
    each = shared[shared["local_authority"] != ALL]
    gain, low, high = (
        float(shared.loc[shared["local_authority"] == ALL, name].iloc[0])
        for name in ("gain", "low", "high")
    )
    sure = "" if math.isnan(low) else f" (95%: {-high:+.0%} to {-low:+.0%})"
    return (
        f"  Pooling the region's rates changes the error of authorities' totals by "
        f"{-gain:+.0%}{sure}; it helps {(each['gain'] > 0).sum()} of {len(each)}."
    )


def _forecast_series(given: argparse.Namespace) -> int:
    from rcc_forecast.forecasting import forecast_series

    return _series(given, partial(forecast_series, horizon=given.horizon))


def _backtest_series(given: argparse.Namespace) -> int:
    from rcc_forecast.forecasting import backtest_series

    return _series(given, partial(backtest_series, horizon=given.horizon, origins=given.origins))


def _series(given: argparse.Namespace, make: Callable[..., pd.DataFrame]) -> int:
    from rcc_forecast.forecasting import read_series

    runs.check_suffix(given.out)
    progress = TerminalProgress()
    progress("reading series")
    table = read_series(given.series, season=given.season)
    result = make(table, progress=progress)
    runs.write_table(result, given.out)
    progress.done()
    notes = "".join(f"{note}\n" for note in table.notes)
    sys.stdout.write(f"{notes}{len(result):,} rows. Written to {given.out}.\n")
    return 0
