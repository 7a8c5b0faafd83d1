"""Read a table of series: its values, what to take rates by, and further figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray
from rcc_forecast.errors import NothingUsableError, UnreadableInputError
from rcc_forecast.forecasting.series.periods import EXPECTED, period_numbers
from rcc_forecast.forecasting.series.table import SeriesTable

_NEEDED = ("series_id", "period", "value")
_OWN = (*_NEEDED, "group", "exposure")

_ROWS_NAMED = 10
"""Lines that an error names; the rest are counted."""


def read_series(path: Path, *, season: int) -> SeriesTable:
    """Read a CSV of series.

    Parameters
    ----------
    path : Path
        Columns series_id, period, value and perhaps group, exposure and
        further figures, with rows in any order. Every figure but those in the
        first two columns may be blank.
    season : int
        12, 4 or 1: the periods of a year, and the form of ``period``.

    Raises
    ------
    UnreadableInputError
        A column is missing, or rows have no series_id, no period of that
        form, a value or an exposure that is no number or below zero, or a
        period twice; the rows are named.
    NothingUsableError
        No series has a value.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(path=path.name, expected="a CSV file") from error
    table.columns = table.columns.str.strip()
    if not set(_NEEDED) <= set(table.columns):
        raise UnreadableInputError(path=path.name, expected=f"columns {', '.join(_NEEDED)}")
    return _aligned(table, _checked(table, path.name, season), season)


def _checked(table: pd.DataFrame, name: str, season: int) -> pd.DataFrame:
    """Give the figures of every row; what cannot be so is refused by its line."""
    _refuse(table["series_id"].str.strip() == "", name, "a series_id in every row")
    period = period_numbers(table["period"], season=season)
    _refuse(period.isna(), name, f"a period: {EXPECTED[season]}")
    rows = pd.DataFrame({"id": table["series_id"], "period": period.astype("int64")})
    for column in ("value", "exposure"):
        if column in table.columns:
            figure = pd.to_numeric(table[column], errors="coerce").astype(float)
            blank = table[column].str.strip() == ""
            _refuse(~np.isfinite(figure) & ~blank, name, f"a number as {column}")
            _refuse(figure < 0, name, f"{column}s of zero or more")
            rows[column] = figure
    twice = pd.Series(rows.duplicated(["id", "period"], keep=False))
    _refuse(twice, name, "each period once a series")
    return rows


def _refuse(faulty: Any, name: str, expected: str) -> None:
    if faulty.any():
        lines = [str(row + 2) for row in np.flatnonzero(faulty)]
        shown = ", ".join(lines[:_ROWS_NAMED])
        more = f" and {len(lines) - _ROWS_NAMED:,} more" if len(lines) > _ROWS_NAMED else ""
        raise UnreadableInputError(path=f"{name}, line {shown}{more}", expected=expected)


def _aligned(table: pd.DataFrame, rows: pd.DataFrame, season: int) -> SeriesTable:
    every = pd.unique(rows["id"])
    with_value = set(rows.loc[rows["value"].notna(), "id"])
    ids = [label for label in every if label in with_value]
    if not ids:
        raise NothingUsableError(wanted="A forecast", reason="no series has a value.")
    kept = rows["id"].isin(with_value).to_numpy()
    rows, table = rows[kept], table[kept]
    start = int(rows["period"].min())
    shape = (len(ids), int(rows["period"].max()) - start + 1)
    cell = (
        pd.Index(ids).get_indexer(rows["id"]),
        rows["period"].to_numpy(dtype=np.int64) - start,
    )

    def laid_out(figures: pd.Series[float]) -> FloatArray:
        grid = np.full(shape, np.nan)
        grid[cell] = figures.to_numpy(dtype=float)
        return grid

    y = laid_out(rows["value"])
    exposure = laid_out(rows["exposure"]) if "exposure" in rows.columns else None
    further, unused = _further_figures(table)
    columns = [laid_out(figures) for figures in further.values()]
    return SeriesTable(
        ids=tuple(str(label) for label in ids),
        season=season,
        start=start,
        y=y,
        group=_groups(table, rows, ids),
        exposure=None if exposure is None else np.where(exposure > 0, exposure, np.nan),
        columns=np.stack(columns) if columns else np.empty((0, *shape)),
        column_names=tuple(further),
        notes=_notes(y, left_out=len(every) - len(ids), unused=unused),
    )


def _groups(table: pd.DataFrame, rows: pd.DataFrame, ids: list[str]) -> IntArray:
    """Give each series' parent as its newest row tells it; one without is its own."""
    if "group" not in table.columns:
        return np.arange(len(ids), dtype=np.int64)
    told = pd.DataFrame({"id": rows["id"], "period": rows["period"], "group": table["group"]})
    told = told[told["group"].str.strip() != ""].sort_values("period", kind="stable")
    newest = told.drop_duplicates("id", keep="last").set_index("id")["group"].reindex(ids)
    named, _ = pd.factorize(newest)
    alone = named < 0
    named[alone] = named.max(initial=-1) + 1 + np.arange(alone.sum())
    return np.asarray(named, dtype=np.int64)


def _further_figures(table: pd.DataFrame) -> tuple[dict[str, pd.Series[float]], int]:
    """Give the further columns that hold figures, and how many others there are.

    Published tables mark withheld cells by a letter: such a cell is blank.
    """
    others = [column for column in table.columns if column not in _OWN]
    read = {
        column: pd.to_numeric(table[column], errors="coerce").astype(float) for column in others
    }
    figures = {name: found.where(np.isfinite(found)) for name, found in read.items()}
    kept = {name: found for name, found in figures.items() if found.notna().any()}
    return kept, len(others) - len(kept)


def _finite(written: pd.Series[str]) -> pd.Series[float]:
    figures = pd.to_numeric(written, errors="coerce").astype(float)
    return figures.where(np.isfinite(figures))


def _notes(y: FloatArray, *, left_out: int, unused: int) -> tuple[str, ...]:
    seen = np.isfinite(y)
    begun = np.logical_or.accumulate(seen, axis=1)
    to_come = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    gaps = int((begun & to_come & ~seen).sum())
    notes = []
    if gaps:
        notes.append(f"{gaps:,} periods without a value are bridged from their neighbours.")
    if left_out:
        notes.append(f"{left_out:,} series have no period with a value and are left out.")
    if unused:
        notes.append(f"{unused:,} further columns hold no figures and are not used.")
    return tuple(notes)
