"""Dates as filed: dd/mm/yyyy or ISO, told apart file by file and never guessed row by row.

The statutory form is dd/mm/yyyy; regional files are ISO; a workbook may hold
serial numbers. What has one reading only (ISO, a month's name, a serial) is
read wherever it stands. Whether 04/05/2020 is in April or May is decided by
the file's other dates: a day over 12 in first or second place settles it.
Two-digit years are read day first, in the one century that makes the date
possible for a child of that return, and only where the file's order is settled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.datetime64]
"""Dates as ``datetime64[D]``; NaT where there is none."""

NOT_A_DAY = np.datetime64("NaT", "D")


class Form(IntEnum):
    """How a text gives a date."""

    BLANK = 0
    ISO = 1
    SLASHED = 2
    SHORT_YEAR = 3
    SERIAL = 4
    NAMED_MONTH = 5
    MONTH_ONLY = 6
    UNREADABLE = 7


class Order(StrEnum):
    """What stands first in the slashed dates of a file."""

    DAY_FIRST = "dd/mm/yyyy"
    MONTH_FIRST = "mm/dd/yyyy"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class DatesOfFile:
    """The form of a file's dates.

    Attributes
    ----------
    main : Form
        `Form.ISO` or `Form.SLASHED`, whichever most dates have.
    order : Order
        Of its slashed dates, settled by days over 12.
    n_dates : int
        Dates seen.
    """

    main: Form
    order: Order
    n_dates: int

    @property
    def name(self) -> str:
        """Give the form as a reader would write it."""
        if self.main is Form.ISO:
            return "yyyy-mm-dd"
        return str(Order.MONTH_FIRST if self.order is Order.MONTH_FIRST else Order.DAY_FIRST)


@dataclass(frozen=True, slots=True)
class DateTexts:
    """A column of dates before it is known in which order they stand.

    Attributes
    ----------
    code : ndarray of int64, shape (n_rows,)
        Which distinct text each row has; -1 points to the blank at the end.
    form : ndarray of int8, shape (n_texts + 1,)
        `Form` of each distinct text.
    first, second : ndarray of int16
        Leading fields of slashed and short dates; 0 elsewhere.
    day_first, month_first : ndarray of datetime64[D]
        Either reading of each distinct text; equal where there is only one.
    short_year : ndarray of int16
        Last two digits of the year of a short date; -1 elsewhere.
    """

    code: npt.NDArray[np.int64]
    form: npt.NDArray[np.int8]
    first: npt.NDArray[np.int16]
    second: npt.NDArray[np.int16]
    day_first: Days
    month_first: Days
    short_year: npt.NDArray[np.int16]


_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_SLASHED = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}")
_SHORT = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{2}}){_TIME}")
_NAMED = re.compile(rf"(\d{{1,2}})[- ]?([A-Za-z]{{3,9}})[- ,]*(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_MONTH_ONLY = re.compile(r"(?:(\d{4})-(\d{1,2})|(\d{1,2})/(\d{4}))")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
# Excel counts days from here, having taken 1900 for a leap year.
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(25_569, 55_153)  # 1970 to 2050
_SETTLES = 12

# Below this many dates, days that all happen to be 12 or less prove nothing.
_ENOUGH_TO_SETTLE_MONTH_FIRST = 20


@dataclass(frozen=True, slots=True)
class _Text:
    form: Form
    day_first: date | None = None
    month_first: date | None = None
    first: int = 0
    second: int = 0
    short_year: int = -1


def read_date_texts(column: pd.Series[str]) -> DateTexts:
    """Take a column of text apart, each distinct text once.

    Parameters
    ----------
    column : Series of str
        Trimmed; missing where blank.
    """
    code, uniques = pd.factorize(column, use_na_sentinel=True)
    texts = [*(_taken_apart(str(text)) for text in uniques), _Text(Form.BLANK)]
    return DateTexts(
        code=np.where(code < 0, len(texts) - 1, code).astype(np.int64),
        form=np.array([text.form for text in texts], dtype=np.int8),
        first=np.array([text.first for text in texts], dtype=np.int16),
        second=np.array([text.second for text in texts], dtype=np.int16),
        day_first=np.array([text.day_first for text in texts], dtype="datetime64[D]"),
        month_first=np.array([text.month_first for text in texts], dtype="datetime64[D]"),
        short_year=np.array([text.short_year for text in texts], dtype=np.int16),
    )


def _taken_apart(text: str) -> _Text:
    if found := _SLASHED.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        return _Text(
            Form.SLASHED, _day(year, second, first), _day(year, first, second), first, second
        )
    if found := _ISO.fullmatch(text):
        day = _day(*(int(part) for part in found.groups()))
        return _Text(Form.ISO if day else Form.UNREADABLE, day, day)
    if found := _SHORT.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        # The century is settled row by row; a leap year holds every day there is.
        possible = _day(2000, second, first) is not None
        return _Text(
            Form.SHORT_YEAR if possible else Form.UNREADABLE, None, None, first, second, year
        )
    if found := _NAMED.fullmatch(text):
        day = _named_day(*found.groups())
        return _Text(Form.NAMED_MONTH if day else Form.UNREADABLE, day, day)
    if (found := _SERIAL.fullmatch(text)) and int(found[1]) in _SERIALS:
        day = _EXCEL_EPOCH + timedelta(days=int(found[1]))
        return _Text(Form.SERIAL, day, day)
    if found := _MONTH_ONLY.fullmatch(text):
        day = _day(int(found[1] or found[4]), int(found[2] or found[3]), 1)
        return _Text(Form.MONTH_ONLY if day else Form.UNREADABLE, day, day)
    return _Text(Form.UNREADABLE)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named_day(day: str, month: str, year: str) -> date | None:
    number = _MONTHS.get(month[:3].lower())
    name = month.lower()
    if number is None or not (name == "sept" or _MONTH_NAMES[number - 1].startswith(name)):
        return None
    return _day(int(year), number, int(day))


def dates_of_files(
    columns: Mapping[str, DateTexts], file: npt.NDArray[np.int64], *, n_files: int
) -> list[DatesOfFile]:
    """Tell the form of dates in each file, from all its date columns together.

    Parameters
    ----------
    columns : mapping of str to DateTexts
        Every date column of one table.
    file : ndarray of int64, shape (n_rows,)
        Which file each row is from, counted from 0.
    n_files : int
        Number of files.

    Returns
    -------
    list of DatesOfFile
        One a file.
    """
    iso, slashed, day_leads, month_leads = np.zeros((4, n_files), dtype=np.int64)
    for texts in columns.values():
        form = texts.form[texts.code]
        in_fields = (form == Form.SLASHED) | (form == Form.SHORT_YEAR)
        first, second = texts.first[texts.code], texts.second[texts.code]
        iso += np.bincount(file[form == Form.ISO], minlength=n_files)
        slashed += np.bincount(file[in_fields], minlength=n_files)
        day_leads += np.bincount(file[in_fields & (first > _SETTLES)], minlength=n_files)
        month_leads += np.bincount(file[in_fields & (second > _SETTLES)], minlength=n_files)
    return [
        DatesOfFile(
            Form.ISO if iso[at] > slashed[at] else Form.SLASHED,
            _order(int(day_leads[at]), int(month_leads[at]), int(slashed[at])),
            int(iso[at] + slashed[at]),
        )
        for at in range(n_files)
    ]


def _order(day_leads: int, month_leads: int, n_dates: int) -> Order:
    if n_dates >= _ENOUGH_TO_SETTLE_MONTH_FIRST and month_leads > 9 * day_leads:
        return Order.MONTH_FIRST
    return Order.DAY_FIRST if day_leads else Order.UNSETTLED


def days_of(
    texts: DateTexts,
    files: list[DatesOfFile],
    file: npt.NDArray[np.int64],
    year: npt.NDArray[np.int64],
    *,
    earliest: int,
    latest: int,
) -> Days:
    """Give the day that each row means.

    Parameters
    ----------
    texts : DateTexts
        The column.
    files : list of DatesOfFile
        Forms by file.
    file, year : ndarray of int64, shape (n_rows,)
        File and return year of each row.
    earliest, latest : int
        Years before and after the return year between which a date is
        possible; they settle the century of a two-digit year.

    Returns
    -------
    ndarray of datetime64[D], shape (n_rows,)
        NaT where blank, unreadable or open to two readings.
    """
    month_first = np.array([one.order is Order.MONTH_FIRST for one in files], dtype=bool)[file]
    days = texts.day_first[texts.code]
    if month_first.any():
        days = np.where(month_first, texts.month_first[texts.code], days)
    days = np.where(_open_to_two_readings(texts, files, file), NOT_A_DAY, days)
    short = np.flatnonzero(texts.form[texts.code] == Form.SHORT_YEAR)
    if len(short):
        settled = np.array([one.order is Order.DAY_FIRST for one in files], dtype=bool)
        readable = short[settled[file[short]]]
        days[readable] = _in_their_century(texts, readable, year, earliest, latest)
    return days


def _open_to_two_readings(
    texts: DateTexts, files: list[DatesOfFile], file: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Say of each row whether it is a slashed date in an ISO file that settles no order."""
    unsettled = np.array(
        [one.main is Form.ISO and one.order is Order.UNSETTLED for one in files], dtype=bool
    )
    two = (texts.form == Form.SLASHED) & (texts.day_first != texts.month_first)
    found: npt.NDArray[np.bool_] = unsettled[file] & two[texts.code]
    return found


