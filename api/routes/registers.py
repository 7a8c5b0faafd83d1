"""Homes, and children who need one: two lists for planning, handled alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.results import Outcome, Results
from api.schemas.datasets import Deleted, FindingPage, Register
from api.selection import FindingQuery
from api.store import Record, RecordKind, RecordName
from api.tables_out import table_responses
from api.uploads import Upload, UploadSent, upload_body


def _routes_of(
    kind: RecordKind, add: Callable[[Results, Upload], Outcome], *, noun: str, example: str
) -> APIRouter:
    """Make the routes of one list: send, read, findings, delete."""
    router = APIRouter(prefix=f"/v1/{kind.value}", tags=["registers"])
    named = kind.value.title()

    @router.post(
        "",
        operation_id=f"add{named}",
        summary=f"Send a {noun}",
        response_model=Register,
        responses=made_or_kept(Register, f"The {noun} as read"),
        status_code=201,
        openapi_extra=upload_body(what="One CSV or XLSX file", example=example),
    )
    def add_register(
        request: Request, response: Response, upload: UploadSent, results: ResultsOf
    ) -> dict[str, Any]:
        outcome = add(results, upload)
        say_where(response, request, outcome)
        return _facts(outcome.record)

    @router.get(
        "/{id}",
        operation_id=f"read{named}",
        summary=f"Say what was found in a {noun}",
        response_model=Register,
    )
    def read_register(id: IdInPath, store: StoreOf) -> dict[str, Any]:
        return _facts(store.get(RecordName.checked(kind, id)))

    @router.get(
        "/{id}/findings",
        operation_id=f"list{named}Findings",
        summary=f"List everything that was found in a {noun}",
        responses=table_responses(FindingPage, "Findings"),
    )
    def list_findings(
        request: Request,
        id: IdInPath,
        query: Annotated[FindingQuery, Query()],
        store: StoreOf,
    ) -> Response:
        wanted = StoredTable(RecordName.checked(kind, id), "findings", query.filters())
        return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)

    @router.delete(
        "/{id}",
        operation_id=f"delete{named}",
        summary=f"Delete a {noun} with all that came from it",
        response_model=Deleted,
    )
    def delete_register(id: IdInPath, results: ResultsOf) -> dict[str, Any]:
        deleted = results.forget(kind, id)
        return {"deleted": [{"kind": each.kind.value, "id": each.id} for each in deleted]}

    return router


def _facts(record: Record) -> dict[str, Any]:
    return {"id": record.id, "stored": record.stored, **record.facts}


homes = _routes_of(
    RecordKind.HOMES, Results.add_homes, noun="register of homes", example="homes.csv"
)
children = _routes_of(
    RecordKind.CHILDREN, Results.add_children, noun="list of children", example="children.csv"
)
