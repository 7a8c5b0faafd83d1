"""XLSX workbooks as filed: one sheet a table, dates as dates or as text."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterable

import numpy as np
import openpyxl

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.raw import FileRead, RawTable, texts_of
from rcc_forecast.returns.recognise import heading_findings, not_recognised, recognise
from rcc_forecast.returns.text_tables import without_blank_rows

_ROWS_SEARCHED_FOR_HEADING = 10
_MOST_COLUMNS = 200
_MOST_ROWS = 1_048_576  # what a sheet can hold


def read_workbook(file: str, data: bytes) -> FileRead:
    """Read every sheet of a workbook that holds a table of the return.

    Parameters
    ----------
    file : str
        Name for findings; the sheet is added in brackets.
    data : bytes
        Its content; `rcc_forecast.returns.containers` has held its size in check.

    Returns
    -------
    FileRead
        One table a sheet.
    """
    tables: list[RawTable] = []
    findings: list[Findings] = []
    try:
        book = _opened(data)
        for sheet in book.worksheets:
            # The size that a sheet claims may be wrong; without it every row is read.
            sheet.reset_dimensions()
            raw, faults = _read_sheet(
                file,
                sheet.title,
                sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True),
            )
            tables += [raw] if raw is not None else []
            findings.append(faults)
    # A damaged workbook may fail in any of the many parts it consists of.
    except Exception as error:
        findings.append(
            Findings.one(
                "workbook-damaged",
                Severity.REFUSED,
                file=file,
                found=f"The workbook cannot be opened whole ({type(error).__name__}).",
                done="Sheets before the damage are used. Save it again as .xlsx or as CSV.",
            )
        )
    return FileRead(tables, Findings.joined(findings))


def _opened(data: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        # Of styles, names and print areas, none of which is data.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def _read_sheet(
    file: str, sheet: str, rows: Iterable[tuple[object, ...]]
) -> tuple[RawTable | None, Findings]:
    label = f"{file} [{sheet}]"
    headings = None
    kept: list[tuple[object, ...]] = []
    kept_at: list[int] = []
    for line, cells in enumerate(rows, start=1):
        if headings is not None:
            kept.append(cells)
            kept_at.append(line)
            continue
        headings = recognise([as_text(cell) or "" for cell in _without_blank_end(cells)])
        if headings is None and line >= _ROWS_SEARCHED_FOR_HEADING:
            break
    if headings is None:
        return None, not_recognised(label)
    texts = texts_of(
        {
            name: [as_text(cells[at]) if at < len(cells) else None for cells in kept]
            for at, name in enumerate(headings.names)
            if name
        }
    )
    raw = RawTable(headings.table, label, texts, np.asarray(kept_at, dtype=np.int64), sheet=sheet)
    return without_blank_rows(raw), heading_findings(label, headings)


def _without_blank_end(cells: tuple[object, ...]) -> list[object]:
    found = list(cells)
    while found and found[-1] is None:
        found.pop()
    return found


def as_text(cell: object) -> str | None:
    """Write a cell as a CSV file would: dates as ISO, whole numbers without a point."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell) or None
