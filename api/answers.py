"""Tables as answers: a page of JSON, or the whole as CSV or a workbook.

A result never changes, so its answers carry its id as a strong ETag and may be
kept by the caller who asked, and by nobody in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from api.errors import NotAcceptableError
from api.paging import cursor_after, row_of_cursor
from api.store import ROW, Filters, RecordName, Store
from rcc_forecast.codes import ALL
from rcc_forecast.runs import write_table

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_KEPT_BY_CALLER = "private, max-age=31536000, immutable"
_ENDINGS = {JSON: "", CSV: ".csv", XLSX: ".xlsx", HTML: ".html"}


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of a record, and which part of it is asked for.

    Attributes
    ----------
    name : RecordName
        The record.
    table : str
        The table's name in it.
    filters : sequence of (column, operator, value)
        Which rows.
    has_levels : bool
        Whether its rows are nodes of the hierarchy; a workbook then holds
        the summary levels, and its name says so.
    """

    name: RecordName
    table: str
    filters: Filters = ()
    has_levels: bool = False


def answer_table(
    request: Request,
    store: Store,
    wanted: StoredTable,
    *,
    cursor: str | None,
    limit: int,
    facts: dict[str, Any] | None = None,
    is_fixed: bool = True,
    shown: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Response:
    """Give rows of a table in the form the caller accepts.

    Parameters
    ----------
    request : Request
        For ``Accept`` and ``If-None-Match``.
    store : Store
        Where the table is.
    wanted : StoredTable
        Which rows of which table.
    cursor : str or None
        Where the page begins.
    limit : int
        Rows of the page; CSV and workbook give every row.
    facts : dict, optional
        Said of the whole, before the rows.
    is_fixed : bool
        Whether this address will always give this; else the caller asks again.
    shown : callable, optional
        Turns the rows of a page of JSON into what is shown of them.

    Raises
    ------
    NotAcceptableError
        The caller takes none of JSON, CSV and XLSX.
    CursorError
        The cursor is not of this table.
    NotFoundError
        There is no such record.
    """
    media_type = accepted(request, (JSON, CSV, XLSX))
    store.get(wanted.name)
    headers = result_headers(wanted.name.id, media_type)
    if not is_fixed:
        headers["Cache-Control"] = "private, no-cache"
    if is_held_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if media_type != JSON:
        whole = store.table(wanted.name, wanted.table, filters=wanted.filters).drop(columns=ROW)
        title = f"{wanted.table}-{wanted.name.id}"
        if media_type == XLSX and _crosses_levels(wanted):
            whole, title = _summary_levels(whole), f"{title}-summary-levels"
        filename = f"{title}{_ENDINGS[media_type]}"
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
        return Response(_as_file(store, whole, media_type), media_type=media_type, headers=headers)
    after = row_of_cursor(cursor)
    going_on = [*wanted.filters, (ROW, ">", after)] if after else wanted.filters
    page = store.table(wanted.name, wanted.table, filters=going_on, most=limit + 1)
    content = page_content(page if shown is None else shown(page), limit=limit)
    return JSONResponse({**(facts or {}), **content}, headers=headers)


def page_content(page: pd.DataFrame, *, limit: int) -> dict[str, Any]:
    """Give ``items`` and ``next_cursor`` of rows read with one to spare."""
    shown = page.head(limit)
    more = len(page) > limit
    return {
        "items": records(shown.drop(columns=ROW)),
        "next_cursor": cursor_after(int(shown[ROW].iloc[-1])) if more else None,
    }


def answer_facts(request: Request, name: RecordName, content: dict[str, Any]) -> Response:
    """Give what is said of a result as a whole."""
    headers = result_headers(name.id, accepted(request, (JSON,)))
    if is_held_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return JSONResponse(plain(content), headers=headers)


def result_headers(id: str, media_type: str = JSON) -> dict[str, str]:
    """Give the headers of a result's answer: its strong ETag, and who may keep it."""
    # Another form has other bytes, and so another tag (RFC 9110, section 8.8.3.3).
    return {
        "ETag": f'"{id}{_ENDINGS[media_type]}"',
        "Cache-Control": _KEPT_BY_CALLER,
        "Vary": "Accept, Authorization",
    }


def accepted(request: Request, offered: tuple[str, ...]) -> str:
    """Choose the form of the answer that the caller likes best.

    Raises
    ------
    NotAcceptableError
        The caller takes none of them.
    """
    wanted = request.headers.get("accept") or "*/*"
    liking = {media_type: _liking(wanted, media_type) for media_type in offered}
    best = max(offered, key=lambda media_type: liking[media_type])
    if liking[best] <= 0:
        raise NotAcceptableError(offered)
    return best


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame as JSON knows them; what is missing or not finite is null."""
    columns = {str(name): _plain_column(frame[name]) for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def plain(value: Any) -> Any:
    """Give a value as JSON knows it, all the way down."""
    match value:
        case dict():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case pd.DataFrame():
            return records(value)
        case np.ndarray():
            return plain(value.tolist())
        case np.generic():
            return plain(value.item())
        case float():
            return value if math.isfinite(value) else None
        case str() | int() | None:
            return value
        case pd.Timestamp():
            return None if pd.isna(value) else value.date().isoformat()
        case _:
            return None if value is pd.NaT or value is pd.NA else str(value)


def _plain_column(column: pd.Series[Any]) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.dt.strftime("%Y-%m-%d").astype(object)
        return list(days.where(column.notna(), None))
    if pd.api.types.is_float_dtype(column):
        figures = column.astype("float64")
        finite = np.isfinite(figures.to_numpy(dtype="float64", na_value=np.nan))
        return list(figures.astype(object).where(finite, None))
    values = column.astype(object).where(column.notna(), None)
    return [plain(each) for each in values]


def _crosses_levels(wanted: StoredTable) -> bool:
    asked = {column for column, *_ in wanted.filters}
    return wanted.has_levels and not {"placement_type", "age_band"} <= asked


def _summary_levels(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out kind by age: a workbook holds a million rows, and England has more."""
    crossed = (table["placement_type"] != ALL) & (table["age_band"] != ALL)
    return table[~crossed]


def _as_file(store: Store, table: pd.DataFrame, media_type: str) -> bytes:
    # In the store's own folder: rows of a plan may not lie where others could read them.
    with store.scratch() as folder:
        path = folder / f"table{_ENDINGS[media_type]}"
        write_table(table, path)
        return path.read_bytes()


def is_held_already(request: Request, tag: str) -> bool:
    """Say whether the caller holds an answer of this tag."""
    held = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    return tag in held or "*" in held


def _liking(wanted: str, media_type: str) -> float:
    """Weigh a media type by the most specific range of ``Accept`` (RFC 9110, 12.5.1)."""
    best = (-1, 0.0)
    for part in wanted.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        exactness = [f"{media_type.split('/', maxsplit=1)[0]}/*", media_type]
        rank = 0 if name == "*/*" else exactness.index(name) + 1 if name in exactness else -1
        if rank > best[0]:
            best = (rank, _quality(parameters))
    return best[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter.removeprefix("q="))
            except ValueError:
                return 0.0
    return 1.0
