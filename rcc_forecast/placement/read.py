"""Homes and children read from a file or a frame: typed, completed, and everything wrong told.

What a table leaves out gets the default that shuts nobody out, and the
findings say so. A row is refused only where it cannot be planned with: no
reference, no kind of placement, no place on the map.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from rcc_forecast.codes import ADULT_AGE, SEX_FROM_NUMBER
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.geography import AUTHORITIES, locate_postcodes, resolve_authority, successor_of
from rcc_forecast.placement.columns import (
    Typed,
    absent_columns,
    as_codes,
    as_dates,
    as_numbers,
    as_text,
)
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.contract import Kind, Table
from rcc_forecast.tables.from_file import table_from_file
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE

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

_SEX_WORDS = {**SEX_FROM_NUMBER, "MALE": "M", "FEMALE": "F", "BOYS": "M", "GIRLS": "F"}
_ANY_WORDS = {"MIXED": "any", "BOTH": "any", "ALL": "any", "U": "any"}
_COORDINATES = ["easting", "northing"]

_GRID_FROM = np.array([1_000.0, 1_000.0])
_GRID_TO = np.array([700_000.0, 1_300_000.0])
"""Corners of the British National Grid, metres; nearer to its origin there is only sea."""

_FARTHEST_IN_ENGLAND = 80_000.0
"""Metres: no place in England is farther from the middle of an authority (Land's End: 70 km)."""


def read_homes(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read a provision register.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `HOMES`.

    Returns
    -------
    tuple of DataFrame and Findings
        As `tidy_homes`.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column that nothing can stand for.
    """
    return tidy_homes(table_from_file(path), file=path.name)


def read_children(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read the children to be placed.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `CHILDREN_TO_PLACE`.

    Returns
    -------
    tuple of DataFrame and Findings
        As `tidy_children`.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column that nothing can stand for.
    """
    return tidy_children(table_from_file(path), file=path.name)


def read_overrides(path: Path) -> pd.DataFrame:
    """Read what people have decided: child_id, home_id and their reason.

    Raises
    ------
    UnreadableInputError
        The file cannot be read or lacks ``child_id`` or ``home_id``.
    """
    frame = table_from_file(path)
    if not {"child_id", "home_id"} <= set(frame.columns):
        raise UnreadableInputError(
            path=path.name, expected="a table with columns child_id, home_id and reason"
        )
    text = {name: as_text(frame[name]) if name in frame else "" for name in ("child_id", "home_id")}
    reason = as_text(frame["reason"]) if "reason" in frame else ""
    return pd.DataFrame({**text, "reason": reason}, index=frame.index)


def tidy_homes(frame: pd.DataFrame, *, file: str = "homes") -> tuple[pd.DataFrame, Findings]:
    """Type and complete a provision register.

    Parameters
    ----------
    frame : DataFrame
        Columns of `HOMES` in any order, as text or typed.
    file : str
        What findings call it.

    Returns
    -------
    tuple of DataFrame and Findings
        One row a home that can be used, with every column of `HOMES`, numbers
        as numbers and dates as datetime64, then ``file`` and ``row``; and
        everything that was found.

    Raises
    ------
    UnreadableInputError
        A column is missing that nothing can stand for.
    """
    _require(frame, file, ["home_id", "placement_type"], HOMES)
    if not {"places_available", "places_approved"} & set(frame.columns):
        raise UnreadableInputError(path=file, expected="a column places_available")
    typed = _start(frame, HOMES, file)
    _absent(typed, HOME_DEFAULTS)
    for name in ("home_id", "urn", "provider", "postcode"):
        typed.put(name, as_text(typed.raw(name)))
    for name in ("sector", "ofsted_rating"):
        as_codes(typed, name, default=str(HOME_DEFAULTS[name]))
    as_codes(typed, "sex", default="any", words={**_SEX_WORDS, **_ANY_WORDS, "ANY": "any"})
    as_codes(typed, "placement_type", default=None)
    for name in ("age_min", "age_max", "needs_met", "sibling_exemption", "solo"):
        as_numbers(typed, name, default=float(HOME_DEFAULTS[name]), whole=True)
    as_numbers(typed, "weekly_cost_gbp", default=None, whole=False)
    _places(typed)
    for name in ("opened", "closed"):
        as_dates(typed, name)
    _authority(typed)
    _locate(typed)
    _once_only(typed, "home_id")
    return typed.result()


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
    _require(frame, file, ["child_id", "local_authority", "age", "sex"], CHILDREN_TO_PLACE)
    typed = _start(frame, CHILDREN_TO_PLACE, file)
    _absent(typed, CHILD_DEFAULTS)
    private = ("child_id", "postcode", "sibling_group", "twin_of", "avoid_home_ids")
    for name in (*private, "current_home_id", "wish"):
        typed.put(name, as_text(typed.raw(name)))
    _ages(typed)
    as_codes(typed, "sex", default="U", words=_SEX_WORDS)
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
    _authority(typed)
    _locate(typed)
    _once_only(typed, "child_id")
    return typed.result()


def _require(frame: pd.DataFrame, file: str, needed: list[str], table: Table) -> None:
    missing = [name for name in needed if name not in frame.columns]
    placed = {"postcode"} & set(frame.columns) or set(_COORDINATES) <= set(frame.columns)
    if not placed:
        missing.append("easting and northing (or postcode)")
    if missing:
        raise UnreadableInputError(
            path=file, expected=f"a {table.name} table with the columns {', '.join(missing)}"
        )


def _start(frame: pd.DataFrame, table: Table, file: str) -> Typed:
    fresh = frame.reset_index(drop=True)
    rows = fresh["row"] if "row" in fresh else pd.Series(fresh.index + 2, fresh.index)
    files = fresh["file"] if "file" in fresh else pd.Series(file, fresh.index, dtype="str")
    where = pd.DataFrame({"file": files, "row": rows})
    return Typed(table=table, file=file, source=fresh, where=where)


def _absent(typed: Typed, defaults: dict[str, float | str]) -> None:
    for name in absent_columns(typed):
        default = defaults.get(name)
        quiet = default is None and typed.table[name].kind is not Kind.NUMBER
        if quiet or name in {"easting", "northing"} or name.startswith("school_"):
            continue
        told = "left empty" if default is None else f"taken as {default}"
        typed.note("column-absent", Severity.NOTED, column=name, found="no such column", done=told)


def _places(typed: Typed) -> None:
    as_numbers(typed, "places_approved", default=None, whole=True)
    as_numbers(typed, "places_available", default=None, whole=True, quiet=True)
    available, approved = typed.column("places_available"), typed.column("places_approved")
    blank = available.isna()
    typed.tell(
        "places-available-blank",
        Severity.REPAIRED,
        blank & approved.notna(),
        column="places_available",
        found="blank",
        done="taken as the places approved",
    )
    typed.refuse(
        "places-missing",
        blank & approved.isna(),
        column="places_available",
        found="no number of places",
    )
    typed.put("places_available", available.fillna(approved).fillna(0.0))


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


def _authority(typed: Typed) -> None:
    text = as_text(typed.raw("local_authority"))
    known = {name: resolve_authority(name) for name in text.unique()}
    code = text.map(known)
    typed.tell(
        "authority-unknown",
        Severity.NOTED,
        code.isna(),
        column="local_authority",
        found="not an authority of the register",
        done="counts as no home's own authority",
    )
    code = code.map(lambda name: successor_of(name), na_action="ignore")
    typed.put("local_authority", code.fillna("Unknown"))


def _locate(typed: Typed) -> None:
    for name in _COORDINATES:
        as_numbers(typed, name, default=None, whole=False, quiet=True)
    easting, northing = typed.column("easting"), typed.column("northing")
    lost = easting.isna() | northing.isna()
    has_postcode = lost & (typed.column("postcode") != "")
    if has_postcode.any():
        found = locate_postcodes(typed.column("postcode")[has_postcode])
        easting = easting.where(~has_postcode, found["easting"])
        northing = northing.where(~has_postcode, found["northing"])
        lost = easting.isna() | northing.isna()
    easting, northing, lost = _without_family(typed, easting, northing, lost)
    typed.refuse(
        "place-missing",
        lost,
        column="postcode",
        found="neither coordinates nor a postcode of the directory",
    )
    _outside(typed, easting, northing)
    typed.put("easting", easting)
    typed.put("northing", northing)


def _outside(typed: Typed, easting: pd.Series, northing: pd.Series) -> None:
    """Refuse what is no place of the British grid, and tell what is far from England."""
    metres = pd.DataFrame({"easting": easting, "northing": northing}).fillna(-1.0)
    known = easting.notna() & northing.notna()
    inside = (metres > _GRID_FROM).all(axis=1) & (metres < _GRID_TO).all(axis=1)
    typed.refuse(
        "place-not-on-grid",
        known & ~inside,
        column="easting",
        found="coordinates that are not metres of the British National Grid, such as degrees",
    )
    middles = AUTHORITIES[["easting", "northing"]].dropna().to_numpy(float)
    away, _ = cKDTree(middles).query(metres.to_numpy(float))
    typed.tell(
        "place-outside-england",
        Severity.NOTED,
        known & inside & pd.Series(away > _FARTHEST_IN_ENGLAND, metres.index),
        column="easting",
        found="a place in the sea or outside England: more than 50 miles from every authority",
        done="used as it stands",
    )


def _without_family(
    typed: Typed, easting: pd.Series, northing: pd.Series, lost: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Let the authority's middle stand for the family home of an unaccompanied child."""
    authority = typed.column("local_authority")
    if "uasc" not in typed.table.names:
        return easting, northing, lost
    alone = lost & (typed.column("uasc") == 1) & authority.isin(AUTHORITIES.index)
    typed.tell(
        "uasc-without-family-home",
        Severity.REPAIRED,
        alone,
        column="postcode",
        found="an unaccompanied child without a family home here",
        done="distances run from the middle of the authority",
    )
    middle = AUTHORITIES.reindex(authority).set_axis(authority.index)
    return (
        easting.where(~alone, middle["easting"]),
        northing.where(~alone, middle["northing"]),
        lost & ~alone,
    )


def _once_only(typed: Typed, name: str) -> None:
    values = typed.column(name)
    typed.refuse("reference-missing", values == "", column=name, found="blank")
    typed.refuse(
        "reference-repeated",
        values.duplicated() & (values != ""),
        column=name,
        found="the same reference as in a row above",
    )
