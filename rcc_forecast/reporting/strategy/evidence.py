"""What a strategy is made from: checked tables, their symbols, and the area they are about."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.content import HeadlineArea, ReportContent, headline_area
from rcc_forecast.reporting.words import NOT_KNOWN, number
from rcc_forecast.tables.published import SYMBOLS

WITHHELD, ROUNDS_TO_NOTHING = "c", "k"

WHOLE = "All authorities in these returns"
"""Who the row is about in which every dimension of area is summed."""

_IN_WORDS = {
    WITHHELD: "withheld",
    ROUNDS_TO_NOTHING: "rounds to 0",
    "x": "not available",
    "z": "does not apply",
    "-": "none",
}


class Edition(StrEnum):
    """Who the strategy is written for."""

    WORKING = "working"
    """Signed-in staff: counts as they are."""

    PUBLIC = "public"
    """Everyone: published tables alone, with symbols where figures are withheld."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Tables by name, each of which may be absent.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        As the rooms of the program give them, or as they are published: figures
        are then text, some of it symbols.
    meta : mapping
        What stands in ``balance.meta.json``: as_of, run_id, sources, notes, ...
    edition : Edition
        Whom it is for.
    area : HeadlineArea
        The area that the strategy is about.
    """

    tables: Mapping[str, pd.DataFrame]
    meta: Mapping[str, Any]
    edition: Edition = Edition.WORKING
    area: HeadlineArea = field(default_factory=lambda: HeadlineArea("england", "England"))

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        meta: Mapping[str, Any],
        *,
        edition: Edition = Edition.WORKING,
    ) -> Evidence:
        """Find out which area the tables are about; tables without rows count as absent."""
        given = {name: table for name, table in tables.items() if len(table)}
        told = ReportContent(
            as_of=pd.Timestamp(meta["as_of"]),
            provenance={},
            balance=given.get("balance"),
            forecast=given.get("forecast"),
            demand=given.get("demand"),
        )
        area = headline_area(told)
        if area.level == "england":
            area = HeadlineArea("england", WHOLE)
        return cls(given, meta, edition, area)

    @property
    def is_public(self) -> bool:
        """Whether figures may be withheld."""
        return self.edition is Edition.PUBLIC

    @property
    def judged_area(self) -> HeadlineArea:
        """The level that past forecasts of the area are scored at.

        Scores are kept by authority, region and England; the co-operative that
        all authorities share is scored as the sum of the same authorities.
        """
        return HeadlineArea("region", self.area.name) if self.area.level == "rcc" else self.area

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each assumption comes from, by its name."""
        return {**(self.meta.get("sources") or {}), **(self.meta.get("sources_of_spend") or {})}

    @property
    def as_of(self) -> pd.Timestamp:
        """Last day that the returns were used to."""
        return pd.Timestamp(self.meta["as_of"])

    def table(self, name: str) -> pd.DataFrame | None:
        """Give a table, or None where it was not made or has no rows."""
        return self.tables.get(name)

    def own(self, name: str) -> pd.DataFrame:
        """Give the rows of the area itself; without rows where the table is absent."""
        table = self.table(name)
        if table is None:
            return pd.DataFrame()
        return table.loc[self.own_index(table)].reset_index(drop=True)

    def own_index(self, table: pd.DataFrame) -> pd.Index[Any]:
        """Say which rows of a table are the area's own."""
        return self.area.rows_of(table.assign(rcc=table["rcc"].astype("str").fillna(""))).index

    def told_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the rows that belong in a strategy of this area: its own and its authorities'.

        Where the area is all authorities together, every region and co-operative stays.
        """
        if self.area.level == "england":
            return table
        single = table.index[table["local_authority"] != ALL]
        return table.loc[self.own_index(table).append(single)]


def numbers(column: pd.Series[Any]) -> pd.Series[float]:
    """Give figures as numbers; symbols and gaps are missing."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


def value(cell: Any) -> float:
    """Give one figure as a number; a symbol or gap is not a number."""
    if cell is None or cell is pd.NA or (isinstance(cell, str) and cell in SYMBOLS.labels):
        return math.nan
    try:
        return float(cell)
    except ValueError:
        return math.nan


def shown(cell: Any, told: Callable[..., str] = number, **how: Any) -> str:
    """Write a figure, or say in a word why there is none to show."""
    if isinstance(cell, str) and cell in _IN_WORDS:
        return _IN_WORDS[cell]
    figure = value(cell)
    return NOT_KNOWN if math.isnan(figure) else told(figure, **how)


def between(low: Any, high: Any, told: Callable[..., str] = number, **how: Any) -> str:
    """Write an interval; one word where neither end is shown."""
    ends = shown(low, told, **how), shown(high, told, **how)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def first_where_most(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Give the row in which a column is greatest; the first of equals."""
    return table.iloc[int(numbers(table[column]).fillna(-math.inf).to_numpy().argmax())]


def known(cell: Any) -> bool:
    """Say whether there is a figure to show."""
    return not math.isnan(value(cell))


def milestones(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a year, two and three ahead, and the last month where it is none of them."""
    horizon = numbers(table["horizon"])
    last = horizon.max()
    return table[(horizon % 12 == 0) & (horizon > 0) | (horizon == last)]


def area_names(table: pd.DataFrame) -> pd.Series[str]:
    """Name the area of every row."""
    single = table["local_authority"].astype("str") != ALL
    nowhere = pd.Series("", index=table.index, dtype="str")
    pool = table["rcc"].astype("str").fillna("") if "rcc" in table else nowhere
    region = table["region"].astype("str") if "region" in table else nowhere
    is_region = (region != ALL) & (region != "")
    by = "local_authority_name" if "local_authority_name" in table else "local_authority"
    summed = pool.where(pool != "", region.where(is_region, WHOLE))
    return summed.where(~single, table[by].astype("str"))
