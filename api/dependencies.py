"""What a route may ask for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from api.answers import result_headers
from api.results import Outcome, Results
from api.store import RecordName, Store


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _results(request: Request) -> Results:
    results: Results = request.app.state.results
    return results


StoreOf = Annotated[Store, Depends(_store)]
ResultsOf = Annotated[Results, Depends(_results)]
IdInPath = Annotated[
    str, Path(description="Id, as it was handed out", examples=["5f0c6f0c2b9d4a17"])
]


def say_where(response: Response, request: Request, outcome: Outcome) -> None:
    """Say where a result is, and by its status whether it was made just now.

    201 where it was made by this request; 200 where the same had been asked
    before and was kept.
    """
    response.status_code = 201 if outcome.is_new else 200
    response.headers["Location"] = address_of(request, outcome.record.name)
    response.headers["ETag"] = result_headers(outcome.record.id)["ETag"]


def address_of(request: Request, name: RecordName) -> str:
    """Give the address of a record, relative to the host."""
    root: str = request.scope.get("root_path", "").rstrip("/")
    return f"{root}/v1/{name.kind.address}/{name.id}"


def made_or_kept(model: Any, what: str) -> dict[int | str, dict[str, Any]]:
    """Describe both answers to a request for a result."""
    location = {"Location": {"description": "Address of the result", "schema": {"type": "string"}}}
    return {
        200: {"model": model, "description": f"{what}, kept from before", "headers": location},
        201: {"model": model, "description": f"{what}, made now", "headers": location},
    }
