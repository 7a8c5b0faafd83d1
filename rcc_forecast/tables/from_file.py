"""A table read from a file as people keep it, before anything in it is typed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.tables.contract import Column, Kind, Table

# A zip or gzip that is cut short, damaged, or holds something else has errors of its own.
_CANNOT_BE_READ = (OSError, ValueError, EOFError, KeyError, BadZipFile, zlib.error)
_NUMBERS = (Kind.NUMBER, Kind.INTEGER, Kind.FLAG)


def table_from_file(path: Path) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path : Path
        Parquet, XLSX or JSON by its suffix; CSV (UTF-8 or Windows-1252) by any other.

    Returns
    -------
    DataFrame
        Names of columns stripped and in lower case; cells of CSV and XLSX as text.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, has a column twice, or rows longer than its heading.
    """
    suffix = path.suffix.casefold()
    try:
        if suffix == ".parquet":
            frame = pd.read_parquet(path)
        elif suffix in {".xlsx", ".xlsm"}:
            frame = pd.read_excel(path, dtype=str, keep_default_na=False)
        elif suffix == ".json":
            frame = pd.read_json(path, dtype=False)
        else:
            frame = _read_csv(path)
    except _CANNOT_BE_READ as error:
        raise UnreadableInputError(
            path=path.name, expected="a table in CSV, XLSX, parquet or JSON"
        ) from error
    frame.columns = [str(name).strip().casefold() for name in frame.columns]
    if frame.columns.has_duplicates:
        raise UnreadableInputError(path=path.name, expected="each column once")
    return frame


def _read_csv(path: Path) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
            _check_width(path, frame)
            return frame
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor Windows-1252")


def _check_width(path: Path, frame: pd.DataFrame) -> None:
    """Refuse rows with more cells than the heading, which pandas would move to the left."""
    if not isinstance(frame.index, pd.RangeIndex):
        raise UnreadableInputError(
            path=path.name, expected="no row with more cells than its heading"
        )


def table_handed_out(
    path: Path, declared: Table, *, expected: str, needed: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table that this program wrote, with numbers where it declares them.

    Parameters
    ----------
    path : Path
        As for `table_from_file`.
    declared : Table
        What was written.
    expected : str
        How messages name it.
    needed : sequence of str
        Columns that have to be there; all that are declared unless given.

    Returns
    -------
    DataFrame
        Declared columns that are there, an empty cell missing.

    Raises
    ------
    UnreadableInputError
        It is not such a table.
    """
    refused = UnreadableInputError(path=path.name, expected=expected)
    try:
        given = table_from_file(path)
    except UnreadableInputError as error:
        raise refused from error
    if not set(needed or declared.names) <= set(given.columns):
        raise refused
    found = {
        column.name: _as_declared(given[column.name], column)
        for column in declared.columns
        if column.name in given.columns
    }
    if any(cells is None for cells in found.values()):
        raise refused
    return pd.DataFrame(found)


def _as_declared(given: pd.Series, column: Column) -> pd.Series | None:
    """Give cells as numbers or text; None where a cell that should be a number is none."""
    text = given.astype("str").where(given.notna(), "").astype("str").str.strip()
    filled = text.where(text != "")
    if column.kind not in _NUMBERS:
        return filled
    number = pd.to_numeric(filled, errors="coerce").astype(float)
    return None if (number.isna() & filled.notna()).any() else number
