"""A home proposed for every child: advice to people, never a decision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import StoredTable, answer_facts, answer_table, page_content, records
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.errors import NotFoundError
from api.results import ROW_COLUMN
from api.schemas.placements import (
    EquityPage,
    GroupPage,
    PlacementRequest,
    Plan,
    PlanRowInFull,
    PlanRowPage,
    PricePage,
    ShortagePage,
)
from api.selection import TableQuery
from api.store import ROW, RecordKind, RecordName
from api.tables_out import HELD_ALREADY, table_responses

router = APIRouter(prefix="/v1/placements", tags=["placements"])

RowToken = Annotated[
    str,
    Path(
        max_length=64,
        description="Token of a row, as /rows gives it",
        examples=["9c1185a5c5e9fc54612808977ee8f548"],
    ),
]
TablePage = Annotated[TableQuery, Query()]


@router.post(
    "",
    operation_id="makePlacementPlan",
    summary="Propose homes for a list of children",
    response_model=Plan,
    responses=made_or_kept(Plan, "The plan"),
    status_code=201,
)
def make_plan(
    request: Request, response: Response, asked: PlacementRequest, results: ResultsOf
) -> dict[str, Any]:
    """Plan near home and with brothers and sisters, with a proven bound.

    A plan is advice: people decide (UK GDPR, Article 22).
    """
    outcome = results.placement(asked)
    say_where(response, request, outcome)
    facts: dict[str, Any] = outcome.record.facts["answer"]
    return facts


@router.get(
    "/{id}",
    operation_id="readPlacementPlan",
    summary="Give the summary of a plan",
    response_model=Plan,
    responses=HELD_ALREADY,
)
def read_plan(request: Request, id: IdInPath, store: StoreOf) -> Response:
    """Give figures of the plan, of homes as they are, and of the greedy yardstick."""
    record = store.get(RecordName.checked(RecordKind.PLACEMENT, id))
    return answer_facts(request, record.name, record.facts["answer"])


@router.get(
    "/{id}/rows",
    operation_id="listPlanRows",
    summary="List the children of a plan with the homes proposed",
    responses=table_responses(PlanRowPage, "Rows of the plan"),
)
def list_rows(request: Request, id: IdInPath, query: TablePage, store: StoreOf) -> Response:
    """Give each child by the caller's own reference, and a token for addresses."""
    return _table(request, id, query, store, "rows")


@router.get(
    "/{id}/rows/{row}",
    operation_id="readPlanRow",
    summary="Say why this child and this home",
    response_model=PlanRowInFull,
    responses=HELD_ALREADY,
)
def read_row(
    request: Request,
    id: IdInPath,
    row: RowToken,
    store: StoreOf,
) -> Response:
    """Give one row of a plan: the reason, the child's own wish, and the best other homes."""
    name = RecordName.checked(RecordKind.PLACEMENT, id)
    found = store.table(name, "rows", filters=[(ROW_COLUMN, "==", row)])
    if found.empty:
        raise NotFoundError("row of this plan")
    others = store.table(name, "alternatives", filters=[(ROW_COLUMN, "==", row)])
    others = others.drop(columns=[ROW, ROW_COLUMN])
    found_row = page_content(found, limit=1)["items"][0]
    return answer_facts(request, name, {**found_row, "alternatives": records(others)})


@router.get(
    "/{id}/prices",
    operation_id="listPlanPrices",
    summary="Say what one more place would be worth",
    responses=table_responses(PricePage, "Prices"),
)
def list_prices(request: Request, id: IdInPath, query: TablePage, store: StoreOf) -> Response:
    """Give the value of one more place by kind, authority, age band and need."""
    return _table(request, id, query, store, "prices")


@router.get(
    "/{id}/groups",
    operation_id="listPlanGroups",
    summary="Say which brothers and sisters stay together, and why not all",
    responses=table_responses(GroupPage, "Groups"),
)
def list_groups(request: Request, id: IdInPath, query: TablePage, store: StoreOf) -> Response:
    """Give each sibling group, the price of together, and the reason."""
    return _table(request, id, query, store, "groups")


@router.get(
    "/{id}/shortages",
    operation_id="listPlanShortages",
    summary="Say which children compete for too few homes",
    responses=table_responses(ShortagePage, "Shortages"),
)
def list_shortages(request: Request, id: IdInPath, query: TablePage, store: StoreOf) -> Response:
    """Give sets of children who compete for too few homes."""
    return _table(request, id, query, store, "shortages")


@router.get(
    "/{id}/equity",
    operation_id="listPlanEquity",
    summary="Say who gets what: rates of each group of children against all",
    responses=table_responses(EquityPage, "Rates by group"),
)
def list_equity(request: Request, id: IdInPath, query: TablePage, store: StoreOf) -> Response:
    """Give outcomes by authority, age, sex, ethnicity and need: working figures, to be judged.

    Groups can be small: this is for planners, and not for publication.
    """
    return _table(request, id, query, store, "equity")


def _table(
    request: Request,
    id: str,
    query: TableQuery,
    store: StoreOf,
    table: str,
) -> Response:
    wanted = StoredTable(RecordName.checked(RecordKind.PLACEMENT, id), table)
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)
