"""How many children there were: monthly history at every level."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import StoredTable, answer_table
from api.dependencies import ResultsOf, StoreOf
from api.schemas.forecasts import DemandPage, Id
from api.selection import NodeQuery
from api.store import Filters
from api.tables_out import table_responses

router = APIRouter(prefix="/v1/demand", tags=["forecasts"])


class HistoryQuery(NodeQuery):
    """Rows of the history of a dataset."""

    dataset_id: Id = Field(description="Whose history", examples=["5f0c6f0c2b9d4a17"])

    def filters(self) -> Filters:
        """Give the filters as the store takes them."""
        return [each for each in super().filters() if each[0] != "dataset_id"]


@router.get(
    "",
    operation_id="readDemand",
    summary="Give monthly history: children, entries and exits",
    responses=table_responses(DemandPage, "Monthly history"),
)
def read_demand(
    request: Request, query: Annotated[HistoryQuery, Query()], results: ResultsOf, store: StoreOf
) -> Response:
    """Give working figures as recorded, and with late recording corrected."""
    history = results.history(query.dataset_id).record
    wanted = StoredTable(history.name, "demand", query.filters(), has_levels=True)
    # The address names the dataset alone: a later version may count it better.
    return answer_table(
        request, store, wanted, cursor=query.cursor, limit=query.limit, is_fixed=False
    )
