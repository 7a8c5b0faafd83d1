"""Children to be placed, read from a file or a frame: typed, completed, everything wrong told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast.codes import ADULT_AGE
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers.homes import SEX_WORDS
from rcc_forecast.registers.places import COORDINATES, as_authorities, locate_children
from rcc_forecast.registers.rows import rows_from_file
from rcc_forecast.registers.typed import (
    Typed,
    as_codes,
    as_dates,
    as_numbers,
    as_text,
    once_only,
    tell_absent,
)
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE

CHILD_DEFAULTS: dict[str, float | str] = {
    "age": 0,
    "sex": "U",
    "needs": 0,
    "solo": 0,
    "uasc": 0,
    "sibling_plan": "none",
    "settled": 0,
    "ethnicity": "NOBT",
}
"""What a child's row that says nothing is taken to say."""


def read_children(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read the children to be placed.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `CHILDREN_TO_PLACE`.

    Returns
    -------
    tuple of DataFrame and Findings
        As `tidy_children`; ``row`` is the line of the file.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column that nothing can stand for.
    """
    rows, findings = rows_from_file(path)
    children, more = tidy_children(rows, file=path.name)
    return children, findings + more


def tidy_children(frame: pd.DataFrame, *, file: str = "children") -> tuple[pd.DataFrame, Findings]:
    """Type and complete the children to be placed.

    Parameters
    ----------
    frame : DataFrame
        Columns of `CHILDREN_TO_PLACE` in any order, as text or typed.
    file : str
        What findings call it.

    Returns
    -------
    tuple of DataFrame and Findings
        One row a child who can be planned for, with every column of
        `CHILDREN_TO_PLACE`, then ``file`` and ``row``; and everything found.

    Raises
    ------
    UnreadableInputError
        A column is missing that nothing can stand for.
    """
    _require(frame, file)
    typed = Typed.start(frame, table=CHILDREN_TO_PLACE, file=file)
    tell_absent(typed, CHILD_DEFAULTS)
    private = ("child_id", "postcode", "sibling_group", "twin_of", "avoid_home_ids")
    for name in (*private, "current_home_id", "wish"):
        typed.put(name, as_text(typed.raw(name)))
    _ages(typed)
    as_codes(typed, "sex", default="U", words=SEX_WORDS)
    as_codes(typed, "ethnicity", default="NOBT", quiet=True)
    as_codes(typed, "sibling_plan", default="none")
    for name in ("needs", "solo", "uasc", "settled"):
        as_numbers(typed, name, default=float(CHILD_DEFAULTS[name]), whole=True)
    for column in CHILDREN_TO_PLACE.columns:
        if column.name.startswith("suit_"):
            as_codes(typed, column.name, default="unspecified", quiet=True)
    for name in ("school_easting", "school_northing"):
        as_numbers(typed, name, default=None, whole=False, quiet=True)
    as_dates(typed, "needed_by")
    as_authorities(typed)
    locate_children(typed)
    once_only(typed, "child_id")
    return typed.result()


def _require(frame: pd.DataFrame, file: str) -> None:
    needed = ("child_id", "local_authority", "age", "sex")
    missing = [name for name in needed if name not in frame.columns]
    if "postcode" not in frame.columns and not set(COORDINATES) <= set(frame.columns):
        missing.append("easting and northing (or postcode)")
    if missing:
        raise UnreadableInputError(
            path=file, expected=f"a children table with the columns {', '.join(missing)}"
        )


def _ages(typed: Typed) -> None:
    ages = pd.to_numeric(as_text(typed.raw("age")).replace("", None), errors="coerce")
    ages = ages.where(np.isfinite(ages.astype(float)))
    for rule, which, found in (
        ("age-blank", ages.isna(), "blank, or not a number"),
        ("age-negative", ages < 0, "below 0: a child not yet born"),
    ):
        typed.tell(rule, Severity.REPAIRED, which, column="age", found=found, done="taken as age 0")
    typed.tell(
        "age-adult",
        Severity.NOTED,
        ages >= ADULT_AGE,
        column="age",
        found="18 or over",
        done="planned for where a home takes that age",
    )
    typed.put("age", ages.fillna(0.0).clip(lower=0.0) // 1)
