"""A panel of outcomes is read and checked, and everything wrong with it is told at once.

What was released after the cut-off is set aside before anything else is
looked at, so that it can reach no result: neither a figure nor a finding nor a
hash. Withheld counts become the interval that they stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.evaluation.periods import EXPECTED, Calendar, Moment, number_periods
from rcc_forecast.geography import AUTHORITIES, REORGANISATIONS
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.evaluation import PANEL
from rcc_forecast.tables.from_file import table_from_file

WITHHELD = ("c", "x")
"""Symbols of the DfE's releases for a count that is there and not shown."""

WITHHELD_LOW, WITHHELD_HIGH = 1.0, 5.0
"""Counts of 1 to 5 are withheld."""

NONE_SYMBOLS = ("-", "k")
"""None, and rounded to none."""

_NOT_THERE = ("", "z", ":", "..", "na", "n/a", "nan", "none", "null")

_FIGURES = ("numerator", "denominator", "value")
_NEEDED = ("la_code", "region", "period", "outcome")

_LARGEST = 1e15
"""Beyond this the squares that every estimator sums up would lose their digits or overflow."""

_LINES_NAMED = 10
"""Lines that a fault names; the rest are counted."""

_TOLERANCE = 0.006
"""Published shares are rounded to a hundredth at most: a larger difference is told."""


class PanelAtFaultError(NothingUsableError):
    """A panel cannot be evaluated; every fault is listed."""

    def __init__(self, *, name: str, faults: list[str]) -> None:
        self.name, self.faults = name, faults
        self.wanted, self.reason = "An evaluation", "the panel is at fault."
        listed = "".join(f"\n- {fault}" for fault in faults)
        RccError.__init__(self, f"{name} cannot be evaluated:{listed}")


@dataclass(frozen=True, slots=True)
class Cells:
    """The usable cells of a panel, as known on the cut-off.

    Attributes
    ----------
    frame : DataFrame
        One row a unit, outcome and period, in that order: ``la_code, region,
        outcome, period`` (number of the calendar), ``numerator,
        denominator, value, low, high`` (``value`` in the outcome's unit, with
        its bounds where a count was withheld), ``numerator_low,
        numerator_high, imputed`` and ``line`` of the file.
    calendar : Calendar
        Of the periods.
    findings : Findings
        What is odd but stops nothing.
    late : int
        Rows released after the cut-off, which are in nothing here.
    """

    frame: pd.DataFrame
    calendar: Calendar
    findings: Findings
    late: int

    @property
    def sha256(self) -> str:
        """SHA-256 of what was used, whatever the order of rows in the file."""
        columns = ["la_code", "region", "outcome", "period", *_FIGURES, "low", "high"]
        text = self.frame[columns].to_csv(index=False, lineterminator="\n")
        return sha256(text.encode("utf-8")).hexdigest()

    def without_imputed(self) -> Cells:
        """Give the panel without cells that stand for a withheld count."""
        return replace(self, frame=self.frame[~self.frame["imputed"]])


def read_panel(path: Path, *, cut_off: Moment | None = None) -> tuple[Cells, list[str]]:
    """Read and check a panel.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `PANEL`.
    cut_off : Timestamp, int, str or None
        Rows with a later ``release_date`` are set aside unseen; so are rows
        without one whose period ends later.

    Returns
    -------
    cells : Cells
        What can be used.
    faults : list of str
        What has to be put right first, each with its lines; the caller adds
        its own and refuses them together. Empty where all is well.

    Raises
    ------
    UnreadableInputError
        The file is not a table.
    PanelAtFaultError
        Columns are missing, or no row is left.
    """
    return read_panel_frame(table_from_file(path), name=path.name, cut_off=cut_off)


def read_panel_frame(
    given: pd.DataFrame, *, name: str, cut_off: Moment | None = None
) -> tuple[Cells, list[str]]:
    """Check a panel that is already a table; as `read_panel`.

    Parameters
    ----------
    given : DataFrame
        Cells as text or numbers.
    name : str
        How messages name it.
    cut_off : Timestamp, int, str or None
        As in `read_panel`.
    """
    written = _as_text(given)
    written = written[(written != "").any(axis=1)]  # a spreadsheet's blank rows; lines stay
    missing = [column for column in _NEEDED if column not in written.columns]
    if missing or not {"value"} <= set(written.columns) | _made_of_counts(written):
        lacking = [*missing, *([] if missing else ["value"])]
        told = f"There is no column {', '.join(lacking)}; needed are {', '.join(PANEL.names)}."
        if len(given.columns) == 1:
            told += " The heading is a single cell: columns are separated by commas."
        raise PanelAtFaultError(name=name, faults=[told])
    checks = _Checks(name, _columns_twice(given))
    released = _release_dates(written, checks)
    late = _released_late(released, cut_off)
    # The form of periods is that of the rows in time: a late row decides nothing.
    calendar, number = number_periods(written.loc[~late, "period"])
    late |= _ended_late(released, number, calendar, cut_off).reindex(late.index, fill_value=False)
    # A frame without rows takes the index of what is assigned to it, so it is refused before.
    if late.all():
        reason = "No row is left" if len(written) else "There is no row"
        known = "" if cut_off is None else " that was released by the cut-off"
        raise PanelAtFaultError(name=name, faults=[f"{reason}{known}."])
    kept = written[~late].assign(
        period_number=number,
        released=released,
        outcome=written["outcome"].str.strip(),
    )
    cells = _cells(kept, calendar, checks)
    return replace(cells, late=int(late.sum())), checks.faults


