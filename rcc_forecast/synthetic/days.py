"""Days as whole numbers, so that eighteen years of events stay plain arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]

NEVER = 10**6
"""A day that never comes: an open end, an order that is not made."""

YEAR_DAYS = 365.25


def day(year: int, month: int, of_month: int) -> int:
    """Give the number of a day, counted from 1 January 1970."""
    return int(np.datetime64(f"{year:04d}-{month:02d}-{of_month:02d}", "D").astype(np.int64))


def return_start(year: int) -> int:
    """Give the first day of a return: 1 April of the year before."""
    return day(year - 1, 4, 1)


def return_end(year: int) -> int:
    """Give the last day of a return: 31 March."""
    return day(year, 3, 31)


def birthday(born: Days, age: int | Days) -> Days:
    """Give the day on which an age is reached; 29 February becomes 1 March."""
    date = born.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    of_month = (date - month.astype("datetime64[D]")).astype(np.int64)
    later = (month.astype(np.int64) + 12 * np.asarray(age)).astype("datetime64[M]")
    return np.asarray(later.astype("datetime64[D]").astype(np.int64) + of_month, dtype=np.int64)


def completed_years(born: Days, on: Days | int) -> Days:
    """Give ages in completed years on a day."""
    on = np.broadcast_to(np.asarray(on, dtype=np.int64), born.shape)
    age = np.floor((on - born) / YEAR_DAYS).astype(np.int64)
    age = np.where(birthday(born, age + 1) <= on, age + 1, age)
    return np.asarray(np.where(birthday(born, age) > on, age - 1, age), dtype=np.int64)


def as_filed(days: Days, *, iso: bool = False) -> NDArray[np.object_]:
    """Write days as ``dd/mm/yyyy``, or ISO; `NEVER` and later become blank."""
    blank = days >= NEVER
    shown, place = np.unique(np.where(blank, 0, days), return_inverse=True)
    texts = np.datetime_as_string(shown.astype("datetime64[D]"))
    if not iso:
        texts = np.array([f"{t[8:10]}/{t[5:7]}/{t[:4]}" for t in texts.tolist()], dtype=object)
    filed = np.asarray(texts, dtype=object)[place]
    filed[blank] = ""
    return filed
