"""Filed returns after reading: typed rows as submitted, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from rcc_forecast.results.findings import Findings


@dataclass(frozen=True, slots=True)
class FiledReturns:
    """The usable rows of every table, still one a filing.

    Attributes
    ----------
    tables : dict of str to DataFrame
        By table name (`rcc_forecast.tables.ssda903`). Columns are those of
        the declaration in lower case, with dates as datetime64 and all else
        as text, then ``local_authority`` (ONS code or "Unknown"), ``year``
        (return year, int), ``file`` and ``row`` (line in the file). A child
        is told apart by ``local_authority`` and ``child`` together.
    filed : DataFrame
        One row an authority, return year and table: ``local_authority, year,
        table, rows_filed, rows_used``.
    findings : Findings
        Everything wrong, and what was done.
    data_hash : str
        SHA-256 over the content of the files read, in order of their names.
    files : DataFrame
        One row a file and table: ``file, table, rows_filed, rows_used``; the
        rows that are not used have findings that refuse or merge them.
    """

    tables: dict[str, pd.DataFrame]
    filed: pd.DataFrame
    findings: Findings
    data_hash: str
    files: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def years(self) -> list[int]:
        """Return years present, oldest first."""
        return sorted({int(year) for year in self.filed["year"]})
