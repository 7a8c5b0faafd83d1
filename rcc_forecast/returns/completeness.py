"""What is not there: columns, tables and whole years that were not filed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.labels import NO_YEAR, Labels
from rcc_forecast.returns.raw import RawTable
from rcc_forecast.returns.recognise import TABLE_OF_NAME
from rcc_forecast.tables.ssda903 import FIRST_RETURN, LAST_RETURN

_ALWAYS_FILED = ("header", "episodes")


def absent_columns(tables: Sequence[RawTable], labels: Sequence[Labels]) -> Findings:
    """Say which columns of its return year a file does not have.

    Parameters
    ----------
    tables : sequence of RawTable
        As read.
    labels : sequence of Labels
        Their return years.
    """
    return Findings.joined(
        _absent_from(raw, int(label.year.max(initial=NO_YEAR)))
        for raw, label in zip(tables, labels, strict=True)
    )


def _absent_from(raw: RawTable, year: int) -> Findings:
    year = min(max(year, FIRST_RETURN), LAST_RETURN)
    absent = [
        column.name
        for column in TABLE_OF_NAME[raw.table].columns
        if column.in_year(year) and not raw.has(column.name)
    ]
    if not absent:
        return Findings.none()
    return Findings.one(
        "column-missing",
        Severity.NOTED,
        table=raw.table,
        file=raw.file,
        column=", ".join(absent),
        found=f"The file does not have {', '.join(absent)}.",
        done="Taken as blank; what needs it is not computed.",
    )


def absent_tables_and_years(filed: pd.DataFrame) -> Findings:
    """Say which returns lack a header or episodes, and which years were not filed at all.

    Parameters
    ----------
    filed : DataFrame
        Counts by authority, year and table (`FiledReturns.filed`).
    """
    told: list[Findings] = []
    for (authority, year), tables in filed.groupby(["local_authority", "year"])["table"]:
        told += [
            Findings.one(
                "table-missing",
                Severity.NOTED,
                table=absent,
                found=f"The return of {year} of {authority} has no {absent} table.",
                done="What needs it comes from the other returns or is not computed.",
            )
            for absent in _ALWAYS_FILED
            if absent not in set(tables)
        ]
    for name in sorted(set(filed["local_authority"])):
        years = filed.loc[filed["local_authority"] == name, "year"]
        present = np.unique(years.to_numpy())
        gaps = sorted(set(range(present[0], present[-1])) - set(present.tolist()))
        if gaps:
            told.append(
                Findings.one(
                    "return-missing",
                    Severity.NOTED,
                    found=f"{name} has returns of {present[0]} to {present[-1]} but not of "
                    f"{', '.join(map(str, gaps))}.",
                    done="Episodes open before the gap stay open until a later return ends them.",
                )
            )
    return Findings.joined([*told, _unknown_years(filed)])


def _unknown_years(filed: pd.DataFrame) -> Findings:
    outside = sorted(
        {int(year) for year in filed["year"] if not FIRST_RETURN <= year <= LAST_RETURN}
    )
    if not outside:
        return Findings.none()
    return Findings.one(
        "return-year-unfamiliar",
        Severity.NOTED,
        found=f"Returns of {', '.join(map(str, outside))} lie outside {FIRST_RETURN} to "
        f"{LAST_RETURN}, whose rules are known.",
        done="Read by the rules of the nearest year.",
    )
