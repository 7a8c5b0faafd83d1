"""How a table is declared: one declaration validates, documents and drives synthetic data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from rcc_forecast.codes import CodeSet
from rcc_forecast.errors import TableError


class Kind(StrEnum):
    """What a column holds, and so how it is read and checked."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    POSTCODE = "postcode"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As it stands in the file or frame.
    meaning : str
        In the reader's words; the data dictionary prints it.
    kind : Kind
        How it is read and checked.
    codes : CodeSet, optional
        The values allowed, where `kind` is a code.
    unit : str
        Where a number could mislead: "miles", "GBP a week", "children".
    required : bool
        Whether a row without it cannot be used.
    since, until : int, optional
        First and last return year that has the column.
    low, high : float, optional
        Range of a number, ends included.
    """

    name: str
    meaning: str
    kind: Kind
    codes: CodeSet | None = None
    unit: str = ""
    required: bool = False
    since: int | None = None
    until: int | None = None
    low: float | None = None
    high: float | None = None

    def in_year(self, year: int) -> bool:
        """Say whether the return of `year` has the column."""
        return (self.since or year) <= year <= (self.until or year)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is filed, flows between stages, or is handed out.

    Attributes
    ----------
    name : str
        In lower case: ``episodes``, ``demand``.
    meaning : str
        What one row is.
    columns : tuple of Column
        In the order of the file.
    source : str
        The guidance or document that fixes it.
    key : tuple of str
        Columns that tell rows apart, where they do.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    source: str = ""
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> Column:
        """Give a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Hold a frame against the declaration, at a seam between stages.

        Parameters
        ----------
        frame : DataFrame
            To be handed on as this table.

        Returns
        -------
        DataFrame
            The declared columns in their order, then any others.

        Raises
        ------
        TableError
            A column is missing, a required one has gaps, or the key repeats.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise TableError(table=self.name, faults=[f"no column {name}" for name in missing])
        faults = [
            f"{column.name} is empty in {int(gaps):,} rows"
            for column in self.columns
            if column.required and (gaps := frame[column.name].isna().sum())
        ]
        if self.key and frame.duplicated(list(self.key)).any():
            faults.append(f"rows repeat the key {', '.join(self.key)}")
        if faults:
            raise TableError(table=self.name, faults=faults)
        others = [name for name in frame.columns if name not in self.names]
        return frame[self.names + others]
