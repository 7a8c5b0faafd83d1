"""When a period's figures become public: known where they are, expected where they are not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar

AS_RELEASED = "as released"
FIXED_BY_SPEC = "fixed in the specification"
NO_DAY_KNOWN = "expected: the panel gives no day of release, so the day the period ends"

_DFE_MONTH, _DFE_DAY = 11, 20
"""Children looked after in England has come out in mid-November of late: an expectation from
past releases (its methodology promises autumn), not a date that the DfE has given."""

_DFE_EXPECTED = (
    "expected: mid-November after 31 March, as the DfE's Children looked after in England of late "
    "years; the day is announced nearer the time"
)


@dataclass(frozen=True, slots=True)
class Publication:
    """When figures are public, and how that is known.

    Attributes
    ----------
    day : Timestamp
        The day, or the last one expected.
    basis : str
        In words; begins with ``expected`` where nobody has promised it.
    """

    day: pd.Timestamp
    basis: str


@dataclass(frozen=True, slots=True)
class Releases:
    """Days of release of one outcome.

    Attributes
    ----------
    calendar : Calendar
        Of the panel.
    known : dict of int to Timestamp
        First day on which a period of the panel was public.
    lag_days : int or None
        Days from the end of a period to its release, where somebody says so.
    """

    calendar: Calendar
    known: dict[int, pd.Timestamp]
    lag_days: int | None = None

    def of(self, period: int) -> Publication:
        """Give the publication of a period.

        Parameters
        ----------
        period : int
            Number of the calendar.
        """
        if period in self.known:
            return Publication(self.known[period], AS_RELEASED)
        end = self.calendar.end(period)
        if self.lag_days is not None:
            later = end + pd.Timedelta(days=self.lag_days)
            return Publication(later, f"expected: {self.lag_days} days after the period, as given")
        if self.calendar.season == 1:
            day = pd.Timestamp(end.year, _DFE_MONTH, _DFE_DAY)
            return Publication(day, _DFE_EXPECTED)
        return Publication(end, NO_DAY_KNOWN)


def releases_of(cells: Cells, outcome: str, *, lag_days: int | None = None) -> Releases:
    """Give the days of release of an outcome.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    outcome : str
        One of its outcomes.
    lag_days : int, optional
        Days from the end of a period to its release, for periods to come; the
        DfE's mid-November for years, the end of the period for quarters and
        months, where it is not given.
    """
    rows = cells.frame[cells.frame["outcome"] == outcome]
    dated = rows[rows["released"].notna()] if "released" in rows else rows.iloc[:0]
    known = dated.groupby("period")["released"].min() if len(dated) else pd.Series(dtype="object")
    return Releases(
        cells.calendar, {int(str(period)): day for period, day in known.items()}, lag_days
    )
