"""Milestones are read as co-operatives write them, or a template is made for them to fill.

A row is one milestone as it stood when somebody checked it. Text is kept as
written, since it is meant for the public; no message repeats it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.following.given_columns import columns_not_read
from rcc_forecast.evaluation.following.refusing import NoRowUsableError
from rcc_forecast.evaluation.toml_content import toml_content
from rcc_forecast.registers.typed import Typed, as_codes, as_dates, as_text
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.following import FUNCTIONS, MILESTONES_GIVEN
from rcc_forecast.tables.from_file import table_from_file

KEY = ("rcc", "function", "milestone")
"""What tells milestones apart."""

_STATE = (*KEY, "checked_on")
_DAYS = ("due", "done", "checked_on")
_IN_PLACE = "The function is in place"
_NOT_KNOWN = "not known"
_NO_EVIDENCE = (
    *("n/a", "na", "none", "nil", "no", "yes", "-", "–", "?", "tbc", "tba", "unknown"),
    *("not known", "to follow", "pending", "see note"),
)
"""What people write in a cell that they have nothing for: none of it can be looked up."""

_BLOCKS = ("milestone", "milestones")


def read_milestones(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read milestones.

    Parameters
    ----------
    path : Path
        TOML with one ``[[milestone]]`` block each, or a table in CSV, XLSX,
        parquet or JSON, with the columns of `MILESTONES_GIVEN`.

    Returns
    -------
    frame : DataFrame
        A `MILESTONES_GIVEN` table; ``revised`` as ISO days with spaces between.
    findings : Findings
        Everything that was wrong, and what was done.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column.
    NoRowUsableError
        No row can be used; every fault is listed.
    """
    given = _from_toml(path) if path.suffix.casefold() == ".toml" else table_from_file(path)
    if not set(KEY) <= set(given.columns):
        raise UnreadableInputError(
            path=path.name, expected=f"columns {', '.join(MILESTONES_GIVEN.names)}"
        )
    frame, findings = typed_milestones(given, file=path.name)
    if frame.empty:
        raise NoRowUsableError(
            wanted="A table of milestones",
            reason="no row has a co-operative, one of the minimum functions and a milestone.",
            findings=findings,
        )
    return frame, findings


def typed_milestones(given: pd.DataFrame, *, file: str) -> tuple[pd.DataFrame, Findings]:
    """Type milestones that are already a table; as `read_milestones`.

    Parameters
    ----------
    given : DataFrame
        Cells as text.
    file : str
        How findings name it.
    """
    typed = Typed.start(given, table=MILESTONES_GIVEN, file=file)
    for name in ("rcc", "milestone", "evidence", "note"):
        typed.put(name, as_text(typed.raw(name)).str.replace(r"\s+", " ", regex=True))
    for name in ("rcc", "milestone"):
        blank = typed.column(name) == ""
        typed.refuse("milestone-unnamed", blank, column=name, found="blank")
    _without_empty_words(typed)
    as_codes(typed, "function", default=None)
    for name in _DAYS:
        as_dates(typed, name)
    _revised_days(typed)
    _without_later_than_checked(typed)
    state = pd.concat([typed.column(name) for name in _STATE], axis=1, keys=_STATE)
    again = state.duplicated() & typed.usable
    typed.refuse(
        "milestone-twice-on-a-day",
        again,
        column="checked_on",
        found="the same milestone checked on the same day as in a row above",
    )
    frame, findings = typed.result()
    told = columns_not_read(given, MILESTONES_GIVEN, file=file) + findings
    return frame[MILESTONES_GIVEN.names], told


def template_of(cooperatives: list[str]) -> pd.DataFrame:
    """Give a table to fill: every minimum function of some co-operatives, nothing known of any.

    Parameters
    ----------
    cooperatives : list of str
        Their names.

    Returns
    -------
    DataFrame
        A `MILESTONES_GIVEN` table of text, one row a co-operative and function.
    """
    rows = [
        {"rcc": rcc, "function": function, "milestone": _IN_PLACE, "note": _NOT_KNOWN}
        for rcc in cooperatives
        for function in FUNCTIONS.labels
    ]
    return pd.DataFrame(rows).reindex(columns=MILESTONES_GIVEN.names, fill_value="").astype("str")


def _from_toml(path: Path) -> pd.DataFrame:
    expected = "milestones in TOML, one [[milestone]] block each, in UTF-8"
    content = toml_content(path, expected=expected)
    blocks = next((content[name] for name in _BLOCKS if name in content), None)
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise UnreadableInputError(path=path.name, expected=expected)
    rows = [{str(key).casefold(): _written(value) for key, value in one.items()} for one in blocks]
    return pd.DataFrame(rows).fillna("").astype("str")


def _written(value: object) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _without_empty_words(typed: Typed) -> None:
    """Take words that stand for no evidence for what they are."""
    evidence = typed.column("evidence")
    empty = evidence.str.casefold().str.rstrip(".").isin(_NO_EVIDENCE)
    typed.tell(
        "milestone-evidence-is-none",
        Severity.REPAIRED,
        empty,
        column="evidence",
        found="a word that stands for no evidence",
        done="left empty: a public link or title is needed",
    )
    typed.put("evidence", evidence.mask(empty, ""))


def _revised_days(typed: Typed) -> None:
    """Read the days promised instead; one that is no day is told and left out."""
    parts = as_text(typed.raw("revised")).str.split(r"[\s;,]+", regex=True)
    lists = parts.map(lambda each: [_day_of(part) for part in each if part])
    typed.tell(
        "date-unreadable",
        Severity.REPAIRED,
        lists.map(lambda days: None in days).astype(bool),
        column="revised",
        found="a day that is not YYYY-MM-DD or dd/mm/yyyy",
        done="that day is left out",
    )
    written = lists.map(lambda days: " ".join(day for day in days if day))
    typed.put("revised", written.astype("str"))


def _day_of(part: str) -> str | None:
    layout = "%d/%m/%Y" if re.fullmatch(r"\d{2}/\d{2}/\d{4}", part) else "%Y-%m-%d"
    day = pd.to_datetime(part, format=layout, errors="coerce")
    return None if pd.isna(day) else day.strftime("%Y-%m-%d")


def _without_later_than_checked(typed: Typed) -> None:
    """Take back a day of completion that lies after the check that vouches for it."""
    done, checked = typed.column("done"), typed.column("checked_on")
    later = done > checked
    typed.tell(
        "milestone-done-after-its-check",
        Severity.REPAIRED,
        later,
        column="done",
        found="a day after that of the check",
        done="left empty: not done as far as checked",
    )
    typed.put("done", done.mask(later))
