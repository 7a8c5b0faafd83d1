"""Columns of an incoming table, typed one by one, with what was found on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.contract import Kind, Table

MOST_TOLD_ONE_BY_ONE = 500
"""Noted rows of one rule; beyond it one finding stands for all, with their number."""

_FORM_OF_A_CODE = re.compile(r"[A-Za-z0-9_]{1,24}\Z")


class Typed:
    """A table on its way from text to types.

    Parameters
    ----------
    table : Table
        Its declaration.
    file : str
        What findings call it.
    source : DataFrame
        As it came, index 0 upward.
    where : DataFrame
        Columns ``file`` and ``row`` of each row.
    """

    def __init__(
        self, *, table: Table, file: str, source: pd.DataFrame, where: pd.DataFrame
    ) -> None:
        self.table, self.file, self._source, self.where = table, file, source, where
        self._columns: dict[str, pd.Series] = {}
        self._refused = pd.Series(False, source.index)
        self._findings: list[Findings] = []

    @classmethod
    def start(cls, frame: pd.DataFrame, *, table: Table, file: str) -> Typed:
        """Take up a frame; without its own ``file`` and ``row`` it is counted from line 2."""
        fresh = frame.reset_index(drop=True)
        rows = fresh["row"] if "row" in fresh else pd.Series(fresh.index + 2, fresh.index)
        files = fresh["file"] if "file" in fresh else pd.Series(file, fresh.index, dtype="str")
        where = pd.DataFrame({"file": files, "row": rows})
        return cls(table=table, file=file, source=fresh, where=where)

    def raw(self, name: str) -> pd.Series:
        """Give a column as it came, blank where there is none."""
        if name in self._source:
            return self._source[name]
        return pd.Series("", self._source.index, dtype="str")

    def has(self, name: str) -> bool:
        """Say whether the column came at all."""
        return name in self._source

    def says(self, name: str) -> bool:
        """Say whether any row of the column is filled."""
        return self.has(name) and bool((as_text(self.raw(name)) != "").any())

    def put(self, name: str, values: pd.Series) -> None:
        """Set a typed column."""
        self._columns[name] = values

    def column(self, name: str) -> pd.Series:
        """Give a typed column."""
        return self._columns[name]

    def note(
        self, rule: str, severity: Severity, *, column: str, found: str, done: str, rows: int = 0
    ) -> None:
        """Tell something about a whole column."""
        self._findings.append(
            Findings.one(
                rule,
                severity,
                table=self.table.name,
                file=self.file,
                column=column,
                found=found,
                done=done,
                rows=rows,
            )
        )

    def tell(
        self,
        rule: str,
        severity: Severity,
        which: pd.Series,
        *,
        column: str,
        found: str | pd.Series,
        done: str,
    ) -> None:
        """Tell something about some rows; very many that are only noted are told together."""
        if not which.any():
            return
        alike = isinstance(found, str) and severity is Severity.NOTED
        where, count = self.where[which], int(which.sum())
        if alike and count > MOST_TOLD_ONE_BY_ONE:
            where = where.iloc[:1]
        self._findings.append(
            Findings.of_rows(
                rule,
                severity,
                where,
                table=self.table.name,
                column=column,
                found=found if isinstance(found, str) else found[which],
                done=done,
                rows=count if len(where) < count else 1,
            )
        )

    def refuse(self, rule: str, which: pd.Series, *, column: str, found: str | pd.Series) -> None:
        """Tell why some rows cannot be used, and leave them out."""
        fresh = which & ~self._refused
        self.tell(
            rule, Severity.REFUSED, fresh, column=column, found=found, done="the row is left out"
        )
        self._refused = self._refused | which

    @property
    def usable(self) -> pd.Series:
        """Rows that nothing has refused so far."""
        return ~self._refused

    def result(self) -> tuple[pd.DataFrame, Findings]:
        """Give the usable rows and the findings."""
        frame = pd.DataFrame(
            {name: self._columns[name] for name in self.table.names} | dict(self.where.items())
        )
        usable = frame[~self._refused].reset_index(drop=True)
        return self.table.check(usable), Findings.joined(self._findings)


def tell_absent(typed: Typed, defaults: dict[str, float | str]) -> None:
    """Tell which declared columns did not come, and what stands for them."""
    for name in typed.table.names:
        default = defaults.get(name)
        quiet = default is None and typed.table[name].kind is not Kind.NUMBER
        located = name in {"easting", "northing"} or name.startswith("school_")
        if typed.has(name) or quiet or located:
            continue
        told = "left empty" if default is None else f"taken as {default}"
        typed.note("column-absent", Severity.NOTED, column=name, found="no such column", done=told)


def as_text(values: pd.Series) -> pd.Series:
    """Give values as stripped text, blank where missing, whole numbers without ``.0``."""
    text = values.astype("str").fillna("").str.strip()
    text = text.where(~text.str.casefold().isin(["nan", "<na>", "nat"]), "")
    if pd.api.types.is_float_dtype(values):
        text = text.str.replace(r"\.0\Z", "", regex=True)
    return text


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers: the number, and which rows were blank or no number."""

    number: pd.Series
    blank: pd.Series
    unread: pd.Series


