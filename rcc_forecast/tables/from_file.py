"""A table read from a file as people keep it, before anything in it is typed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnreadableInputError


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
        The file cannot be read, or has a column twice.
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
    except (OSError, ValueError) as error:
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
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor Windows-1252")
