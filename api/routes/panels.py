"""Outcomes by authority and period: sent as a file, or made from returns that were sent."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.errors import NotAPanelError, NotFoundError
from api.panels import GROUPS, ROWS, panel_shown
from api.schemas.datasets import Deleted, FindingPage
from api.schemas.evaluations import GroupOutcomePage, PanelFacts, PanelPage, PanelRequest
from api.selection import FindingQuery, GroupQuery, PanelQuery
from api.store import Record, RecordKind, RecordName
from api.tables_out import table_responses
from api.uploads import Upload, read_upload, upload_body

router = APIRouter(prefix="/v1/panels", tags=["evaluations"])


async def _panel_sent(request: Request) -> Upload | PanelRequest:
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        return await read_upload(request)
    if kind.partition(";")[0].strip() != "application/json":
        raise NotAPanelError
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from error
    try:
        return PanelRequest.model_validate(given)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults) from error


def _panel_body() -> dict[str, Any]:
    """Describe both ways to a panel for the OpenAPI document."""
    described = upload_body(
        what="One CSV or XLSX file: la_code, region, period, outcome, and value or numerator "
        "and denominator; release_date where a cut-off is to go by it. Beside it, at most one "
        "of the same outcomes by group of children, with characteristic and group",
        example="panel.csv",
    )
    schema = PanelRequest.model_json_schema()
    described["requestBody"]["content"]["application/json"] = {
        "schema": schema,
        "example": schema["examples"][0],
    }
    return described


@router.post(
    "",
    operation_id="addPanel",
    summary="Send a panel of outcomes, or make one from returns",
    response_model=PanelFacts,
    responses=made_or_kept(PanelFacts, "The panel as read"),
    status_code=201,
    openapi_extra=_panel_body(),
)
def add_panel(
    request: Request,
    response: Response,
    sent: Annotated[Upload | PanelRequest, Depends(_panel_sent)],
    results: ResultsOf,
) -> dict[str, Any]:
    """Read and check a panel; one that contradicts itself is refused with every fault.

    A panel made from returns holds counts as they are, small ones too: working
    figures for callers in scope, and not for publication.
    """
    outcome = (
        results.add_panel(sent) if isinstance(sent, Upload) else results.panel_of_returns(sent)
    )
    say_where(response, request, outcome)
    return _facts(outcome.record)


@router.get(
    "/{id}",
    operation_id="readPanel",
    summary="Give a panel",
    responses=table_responses(PanelPage, "Rows of the panel"),
)
def read_panel(
    request: Request,
    id: IdInPath,
    query: Annotated[PanelQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give the panel row by row as it was sent; as CSV, the file that `evaluate` reads."""
    record = store.get(RecordName.checked(RecordKind.PANEL, id))
    return answer_table(
        request,
        store,
        StoredTable(record.name, ROWS, query.filters()),
        cursor=query.cursor,
        limit=query.limit,
        facts=_facts(record),
        shown=panel_shown,
    )


@router.get(
    "/{id}/groups",
    operation_id="listPanelGroups",
    summary="Give the same outcomes by group of children",
    responses=table_responses(GroupOutcomePage, "Rows by group"),
)
def list_groups(
    request: Request,
    id: IdInPath,
    query: Annotated[GroupQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give outcomes by ethnic group, sex and UASC; not found where none came with the panel."""
    name = RecordName.checked(RecordKind.PANEL, id)
    if GROUPS not in store.tables(name):
        raise NotFoundError("table of groups beside this panel")
    wanted = StoredTable(name, GROUPS, query.filters())
    return answer_table(
        request, store, wanted, cursor=query.cursor, limit=query.limit, shown=panel_shown
    )


@router.get(
    "/{id}/findings",
    operation_id="listPanelFindings",
    summary="List everything that is odd about a panel",
    responses=table_responses(FindingPage, "Findings"),
)
def list_findings(
    request: Request,
    id: IdInPath,
    query: Annotated[FindingQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give what was found and what is done about it."""
    wanted = StoredTable(RecordName.checked(RecordKind.PANEL, id), "findings", query.filters())
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)


@router.delete(
    "/{id}",
    operation_id="deletePanel",
    summary="Delete a panel with all that came from it",
    response_model=Deleted,
)
def delete_panel(id: IdInPath, results: ResultsOf) -> dict[str, Any]:
    """Delete a panel, its evaluations and plans; the log of specifications stays."""
    deleted = results.forget(RecordKind.PANEL, id)
    return {"deleted": [{"kind": each.kind.value, "id": each.id} for each in deleted]}


def _facts(record: Record) -> dict[str, Any]:
    given = {"dataset_id": None, "homes_id": None}
    return {"id": record.id, "stored": record.stored, **given, **record.facts}
