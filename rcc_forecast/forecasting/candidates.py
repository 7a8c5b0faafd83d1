"""Everyone who forecasts, by name, and what each is in a sentence."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from models.forecasting.annual import ENGINE
from models.forecasting.panel import MEMBERS, YARDSTICKS
from rcc_forecast.errors import UnknownNameError
from rcc_forecast.forecasting.blend import COMBINATION
from rcc_forecast.forecasting.points import (
    COHORT,
    HOLD_FLAT,
    PANEL,
    SEASONAL_NAIVE,
    STOCK_FLOW_WINDOWS,
)

POOLED_ANNUAL = ENGINE
"""Of series of years; the others forecast months, and the panel's members quarters too."""


_COUNTS = "The counts of each node, and of the nodes beside it, month by month."
_NO_CHILDREN = "Ages, moves, or how long anyone has been in care; why a count changes."


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to forecast.

    Attributes
    ----------
    name : str
        As the scores and the column ``model`` have it.
    what_it_is : str
        In a sentence.
    handed_out : bool
        Whether some command hands it out as it is; the others are members of
        what is, or are scored beside it.
    knows, does_not_know : str
        What it learns from, and what it cannot see.
    """

    name: str
    what_it_is: str
    handed_out: bool = False
    knows: str = _COUNTS
    does_not_know: str = _NO_CHILDREN


def candidates() -> tuple[Candidate, ...]:
    """Give everyone who forecasts, yardsticks first and what is handed out last."""
    return (
        Candidate(
            HOLD_FLAT,
            "Today's number of children, unchanged: the yardstick of all others.",
            knows="The last month.",
            does_not_know="Everything else.",
        ),
        Candidate(
            SEASONAL_NAIVE,
            "The same month of last year again.",
            knows="The last twelve months.",
            does_not_know="Any level but last year's.",
        ),
        *(
            Candidate(
                f"stock_flow_{window}",
                f"The sector's method: entries, moves and exits at the mean rates of the last "
                f"{window} months.",
                knows="Moves between kinds of placement and bands, by area, in its window.",
                does_not_know="Exact ages, time in care, seasons, breaks, or which window is best.",
            )
            for window in STOCK_FLOW_WINDOWS
        ),
        *(
            Candidate(name, _first_sentence(member))
            for name, member in sorted(MEMBERS.items())
            if name not in YARDSTICKS
        ),
        Candidate(
            PANEL,
            "The time-series models, weighed by their past errors at like leads; series of months "
            "and quarters are handed out by it.",
            handed_out=True,
        ),
        Candidate(
            COHORT,
            "Children stepped forward month by month: they grow up, move and leave at the rates "
            "of their age, kind of placement and time in care, and entrants join them.",
            knows="Every child's age in months, kind of placement and time in care (or in the "
            "placement, whichever explains leaving better); entries by band, UASC apart; late "
            "recording; the breaks that are listed.",
            does_not_know="Need, legal status, siblings, places available, or any cause outside "
            "the returns; its entries have a level and a season, never a trend.",
        ),
        Candidate(
            COMBINATION,
            "Cohort, panel and today's number, weighed by level and months ahead on past "
            "forecasts, and made to add up at every level.",
            handed_out=True,
            knows="What its members know, and how each did on past quarter ends of these returns.",
            does_not_know="A future unlike any past: an interval cannot promise what was never "
            "seen, and no method guarantees its coverage after a change of regime.",
        ),
        Candidate(
            POOLED_ANNUAL,
            "Yearly series together: hold flat, left as far as the whole panel's past bears out.",
            handed_out=True,
            knows="Levels and rates of every series against its group's, the growth of the whole "
            "panel, and any further columns, as far as each has earned trust in past years.",
            does_not_know="Anything within a year; turns that no column foretells.",
        ),
    )


def require_known(names: Sequence[str] | None) -> None:
    """Refuse names that no candidate of the demand backtest has, before the long work begins.

    Raises
    ------
    UnknownNameError
        There is no candidate of that name; the nearest is offered.
    """
    known = [candidate.name for candidate in candidates() if candidate.name != POOLED_ANNUAL]
    for name in names or ():
        if name not in known:
            raise UnknownNameError(what="forecaster", given=name, known=known)


def _first_sentence(member: object) -> str:
    told = (inspect.getdoc(member) or "").split("\n", maxsplit=1)[0]
    return told.split("; ", maxsplit=1)[0].rstrip(".") + "."
