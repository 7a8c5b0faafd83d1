"""Returns that councils send: checked, pseudonymised, and told about."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.paging import Cursor, Limit, cursor_after, text_of_cursor
from api.schemas.datasets import Dataset, DatasetPage, Deleted, FindingPage
from api.selection import FindingQuery
from api.store import Record, RecordKind, RecordName
from api.tables_out import table_responses
from api.uploads import UploadSent, upload_body

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

_FACTS = ("years", "authorities", "rows_filed", "rows_used", "rows_refused", "findings")


@router.post(
    "",
    operation_id="addDataset",
    summary="Send SSDA903 returns",
    response_model=Dataset,
    responses=made_or_kept(Dataset, "The returns as read"),
    status_code=201,
    openapi_extra=upload_body(
        what="A zip, or CSV, XML and XLSX files, as filed",
        example="returns.zip",
        takes_authority=True,
    ),
)
def add_dataset(
    request: Request, response: Response, upload: UploadSent, results: ResultsOf, store: StoreOf
) -> dict[str, Any]:
    """Read and check returns; every fault is a finding, and stops nothing else.

    Children are pseudonymised before anything is kept. The same files have
    the same id.
    """
    outcome = results.add_dataset(upload)
    say_where(response, request, outcome)
    return _in_full(outcome.record, store)


@router.get(
    "",
    operation_id="listDatasets",
    summary="List the returns that were sent",
    response_model=DatasetPage,
)
def list_datasets(store: StoreOf, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Give the datasets, newest first."""
    last = text_of_cursor(cursor)
    everything = store.all(RecordKind.DATASET)
    later = [each for each in everything if last is None or _key(each) < last]
    shown = later[:limit]
    more = len(later) > limit
    return {
        "items": [_facts(each) for each in shown],
        "next_cursor": cursor_after(_key(shown[-1])) if more else None,
    }


@router.get(
    "/{id}",
    operation_id="readDataset",
    summary="Say what was filed and what was found, by rule",
    response_model=Dataset,
)
def read_dataset(id: IdInPath, store: StoreOf) -> dict[str, Any]:
    """Give one dataset as a whole."""
    return _in_full(store.get(RecordName.checked(RecordKind.DATASET, id)), store)


@router.get(
    "/{id}/findings",
    operation_id="listDatasetFindings",
    summary="List everything that was found in the returns",
    responses=table_responses(FindingPage, "Findings"),
)
def list_findings(
    request: Request,
    id: IdInPath,
    query: Annotated[FindingQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give each fault with its file and row, and what was done about it."""
    name = RecordName.checked(RecordKind.DATASET, id)
    wanted = StoredTable(name, "findings", query.filters())
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)


@router.delete(
    "/{id}",
    operation_id="deleteDataset",
    summary="Delete returns with all that came from them",
    response_model=Deleted,
)
def delete_dataset(id: IdInPath, results: ResultsOf) -> dict[str, Any]:
    """Delete a dataset, its histories, forecasts and sufficiency results."""
    deleted = results.forget(RecordKind.DATASET, id)
    return {"deleted": [{"kind": each.kind.value, "id": each.id} for each in deleted]}


def _key(record: Record) -> str:
    return f"{record.stored} {record.id}"


def _facts(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "stored": record.stored,
        **{name: record.facts[name] for name in _FACTS},
    }


def _in_full(record: Record, store: StoreOf) -> dict[str, Any]:
    filed = store.table(record.name, "filed")
    return {
        **_facts(record),
        "filed": filed.to_dict(orient="records"),
        "summary": record.facts["summary"],
    }
