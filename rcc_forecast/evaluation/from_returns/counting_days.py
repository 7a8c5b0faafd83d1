"""Days on which children are counted, and whose returns know of each day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.from_returns.reorganised import Successions
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import days_of, return_year_of

EVERY = {"year": 1, "quarter": 4, "month": 12}
"""How often children can be counted, and how often that is in a year."""

_MARCH = 3


@dataclass(frozen=True, slots=True)
class CountingDay:
    """One day on which children are counted.

    Attributes
    ----------
    day : Timestamp
        Last day of the period.
    period : str
        As the panel writes it: 2025, 2025Q1 or 2025-03.
    counted_as : dict of str to str
        Authority that each one's children count with, of those whose return
        knows the day.
    whole_year : frozenset of str
        Those of them whose returns also know the whole year to the day.
    """

    day: pd.Timestamp
    period: str
    counted_as: dict[str, str]
    whole_year: frozenset[str]


def counting_days(
    filed: pd.DataFrame, successions: Successions, *, season: int, seen: pd.Timestamp
) -> list[CountingDay]:
    """List the days on which children can be counted, oldest first.

    Parameters
    ----------
    filed : DataFrame
        As in `Journeys`: ``local_authority, year, held_to``.
    successions : Successions
        Authorities whose children count with a successor's.
    season : int
        Days a year: 1 (31 March), 4 or 12 (last days of quarters or months).
    seen : Timestamp
        Last day that the journeys know.

    Returns
    -------
    list of CountingDay
        A day that no return knows is not there.

    Notes
    -----
    A return lists every episode of its year whole, however early it began. The
    year to 31 March is therefore known from one return, the year to any other
    day from two.
    """
    calendar = Calendar(season)
    known_to = {
        (str(code), int(year)): held_to
        for code, year, held_to in filed[["local_authority", "year", "held_to"]].itertuples(
            index=False
        )
    }
    found = []
    for day in _days(filed, season=season):
        year = int(return_year_of(np.array([day], dtype="datetime64[D]"))[0])
        knows = [
            code
            for (code, of), held_to in known_to.items()
            if of == year and day <= min(held_to, seen)
        ]
        counted_as = {code: successions.counted_as(code, year) for code in sorted(knows)}
        if not any(counted_as.values()):
            continue
        found.append(
            CountingDay(
                day,
                calendar.name(calendar.holding(day)),
                {code: counted for code, counted in counted_as.items() if counted},
                frozenset(
                    code for code in knows if day.month == _MARCH or (code, year - 1) in known_to
                ),
            )
        )
    return found


def not_known_told(filed: pd.DataFrame, *, season: int, seen: pd.Timestamp) -> Findings:
    """Tell of returns that stop before the last day on which they would be counted."""
    ends = pd.to_datetime(filed["year"].astype("str") + "-03-31")
    short = filed[(filed["held_to"] < ends) & (days_of(ends) <= np.datetime64(seen, "D"))]
    if short.empty:
        return Findings.none()
    what = "31 March" if season == 1 else "the last days of its year"
    stop = "1 return stops" if len(short) == 1 else f"{len(short):,} returns stop"
    return Findings.one(
        "panel-return-of-part-of-a-year",
        Severity.NOTED,
        found=f"{stop} before {what}",
        done="days that they do not know have no figures",
        table="panel",
        rows=0,
    )


def year_not_known_told(days: list[CountingDay]) -> Findings:
    """Tell of days of which the year before is not known, as in a first return."""
    lacking = sum(len(set(day.counted_as) - day.whole_year) for day in days)
    if not lacking:
        return Findings.none()
    return Findings.one(
        "panel-year-before-not-known",
        Severity.NOTED,
        found=f"the year before is not known whole for {lacking:,} authorities and days",
        done="placements in the year are not counted there; the first return has no year before",
        table="panel",
        rows=0,
    )


def _days(filed: pd.DataFrame, *, season: int) -> list[pd.Timestamp]:
    """Give the last days of periods that lie in a return year filed."""
    years = sorted({int(year) for year in filed["year"]})
    step = 12 // season
    return [
        pd.Timestamp(year, 3, 31) - pd.offsets.MonthEnd(back)
        for year in years
        for back in range(12 - step, -1, -step)
    ]
