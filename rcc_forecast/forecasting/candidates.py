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
        Whether a forecast consists of it; the others are members of it, or
        are scored beside it.
    """

    name: str
    what_it_is: str
    handed_out: bool = False


def candidates() -> tuple[Candidate, ...]:
    """Give everyone who forecasts, yardsticks first and what is handed out last."""
    return (
        Candidate(HOLD_FLAT, "Today's number of children, unchanged: the yardstick of all others."),
        Candidate(SEASONAL_NAIVE, "The same month of last year again."),
        *(
            Candidate(
                f"stock_flow_{window}",
                f"The sector's method: entries, moves and exits at the mean rates of the last "
                f"{window} months.",
            )
            for window in STOCK_FLOW_WINDOWS
        ),
        *(
            Candidate(name, _first_sentence(member))
            for name, member in sorted(MEMBERS.items())
            if name not in YARDSTICKS
        ),
        Candidate(PANEL, "The middle of the time-series models, month by month."),
        Candidate(
            COHORT,
            "Children stepped forward month by month: they grow up, move and leave at the rates "
            "of their age, kind of placement and time in care, and entrants join them.",
        ),
        Candidate(
            COMBINATION,
            "Cohort, panel and today's number, weighed by level and months ahead on past "
            "forecasts, and made to add up at every level.",
            handed_out=True,
        ),
        Candidate(
            POOLED_ANNUAL,
            "Yearly series together: hold flat, left as far as the whole panel's past bears out.",
            handed_out=True,
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
