"""Filed rows as numbers: each row says which child, which days, and where its text stands.

Sorting and joining four hundred thousand rows is quick on numbers; the text
columns are fetched once, for the rows that remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import RESPITE_LEGAL_STATUSES
from rcc_forecast.geography import successor_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import days_of
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.ssda903 import EPISODES

OPEN = np.int64(2**31)
"""The end, in days, of what has not ended: later than any date."""

TABLE = "episodes"
"""Name of the table in findings."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FiledRows:
    """Episodes as filed, in text and in numbers.

    Attributes
    ----------
    text : DataFrame
        The episodes table with every column of the declaration, authorities
        brought up to date.
    spells : DataFrame
        One row a row of `text`: ``child`` (number), ``authority`` (index into
        `authorities`), ``year``, ``start``, ``end`` (days since 1970, `OPEN`
        while it lasts), ``respite``, ``position`` (row of `text`).
    authorities : list of str
        ONS codes, sorted.
    children : DataFrame
        ``child, local_authority, child_id``, in the order of ``child``.
    """

    text: pd.DataFrame
    spells: pd.DataFrame
    authorities: list[str]
    children: pd.DataFrame

    def where(self, spells: pd.DataFrame) -> pd.DataFrame:
        """Give file and row of spells, for findings."""
        return self.text[["file", "row"]].take(spells["position"].to_numpy())

    def child_numbers(self, table: pd.DataFrame) -> IntArray:
        """Give the number of the child of each row of a table, -1 where it has no episode."""
        known = pd.MultiIndex.from_frame(self.children[["local_authority", "child_id"]])
        asked = pd.MultiIndex.from_arrays([up_to_date(table["local_authority"]), table["child"]])
        return np.asarray(known.get_indexer(asked), dtype=np.int64)


def filed_rows(returns: FiledReturns) -> FiledRows:
    """Give every filed episode its child and days as numbers."""
    text = _with_every_column(returns.tables["episodes"])
    authority, authorities = pd.factorize(text["local_authority"], sort=True)
    local, identifiers = pd.factorize(text["child"], sort=True)
    keys, child = np.unique(authority * len(identifiers) + local, return_inverse=True)
    children = pd.DataFrame(
        {
            "child": np.arange(len(keys)),
            "local_authority": np.asarray(authorities)[keys // len(identifiers)],
            "child_id": np.asarray(identifiers)[keys % len(identifiers)],
        }
    )
    spells = pd.DataFrame(
        {
            "child": child.astype(np.int64),
            "authority": authority.astype(np.int64),
            "year": text["year"].to_numpy(np.int64),
            "start": day_numbers(text["decom"]),
            "end": day_numbers(text["dec"]),
            "respite": text["ls"].isin(RESPITE_LEGAL_STATUSES).to_numpy(),
            "position": np.arange(len(text)),
        }
    )
    return FiledRows(text, spells, [str(code) for code in authorities], children)


def up_to_date(codes: pd.Series[str]) -> pd.Series[str]:
    """Bring authorities' codes up to date where only the code changed."""
    return codes.map({code: successor_of(str(code)) for code in codes.unique()})


def day_numbers(dates: pd.Series[pd.Timestamp]) -> IntArray:
    """Give dates as days since 1970; a missing one is `OPEN`."""
    days = days_of(dates)
    return np.where(np.isnat(days), OPEN, days.astype(np.int64))


def dates_of(numbers: IntArray) -> pd.Series[pd.Timestamp]:
    """Give days since 1970 as dates; `OPEN` is missing."""
    is_open = numbers == OPEN
    days = np.where(is_open, 0, numbers).astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(days).mask(is_open)


def return_end(year: IntArray) -> IntArray:
    """Give 31 March of return years as days since 1970."""
    april = ((year - 1970) * 12 + 3).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(april.astype(np.int64) - 1)


def told(
    rows: FiledRows, spells: pd.DataFrame, rule: str, severity: Severity, *, found: str, done: str
) -> Findings:
    """Give one finding for each of the spells."""
    return Findings.of_rows(
        rule, severity, rows.where(spells), found=found, done=done, table=TABLE, column=""
    )


def told_by_file(
    rows: FiledRows, spells: pd.DataFrame, rule: str, severity: Severity, *, found: str, done: str
) -> Findings:
    """Give one finding a file, for what is normal and common."""
    counts = rows.where(spells).groupby("file", sort=True).size()
    files = pd.DataFrame({"file": counts.index.astype("str"), "row": pd.NA})
    n_rows = pd.Series(counts.to_numpy(np.int64))
    return Findings.of_rows(rule, severity, files, found=found, done=done, table=TABLE, rows=n_rows)


def _with_every_column(episodes: pd.DataFrame) -> pd.DataFrame:
    names = [name.lower() for name in EPISODES.names] + ["local_authority", "year", "file", "row"]
    given = episodes.reset_index(drop=True)
    absent = {name: _empty_column(name, len(given)) for name in names if name not in given}
    return given.assign(**absent, local_authority=up_to_date(given["local_authority"]))[names]


def _empty_column(name: str, length: int) -> pd.Series[Any]:
    if name == "dec":
        return pd.Series(pd.NaT, range(length), dtype="datetime64[s]")
    return pd.Series(None, range(length), dtype="str")
