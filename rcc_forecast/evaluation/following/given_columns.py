"""Columns that a file has and nobody reads are told: a misspelt heading must not pass unseen."""

from __future__ import annotations

from difflib import get_close_matches

import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.contract import Table


def columns_not_read(given: pd.DataFrame, table: Table, *, file: str) -> Findings:
    """Tell of columns that the table does not have.

    Parameters
    ----------
    given : DataFrame
        As it was read.
    table : Table
        What is read of it.
    file : str
        How the finding names it.

    Returns
    -------
    Findings
        One or none. A heading is not repeated, since it may hold anything; the
        known one that it is nearly is offered.
    """
    absent = [name for name in table.names if name not in given.columns]
    unknown = [str(name) for name in given.columns if name not in table.names]
    if not unknown:
        return Findings.none()
    meant = {name for each in unknown for name in get_close_matches(each, absent, n=1)}
    hint = f"; did you mean {', '.join(sorted(meant))}?" if meant else ""
    return Findings.one(
        "column-not-read",
        Severity.NOTED,
        found=f"{len(unknown):,} columns that are not read{hint}",
        done="left out",
        table=table.name,
        file=file,
    )
