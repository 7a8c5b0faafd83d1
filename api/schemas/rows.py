"""Rows of tables, described by the tables' own declarations."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.schemas.examples import shown_as
from rcc_forecast.tables.contract import Kind, Table

_TYPES: dict[Kind, Any] = {Kind.INTEGER: float | None, Kind.NUMBER: float | None}


class Row(BaseModel):
    """One row; a figure that is not known is null."""

    model_config = ConfigDict(extra="allow")


def row_of(
    name: str,
    table: Table,
    *,
    example: dict[str, Any],
    without: tuple[str, ...] = (),
    written: tuple[str, ...] = (),
) -> type[Row]:
    """Make the model of a table's rows.

    Parameters
    ----------
    name : str
        Of the model, as the OpenAPI document shows it.
    table : Table
        Its declaration: names, meanings and units are taken from it.
    example : dict
        One row.
    without : tuple of str
        Columns that are not handed out.
    written : tuple of str
        Columns of figures that may hold a symbol instead.
    """
    fields: dict[str, Any] = {
        column.name: (
            float | str | None
            if column.name in written
            else _TYPES.get(column.kind, str | int | None),
            Field(default=None, description=_described(column.meaning, column.unit)),
        )
        for column in table.columns
        if column.name not in without
    }
    model = create_model(name, __base__=Row, __doc__=f"{table.meaning}.", **fields)
    model.model_config = shown_as(example, extra="allow")
    model.model_rebuild(force=True)
    return model


def page_of(row: type[BaseModel], *, base: type[BaseModel] = BaseModel, what: str) -> type[Any]:
    """Make the model of a page of rows.

    Parameters
    ----------
    row : type of BaseModel
        Model of one row.
    base : type of BaseModel
        What is said of the whole, before the rows.
    what : str
        The page in words.
    """
    example = {
        **_example(base),
        "items": [_example(row)],
        "next_cursor": "MTAw",
    }
    rows = list[row]  # type: ignore[valid-type]  # a model that is given
    page = create_model(
        f"{row.__name__}s",
        __base__=base,
        __doc__=what,
        items=(rows, Field(description="Rows, in the order of the table")),
        next_cursor=(str | None, Field(description="Cursor of the next page; null on the last")),
    )
    page.model_config = shown_as(example)
    page.model_rebuild(force=True)
    return page


def _example(model: type[BaseModel]) -> dict[str, Any]:
    extra = model.model_config.get("json_schema_extra")
    examples = extra.get("examples") if isinstance(extra, dict) else None
    first = examples[0] if isinstance(examples, list) and examples else {}
    return dict(first) if isinstance(first, dict) else {}


def _described(meaning: str, unit: str) -> str:
    return f"{meaning} ({unit})" if unit else meaning
