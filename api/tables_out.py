"""How answers that are tables are described: JSON by the page, CSV and workbook whole."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.answers import CSV, XLSX

HELD_ALREADY: dict[int | str, dict[str, Any]] = {
    304: {"description": "The caller holds this answer already (If-None-Match)"}
}
"""Of every result: its tag says whether it has to be sent."""


def table_responses(page: type[BaseModel], what: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route that gives a table.

    Parameters
    ----------
    page : type of BaseModel
        Model of a page.
    what : str
        The rows in words.
    """
    return {
        200: {
            "model": page,
            "description": f"{what}: a page as JSON, every row as CSV or workbook",
            "content": {
                CSV: {
                    "schema": {"type": "string"},
                    "example": "The columns of the items, heading first",
                },
                XLSX: {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "The columns of the items; of a hierarchy, the summary levels",
                },
            },
        },
        **HELD_ALREADY,
    }
