"""Every filed row accounted for: used, refused, or merged into another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rcc_forecast.results.findings import Severity
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.returns.labels import NO_YEAR, Labels
from rcc_forecast.returns.raw import RawTable
from rcc_forecast.returns.rules import RULES, Effect

_KEY = ["local_authority", "year", "table"]
_NO_COUNTS = pd.DataFrame(
    {
        "local_authority": pd.Series(dtype="str"),
        "year": pd.Series(dtype="int64"),
        "table": pd.Series(dtype="str"),
        "rows": pd.Series(dtype="int64"),
    }
)


def rows_filed(
    frames: Mapping[str, pd.DataFrame], tables: Sequence[RawTable], labels: Sequence[Labels]
) -> pd.DataFrame:
    """Count rows as filed, by authority, return year and table.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables before any row is taken out.
    tables : sequence of RawTable
        As read; rows that could not be read count where their file is of one
        return alone.
    labels : sequence of Labels
        Year and authority of their rows.

    Returns
    -------
    DataFrame
        ``local_authority, year, table, rows``. Rows whose return cannot be
        told are in none; `rows_by_file` has them.
    """
    counts = [_rows_by_return(frame, name) for name, frame in frames.items() if len(frame)]
    unread = [
        pd.DataFrame(
            {
                "local_authority": label.authority[:1],
                "year": label.year[:1],
                "table": raw.table,
                "rows": raw.unreadable,
            }
        )
        for raw, label in zip(tables, labels, strict=True)
        if raw.unreadable and len(set(label.year)) == 1 and len(set(label.authority)) == 1
    ]
    joined = pd.concat([_NO_COUNTS, *counts, *unread])
    joined = joined[joined["year"] != NO_YEAR]
    return joined.groupby(_KEY, as_index=False).agg(rows=("rows", "sum"))


def rows_by_return(filed: pd.DataFrame, used: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Set rows used against rows filed.

    Parameters
    ----------
    filed : DataFrame
        From `rows_filed`.
    used : mapping of str to DataFrame
        Rows after checking. Rows that were made (``made``) are not counted:
        nobody filed them.

    Returns
    -------
    DataFrame
        ``local_authority, year, table, rows_filed, rows_used``.
    """
    counts = pd.concat(
        [
            _NO_COUNTS,
            *(
                _rows_by_return(_not_made(frame), name)
                for name, frame in used.items()
                if len(frame)
            ),
        ]
    )
    joined = filed.rename(columns={"rows": "rows_filed"}).merge(
        counts.rename(columns={"rows": "rows_used"}), on=_KEY, how="left"
    )
    return (
        joined.fillna({"rows_used": 0})
        .astype({"rows_used": "int64"})
        .sort_values(_KEY, ignore_index=True)
    )


def _rows_by_return(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    counts = frame.groupby(["local_authority", "year"]).size().rename("rows").reset_index()
    return counts.assign(table=pd.Series([table] * len(counts), dtype="str"))


def _not_made(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["made"]] if "made" in frame else frame


def rows_by_file(tables: Sequence[RawTable], used: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count rows filed and used by file and table.

    Returns
    -------
    DataFrame
        ``file, table, rows_filed, rows_used``, in order of the files.
    """
    filed = pd.DataFrame(
        {
            "file": pd.Series([raw.file for raw in tables], dtype="str"),
            "table": pd.Series([raw.table for raw in tables], dtype="str"),
            "rows_filed": pd.Series([len(raw) + raw.unreadable for raw in tables], dtype="int64"),
        }
    )
    counts = [
        _not_made(frame)["file"]
        .astype("str")
        .value_counts()
        .rename_axis("file")
        .reset_index(name="rows_used")
        .assign(table=name)
        for name, frame in used.items()
        if len(frame)
    ]
    if not counts:
        return filed.assign(rows_used=0)
    joined = filed.merge(pd.concat(counts), on=["file", "table"], how="left")
    return joined.fillna({"rows_used": 0}).astype({"rows_used": "int64"})


def unaccounted(returns: FiledReturns) -> pd.DataFrame:
    """Give the files whose rows do not add up; there should be none.

    Parameters
    ----------
    returns : FiledReturns
        After reading.

    Returns
    -------
    DataFrame
        As `FiledReturns.files`, with ``rows_refused`` and ``rows_merged``,
        for files where used, refused and merged rows are not those filed.
    """
    merging = [one.name for one in RULES.values() if one.effect is Effect.MERGE]
    frame = returns.findings.frame
    key = ["file", "table"]
    balance = returns.files.copy()
    for name, which in (
        ("rows_refused", frame["severity"] == Severity.REFUSED.value),
        ("rows_merged", frame["rule"].isin(merging)),
    ):
        counts = frame[which].groupby(key, as_index=False).agg(**{name: ("rows", "sum")})
        counts = counts.astype({"file": "str", "table": "str"})
        balance = balance.merge(counts, on=key, how="left").fillna({name: 0})
    accounted = balance["rows_used"] + balance["rows_refused"] + balance["rows_merged"]
    return balance[accounted != balance["rows_filed"]]
