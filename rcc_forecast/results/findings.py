"""Everything that was found in data, and what was done about it, told together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class Severity(StrEnum):
    """What a finding means for the rows it names."""

    REFUSED = "refused"
    """The row could not be used and counts nowhere."""

    REPAIRED = "repaired"
    """The row was changed, and is used."""

    NOTED = "noted"
    """The row is used as it stands; someone may want to look."""


COLUMNS = ("rule", "severity", "table", "file", "row", "column", "found", "done", "rows")
"""Columns of `Findings.frame`; ``row`` is the line in the file, 1 being the heading."""

_NOTHING_FOUND = pd.DataFrame({name: [] for name in COLUMNS}).astype({"rows": "int64"})


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings, one row each.

    Attributes
    ----------
    frame : DataFrame
        Columns `COLUMNS`. ``rows`` says how many rows of data a finding
        covers: 1 where ``row`` names the line, 0 where it is about a whole
        file or column, more where one finding stands for many. ``found``
        shows a value only where it has the form of a code.
    """

    frame: pd.DataFrame

    @classmethod
    def none(cls) -> Findings:
        """Give the empty collection: one for all, since frames of findings are never written to."""
        return _NONE

    @classmethod
    def one(
        cls,
        rule: str,
        severity: Severity,
        *,
        found: str,
        done: str,
        table: str = "",
        file: str = "",
        row: int | None = None,
        column: str = "",
        rows: int = 0,
    ) -> Findings:
        """Give a single finding."""
        return cls.of_rows(
            rule,
            severity,
            pd.DataFrame({"file": [file], "row": [row]}),
            found=found,
            done=done,
            table=table,
            column=column,
            rows=rows,
        )

    @classmethod
    def of_rows(
        cls,
        rule: str,
        severity: Severity,
        where: pd.DataFrame,
        *,
        found: str | pd.Series[str],
        done: str | pd.Series[str],
        table: str,
        column: str = "",
        rows: int | pd.Series[int] = 1,
    ) -> Findings:
        """Give one finding a row of data.

        Parameters
        ----------
        rule : str
            Short stable name, such as ``decom-missing``.
        severity : Severity
            What it means for the rows.
        where : DataFrame
            The rows concerned, with columns ``file`` and ``row``.
        found, done : str or Series
            In words; a series is aligned with `where`.
        rows : int or Series
            Rows of data that each finding stands for.
        """
        if not len(where):
            return cls.none()
        frame = pd.DataFrame(
            {
                "rule": rule,
                "severity": severity.value,
                "table": table,
                "file": where["file"],
                "row": where["row"].astype("Int64"),
                "column": column,
                "found": found,
                "done": done,
                "rows": rows,
            },
            index=where.index,
        )
        return cls(frame.reset_index(drop=True))

    @classmethod
    def joined(cls, parts: Iterable[Findings]) -> Findings:
        """Put collections behind one another."""
        with_any = [part for part in parts if len(part.frame)]
        if len(with_any) < 2:
            return with_any[0] if with_any else cls.none()
        return cls(pd.concat([part.frame for part in with_any], ignore_index=True))

    def __len__(self) -> int:
        """Count the findings."""
        return len(self.frame)

    def __add__(self, other: Findings) -> Findings:
        """Put two collections behind one another."""
        return Findings.joined([self, other])

    @property
    def rows_refused(self) -> int:
        """Rows that count nowhere."""
        refused = self.frame["severity"] == Severity.REFUSED.value
        return int(self.frame.loc[refused, "rows"].sum())

    def of(self, rule: str) -> pd.DataFrame:
        """Give the findings of one rule."""
        return self.frame[self.frame["rule"] == rule]

    def summary(self) -> pd.DataFrame:
        """Count findings and rows by rule, most serious first."""
        order = [severity.value for severity in Severity]
        counts = (
            self.frame.assign(findings=1)
            .groupby(["severity", "rule", "table"], as_index=False, sort=True)
            .agg(findings=("findings", "sum"), rows=("rows", "sum"), done=("done", "first"))
        )
        rank = counts["severity"].map({name: i for i, name in enumerate(order)})
        return counts.iloc[rank.argsort(kind="stable").to_numpy()].reset_index(drop=True)


_NONE = Findings(_NOTHING_FOUND)