def numbers_in(typed: Typed, name: str) -> Numbers:
    """Read a column as finite numbers, without pounds and thousands signs."""
    text = as_text(typed.raw(name)).str.replace(",", "").str.replace("£", "")
    text = text.str.casefold().replace({"true": "1", "false": "0", "yes": "1", "no": "0"})
    values = pd.to_numeric(text.replace("", None), errors="coerce").astype(float)
    values = values.where(np.isfinite(values))
    blank = text == ""
    return Numbers(values, blank, values.isna() & ~blank)


def as_numbers(
    typed: Typed, name: str, *, default: float | None, whole: bool, quiet: bool = False
) -> None:
    """Type a column of numbers; what is blank, unreadable or out of range takes the default.

    Parameters
    ----------
    typed : Typed
    name : str
        Declared column; its range is held.
    default : float or None
        None leaves it missing.
    whole : bool
        Fractions are cut off.
    quiet : bool
        Blanks are not told here.
    """
    column = typed.table[name]
    read = numbers_in(typed, name)
    values = read.number
    told = "left empty" if default is None else f"taken as {default:g}"
    low, high = (0.0, 1.0) if column.kind is Kind.FLAG else (column.low, column.high)
    beyond = pd.Series(False, values.index)
    if low is not None:
        beyond |= values < low
    if high is not None:
        beyond |= values > high
    tell_unread(typed, name, read, done=told)
    typed.tell(
        "number-out-of-range",
        Severity.REPAIRED,
        beyond,
        column=name,
        found=f"outside {low if low is not None else ''} to {high if high is not None else ''}",
        done=told,
    )
    if typed.has(name) and read.blank.any() and not quiet:
        typed.note(
            "number-blank",
            Severity.NOTED,
            column=name,
            found="blank",
            done=told,
            rows=int(read.blank.sum()),
        )
    values = values.mask(beyond)
    if default is not None:
        values = values.fillna(default)
    typed.put(name, values // 1 if whole else values)


def tell_unread(typed: Typed, name: str, read: Numbers, *, done: str) -> None:
    """Tell which cells of a column of numbers are no numbers."""
    typed.tell(
        "number-unreadable",
        Severity.REPAIRED,
        read.unread,
        column=name,
        found="not a number",
        done=done,
    )


def as_codes(
    typed: Typed,
    name: str,
    *,
    default: str | None,
    words: dict[str, str] | None = None,
    quiet: bool = False,
) -> None:
    """Type a column of codes; without a default a row with an unknown code is refused.

    Parameters
    ----------
    typed : Typed
    name : str
        Declared column with codes.
    default : str or None
        For a code that is blank or unknown.
    words : dict of str to str, optional
        Other spellings in upper case, and the codes they stand for.
    quiet : bool
        Blanks are not told.
    """
    codes = typed.table[name].codes
    labels = list(codes.labels) if codes else []
    allowed = {_plain(code): code for code in labels} | {
        _plain(word): code for word, code in (words or {}).items()
    }
    text = as_text(typed.raw(name))
    meant = text.map({value: allowed.get(_plain(value)) for value in text.unique()})
    blank, unknown = text == "", meant.isna() & (text != "")
    shown = text.map({value: _shown(value, list(allowed)) for value in text.unique()})
    found = shown + f", which is not one of {', '.join(labels)}"
    if default is None:
        typed.refuse("code-unknown", unknown, column=name, found=found)
        typed.refuse("code-missing", blank, column=name, found="blank")
        typed.put(name, meant.fillna("").astype("str"))
        return
    typed.tell(
        "code-unknown",
        Severity.REPAIRED,
        unknown,
        column=name,
        found=found,
        done=f"taken as {default}",
    )
    if typed.has(name) and blank.any() and not quiet:
        typed.note(
            "code-blank",
            Severity.NOTED,
            column=name,
            found="blank",
            done=f"taken as {default}",
            rows=int(blank.sum()),
        )
    typed.put(name, meant.fillna(default).astype("str"))


def _shown(value: str, allowed: list[str]) -> str:
    """Show a value that is nearly a code; any other word could be a name or a postcode."""
    form = _FORM_OF_A_CODE.match(value) is not None
    nearly = len(value) == 1 or get_close_matches(_plain(value), allowed, n=1)
    return repr(value) if form and nearly else "a value"


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())


def as_dates(typed: Typed, name: str) -> None:
    """Type a column of dates, ISO or dd/mm/yyyy, told apart for the column as a whole."""
    text = as_text(typed.raw(name)).str.slice(0, 10)
    iso = text.str.match(r"\d{4}-\d{2}-\d{2}\Z")
    layout = "%Y-%m-%d" if int(iso.sum()) * 2 >= int((text != "").sum()) else "%d/%m/%Y"
    dates = pd.to_datetime(text.replace("", None), format=layout, errors="coerce")
    typed.tell(
        "date-unreadable",
        Severity.REPAIRED,
        dates.isna() & (text != ""),
        column=name,
        found=f"not a date in the layout of the column ({layout})",
        done="left empty",
    )
    typed.put(name, dates)


def once_only(typed: Typed, name: str) -> None:
    """Refuse rows without a reference, and the second and later rows of the same."""
    values = typed.column(name)
    typed.refuse("reference-missing", values == "", column=name, found="blank")
    typed.refuse(
        "reference-repeated",
        values.duplicated() & (values != ""),
        column=name,
        found="the same reference as in a row above",
    )
