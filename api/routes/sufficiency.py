"""Will there be enough homes? Demand against usable capacity, month by month."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.schemas.forecasts import BalancePage, SufficiencyFacts, SufficiencyRequest
from api.selection import BalanceQuery
from api.store import RecordKind, RecordName
from api.tables_out import table_responses

router = APIRouter(prefix="/v1/sufficiency", tags=["sufficiency"])


@router.post(
    "",
    operation_id="weighSufficiency",
    summary="Set a forecast against a register of homes",
    response_model=SufficiencyFacts,
    responses=made_or_kept(SufficiencyFacts, "The balance"),
    status_code=201,
)
def weigh_sufficiency(
    request: Request, response: Response, asked: SufficiencyRequest, results: ResultsOf
) -> dict[str, Any]:
    """Say for every area, kind and month how likely homes run short."""
    outcome = results.sufficiency(asked)
    say_where(response, request, outcome)
    facts: dict[str, Any] = outcome.record.facts["answer"]
    return facts


@router.get(
    "/{id}",
    operation_id="readSufficiency",
    summary="Give a balance of demand and homes",
    responses=table_responses(BalancePage, "The balance"),
)
def read_sufficiency(
    request: Request,
    id: IdInPath,
    query: Annotated[BalanceQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give gaps, their probability, the rating with its reason, and the cost."""
    record = store.get(RecordName.checked(RecordKind.SUFFICIENCY, id))
    return answer_table(
        request,
        store,
        StoredTable(record.name, "balance", query.filters()),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
    )
