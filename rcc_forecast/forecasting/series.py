"""Any table of series, forecast by the same candidates and chosen in the same way.

The engine can so be judged on published series, where anyone can repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from models.backtest import Backtest, Origin, choose_model, joined_nodes, rolling_origin
from models.calibration import Stretch, stretched
from models.errors import ModelError
from models.forecast import FloatArray, Forecast, IntArray, SeriesPanel
from models.forecasting import Forecaster
from rcc_forecast.codes import ALL
from rcc_forecast.errors import NothingUsableError, UnreadableInputError
from rcc_forecast.forecasting.candidates import YARDSTICK, candidates
from rcc_forecast.forecasting.rows import bucket_name, lead_buckets
from rcc_forecast.forecasting.scoring import learned_stretch, scores
from rcc_forecast.results.forecast import Kinds
from rcc_forecast.tables.forecast import BACKTEST, QUANTILES, SERIES_FORECAST

_LEVELS: FloatArray = np.array(list(QUANTILES.values()))
_FORM = {12: r"^(\d{4})-(\d{2})$", 4: r"^(\d{4})Q([1-4])$", 1: r"^(\d{4})()$"}
_EXPECTED = {12: "months such as 2022-03", 4: "quarters such as 2022Q1", 1: "years such as 2022"}
_USED = ("series_id", "period", "value", "group")
_SHORTEST = 2
"""Periods without which nothing can be said about change."""

_SHORTEST_PAST = 4
"""Periods before an origin."""

_ROWS_NAMED = 10
"""Lines that an error names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """Series as read, each with its own first and last period.

    Attributes
    ----------
    ids : tuple of str
        In the order in which they first appear.
    first : ndarray of int, shape (n_series,)
        Number of each one's first period, counted in periods from year 0.
    history : tuple of ndarray
        Each one's values, oldest first, without gaps.
    observed : tuple of ndarray of bool
        Which of them stood in the file; the others lie between neighbours.
    group : ndarray of int, shape (n_series,)
        Parent of each; its own where none was given.
    season : int
        Periods of a year: 12, 4 or 1.
    notes : tuple of str
        What was filled in or not used.
    """

    ids: tuple[str, ...]
    first: IntArray
    history: tuple[FloatArray, ...]
    observed: tuple[NDArray[np.bool_], ...]
    group: IntArray
    season: int
    notes: tuple[str, ...]


def read_series(path: Path, *, season: int) -> SeriesTable:
    """Read a CSV of series.

    Parameters
    ----------
    path : Path
        Columns series_id, period, value and perhaps group, in any order of
        rows; further columns are not used, and the notes say so.
    season : int
        12, 4 or 1: the periods of a year, and the form of ``period``.

    Raises
    ------
    UnreadableInputError
        A column is missing, or rows have no period of that form, no number,
        a number below zero, or a period twice; the rows are named.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(path=path.name, expected="a CSV file") from error
    missing = [name for name in _USED[:3] if name not in table.columns]
    if missing:
        raise UnreadableInputError(path=path.name, expected=f"columns {', '.join(_USED[:3])}")
    return _as_series(table, path.name, season)


def forecast_series(
    table: SeriesTable,
    *,
    horizon: int,
    n_paths: int = 400,
    origins: int = 5,
    seed: int = 0,
    forecasters: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Forecast every series from its own last period, by the model that did best before.

    Returns
    -------
    DataFrame
        A `SERIES_FORECAST` table. A series too short for the chosen model
        takes the simplest that can run on it; the column ``model`` says which.

    Raises
    ------
    NothingUsableError
        A series is too short for every candidate.
    """
    asked = candidates(forecasters)
    judged = _judged(table, asked, horizon, n_paths, origins, seed, progress)
    bucket = lead_buckets(horizon)
    parts = []
    for number, (members, panel) in enumerate(_panels(table)):
        rng = np.random.default_rng([seed, 0, number])
        model, drawn = _first_that_runs(panel, asked, judged, horizon, n_paths, rng)
        quantiles = drawn.quantile(_LEVELS)
        if judged is not None and model == judged.chosen:
            kind = np.zeros(len(members), dtype=np.int64)
            quantiles = stretched(
                quantiles, levels=_LEVELS, stretch=judged.stretch, kind=kind, bucket=bucket
            )
        parts.append(_rows(table, members, drawn, quantiles, model))
    frame = pd.concat(parts, ignore_index=True)
    order = {name: place for place, name in enumerate(table.ids)}
    rank = frame["series_id"].map(order)
    frame = frame.assign(rank=rank).sort_values(["rank", "horizon"], ignore_index=True)
    return SERIES_FORECAST.check(frame.drop(columns="rank"))


