"""Periods of a panel: years to 31 March, quarters or months, counted and dated.

A year is the year to 31 March that it is named after, as in the DfE's
releases: 2026 runs from 1 April 2025 to 31 March 2026. Quarters and months are
those of the calendar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

EXPECTED = "2025 (the year to 31 March 2025, also called 2024-25), 2025Q1 or 2025-03"
"""The forms of a period, in words."""

_YEARS = range(1000, 9000)
"""Years that a period or date can lie in: all that is counted from them stays a date."""

_FORMS = {
    1: re.compile(r"([1-8]\d{3})(?:\.0)?", re.ASCII),
    4: re.compile(r"([1-8]\d{3})Q([1-4])", re.ASCII),
    12: re.compile(r"([1-8]\d{3})-(0[1-9]|1[0-2])", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods of one length, numbered so that neighbours differ by 1.

    Attributes
    ----------
    season : int
        Periods in a year: 1, 4 or 12.
    """

    season: int

    def number(self, written: str) -> int | None:
        """Give the number of a period, or None where it is not of this form."""
        match = _FORMS[self.season].fullmatch(written.strip())
        if match is None:
            return None
        within = int(match[2]) - 1 if self.season > 1 else 0
        return int(match[1]) * self.season + within

    def name(self, number: int) -> str:
        """Write a period in the form in which it was read."""
        year, within = divmod(int(number), self.season)
        if self.season == 1:
            return f"{year:04d}"
        return f"{year:04d}Q{within + 1}" if self.season == 4 else f"{year:04d}-{within + 1:02d}"

    def start(self, number: int) -> pd.Timestamp:
        """Give the first day of a period."""
        year, within = divmod(int(number), self.season)
        if self.season == 1:
            return pd.Timestamp(year - 1, 4, 1)
        return pd.Timestamp(year, within * (12 // self.season) + 1, 1)

    def end(self, number: int) -> pd.Timestamp:
        """Give the last day of a period."""
        return self.start(int(number) + 1) - pd.Timedelta(days=1)

    def holding(self, day: pd.Timestamp) -> int:
        """Give the period that a day lies in."""
        if self.season == 1:
            return int(day.year + (day.month >= 4))
        return int(day.year * self.season + (day.month - 1) // (12 // self.season))

    def first_whole_from(self, moment: Moment) -> int:
        """Give the first period that lies after `moment` as a whole.

        It ends at least one full period later: a period that began before a
        date is partial, and is left out.
        """
        if isinstance(moment, pd.Timestamp):
            held = self.holding(moment)
            return held if self.start(held) == moment else held + 1
        return self.of_moment(moment)

    def first_touched_by(self, moment: Moment) -> int:
        """Give the period in which `moment` lies: the first that it may have changed."""
        return self.holding(moment) if isinstance(moment, pd.Timestamp) else self.of_moment(moment)

    def of_moment(self, moment: int | str) -> int:
        """Give the period that a year or a written period names, the first where it names many."""
        if isinstance(moment, int):
            return moment * self.season
        written = self.number(moment)
        if written is not None:
            return written
        other = next(Calendar(season) for season in _FORMS if Calendar(season).number(moment))
        number = other.number(moment)
        return self.first_whole_from(other.start(number or 0))


Moment = pd.Timestamp | int | str
"""When something happens: a day, a year, or a period such as 2025Q2 or 2025-04."""


def moment_of(value: object) -> Moment | None:
    """Read a moment as TOML gives it; None where it is none.

    Parameters
    ----------
    value : object
        A date, its ISO text, a year as a number or text, or a period.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value in _YEARS else None
    if isinstance(value, date):
        if value.year not in _YEARS:
            return None
        return pd.Timestamp(value).tz_localize(None).normalize()
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _FORMS[1].fullmatch(text):
        return int(text[:4])
    if any(form.fullmatch(text) for form in _FORMS.values()):
        return text
    stamp = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return None if pd.isna(stamp) or stamp.year not in _YEARS else stamp


def moment_text(moment: Moment) -> str | int:
    """Write a moment for the canonical specification."""
    return moment.strftime("%Y-%m-%d") if isinstance(moment, pd.Timestamp) else moment


def number_periods(written: pd.Series[str]) -> tuple[Calendar, pd.Series[float]]:
    """Give each row of a column the number of its period.

    Returns
    -------
    calendar : Calendar
        Of the form that most rows have.
    numbers : Series of float
        Aligned with `written`; NaN where a row has another form.
    """
    distinct = {text: text.strip() for text in written.unique()}
    counts = written.value_counts()
    fits = {
        season: sum(int(counts[text]) for text, bare in distinct.items() if form.fullmatch(bare))
        for season, form in _FORMS.items()
    }
    calendar = Calendar(max(fits, key=lambda season: fits[season]))
    numbers = {text: calendar.number(bare) for text, bare in distinct.items()}
    known = {text: np.nan if number is None else float(number) for text, number in numbers.items()}
    return calendar, written.map(known).astype(float)
