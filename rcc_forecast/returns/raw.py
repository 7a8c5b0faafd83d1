"""A table as it stands in a file: text under its headings, before anything is understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from rcc_forecast.results.findings import Findings


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of one table in one file.

    Attributes
    ----------
    table : str
        Name of the table it was recognised as.
    file : str
        Name that findings give: the path inside the folder or zip, with the
        sheet in brackets for a workbook.
    texts : mapping of str to pyarrow.Array
        Text under normalised headings; a blank is null. Plain arrays, because
        a region's thousands of small files would each pay for a frame.
    row : ndarray of int64, shape (n_rows,)
        Line of the file where each row starts, the heading being line 1.
    unreadable : int
        Rows that were refused on reading; they are in no table.
    sheet : str
        Name of the sheet, of a workbook.
    """

    table: str
    file: str
    texts: Mapping[str, pa.Array]
    row: npt.NDArray[np.int64]
    unreadable: int = 0
    sheet: str = ""

    def __len__(self) -> int:
        """Count the rows that were read."""
        return len(self.row)

    def has(self, name: str) -> bool:
        """Say whether the file has a column."""
        return name in self.texts

    def text(self, name: str) -> pa.Array:
        """Give a column as text; all null where the file does not have it."""
        if name not in self.texts:
            return pa.nulls(len(self), pa.large_string())
        return self.texts[name]

    def series(self, name: str) -> pd.Series[str]:
        """Give a column as pandas text."""
        return pd.Series(pd.array(self.text(name), dtype="str"))

    def without_texts(self) -> RawTable:
        """Give the table's name, file and rows without what stands in them."""
        return replace(self, texts={})

    @property
    def path(self) -> str:
        """Path of the file without the sheet."""
        return self.file.removesuffix(f" [{self.sheet}]") if self.sheet else self.file


def texts_of(columns: Mapping[str, Sequence[str | None]]) -> dict[str, pa.Array]:
    """Put columns of text into arrays, with empty text as null.

    Parameters
    ----------
    columns : mapping of str to sequence of str or None
        Values by heading.
    """
    return {
        name: pa.array([text or None for text in values], type=pa.large_string())
        for name, values in columns.items()
    }


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file gave.

    Attributes
    ----------
    tables : list of RawTable
        One of a CSV file; several of a workbook or an XML file.
    findings : Findings
        What was wrong with the file as a file.
    encoding : str
        ``utf-8``, ``windows-1252`` or ``utf-16`` for text; empty else.
    """

    tables: list[RawTable] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings.none)
    encoding: str = ""
