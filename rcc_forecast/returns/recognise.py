"""Which table of the return a set of headings belongs to, whatever the file is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.ssda903 import TABLES

TABLE_OF_NAME: dict[str, Table] = {table.name: table for table in TABLES}
"""The tables of the return by name."""

AUTHORITY_COLUMN, YEAR_COLUMN = "LA", "YEAR"
"""What a regional file adds to the statutory columns."""

_ALIASES = {
    "CHILDID": "CHILD",
    "CHILD_ID": "CHILD",
    "PL": "PLACE",
    "LA_CODE": AUTHORITY_COLUMN,
    "LA_NAME": AUTHORITY_COLUMN,
    "LEA": AUTHORITY_COLUMN,
    "LACODE": AUTHORITY_COLUMN,
    "LOCAL_AUTHORITY": AUTHORITY_COLUMN,
    "AUTHORITY": AUTHORITY_COLUMN,
    "RETURN_YEAR": YEAR_COLUMN,
    "COLLECTION_YEAR": YEAR_COLUMN,
}

# Every table may carry these, so they tell none apart.
_SHARED = frozenset({"CHILD", "DOB", "SEX"})

MARKERS: dict[str, frozenset[str]] = {
    table.name: frozenset(table.names) - _SHARED for table in TABLES
}
"""The columns that only one table has, or nearly so."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings that were recognised.

    Attributes
    ----------
    table : str
        Name of the table.
    names : tuple of str
        One for each column of the file: the declared name, or "" for a
        column that is not used.
    """

    table: str
    names: tuple[str, ...]


def normalised(heading: str) -> str:
    """Write a heading as the guidance does: upper case, underscores, no stray marks."""
    text = heading.replace("\ufeff", "").strip(" \t\r\n\u00a0\"'").upper()
    text = re.sub(r"[\s\-.]+", "_", text)
    return _ALIASES.get(text, text)


def table_of_columns(columns: Iterable[str]) -> str | None:
    """Name the table that a set of normalised headings belongs to.

    Parameters
    ----------
    columns : iterable of str
        Headings as `normalised` writes them.

    Returns
    -------
    str or None
        The table with most of its own columns present and, among equals,
        fewest absent; None where no table fits.
    """
    present = frozenset(columns)
    scored = [
        (len(present & own), -len(own - present), name)
        for name, own in MARKERS.items()
        if _could_be(name, present)
    ]
    if scored:
        return max(scored, key=lambda score: score[:2])[2]
    # A header without any column of its own: every return has one, so it is no UASC file.
    return "header" if {"CHILD", "SEX", "DOB"} <= present else None


def _could_be(name: str, present: frozenset[str]) -> bool:
    own = present & MARKERS[name]
    if not own:
        return False
    if name == "header":
        # CHILD and UPN alone are a list of identifiers, kept for linkage.
        return "CHILD" in present and (bool(present & {"DOB", "SEX"}) or len(own) >= 2)
    if name == "episodes":
        return len(own) >= 3 and bool(own & {"DECOM", "PLACE", "LS", "RNE"})
    # Without a child's identifier only a whole set of columns is proof enough.
    return "CHILD" in present or own == MARKERS[name]


def recognise(headings: Sequence[str]) -> Headings | None:
    """Recognise a row of headings, or say that it is none.

    Parameters
    ----------
    headings : sequence of str
        As they stand in the file.

    Returns
    -------
    Headings or None
        None where the row is no heading of a table of the return.
    """
    names = [normalised(heading) for heading in headings]
    table = table_of_columns(names)
    if table is None:
        return None
    wanted = {*TABLE_OF_NAME[table].names, AUTHORITY_COLUMN, YEAR_COLUMN}
    seen: set[str] = set()
    used = []
    for name in names:
        used.append(name if name in wanted and name not in seen else "")
        seen.add(name)
    return Headings(table, tuple(used))


def heading_findings(file: str, headings: Headings) -> Findings:
    """Say which columns of a file were not needed.

    Parameters
    ----------
    file : str
        Name of the file.
    headings : Headings
        As recognised. Absent columns are told once the return year is known.
    """
    surplus = [str(at) for at, name in enumerate(headings.names, start=1) if not name]
    if not surplus:
        return Findings.none()
    which = ", ".join(surplus[:10]) + (" and more" if len(surplus) > 10 else "")
    return Findings.one(
        "column-surplus",
        Severity.NOTED,
        table=headings.table,
        file=file,
        found=f"{len(surplus)} columns that this table does not have, at position {which}.",
        done="They are not read.",
    )


def not_recognised(file: str) -> Findings:
    """Say that a file is no table of the return."""
    return Findings.one(
        "file-not-recognised",
        Severity.NOTED,
        file=file,
        found="Its columns are those of no table of the return.",
        done="The file is not used. A table needs CHILD and columns of its own in its heading.",
    )
