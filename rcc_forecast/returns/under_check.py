"""Typed returns while they are checked: every table at once, findings gathered as rows go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from rcc_forecast.codes import UNKNOWN_AUTHORITY
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.dates import NOT_A_DAY, Days, birthdays, year_ends
from rcc_forecast.returns.telling import told

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class ReturnsUnderCheck:
    """The tables of all returns.

    Attributes
    ----------
    frames : dict of str to DataFrame
        Typed tables by name, indexed from 0. `number_children` adds ``who``,
        a number a child across tables and years, and ``filing``, a number an
        authority and return year.
    findings : list of Findings
        What was found so far.
    born : Series of datetime64
        Birth date by ``who``, for every child that has one; the newest header
        wins. Filled by `rcc_forecast.returns.birth_dates`.
    """

    frames: dict[str, pd.DataFrame]
    findings: list[Findings] = field(default_factory=list)
    born: pd.Series[pd.Timestamp] = field(default_factory=lambda: pd.Series(dtype="datetime64[us]"))

    def note(
        self,
        rule: str,
        severity: Severity,
        table: str,
        rows: Mask,
        *,
        found: str | pd.Series[str],
        done: str,
        column: str = "",
    ) -> None:
        """Tell something about rows, which stay."""
        where = self.frames[table].loc[rows, ["file", "row"]].astype({"file": "str"})
        self.findings.append(
            told(rule, severity, where, found=found, done=done, table=table, column=column)
        )

    def drop(self, table: str, rows: Mask) -> None:
        """Take rows out of a table; a finding has told why."""
        if rows.any():
            self.frames[table] = self.frames[table][~rows].reset_index(drop=True)

    def birth_days(self, frame: pd.DataFrame) -> Days:
        """Give the birth date of each row's child; NaT where unknown."""
        return days(self.born.reindex(frame["who"].to_numpy()))


def days(column: pd.Series[pd.Timestamp]) -> Days:
    """Give a date column as whole days."""
    found: Days = column.to_numpy().astype("datetime64[D]")
    return found


def ends_of_return(frame: pd.DataFrame) -> Days:
    """Give 31 March of the return that each row is filed in."""
    return year_ends(frame["year"].to_numpy())


def younger_than(age: int, born: Days, on: Days) -> Mask:
    """Say of each child whether the birthday had not come; False where a date is unknown."""
    known = ~np.isnat(born) & ~np.isnat(on)
    return known & (np.where(known, on, NOT_A_DAY) < birthdays(born, age))


def number_children(returns: ReturnsUnderCheck) -> None:
    """Give children and filings numbers, so that rules need not compare text."""
    names = list(returns.frames)
    sizes = [len(returns.frames[name]) for name in names]
    joined = pd.concat(
        [returns.frames[name][["local_authority", "child", "year"]] for name in names],
        ignore_index=True,
    )
    authority = pd.factorize(joined["local_authority"])[0].astype(np.int64)
    child = pd.factorize(joined["child"])[0].astype(np.int64)
    who = pd.factorize(authority * (child.max(initial=0) + 1) + child)[0].astype(np.int64)
    filing = authority * 10_000 + joined["year"].to_numpy()
    ends = np.cumsum(sizes)
    for name, end, size in zip(names, ends, sizes, strict=True):
        returns.frames[name]["who"] = who[end - size : end]
        returns.frames[name]["filing"] = filing[end - size : end]


def authorities_from_other_tables(frames: Mapping[str, pd.DataFrame]) -> dict[str, Mask]:
    """Fill authorities that a table does not give from the child's header or episodes.

    A regional file of unaccompanied children holds CHILD, DUC and YEAR alone.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables; ``local_authority`` is filled in place.

    Returns
    -------
    dict of str to ndarray of bool
        Rows filled, by table.
    """
    unknown = {
        name: rows
        for name, frame in frames.items()
        if name not in ("header", "episodes") and (rows := _of_nobody(frame)).any()
    }
    if not unknown:
        return {}
    known = pd.concat(
        [frames[name][["child", "year", "local_authority"]] for name in ("header", "episodes")]
    )
    known = known[known["child"].notna() & (known["local_authority"] != UNKNOWN_AUTHORITY)]
    known = known.drop_duplicates()
    if not len(known):
        return {}
    # A reference that two authorities use for different children says nothing.
    known = known[~known.duplicated(["child", "year"], keep=False)]
    filled: dict[str, Mask] = {}
    for name, nobodys in unknown.items():
        frame = frames[name]
        found = frame.loc[nobodys, ["child", "year"]].merge(
            known, on=["child", "year"], how="left"
        )["local_authority"]
        rows = np.zeros(len(frame), dtype=bool)
        rows[np.flatnonzero(nobodys)[found.notna().to_numpy()]] = True
        frame.loc[rows, "local_authority"] = found.dropna().to_numpy()
        filled[name] = rows
    return filled


def _of_nobody(frame: pd.DataFrame) -> Mask:
    """Say of each row whether it names a child and no authority."""
    nameless = frame["child"].notna() & (frame["local_authority"] == UNKNOWN_AUTHORITY)
    return np.asarray(nameless.to_numpy(), dtype=bool)
