"""Whose return a row belongs to, and of which year: from columns, names of files and folders.

A year or authority in a column stands before one in the file name, and that
before the folder's; only where nothing says the year is it read off the dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd

from rcc_forecast.codes import UNKNOWN_AUTHORITY
from rcc_forecast.errors import UnknownNameError
from rcc_forecast.geography import AUTHORITIES, resolve_authority, successor_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.dates import return_year_of_day, rough_days
from rcc_forecast.returns.raw import RawTable
from rcc_forecast.returns.recognise import AUTHORITY_COLUMN, TABLE_OF_NAME, YEAR_COLUMN
from rcc_forecast.tables.contract import Kind
from rcc_forecast.tables.ssda903 import FIRST_RETURN, LAST_RETURN

NO_YEAR = 0
"""Year of a row whose return cannot be told; it is refused."""

# The collection began with the Children Act 1989; a year beyond is a slip.
_EARLIEST_YEAR, _LATEST_YEAR = 1992, 2060

_SPAN = re.compile(r"(?<!\d)(20\d\d|19\d\d)\s*[-_/ ]\s*(20\d\d|\d\d)(?!\d)(?![-_.]\d\d(?!\d))")
_FULL_DATE = re.compile(
    r"(?<!\d)(?:(20\d\d)[-_.](\d\d)[-_.]\d\d|\d\d[-_.](\d\d)[-_.](20\d\d))(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d|199\d)(?!\d)")
# Tight enough that a child's reference in the wrong column is not taken for one.
_FORM_OF_CODE = re.compile(r"[EWSN]\d{8}|\d{3}|[A-Z]{1,3}-?\d{1,4}")
_WORDS_OF_FILE_NAMES = re.compile(
    r"\b(ssda\s?903|903|cla|lac|returns?|headers?|child(ren)?|episodes?|uasc|oc2|oc3|ad1|reviews?|"
    r"missing|prev(ious)?\s?(perm(anence)?)?|permanence|placed\s?(for)?\s?(adoption)?|adoption|"
    r"sbpfa|sw\s?episodes?|dolo|data|files?|final|submitted|submission|year|copy|of|v\d+|export|"
    r"sample|synthetic|regional|merged|csv|xml|xlsx)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Labels:
    """Return year and authority of every row of a raw table.

    Attributes
    ----------
    year : ndarray of int64
        `NO_YEAR` where it cannot be told.
    authority : ndarray of str objects
        ONS code, a code as written, or "Unknown".
    """

    year: npt.NDArray[np.int64]
    authority: npt.NDArray[np.object_]


def year_of_name(name: str) -> int | None:
    """Read the return year off a name, None where it has none or several.

    Parameters
    ----------
    name : str
        Of a file without its ending, or of a folder. "2020-21" is the return
        of 2021; a full date is an extract's and counts only when alone.
    """
    years = {
        int(first) + 1
        for first, second in _SPAN.findall(name)
        if (int(first) + 1) % 100 == int(second) % 100
    }
    if years:
        return years.pop() if len(years) == 1 else None
    dates = _FULL_DATE.findall(name)
    years = {int(year) for year in _YEAR.findall(_FULL_DATE.sub(" ", name))}
    if not years and dates:
        years = {
            int(iso_year or uk_year) + (int(iso_month or uk_month) > 3)
            for iso_year, iso_month, uk_month, uk_year in dates
        }
    return years.pop() if len(years) == 1 else None


def is_year_span(name: str) -> bool:
    """Say whether a name gives both years, as "2020-21" does: then nothing is in doubt."""
    return any((int(a) + 1) % 100 == int(b) % 100 for a, b in _SPAN.findall(name))


@cache
def authority_of_name(name: str) -> str | None:
    """Read the authority off the name of a file or folder, None where there is none."""
    text = _YEAR.sub(" ", _FULL_DATE.sub(" ", _SPAN.sub(" ", name)))
    text = re.sub(r"[_\-.()\[\]]+", " ", text)
    text = " ".join(_WORDS_OF_FILE_NAMES.sub(" ", text).split())
    if not text:
        return None
    code = resolve_authority(text)
    return successor_of(code) if code else None


def stated_authority(text: str) -> str | None:
    """Give the code of an authority that a column or a caller states.

    Parameters
    ----------
    text : str
        ONS code, DfE number or name.

    Returns
    -------
    str or None
        ONS code; the text in upper case where it has the form of a code that
        is not in the register; None else.
    """
    code = resolve_authority(text)
    if code:
        return successor_of(code)
    upper = text.strip().upper()
    return upper if _FORM_OF_CODE.fullmatch(upper) else None


def asked_authority(text: str | None) -> str | None:
    """Give the code of the authority that the caller names.

    Raises
    ------
    UnknownNameError
        It is neither known nor of the form of a code.
    """
    if text is None or text == UNKNOWN_AUTHORITY:
        return None
    code = stated_authority(text)
    if code is None:
        raise UnknownNameError(what="authority", given=text, known=AUTHORITIES["name"])
    return code


def label_rows(
    tables: Sequence[RawTable], *, authority: str | None, root: str, first_years: bool = False
) -> tuple[list[Labels], Findings]:
    """Say of every row whose it is and of which return.

    Parameters
    ----------
    tables : sequence of RawTable
        Everything that was read.
    authority : str, optional
        Where the files do not say.
    root : str
        Name of the folder or zip itself, which may name the authority.
    first_years : bool
        Whether a single year in a name is the one in which the return begins.

    Returns
    -------
    list of Labels
        One for each table, in order.
    Findings
        Years inferred or moved, authorities not known.
    """
    named, findings = _named_years(tables, first_years=first_years)
    labels = []
    for raw, year in zip(tables, named, strict=True):
        years, year_faults = _years(raw, year)
        authorities, faults = _authorities(raw, authority, root)
        findings += year_faults + faults
        labels.append(Labels(years, authorities))
    nameless = {
        raw.file
        for raw, label in zip(tables, labels, strict=True)
        if not raw.has(AUTHORITY_COLUMN) and UNKNOWN_AUTHORITY in label.authority[:1]
    }
    if nameless:
        findings += Findings.one(
            "authority-missing",
            Severity.NOTED,
            found=f"Nothing says whose return {len(nameless)} of the files are.",
            done=f"Where no other table says it either, the authority is {UNKNOWN_AUTHORITY!r}. "
            f"State it with --authority.",
        )
    return labels, findings


def _named_years(
    tables: Sequence[RawTable], *, first_years: bool
) -> tuple[list[int | None], Findings]:
    named = [_year_of_path(raw.path) for raw in tables]
    if first_years:
        moved = [
            year + 1 if year is not None and not _spans(raw.path) else year
            for raw, year in zip(tables, named, strict=True)
        ]
        return list(moved), Findings.none()
    doubt = Findings.none()
    if _names_look_like_first_years(tables, named):
        doubt = Findings.one(
            "year-looks-like-first-year",
            Severity.NOTED,
            table="episodes",
            found="Nearly every DEC lies in the twelve months after 31 March of the year in the "
            "file's or folder's name.",
            done="Taken as named: 2020 is the year to 31 March 2020. If 2020 stands for 2020-21 "
            "here, say --first-years.",
        )
    inferred = _inferred_years(tables, named)
    findings = [doubt] + [
        Findings.one(
            "year-inferred",
            Severity.NOTED,
            table=raw.table,
            file=raw.file,
            found="Neither the names nor a YEAR column say which return this is.",
            done=f"Taken as the return of {inferred[_folder(raw)]}, from its latest dates.",
        )
        for raw, year in zip(tables, named, strict=True)
        if year is None and not raw.has(YEAR_COLUMN) and _folder(raw) in inferred
    ]
    years = [
        inferred.get(_folder(raw)) if year is None else year
        for raw, year in zip(tables, named, strict=True)
    ]
    return years, Findings.joined(findings)


def _year_of_path(path: str) -> int | None:
    location = PurePosixPath(path)
    for part in (location.stem, *reversed(location.parent.parts)):
        year = year_of_name(part)
        if year is not None:
            return year
    return None


def _spans(path: str) -> bool:
    location = PurePosixPath(path)
    return any(is_year_span(part) for part in (location.stem, *location.parent.parts))


def _folder(raw: RawTable) -> str:
    return PurePosixPath(raw.path).parent.as_posix()


def _names_look_like_first_years(tables: Sequence[RawTable], named: Sequence[int | None]) -> bool:
    """Say whether names seem to state the year in which a return begins, as some systems do.

    An episode that ended is in the return of the year it ended in, so the ends
    of a return lie within its twelve months; here they lie in the next twelve.
    """
    in_doubt = [
        (raw, year)
        for raw, year in zip(tables, named, strict=True)
        if raw.table == "episodes"
        and raw.has("DEC")
        and not raw.has(YEAR_COLUMN)
        and year is not None
        and not _spans(raw.path)
    ]
    if not in_doubt:
        return False
    days = rough_days(pd.concat([raw.series("DEC") for raw, _ in in_doubt], ignore_index=True))
    known = ~np.isnat(days)
    stated = np.repeat([year for _, year in in_doubt], [len(raw) for raw, _ in in_doubt])[known]
    ended = return_year_of_day(days[known])
    within, after = int((ended == stated).sum()), int((ended == stated + 1).sum())
    # 30 ended episodes: below that a return filed late or a few slips could look the same.
    return after >= 30 and after >= 19 * within


def _inferred_years(tables: Sequence[RawTable], named: Sequence[int | None]) -> dict[str, int]:
    needed = {
        _folder(raw)
        for raw, year in zip(tables, named, strict=True)
        if year is None and not raw.has(YEAR_COLUMN)
    }
    found: dict[str, int] = {}
    for folder in sorted(needed):
        here = [raw for raw in tables if _folder(raw) == folder]
        year = _latest_year(here, ("DECOM", "DEC"), only="episodes") or _latest_year(here, None)
        if year is not None:
            found[folder] = year
    return found


def _latest_year(
    tables: Sequence[RawTable], columns: tuple[str, ...] | None, *, only: str | None = None
) -> int | None:
    found = [
        rough_days(raw.series(name))
        for raw in tables
        if only is None or raw.table == only
        for name in (columns or _dates_of_the_year(raw))
        if raw.has(name)
    ]
    if not found:
        return None
    days = np.concatenate(found)
    years = return_year_of_day(days[~np.isnat(days)])
    years = years[(years >= FIRST_RETURN - 10) & (years <= LAST_RETURN)]
    if not len(years):
        return None
    values, counts = np.unique(years, return_counts=True)
    # A year that holds under 1% of the dates is a slip of the pen.
    return int(values[counts >= max(1.0, 0.01 * len(years))].max())


def _dates_of_the_year(raw: RawTable) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in TABLE_OF_NAME[raw.table].columns
        if column.kind is Kind.DATE and column.name not in ("DOB", "MC_DOB", "DUC")
    )


def _years(raw: RawTable, year: int | None) -> tuple[npt.NDArray[np.int64], Findings]:
    n_rows = len(raw)
    fallback = year if year is not None else NO_YEAR
    if not raw.has(YEAR_COLUMN):
        return np.full(n_rows, fallback, dtype=np.int64), Findings.none()
    codes, uniques = pd.factorize(raw.series(YEAR_COLUMN), use_na_sentinel=True)
    stated = np.array([_stated_year(str(text)) for text in uniques] + [fallback], dtype=np.int64)
    only = set(stated[:-1].tolist()) - {NO_YEAR}
    if fallback == NO_YEAR and len(only) == 1:
        stated[-1] = only.pop()
    return stated[codes], Findings.none()


def _stated_year(text: str) -> int:
    text = text.strip().removesuffix(".0")
    year = year_of_name(text)
    if year is None or not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return NO_YEAR
    return year


def _authorities(
    raw: RawTable, authority: str | None, root: str
) -> tuple[npt.NDArray[np.object_], Findings]:
    location = PurePosixPath(raw.path)
    named = (authority_of_name(part) for part in _parts_of(location))
    fallback = next(
        (code for code in named if code),
        _code_of_folder(location) or authority or authority_of_name(root) or UNKNOWN_AUTHORITY,
    )
    n_rows = len(raw)
    if not raw.has(AUTHORITY_COLUMN):
        return np.full(n_rows, fallback, dtype=object), Findings.none()
    codes, uniques = pd.factorize(raw.series(AUTHORITY_COLUMN), use_na_sentinel=True)
    stated = [stated_authority(str(text)) for text in uniques]
    meant = np.array([code or UNKNOWN_AUTHORITY for code in stated] + [fallback], dtype=object)
    registered = [resolve_authority(str(text)) is not None for text in uniques]
    faults = [
        _unregistered(raw, code, int((codes == at).sum()))
        for at, code in enumerate(stated)
        if not registered[at]
    ]
    n_blank = int((codes < 0).sum())
    if n_blank and fallback == UNKNOWN_AUTHORITY:
        faults.append(_blank_authority(raw, n_blank))
    return meant[codes], Findings.joined(faults)


def _parts_of(location: PurePosixPath) -> list[str]:
    return [location.stem, *reversed(location.parent.parts)]


def _code_of_folder(location: PurePosixPath) -> str | None:
    for part in reversed(location.parent.parts):
        if re.fullmatch(r"[EWSN]\d{8}", part.upper()):
            return part.upper()
    return None


def _blank_authority(raw: RawTable, rows: int) -> Findings:
    return Findings.one(
        "authority-blank",
        Severity.NOTED,
        table=raw.table,
        file=raw.file,
        column=AUTHORITY_COLUMN,
        found="LA is blank, and neither the file's name nor the caller says whose rows these are.",
        done=f"Where no other table says it either, they count under {UNKNOWN_AUTHORITY!r}.",
        rows=rows,
    )


def _unregistered(raw: RawTable, code: str | None, rows: int) -> Findings:
    if code is None:
        found = "LA names no authority that is known."
        done = f"The rows count under {UNKNOWN_AUTHORITY!r}."
    else:
        found = f"LA is {code!r}, which is not in the register of authorities."
        done = "The rows count under that code, without a region."
    return Findings.one(
        "authority-unknown",
        Severity.NOTED,
        table=raw.table,
        file=raw.file,
        column=AUTHORITY_COLUMN,
        found=found,
        done=done,
        rows=rows,
    )
