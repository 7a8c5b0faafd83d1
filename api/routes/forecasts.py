"""Demand to come, at every level, with how sure it is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import StoredTable, answer_table
from api.dependencies import IdInPath, ResultsOf, StoreOf, made_or_kept, say_where
from api.schemas.forecasts import (
    BacktestPage,
    ExplanationPage,
    ForecastFacts,
    ForecastPage,
    ForecastRequest,
)
from api.selection import ExplanationQuery, NodeQuery, TableQuery
from api.store import RecordKind, RecordName
from api.tables_out import table_responses

router = APIRouter(prefix="/v1/forecasts", tags=["forecasts"])


@router.post(
    "",
    operation_id="makeForecast",
    summary="Forecast the demand of a dataset",
    response_model=ForecastFacts,
    responses=made_or_kept(ForecastFacts, "The forecast"),
    status_code=201,
)
def make_forecast(
    request: Request, response: Response, asked: ForecastRequest, results: ResultsOf
) -> dict[str, Any]:
    """Judge candidates on the past, weigh them, and give a forecast that adds up.

    The answer comes when the forecast is made. The same request has the same id.
    """
    outcome = results.forecast(asked)
    say_where(response, request, outcome)
    facts: dict[str, Any] = outcome.record.facts["answer"]
    return facts


@router.get(
    "/{id}",
    operation_id="readForecast",
    summary="Give a forecast",
    responses=table_responses(ForecastPage, "The forecast table"),
)
def read_forecast(
    request: Request,
    id: IdInPath,
    query: Annotated[NodeQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give rows of the forecast table: means that add up, and quantiles."""
    record = store.get(RecordName.checked(RecordKind.FORECAST, id))
    return answer_table(
        request,
        store,
        StoredTable(record.name, "forecast", query.filters(), has_levels=True),
        cursor=query.cursor,
        limit=query.limit,
        facts=record.facts["answer"],
    )


@router.get(
    "/{id}/backtest",
    operation_id="readBacktest",
    summary="Say how every candidate did on the past",
    responses=table_responses(BacktestPage, "Scores"),
)
def read_backtest(
    request: Request,
    id: IdInPath,
    query: Annotated[TableQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give scores by measure, level and range of months ahead."""
    wanted = StoredTable(RecordName.checked(RecordKind.FORECAST, id), "backtest")
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)


@router.get(
    "/{id}/explanation",
    operation_id="readExplanation",
    summary="Say what stands behind each month's change",
    responses=table_responses(ExplanationPage, "Entries, exits, birthdays and moves"),
)
def read_explanation(
    request: Request,
    id: IdInPath,
    query: Annotated[ExplanationQuery, Query()],
    store: StoreOf,
) -> Response:
    """Give the parts that each month's number of children is the sum of.

    Empty where the returns were too short for rates.
    """
    name = RecordName.checked(RecordKind.FORECAST, id)
    wanted = StoredTable(name, "explanation", query.filters(), has_levels=True)
    return answer_table(request, store, wanted, cursor=query.cursor, limit=query.limit)
