"""Rows of a register read as text, each with the line of the file that it came from.

A blank line is no row, but is counted, so that a finding names the line that a
person sees. A row with more cells than headings is refused alone: its cells
cannot be trusted to stand under their own headings.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.results.findings import Findings, Severity

_EXPECTED = "a table in CSV, XLSX, parquet or JSON"
_UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, IndexError),
    *(csv.Error, zlib.error, zipfile.BadZipFile),
)
"""What a file that is not what its ending says brings about."""


def rows_from_file(
    path: Path, *, heading_row: int = 1, sheet: str | None = None, own_names: bool = True
) -> tuple[pd.DataFrame, Findings]:
    """Read a table of text with its line numbers.

    Parameters
    ----------
    path : Path
        Parquet, XLSX or JSON by its suffix; CSV (UTF-8 or Windows-1252, also
        gzipped) by any other.
    heading_row : int
        Line of the headings, 1 being the first.
    sheet : str, optional
        Sheet of a workbook; the first when absent.
    own_names : bool
        Whether the headings are names of ours: lower case, each once.

    Returns
    -------
    tuple of DataFrame and Findings
        The cells, then ``file`` and ``row``; rows without any cell filled are
        left out silently; and rows that could not be read.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or has a column twice.
    """
    try:
        frame, refused = _read(path, heading_row, sheet)
    except _UNREADABLE as error:
        raise UnreadableInputError(path=path.name, expected=_EXPECTED) from error
    frame.columns = [str(name).strip() for name in frame.columns]
    if own_names:
        frame.columns = [name.casefold() for name in frame.columns]
        if frame.columns.has_duplicates:
            raise UnreadableInputError(path=path.name, expected="each column once")
    frame = frame.drop(columns=[name for name in ("file", "row") if name in frame.columns])
    if "row" not in frame.index.names:
        frame.index = pd.Index(range(heading_row + 1, heading_row + 1 + len(frame)), name="row")
    frame = frame[_filled(frame)]
    numbered = frame.assign(file=path.name, row=frame.index.to_numpy())
    return numbered.reset_index(drop=True), _told(refused, path)


def _filled(frame: pd.DataFrame) -> pd.Series:
    blank = frame.isna() | (frame.astype("str") == "")
    return ~blank.all(axis=1)


def _told(refused: list[int], path: Path) -> Findings:
    return Findings.of_rows(
        "row-ragged",
        Severity.REFUSED,
        pd.DataFrame({"file": path.name, "row": refused}),
        table=path.stem,
        found="more cells than the file has headings",
        done="the row is left out",
    )


def _read(path: Path, heading_row: int, sheet: str | None) -> tuple[pd.DataFrame, list[int]]:
    suffix = path.suffix.casefold()
    if suffix == ".parquet":
        return pd.read_parquet(path), []
    if suffix in {".xlsx", ".xlsm"}:
        frame = pd.read_excel(
            path, dtype=str, keep_default_na=False, header=heading_row - 1, sheet_name=sheet or 0
        )
        return frame, []
    if suffix == ".json":
        return pd.read_json(path, dtype=False), []
    return _read_csv(path, heading_row)


def _read_csv(path: Path, heading_row: int) -> tuple[pd.DataFrame, list[int]]:
    text = _text_of(path)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            skiprows=heading_row - 1,
        )
    except pd.errors.ParserError:
        return _row_by_row(text, heading_row)
    if not isinstance(frame.index, pd.RangeIndex):  # the first row is too long, not an index
        return _row_by_row(text, heading_row)
    return frame.fillna(""), []


def _text_of(path: Path) -> str:
    packed = path.read_bytes()
    content = gzip.decompress(packed) if path.suffix.casefold() == ".gz" else packed
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _row_by_row(text: str, heading_row: int) -> tuple[pd.DataFrame, list[int]]:
    """Read a file in which some row has more cells than the heading, and leave that row out."""
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    names, body = lines[heading_row - 1], lines[heading_row:]
    width = len(names)
    kept: dict[int, list[str]] = {}
    refused: list[int] = []
    for at, cells in enumerate(body, start=heading_row + 1):
        if len(cells) > width and any(cells[width:]):
            refused.append(at)
        else:
            kept[at] = [*cells, *[""] * width][:width]
    frame = pd.DataFrame(list(kept.values()), columns=names, index=pd.Index(kept, name="row"))
    return frame.astype("str"), refused
