"""How far forecasts made earlier were off, once later returns show what came.

Only a forecast that had seen nothing of a period is held against it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL, Measure
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.skill import beside, read_losses
from rcc_forecast.geography import successor_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.from_file import table_from_file

FORECAST_ERROR, FORECAST_ERROR_ALONE = "forecast_error", "forecast_error_alone"
"""Names of the outcomes in the panel: absolute error over the children there were."""

LEAD = 12
"""Months ahead at which forecasts are compared."""

_FARTHEST = 6
"""Months that the lead may differ from `LEAD`: an error grows with the lead."""

_NEEDED = ("local_authority", "month", "horizon", "mean")
_TOTALS = {
    "placement_type": ALL,
    "age_band": ALL,
    "population": ALL,
    "measure": Measure.CHILDREN.value,
}
_GUESS = ["local_authority", "day", "seen", "lead", "outcome", "expected", "off"]


@dataclass(frozen=True, slots=True)
class Guesses:
    """Authorities' totals as they were expected, each with what had been seen.

    Attributes
    ----------
    frame : DataFrame
        ``local_authority, day, seen`` (last day that the forecast knew),
        ``lead`` (months), ``outcome``, and either ``expected`` (children) or
        ``off`` (absolute error in children).
    again : bool
        Whether they were made again from past returns, as a backtest does.
    """

    frame: pd.DataFrame
    again: bool


def read_forecast(path: Path) -> Guesses:
    """Read a forecast made earlier, and from the file beside it what it had seen.

    Parameters
    ----------
    path : Path
        A `FORECAST` table as `rcc-forecast forecast` writes it.

    Raises
    ------
    UnreadableInputError
        It is no such table, or its ``.meta.json`` is not beside it or has no day.
    """
    table = table_from_file(path)
    expected = "a forecast with the total of each authority, from `rcc-forecast forecast`"
    if not {*_NEEDED, *_TOTALS} <= set(table.columns):
        raise UnreadableInputError(path=path.name, expected=expected)
    whole = np.all([table[name].astype("str") == value for name, value in _TOTALS.items()], axis=0)
    chosen = table[whole & (table["local_authority"].astype("str") != ALL)]
    guesses = pd.DataFrame(
        {
            "local_authority": chosen["local_authority"].astype("str"),
            "day": _days(chosen["month"]),
            "seen": _as_of(path.with_name(f"{path.stem}.meta.json")),
            "lead": pd.to_numeric(chosen["horizon"], errors="coerce"),
            "outcome": FORECAST_ERROR,
            "expected": pd.to_numeric(chosen["mean"], errors="coerce").astype(float),
            "off": np.nan,
        }
    )
    guesses = guesses[np.isfinite(guesses["expected"])].dropna(subset=["day", "lead"])
    if guesses.empty:
        raise UnreadableInputError(path=path.name, expected=expected)
    return Guesses(guesses.drop_duplicates(["local_authority", "day"]), again=False)


def read_backtest(path: Path) -> Guesses:
    """Read what past forecasts of a backtest missed by, with the region and without.

    Parameters
    ----------
    path : Path
        Scores from `rcc-forecast backtest`, or the ``pooling_losses`` beside them.

    Raises
    ------
    UnreadableInputError
        There are no such losses.
    """
    is_losses = path.stem.endswith(".pooling_losses")
    losses = read_losses(path if is_losses else beside(path, "pooling_losses"))
    losses = losses.assign(origin=_days(losses["origin"])).dropna(subset=["origin", "lead"])
    common = pd.DataFrame(
        {
            "local_authority": losses["local_authority"],
            "day": _month_ends_after(losses["origin"], losses["lead"]),
            "seen": losses["origin"],
            "lead": losses["lead"].astype(float),
            "expected": np.nan,
        }
    )
    named = {FORECAST_ERROR: "shared_rates", FORECAST_ERROR_ALONE: "alone"}
    parts = [
        common.assign(outcome=outcome, off=losses[name].astype(float))
        for outcome, name in named.items()
    ]
    frame = pd.concat(parts, ignore_index=True)[_GUESS]
    return Guesses(frame[np.isfinite(frame["off"])], again=True)


def forecast_errors(
    guesses: Sequence[Guesses], totals: pd.DataFrame, *, season: int
) -> tuple[pd.DataFrame, Findings]:
    """Hold forecasts against the children that later returns show.

    Parameters
    ----------
    guesses : sequence of Guesses
        Forecasts; one that was made then counts before one that was made again.
    totals : DataFrame
        ``local_authority, day, period, children``.
    season : int
        Periods a year.

    Returns
    -------
    errors : DataFrame
        ``local_authority, period, outcome, value``: absolute error over the
        children there were, from the forecast whose lead is nearest 12 months
        of those that had seen nothing of the period.
    findings : Findings
        What could not be held against anything.
    """
    frames = [one.frame.assign(again=one.again, order=number) for number, one in enumerate(guesses)]
    every = pd.concat(frames, ignore_index=True)
    codes = {code: successor_of(str(code)) for code in every["local_authority"].unique()}
    every = every.assign(local_authority=every["local_authority"].map(codes).astype("str"))
    calendar = Calendar(season)
    opens = {day: calendar.start(calendar.holding(day)) for day in totals["day"].unique()}
    there = totals[totals["children"] > 0].assign(opens=totals["day"].map(opens))
    held = every.merge(there, on=["local_authority", "day"])
    unseen = held["seen"] < held["opens"]
    near = (held["lead"] - LEAD).abs() <= _FARTHEST
    held = held[unseen & near]
    off = held["off"].fillna((held["expected"] - held["children"]).abs())
    held = held.assign(value=off / held["children"], distance=(held["lead"] - LEAD).abs())
    order = ["outcome", "local_authority", "day", "again", "distance", "lead", "order"]
    best = held.sort_values(order, kind="stable").drop_duplicates(order[:3])
    told = _told(best, int((~unseen).sum()), any(one.again for one in guesses))
    return best[["local_authority", "period", "outcome", "value"]].reset_index(drop=True), told


def _told(best: pd.DataFrame, seen: int, again: bool) -> Findings:
    found = []
    if best.empty:
        found.append(
            _noted(
                "panel-forecast-without-outcome",
                "no forecast of 6 to 18 months ahead ends on a counted day of these returns",
                "there is no forecast_error",
            )
        )
    if seen:
        found.append(
            _noted(
                "panel-forecast-had-seen-the-period",
                f"{seen:,} figures come from forecasts that had seen part of the period",
                "they are not held against it",
            )
        )
    if again and not best.empty:
        found.append(
            _noted(
                "panel-forecast-made-again",
                f"{int(best['again'].sum()):,} errors come from a backtest",
                "they are of this program's forecasts made again on past returns, not of what "
                "anyone forecast then",
            )
        )
    return Findings.joined(found)


def _noted(rule: str, found: str, done: str) -> Findings:
    return Findings.one(rule, Severity.NOTED, found=found, done=done, table="forecast", rows=0)


def _days(written: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    found = pd.to_datetime(written, errors="coerce", format="ISO8601", utc=True)
    return found.dt.tz_localize(None).dt.normalize().astype("datetime64[s]")


def _month_ends_after(
    origin: pd.Series[pd.Timestamp], lead: pd.Series[float]
) -> pd.Series[pd.Timestamp]:
    month = origin.to_numpy().astype("datetime64[M]") + lead.to_numpy().astype(np.int64) + 1
    last = month.astype("datetime64[D]") - np.timedelta64(1, "D")
    return pd.Series(last.astype("datetime64[s]"), origin.index)


def _as_of(meta: Path) -> pd.Timestamp:
    expected = "the file with its as_of that `rcc-forecast forecast` writes beside its table"
    try:
        said = str(json.loads(meta.read_text(encoding="utf-8"))["as_of"])
        return pd.Timestamp(date.fromisoformat(said))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableInputError(path=meta.name, expected=expected) from error
