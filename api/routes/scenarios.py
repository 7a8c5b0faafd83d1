"""What if? Scenarios put to a region that is forecast once, and set side by side."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, field_validator

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.schemas.scenarios import (
    FORM_OF_IDS,
    ComparisonPage,
    DrawPage,
    ScenarioFacts,
    ScenarioPage,
    ScenarioRequest,
    WaterfallPage,
)
from api.selection import AnswerQuery
from api.store import Filters, RecordKind, RecordName
from api.tables_out import table_responses

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"])


class CompareQuery(AnswerQuery):
    """Which scenarios are set side by side, and which rows are wanted."""

    ids: str = Field(
        pattern=FORM_OF_IDS,
        description="Ids with commas between them; the others are compared with the first, which "
        "may be `as-is`: the region as things are",
        examples=["as-is,6be1c04f6f3c2d18,a41be04f6f3c2d18"],
    )

    @field_validator("ids")
    @classmethod
    def _each_once(cls, ids: str) -> str:
        listed = ids.split(",")
        if len(set(listed)) < len(listed):
            raise ValueError("each id once")
        return ids

    def filters(self) -> Filters:
        """Give the filters as the store takes them."""
        return [each for each in super().filters() if each[0] != "ids"]


@router.post(
    "",
    operation_id="askScenario",
    summary="Put a what-if to a region",
    response_model=ScenarioFacts,
    responses=made_or_kept(ScenarioFacts, "The scenario"),
    status_code=201,
)
def ask_scenario(
    request: Request, response: Response, asked: ScenarioRequest, results: ResultsOf
) -> dict[str, Any]:
    """Answer with children, gap, shortfall and spend in every future.

    The first scenario of a dataset, horizon and seed waits for the forecast;
    the next ones have the same futures and answer in seconds.
    """
    outcome = results.scenario(asked)
    say_where(response, request, outcome)
    facts: dict[str, Any] = outcome.record.facts["answer"]
    return facts


# Before `/{id}`, which would take its name for an id.
@router.get(
    "/compare",
    operation_id="compareScenarios",
    summary="Set scenarios side by side",
    responses=table_responses(ComparisonPage, "Differences from the first"),
)
def compare_scenarios(
    request: Request, query: Annotated[CompareQuery, Query()], results: ResultsOf, store: StoreOf
) -> Response:
    """Give differences future by future, so that none of them is luck.

    Scenarios of other data, another horizon or another seed are refused.
    """
    record = results.comparison(query.ids.split(",")).record
    return answer_table(
        request,
        store,
        StoredTable(record.name, "compare", query.filters()),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
        # The address names scenarios alone: a later version may compare them better.
        is_fixed=False,
    )


@router.get(
    "/{id}",
    operation_id="readScenario",
    summary="Give a scenario's answers",
    responses=table_responses(ScenarioPage, "Answers"),
)
def read_scenario(
    request: Request,
    id: IdInPath,
    query: Annotated[AnswerQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give children, gap, shortfall and weekly spend at each twelfth month and the last."""
    record = store.get(RecordName.checked(RecordKind.SCENARIO, id))
    return answer_table(
        request,
        store,
        StoredTable(record.name, "answers", query.filters()),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
    )


@router.get(
    "/{id}/waterfall",
    operation_id="readScenarioWaterfall",
    summary="Say which assumption moved each answer by how much",
    responses=table_responses(WaterfallPage, "Steps from things as they are to the scenario"),
)
def read_waterfall(
    request: Request,
    id: IdInPath,
    query: Annotated[AnswerQuery, Query()],
    results: ResultsOf,
    store: StoreOf,
) -> Response:
    """Give what each block adds; the steps sum to the scenario's answer less that as things are.

    Worked out when it is first asked for.
    """
    return _of_waterfall(request, id, query, results, store, "waterfall")


@router.get(
    "/{id}/draws",
    operation_id="readScenarioDraws",
    summary="Say how much of each answer's spread an interval explains",
    responses=table_responses(DrawPage, "Intervals"),
)
def read_draws(
    request: Request,
    id: IdInPath,
    query: Annotated[AnswerQuery, Query()],
    results: ResultsOf,
    store: StoreOf,
) -> Response:
    """Give each interval of the scenario; empty where it has none.

    Worked out with the waterfall, when either is first asked for.
    """
    return _of_waterfall(request, id, query, results, store, "scenario_draws")


def _of_waterfall(
    request: Request,
    id: str,
    query: AnswerQuery,
    results: ResultsOf,
    store: StoreOf,
    table: str,
) -> Response:
    record = results.waterfall(id).record
    return answer_table(
        request,
        store,
        StoredTable(record.name, table, query.filters()),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
        # A later version may share joint effects out better.
        is_fixed=False,
    )
