"""Years of returns joined: the newest filing of an episode counts, the older ones retire.

An episode that lasts is filed again every year. What the newest return says of
it is taken; when its start and its end were first known is kept, since late
recording is learned from that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.children.rows import OPEN, FiledRows, return_end, told, told_by_file
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import return_year_of

FILED_AGAIN, SUPERSEDED = "filed-again", "open-row-superseded"
"""Rules by which a row stands in another row of the child, as a newer return has it."""

NEVER = np.int64(9999)
"""The return year of what no return knows."""


def newest_filings(rows: FiledRows) -> tuple[pd.DataFrame, Findings]:
    """Keep the newest filing of every child and start.

    Returns
    -------
    spells : DataFrame
        By child and start, with ``first_year`` (first return that files it)
        and ``ended_year`` (first return that knows an end, `NEVER` if none).
    findings : Findings
        The filings that were superseded, by file.
    """
    spells = rows.spells
    # Within one return a row that knows the end tells more than one that does not.
    order = np.lexsort(
        (
            spells["position"],
            spells["end"] != OPEN,
            spells["year"],
            spells["start"],
            spells["child"],
        )
    )
    spells = spells.take(order).reset_index(drop=True)
    child, start = spells["child"].to_numpy(), spells["start"].to_numpy()
    first = np.ones(len(spells), dtype=bool)
    first[1:] = (child[1:] != child[:-1]) | (start[1:] != start[:-1])
    at = np.flatnonzero(first)
    last = np.append(at[1:], len(spells)) - 1
    years = spells["year"].to_numpy()
    knows_end = np.where(spells["end"] != OPEN, years, NEVER)
    newest = spells.take(last).assign(
        first_year=years[at], ended_year=np.minimum.reduceat(knows_end, at)
    )
    superseded = spells.drop(index=pd.Index(last))
    findings = told_by_file(
        rows,
        superseded,
        FILED_AGAIN,
        Severity.NOTED,
        found="episodes that a newer return files again, or the same return twice",
        done="the newest filing counts",
    )
    newest = newest.reset_index(drop=True)
    return newest, findings + _recorded_late(rows, newest)


def follow_open_rows(
    spells: pd.DataFrame, rows: FiledRows, filed: pd.DataFrame
) -> tuple[pd.DataFrame, Findings]:
    """Decide what became of open rows that no newer return carries on.

    Every child in care on 31 March is in the next return, so an open row of a
    child who is not there ended by then; it counts on that day and not after.
    Where the next return is missing altogether, nothing says when the row ended:
    it stays open, and a finding names it if a later return lacks the child.
    Where the next return has the child in an episode that spans the row's
    start, the newer account stands and the row is dropped.

    Parameters
    ----------
    spells : DataFrame
        Newest filings.
    rows : FiledRows
        All filings.
    filed : DataFrame
        ``authority, year`` of every return that has episodes.
    """
    following = _next_filed_year(spells, filed)
    stale = (spells["end"] == OPEN).to_numpy() & (following < NEVER)
    there = stale & _is_filed_in(spells["child"].to_numpy(), following, rows.spells)
    superseded = _spanned_by_the_newer_account(spells, following, there, rows.spells)
    absent = stale & ~there
    after_gap = absent & (following > spells["year"].to_numpy() + 1)
    gone = absent & ~after_gap
    last_day = return_end(np.where(gone, following - 1, 1970))
    # A row is never cut before it begins: a start after that 31 March is a fault told elsewhere.
    ended = np.where(gone, np.maximum(last_day, spells["start"]) + 1, spells["end"])
    findings = [
        told(
            rows,
            spells[gone],
            "open-row-not-carried",
            Severity.REPAIRED,
            found="an open episode of a child who is not in the authority's next return",
            done="counted on that return's 31 March and not after",
        ),
        told(
            rows,
            spells[after_gap],
            "open-row-lost-in-gap",
            Severity.NOTED,
            found="an open episode; the next return is missing, and the child is not in the one "
            "after it",
            done="left open: only the missing return could say when it ended",
        ),
        told(
            rows,
            spells[superseded],
            SUPERSEDED,
            Severity.REPAIRED,
            found="an open episode whose child has another one over the same days in the next "
            "return",
            done="left out; the newer return counts",
        ),
    ]
    return spells.assign(end=ended)[~superseded].reset_index(drop=True), Findings.joined(findings)


def _recorded_late(rows: FiledRows, newest: pd.DataFrame) -> Findings:
    ended = newest["end"] != OPEN
    days = np.where(ended, newest["end"], 0).astype("datetime64[D]")
    due = return_year_of(days)
    late = ended & (newest["ended_year"] > due) & (newest["first_year"] <= due)
    return told_by_file(
        rows,
        newest[late],
        "end-recorded-late",
        Severity.NOTED,
        found="episodes that an earlier return had open after their end",
        done="the end counts on its day; late recording is estimated from these",
    )


def _next_filed_year(
    spells: pd.DataFrame, filed: pd.DataFrame
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give the authority's first filed year after that of each spell, `NEVER` if none."""
    keys = np.sort(filed["authority"].to_numpy() * NEVER + filed["year"].to_numpy())
    authority = spells["authority"].to_numpy()
    place = np.searchsorted(keys, authority * NEVER + spells["year"].to_numpy(), side="right")
    following = np.append(keys, -1)[place]
    same = (place < len(keys)) & (following // NEVER == authority)
    return np.where(same, following % NEVER, NEVER)


def _is_filed_in(child: np.ndarray, year: np.ndarray, filings: pd.DataFrame) -> np.ndarray:
    keys = np.unique(filings["child"].to_numpy() * (NEVER + 1) + filings["year"].to_numpy())
    return np.isin(child * (NEVER + 1) + year, keys)


def _spanned_by_the_newer_account(
    spells: pd.DataFrame, following: np.ndarray, there: np.ndarray, filings: pd.DataFrame
) -> np.ndarray:
    asked = spells.loc[there, ["child", "start"]].assign(
        year=following[there], spell=np.flatnonzero(there)
    )
    newer = asked.merge(filings[["child", "year", "start", "end"]], on=["child", "year"])
    spans = (newer["start_y"] < newer["start_x"]) & (newer["end"] > newer["start_x"])
    superseded = np.zeros(len(spells), dtype=bool)
    superseded[newer.loc[spans, "spell"].to_numpy()] = True
    return superseded