def _made_of_counts(written: pd.DataFrame) -> set[str]:
    return {"value"} if {"numerator", "denominator"} <= set(written.columns) else set()


def _columns_twice(given: pd.DataFrame) -> list[str]:
    """Tell columns that stand there twice: pandas gives the second one a number."""
    names = {str(column).strip().casefold() for column in given.columns}
    return [f"column {name} stands there twice." for name in PANEL.names if f"{name}.1" in names]


@dataclass(frozen=True, slots=True)
class _Checks:
    name: str
    faults: list[str]

    def refuse(self, faulty: pd.Series[bool], what: str) -> None:
        """Tell rows that cannot be used by their lines."""
        if not faulty.any():
            return
        lines = sorted(int(line) for line in faulty.index[faulty] + 2)
        shown = ", ".join(str(line) for line in lines[:_LINES_NAMED])
        more = f" and {len(lines) - _LINES_NAMED:,} more" if len(lines) > _LINES_NAMED else ""
        plural = "s" if len(lines) > 1 else ""
        self.faults.append(f"line{plural} {shown}{more}: {what}")


def _as_text(given: pd.DataFrame) -> pd.DataFrame:
    """Give every cell as text; a file of typed columns reads like one of text."""
    frame = given.reset_index(drop=True).copy()
    frame.columns = [str(column).strip().casefold() for column in frame.columns]
    kept = [column for column in PANEL.names if column in frame.columns]
    texts = {
        column: frame[column].astype("str").where(frame[column].notna(), "").astype("str")
        for column in kept
    }
    return pd.DataFrame(texts, index=frame.index)


def _release_dates(written: pd.DataFrame, checks: _Checks) -> pd.Series[pd.Timestamp]:
    if "release_date" not in written.columns:
        return pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    text = written["release_date"].str.strip().str.slice(0, 10)
    found = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    checks.refuse(found.isna() & (text != ""), "release_date is not a date such as 2025-11-20.")
    return found


def _released_late(released: pd.Series[pd.Timestamp], cut_off: Moment | None) -> pd.Series[bool]:
    """Say which rows were released after the cut-off."""
    if cut_off is None:
        return pd.Series(data=False, index=released.index)
    return (released > last_day_of(cut_off)).astype(bool)


def _ended_late(
    released: pd.Series[pd.Timestamp],
    number: pd.Series[float],
    calendar: Calendar,
    cut_off: Moment | None,
) -> pd.Series[bool]:
    """Say which rows without a date of release are of a period that ended after the cut-off."""
    if cut_off is None:
        return pd.Series(data=False, index=number.index)
    day = last_day_of(cut_off)
    ends = {n: calendar.end(int(n)) > day for n in number.dropna().unique()}
    undated = released.reindex(number.index).isna()
    return undated & number.map(lambda n: bool(ends.get(n, False))).astype(bool)


def last_day_of(moment: Moment) -> pd.Timestamp:
    """Give the last day of a cut-off: itself, or the end of the year or period it names."""
    if isinstance(moment, pd.Timestamp):
        return moment
    if isinstance(moment, int):
        return pd.Timestamp(moment, 12, 31)
    calendar, number = number_periods(pd.Series([moment]))
    return calendar.end(int(number.iloc[0]))


def _cells(kept: pd.DataFrame, calendar: Calendar, checks: _Checks) -> Cells:
    checks.refuse(kept["la_code"].str.strip() == "", "la_code is empty.")
    checks.refuse(kept["outcome"].str.strip() == "", "outcome is empty.")
    checks.refuse(
        kept["period_number"].isna(),
        f"period is not of the form of the others; it can be {EXPECTED}, one form in a panel.",
    )
    frame = _with_figures(kept, checks)
    frame, revised = _newest_vintages(frame, checks)
    frame = frame.dropna(subset=["period"]).astype({"period": "int64"})
    frame, joined = _recodes_joined(frame)
    order = ["outcome", "la_code", "period"]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    findings = Findings.joined([revised, joined, *_oddities(frame)])
    return Cells(frame, calendar, findings, late=0)


