"""Pathfinders against the rest: lock, foresee, look, and read what was found."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.answers import (
    CSV,
    HTML,
    JSON,
    XLSX,
    StoredTable,
    accepted,
    answer_facts,
    answer_table,
    is_held_already,
    page_content,
    result_headers,
)
from api.dependencies import (
    IdInPath,
    ResultsOf,
    StoreOf,
    address_of,
    made_or_kept,
    say_where,
)
from api.errors import NotFoundError
from api.evaluations import PAGE
from api.paging import MOST_ROWS, Cursor, Limit, cursor_after, row_of_cursor
from api.schemas.evaluations import (
    EvaluationFacts,
    EvaluationRequest,
    EvaluationTablePage,
    LockRequest,
    LogEntry,
    LogPage,
    PowerPage,
    PowerRequest,
)
from api.selection import EvaluationQuery
from api.specifications import parse_spec_sent
from api.store import Filters, Record, RecordKind, RecordName, Store
from api.tables_out import HELD_ALREADY, table_responses
from rcc_forecast.errors import UnknownNameError

router = APIRouter(prefix="/v1/evaluations", tags=["evaluations"])

_FRONT = "estimates"
"""The table that stands for an evaluation where a table is asked for."""

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

TableName = Annotated[
    str,
    Path(max_length=80, description="Name of a table, as `tables` lists it", examples=[_FRONT]),
]


@router.post(
    "",
    operation_id="evaluatePanel",
    summary="Compare pathfinders with the rest, as the specification says",
    response_model=EvaluationFacts,
    responses=made_or_kept(EvaluationFacts, "The evaluation"),
    status_code=201,
)
def evaluate_panel(
    request: Request, response: Response, asked: EvaluationRequest, results: ResultsOf
) -> dict[str, Any]:
    """Make every table, the verdict and the report of one look.

    The result is EXPLORATORY unless the specification is in this service's log
    when this is asked; locked afterwards, it gives another result.
    """
    outcome = results.evaluation(asked)
    say_where(response, request, outcome)
    return _facts(request, outcome.record)


# What has a name of its own stands before `/{id}`, which would take it for an id.
@router.post(
    "/power",
    operation_id="planLooks",
    summary="Say what could be seen, and when, before anyone looks",
    response_model=PowerPage,
    responses=made_or_kept(PowerPage, "The plan"),
    status_code=201,
)
def plan_looks(
    request: Request,
    response: Response,
    asked: PowerRequest,
    results: ResultsOf,
    store: StoreOf,
) -> dict[str, Any]:
    """Give the smallest effect that would be found, by date and by number of regions left."""
    outcome = results.power_plan(asked)
    say_where(response, request, outcome)
    record = outcome.record
    page = store.table(record.name, "power", most=MOST_ROWS + 1)
    return {**record.facts["answer"], **page_content(page, limit=MOST_ROWS)}


@router.get(
    "/power/{id}",
    operation_id="readPlanOfLooks",
    summary="Give what could be seen, and when",
    responses=table_responses(PowerPage, "Dates and numbers of regions"),
)
def read_plan(
    request: Request, id: IdInPath, query: Annotated[EvaluationQuery, Query()], store: StoreOf
) -> Response:
    """Give the plan row by row."""
    record = store.get(RecordName.checked(RecordKind.POWER_PLAN, id))
    return answer_table(
        request,
        store,
        StoredTable(record.name, "power", _of_its_columns(store, record, "power", query)),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
    )


@router.post(
    "/lock",
    operation_id="lockSpecification",
    summary="Log a specification before the data are looked at",
    response_model=LogEntry,
    responses={
        200: {"model": LogEntry, "description": "It had been logged before: its line"},
        201: {"model": LogEntry, "description": "Its line, written now"},
    },
    status_code=201,
)
def lock_specification(
    response: Response, asked: LockRequest, results: ResultsOf
) -> dict[str, Any]:
    """Put a specification into the service's log, which only grows."""
    entry, is_new = results.log.lock(parse_spec_sent(asked.spec))
    response.status_code = 201 if is_new else 200
    return entry


