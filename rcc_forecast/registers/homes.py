"""Homes read from a file or a frame: typed, completed, and everything wrong told.

What a register leaves out gets the default that shuts nobody out, and the
findings say so. A row is refused only where it cannot be planned with: no
reference, no kind of placement, no places, no authority and no place on the
map, or a home that stands there twice.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.codes import SEX_FROM_NUMBER
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers.home_rules import (
    once_a_home,
    type_ages,
    type_costs,
    type_dates,
    type_places,
)
from rcc_forecast.registers.places import COORDINATES, as_authorities, locate_homes
from rcc_forecast.registers.rows import rows_from_file
from rcc_forecast.registers.typed import (
    Typed,
    as_codes,
    as_numbers,
    as_text,
    once_only,
    tell_absent,
)
from rcc_forecast.results.findings import Findings
from rcc_forecast.tables.homes import HOMES

OLDEST_AGE_OF_A_HOME = 25
"""Upper age of a home that states none; nobody to be placed is older."""

HOME_DEFAULTS: dict[str, float | str] = {
    "sector": "local_authority",
    "age_min": 0,
    "age_max": OLDEST_AGE_OF_A_HOME,
    "sex": "any",
    "needs_met": 3,
    "sibling_exemption": 0,
    "solo": 0,
    "ofsted_rating": "none",
}
"""What a home that says nothing is taken to be: open to all, and no exemption."""

SEX_WORDS = {**SEX_FROM_NUMBER, "MALE": "M", "FEMALE": "F", "BOYS": "M", "GIRLS": "F"}
_ANY_WORDS = {"MIXED": "any", "BOTH": "any", "ALL": "any", "U": "any", "ANY": "any"}


def read_homes(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read a provision register.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `HOMES`.

    Returns
    -------
    tuple of DataFrame and Findings
        As `tidy_homes`; ``row`` is the line of the file.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column that nothing can stand for.
    """
    rows, findings = rows_from_file(path)
    homes, more = tidy_homes(rows, file=path.name)
    return homes, findings + more


def tidy_homes(frame: pd.DataFrame, *, file: str = "homes") -> tuple[pd.DataFrame, Findings]:
    """Type and complete a provision register.

    Parameters
    ----------
    frame : DataFrame
        Columns of `HOMES` in any order, as text or typed; ``file`` and ``row``
        say where each row came from, where they are given.
    file : str
        What findings call it.

    Returns
    -------
    tuple of DataFrame and Findings
        One row a home that can be used, with every column of `HOMES`, numbers
        as numbers and dates as datetime64, then ``file`` and ``row``; and
        everything that was found. Rows used and rows refused are all rows.

    Raises
    ------
    UnreadableInputError
        A column is missing that nothing can stand for.
    """
    _require(frame, file)
    typed = Typed.start(frame, table=HOMES, file=file)
    tell_absent(typed, HOME_DEFAULTS)
    for name in ("home_id", "urn", "provider", "postcode"):
        typed.put(name, as_text(typed.raw(name)))
    for name in ("sector", "ofsted_rating"):
        as_codes(typed, name, default=str(HOME_DEFAULTS[name]))
    as_codes(typed, "sex", default="any", words={**SEX_WORDS, **_ANY_WORDS})
    as_codes(typed, "placement_type", default=None)
    for name in ("needs_met", "sibling_exemption", "solo"):
        as_numbers(typed, name, default=float(HOME_DEFAULTS[name]), whole=True)
    type_ages(typed, youngest=0.0, oldest=float(OLDEST_AGE_OF_A_HOME))
    type_costs(typed)
    type_places(typed)
    type_dates(typed)
    outside = as_authorities(typed)
    once_only(typed, "home_id")
    locate_homes(typed, outside=outside)
    once_a_home(typed)
    return typed.result()


def _require(frame: pd.DataFrame, file: str) -> None:
    missing = [name for name in ("home_id", "placement_type") if name not in frame.columns]
    whereabouts = {"postcode", "local_authority"} & set(frame.columns)
    if not whereabouts and not set(COORDINATES) <= set(frame.columns):
        missing.append("easting and northing (or postcode)")
    if missing:
        raise UnreadableInputError(
            path=file, expected=f"a homes table with the columns {', '.join(missing)}"
        )
    if not {"places_available", "places_approved"} & set(frame.columns):
        raise UnreadableInputError(path=file, expected="a column places_available")