def _with_figures(kept: pd.DataFrame, checks: _Checks) -> pd.DataFrame:
    """Read the figures of every row: a withheld count is an interval, a symbol is no number."""
    numbers, withheld = {}, {}
    for column in _FIGURES:
        blank = pd.Series("", index=kept.index)
        text = kept.get(column, blank).str.strip().str.casefold()
        none = text.isin(NONE_SYMBOLS)
        withheld[column] = text.isin(WITHHELD)
        empty = text.isin(_NOT_THERE) | none | withheld[column]
        number = pd.to_numeric(text.where(~empty, None), errors="coerce").astype(float)
        checks.refuse(~empty & ~np.isfinite(number), f"{column} is not a number.")
        checks.refuse(number.abs() > _LARGEST, f"{column} is larger than any outcome can be.")
        numbers[column] = number.where(~none, 0.0).where(np.isfinite(number) | none)
    numerator, denominator = numbers["numerator"], numbers["denominator"]
    checks.refuse((numerator < 0) | (denominator < 0), "a count is below zero.")
    checks.refuse(numerator > denominator, "numerator is above denominator.")
    # A count withheld from fewer than five children is at most their number.
    most = denominator.clip(upper=WITHHELD_HIGH).fillna(WITHHELD_HIGH)
    hidden = withheld["numerator"]
    low, high = (
        numerator.where(~hidden, np.minimum(WITHHELD_LOW, most)),
        numerator.where(~hidden, most),
    )
    middle = (low + high) / 2
    share = [each / denominator.where(denominator > 0) for each in (middle, low, high)]
    value = numbers["value"].fillna(share[0])
    return pd.DataFrame(
        {
            "la_code": kept["la_code"],
            "region": kept["region"],
            "outcome": kept["outcome"],
            "period": kept["period_number"],
            "numerator": middle,
            "denominator": denominator,
            "value": value,
            "low": share[1].where(hidden, value),
            "high": share[2].where(hidden, value),
            "numerator_low": low,
            "numerator_high": high,
            "imputed": hidden & middle.notna(),
            "differs": (value - share[0]).abs() > _TOLERANCE,
            "released": kept["released"],
        }
    )


def _newest_vintages(frame: pd.DataFrame, checks: _Checks) -> tuple[pd.DataFrame, Findings]:
    """Keep the newest release of a cell; one cell twice in a release is refused."""
    key = list(PANEL.key)
    twice = frame.duplicated([*key, "released"], keep=False)
    checks.refuse(twice, f"the same {', '.join(key)} stands there more than once.")
    order = frame.sort_values("released", kind="stable", na_position="first")
    newest = order.drop_duplicates(key, keep="last").sort_index()
    revised = len(frame[~twice].drop_duplicates([*key, "released"])) - len(
        frame[~twice].drop_duplicates(key)
    )
    found = (
        _noted(
            "panel-revised",
            f"{revised:,} cells were released again",
            "the newest release by the cut-off is used",
        )
        if revised
        else Findings.none()
    )
    return newest, found


def _recodes_joined(frame: pd.DataFrame) -> tuple[pd.DataFrame, Findings]:
    """Join the series of an authority whose code alone changed, where they do not overlap."""
    found = []
    present = set(frame["la_code"])
    for change in REORGANISATIONS:
        old, new = change.predecessor, change.successors[0]
        if change.kind != "recode" or not {old, new} <= present:
            continue
        both = frame[frame["la_code"].isin([old, new])]
        if both.duplicated(["outcome", "period"]).any():
            continue
        frame = frame.assign(la_code=frame["la_code"].where(frame["la_code"] != old, new))
        found.append(
            _noted("panel-recode-joined", f"{old} became {new}", "their series are one", "la_code")
        )
    return frame, Findings.joined(found)


def _oddities(frame: pd.DataFrame) -> list[Findings]:
    found = []
    known = {*AUTHORITIES.index, *(change.predecessor for change in REORGANISATIONS)}
    unknown = len(set(frame["la_code"]) - known)
    if unknown:
        told = f"{unknown:,} codes are not in the register of authorities"
        found.append(_noted("panel-code-unknown", told, "used as written", "la_code"))
    zero = int((frame["denominator"] == 0).sum())
    if zero:
        told = f"{zero:,} cells have a denominator of 0"
        found.append(_noted("panel-empty-denominator", told, "they have no share", "denominator"))
    differs = int(frame["differs"].sum())
    if differs:
        told = f"{differs:,} values differ from numerator over denominator"
        done = "authorities by value, regions by numerator over denominator"
        found.append(_noted("panel-value-differs", told, done, "value"))
    imputed = int(frame["imputed"].sum())
    if imputed:
        told = f"{imputed:,} counts are withheld"
        done = "taken as 3, between 1 and 5; a row of the robustness table leaves them out"
        found.append(_noted("panel-withheld", told, done, "numerator"))
    blank = int(frame["value"].isna().sum())
    if blank:
        told = f"{blank:,} cells have no value"
        found.append(_noted("panel-no-value", told, "left out", "value"))
    moved = frame.groupby("la_code", sort=True)["region"].nunique()
    if (moved > 1).any():
        told = f"{int((moved > 1).sum()):,} units change their region"
        found.append(_noted("panel-region-changes", told, "counted where each row says", "region"))
    return found


def _noted(rule: str, found: str, done: str, column: str = "") -> Findings:
    return Findings.one(
        rule, Severity.NOTED, found=found, done=done, table="panel", column=column, rows=0
    )