@router.get(
    "/log",
    operation_id="listLockedSpecifications",
    summary="List the specifications that were locked",
    response_model=LogPage,
)
def list_locked(results: ResultsOf, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Give the log, oldest first; each line seals the one before it."""
    after = row_of_cursor(cursor)
    later = results.log.read().entries[after:]
    shown = later[:limit]
    more = len(later) > limit
    return {
        "items": list(shown),
        "next_cursor": cursor_after(after + limit) if more else None,
    }


@router.get(
    "/{id}",
    operation_id="readEvaluation",
    summary="Give the verdict, and where tables and report are",
    response_model=EvaluationFacts,
    responses=table_responses(
        EvaluationFacts, "Verdict and links; as CSV or workbook, the estimates"
    ),
)
def read_evaluation(request: Request, id: IdInPath, store: StoreOf) -> Response:
    """Give what was found as a whole; as CSV or workbook, the table of estimates."""
    record = store.get(RecordName.checked(RecordKind.EVALUATION, id))
    if accepted(request, (JSON, CSV, XLSX)) != JSON:
        wanted = StoredTable(record.name, _FRONT)
        return answer_table(request, store, wanted, cursor=None, limit=MOST_ROWS)
    return answer_facts(request, record.name, _facts(request, record))


@router.get(
    "/{id}/tables/{table}",
    operation_id="readEvaluationTable",
    summary="Give a table of an evaluation",
    responses=table_responses(EvaluationTablePage, "Rows of the table"),
)
def read_table(
    request: Request,
    id: IdInPath,
    table: TableName,
    query: Annotated[EvaluationQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give rows with hash, look and stamp; as CSV, the very file that the command writes."""
    record = store.get(RecordName.checked(RecordKind.EVALUATION, id))
    if table not in record.facts["answer"]["tables"]:
        raise NotFoundError("table of this evaluation")
    wanted = StoredTable(record.name, table, _of_its_columns(store, record, table, query))
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)


@router.get(
    "/{id}/report",
    operation_id="readEvaluationReport",
    summary="Give the report of an evaluation, for people",
    response_class=HTMLResponse,
    responses={
        200: {
            "description": "A whole page without script that asks for nothing from outside",
            "content": {
                HTML: {"schema": {"type": "string"}, "example": "<!DOCTYPE html> and the report"}
            },
        },
        **HELD_ALREADY,
    },
)
def read_report(request: Request, id: IdInPath, store: StoreOf) -> Response:
    """Give the page that the command writes as report.html."""
    name = RecordName.checked(RecordKind.EVALUATION, id)
    headers = result_headers(name.id, accepted(request, (HTML,)))
    page = str(store.table(name, PAGE)["html"].iloc[0])
    headers["Content-Security-Policy"] = _policy_of(page)
    if is_held_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(page, headers=headers)


def _facts(request: Request, record: Record) -> dict[str, Any]:
    here = address_of(request, record.name)
    answer: dict[str, Any] = record.facts["answer"]
    tables = [
        {"name": name, "rows": rows, "href": f"{here}/tables/{name}"}
        for name, rows in answer["tables"].items()
    ]
    return {**answer, "tables": tables, "report": f"{here}/report"}


def _of_its_columns(store: Store, record: Record, table: str, query: EvaluationQuery) -> Filters:
    """Give the filters of a query; one that the table has no column for is refused."""
    columns = set(store.table(record.name, table, most=0).columns)
    filters = query.filters()
    for column, *_ in filters:
        if column not in columns:
            known = sorted(columns & set(EvaluationQuery.model_fields))
            raise UnknownNameError(what="column of this table", given=column, known=known)
    return filters


def _policy_of(page: str) -> str:
    """Allow the page's own style and nothing else, named by its hash."""
    styles = [
        base64.b64encode(sha256(style.encode()).digest()).decode() for style in _STYLE.findall(page)
    ]
    allowed = " ".join(f"'sha256-{each}'" for each in styles) or "'none'"
    return (
        f"default-src 'none'; style-src {allowed}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