def _in_their_century(
    texts: DateTexts,
    rows: npt.NDArray[np.int64],
    year: npt.NDArray[np.int64],
    earliest: int,
    latest: int,
) -> Days:
    code = texts.code[rows]
    days = np.full(len(rows), NOT_A_DAY)
    n_readings = np.zeros(len(rows), dtype=np.int64)
    for century in (1900, 2000):
        full = century + texts.short_year[code].astype(np.int64)
        possible = (full >= year[rows] - earliest) & (full <= year[rows] + latest)
        first_of_month = (full - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (
            texts.second[code].astype(np.int64) - 1
        )
        day = first_of_month.astype("datetime64[D]") + (texts.first[code].astype(np.int64) - 1)
        exists = day.astype("datetime64[M]") == first_of_month
        days = np.where(possible & exists, day, days)
        n_readings += possible & exists
    return np.where(n_readings == 1, days, NOT_A_DAY)


def rough_days(column: pd.Series[str]) -> Days:
    """Give the days of a column read by itself, for telling which return a file is."""
    texts = read_date_texts(column.str.strip())
    order = dates_of_files({"": texts}, np.zeros(len(column), dtype=np.int64), n_files=1)[0].order
    days = texts.month_first if order is Order.MONTH_FIRST else texts.day_first
    found: Days = days[texts.code]
    return found


def return_year_of_day(days: Days) -> npt.NDArray[np.int64]:
    """Give the return year in which each day lies: 1 April opens the next."""
    months = days.astype("datetime64[M]").astype(np.int64)
    return (months + 9) // 12 + 1970


def year_ends(year: npt.NDArray[np.int64]) -> Days:
    """Give 31 March of each return year."""
    years = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    return (years + 3).astype("datetime64[D]") - 1


def birthdays(born: Days, age: int) -> Days:
    """Give the day each child reaches an age; born on 29 February, 1 March counts."""
    months = born.astype("datetime64[M]")
    day_of_month = (born - months.astype("datetime64[D]")).astype(np.int64)
    reached: Days = (months + 12 * age).astype("datetime64[D]") + day_of_month
    return np.where(np.isnat(born), NOT_A_DAY, reached)