def backtest_series(
    table: SeriesTable,
    *,
    horizon: int,
    n_paths: int = 200,
    origins: int = 5,
    seed: int = 0,
    forecasters: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Score every candidate on the past of every series.

    Returns
    -------
    DataFrame
        A `BACKTEST` table of one level, ``series``.

    Raises
    ------
    NothingUsableError
        No series is long enough to hold anything back.
    """
    judged = _judged(table, candidates(forecasters), horizon, n_paths, origins, seed, progress)
    if judged is None:
        raise NothingUsableError(
            wanted="A backtest",
            reason=f"no series has {_SHORTEST_PAST} periods before the last {horizon}.",
        )
    bucket = lead_buckets(horizon)
    n_nodes = judged.errors.actual.shape[1]
    labels = pd.DataFrame({"placement_type": [ALL] * n_nodes, "age_band": ALL})
    frame = scores(
        judged.errors,
        labels=labels,
        kinds=_one_kind(n_nodes),
        bucket=bucket,
        bucket_names=[bucket_name(place, horizon) for place in range(int(bucket.max()) + 1)],
        chosen=judged.chosen,
        measure="value",
    )
    return BACKTEST.check(frame.assign(note=frame["note"].fillna("")))


@dataclass(frozen=True, slots=True)
class _Judged:
    errors: Backtest
    chosen: str
    stretch: Stretch


def _as_series(table: pd.DataFrame, name: str, season: int) -> SeriesTable:
    parts = table["period"].str.strip().str.extract(_FORM[season])
    within = pd.to_numeric(parts[1].replace("", "1"), errors="coerce")
    period = pd.to_numeric(parts[0], errors="coerce") * season + within - 1
    value = pd.to_numeric(table["value"], errors="coerce")
    right = period.notna() & within.between(1, season)
    _refuse(~right, name, f"a period: {_EXPECTED[season]}")
    blank = table["value"].str.strip() == ""
    _refuse(~np.isfinite(value) & ~blank, name, "a number as value")
    _refuse(value < 0, name, "values of zero or more")
    keyed = pd.DataFrame(
        {"id": table["series_id"], "period": period.astype("int64"), "value": value}
    )
    _refuse(keyed.duplicated(["id", "period"], keep=False), name, "each period once a series")
    if "group" in table.columns:
        keyed["group"] = table["group"]
    known = keyed[keyed["value"].notna()]
    ids, first, values, seen, groups = [], [], [], [], []
    for label, rows in known.sort_values("period", kind="stable").groupby("id", sort=False):
        span = np.arange(rows["period"].iloc[0], rows["period"].iloc[-1] + 1)
        if len(span) < _SHORTEST:
            continue
        ids.append(str(label))
        first.append(int(span[0]))
        values.append(np.interp(span, rows["period"], rows["value"]))
        seen.append(np.isin(span, rows["period"]))
        groups.append(str(rows["group"].iloc[-1]) if "group" in rows else str(label))
    if not ids:
        raise NothingUsableError(
            wanted="A forecast", reason=f"no series has {_SHORTEST} periods with a value."
        )
    order = {label: place for place, label in enumerate(dict.fromkeys(keyed["id"]))}
    by_file = sorted(range(len(ids)), key=lambda place: order[ids[place]])
    group, _ = pd.factorize(np.array([groups[place] for place in by_file], dtype=object))
    return SeriesTable(
        ids=tuple(ids[place] for place in by_file),
        first=np.array([first[place] for place in by_file], dtype=np.int64),
        history=tuple(values[place] for place in by_file),
        observed=tuple(seen[place] for place in by_file),
        group=group.astype(np.int64),
        season=season,
        notes=_notes(table, sum(int((~own).sum()) for own in seen), len(order) - len(ids)),
    )


def _refuse(faulty: pd.Series[bool], name: str, expected: str) -> None:
    if faulty.any():
        lines = [str(row + 2) for row in np.flatnonzero(faulty)]
        shown = ", ".join(lines[:_ROWS_NAMED])
        more = f" and {len(lines) - _ROWS_NAMED:,} more" if len(lines) > _ROWS_NAMED else ""
        raise UnreadableInputError(path=f"{name}, line {shown}{more}", expected=expected)


def _notes(table: pd.DataFrame, filled: int, empty: int) -> tuple[str, ...]:
    notes = []
    if filled:
        notes.append(f"{filled:,} periods without a value lie on the line between neighbours.")
    if empty:
        notes.append(
            f"{empty:,} series have fewer than {_SHORTEST} periods with a value and are left out."
        )
    unused = [column for column in table.columns if column not in _USED]
    if unused:
        notes.append(f"{len(unused)} further columns are not used by these models.")
    return tuple(notes)


def _panels(table: SeriesTable) -> Iterator[tuple[IntArray, SeriesPanel]]:
    """Give the series of each span of periods together."""
    span = pd.DataFrame({"first": table.first, "length": [len(y) for y in table.history]})
    for _, rows in span.groupby(["length", "first"], sort=True):
        members = rows.index.to_numpy(dtype=np.int64)
        y = np.stack([table.history[member] for member in members])
        yield members, SeriesPanel(y, table.season, table.group[members])


def _judged(
    table: SeriesTable,
    asked: dict[str, Forecaster],
    horizon: int,
    n_paths: int,
    origins: int,
    seed: int,
    progress: Callable[[str], None] | None,
) -> _Judged | None:
    parts = []
    for number, (members, panel) in enumerate(_panels(table)):
        observed = np.stack([table.observed[member] for member in members])
        pasts = _pasts(panel, observed, horizon, origins)
        if pasts:
            rng = np.random.default_rng([seed, 1, number])
            parts.append(
                rolling_origin(
                    pasts,
                    asked,
                    totals=sparse.eye_array(panel.n_series, format="csr"),
                    horizon=horizon,
                    n_paths=n_paths,
                    rng=rng,
                    progress=progress,
                )
            )
    if not parts:
        return None
    errors = joined_nodes(parts)
    n_nodes = errors.actual.shape[1]
    chosen = choose_model(errors, [np.ones(n_nodes, dtype=bool)])
    stretch = learned_stretch(errors, _one_kind(n_nodes), lead_buckets(horizon))[chosen]
    return _Judged(errors, chosen, stretch)


def _one_kind(n_nodes: int) -> Kinds:
    return Kinds(("series",), np.zeros(n_nodes, dtype=np.int64), np.array([False]))


def _pasts(
    panel: SeriesPanel, observed: NDArray[np.bool_], horizon: int, origins: int
) -> list[Origin]:
    """Give past origins, oldest first, half a year apart; each with its whole horizon."""
    step = max(1, panel.season // 2)
    ends = [panel.n_periods - horizon - back * step for back in range(origins)]
    truth = np.where(observed, panel.y, np.nan)  # what was filled in is no outcome
    return [
        Origin(_as_known_then(panel, observed, end), truth[:, end : end + horizon])
        for end in sorted(ends)
        if end >= max(_SHORTEST_PAST, 2 * panel.season if panel.season > 1 else 0)
    ]


def _as_known_then(panel: SeriesPanel, observed: NDArray[np.bool_], end: int) -> SeriesPanel:
    """Fill gaps anew from what stood before `end`: one that was open then holds its last value."""
    past, seen = panel.until(end), observed[:, :end]
    y = past.y.copy()
    for row in np.flatnonzero(~seen.all(axis=1)):
        known = np.flatnonzero(seen[row])
        y[row] = np.interp(np.arange(end), known, y[row, known])
    return replace(past, y=y)


def _first_that_runs(
    panel: SeriesPanel,
    asked: dict[str, Forecaster],
    judged: _Judged | None,
    horizon: int,
    n_paths: int,
    rng: np.random.Generator,
) -> tuple[str, Forecast]:
    best = YARDSTICK if judged is None else judged.chosen
    for model in dict.fromkeys([best, *asked]):
        try:
            drawn = asked[model](panel, horizon=horizon, n_paths=n_paths, rng=rng)
        except ModelError:
            # The next simpler one may do with less; the table says which was used.
            continue
        return model, drawn
    raise NothingUsableError(
        wanted="A forecast of every series",
        reason=f"{panel.n_series:,} series have {panel.n_periods} periods, too few for any model.",
    )


def _rows(
    table: SeriesTable, members: IntArray, drawn: Forecast, quantiles: FloatArray, model: str
) -> pd.DataFrame:
    horizon = drawn.horizon
    last = np.array([table.first[member] + len(table.history[member]) - 1 for member in members])
    lead = np.tile(np.arange(1, horizon + 1), len(members))
    number = np.repeat(last, horizon) + lead
    frame = pd.DataFrame(
        {
            "series_id": np.repeat([table.ids[member] for member in members], horizon),
            "period": _period_names(number, table.season),
            "horizon": lead,
            "mean": drawn.mean().ravel(),
        }
    )
    for name, values in zip(QUANTILES, quantiles, strict=True):
        frame[name] = values.ravel()
    return frame.assign(model=model)


def _period_names(number: IntArray, season: int) -> list[str]:
    year, within = number // season, number % season + 1
    if season == 1:
        return [f"{y:04d}" for y in year]
    if season == 4:
        return [f"{y:04d}Q{q}" for y, q in zip(year, within, strict=True)]
    return [f"{y:04d}-{m:02d}" for y, m in zip(year, within, strict=True)]
