"""Journeys: every child's episodes across years of returns, and the dates that age them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.results.findings import Findings

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Journeys:
    """One journey a child of each authority.

    Attributes
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table, by child and start. The end may lie after
        the 18th birthday: counting stops there, the record does not.
    children : DataFrame
        A `CHILDREN` table, one row a child; ``child`` is its number.
    placements : DataFrame
        A `PLACEMENTS` table: episodes with the same carer joined.
    filed : DataFrame
        One row an authority and return year: ``local_authority, year,
        held_to``, the last day of which the return knows.
    as_of : Timestamp
        Nothing after this day is in the journeys.
    findings : Findings
        What linking found and did; those of the returns are with the returns.
    data_hash : str
        Of the files behind the returns.
    """

    episodes: pd.DataFrame
    children: pd.DataFrame
    placements: pd.DataFrame
    filed: pd.DataFrame
    as_of: pd.Timestamp
    findings: Findings
    data_hash: str


def days_of(dates: pd.Series[pd.Timestamp]) -> Days:
    """Give dates as whole days, shape (n,); missing stays missing."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]"))


def birthday(born: Days, *, age: int) -> Days:
    """Give the day on which an age is reached.

    Parameters
    ----------
    born : ndarray of datetime64[D]
        Dates of birth.
    age : int
        Completed years.

    Returns
    -------
    ndarray of datetime64[D]
        The age is reached at the start of this day.

    Notes
    -----
    Family Law Reform Act 1969, section 9: an age is attained at the
    commencement of the anniversary. A child born on 29 February reaches it on
    1 March in common years.
    """
    month = born.astype("datetime64[M]")
    day_in_month = born - month.astype("datetime64[D]")
    # 29 February's 28 days after the first of the month fall on 1 March in a common year.
    return np.asarray((month + 12 * age).astype("datetime64[D]") + day_in_month)


def return_year_of(days: Days) -> NDArray[np.int64]:
    """Give the return year of each day: return Y covers 1 April Y-1 to 31 March Y."""
    months = days.astype("datetime64[M]").astype(np.int64)
    # Nine months on, April is January of the return's own year.
    return np.asarray((months + 9) // 12 + 1970)
