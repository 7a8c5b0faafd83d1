"""How findings about rows are told: one a row, or one a file where they would drown the rest."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.results.findings import Findings, Severity

MOST_TOLD_ONE_BY_ONE = 500
"""Noted rows of one rule; beyond it one finding a file stands for all, with their number."""


def told(
    rule: str,
    severity: Severity,
    where: pd.DataFrame,
    *,
    found: str | pd.Series[str],
    done: str | pd.Series[str],
    table: str,
    column: str = "",
) -> Findings:
    """Tell what was found in rows.

    Parameters
    ----------
    where : DataFrame
        The rows, with ``file`` and ``row``.
    found, done : str or Series
        In words; a series is aligned with `where`.

    Returns
    -------
    Findings
        One a row. Rows that are only noted share one finding a file where there
        are more than `MOST_TOLD_ONE_BY_ONE` of them; its ``row`` is the first.
    """
    if not len(where):
        return Findings.none()
    if severity is not Severity.NOTED or len(where) <= MOST_TOLD_ONE_BY_ONE:
        return Findings.of_rows(
            rule, severity, where, found=found, done=done, table=table, column=column
        )
    texts = where[["file", "row"]].assign(found=found, done=done)
    return told_by_file(rule, severity, texts, table=table, column=column)


def told_by_file(
    rule: str, severity: Severity, texts: pd.DataFrame, *, table: str, column: str = ""
) -> Findings:
    """Tell rows together that are of one file and read alike.

    Parameters
    ----------
    texts : DataFrame
        Columns ``file``, ``row``, ``found`` and ``done``.
    """
    if not len(texts):
        return Findings.none()
    together = texts.groupby(
        ["file", "found", "done"], as_index=False, sort=True, observed=True
    ).agg(row=("row", "min"), rows=("row", "size"))
    return Findings.of_rows(
        rule,
        severity,
        together,
        found=together["found"],
        done=together["done"],
        table=table,
        column=column,
        rows=together["rows"],
    )
