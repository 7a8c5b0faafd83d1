"""How long children stay looked after, under which legal status, and how they leave.

The length of a stay is drawn first, from what the stay turns out to be: days
with foster carers while a parent is in hospital, proceedings that end with
relatives or adopters, or a childhood. No model is told which. Families and
authorities differ, so that neither age nor placement type explains a stay.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import PlacementType
from rcc_forecast.synthetic.days import NEVER, YEAR_DAYS, Days, birthday, day

SHORT, HOME, KIN_ORDER, ADOPTED, CHILDHOOD, ALONE = range(6)
"""What a stay turns out to be: the hidden course that forecasts do not see."""

# Chance of each course by age band at entry (0, 1-4, 5-9, 10-15, 16-17).
_COURSES = np.array(
    [
        [0.10, 0.14, 0.27, 0.35, 0.14],
        [0.20, 0.23, 0.25, 0.18, 0.14],
        [0.22, 0.22, 0.17, 0.01, 0.38],
        [0.21, 0.17, 0.04, 0.00, 0.58],
        [0.18, 0.12, 0.00, 0.00, 0.70],
    ]
)
# Median in years and sigma of the lognormal stay.
_MEDIAN_YEARS = np.array([0.09, 0.75, 1.05, 1.8, 0.0, 0.0])
_SIGMA = np.array([1.15, 0.85, 0.5, 0.3, 0.0, 0.0])
_CHILDHOOD_SHAPE, _CHILDHOOD_YEARS = 1.25, 14.0
_COURT = np.array([0.15, 0.5, 0.88, 1.0, 0.68, 0.0])
_COURT_OF_TEENAGERS = 0.6
_COVID_COURTS = (day(2020, 3, 25), day(2021, 2, 1))
_PORT_OF_ENTRY = "E10000016"

BACK_IN_CARE = 0.27
"""Share of children who went home and come back (periods of care: 89% one, 9% two)."""


def draw_stays(
    units: pd.DataFrame, *, authority: str, pace: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw course, orders and end of each stay.

    Parameters
    ----------
    units : DataFrame
        One row for children who enter and live together: entry, youngest and
        eldest (days of birth), uasc, need (0-3), kin (the family's own
        length of stay, mean near 1), period (0 for the first).
    authority : str
        ONS code; at the port of entry most arrivals soon move on.
    pace : float
        How long the authority's stays are against others'.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    DataFrame
        The units with course, end, order (first care order), adopters (placed
        for adoption), status_1..3 with since_2, since_3 (`NEVER` where absent).
    """
    n = len(units)
    entry, youngest = units["entry"].to_numpy(), units["youngest"].to_numpy()
    uasc = units["uasc"].to_numpy() == 1
    age = (entry - youngest) / YEAR_DAYS
    course = _draw_courses(units, age, rng)
    years = _MEDIAN_YEARS[course] * np.exp(_SIGMA[course] * rng.standard_normal(n))
    childhood = _CHILDHOOD_YEARS * rng.weibull(_CHILDHOOD_SHAPE, n)
    years = np.where(course >= CHILDHOOD, childhood, years) * units["kin"].to_numpy() * pace
    length = np.maximum(1, np.floor(years * YEAR_DAYS)).astype(np.int64)
    stays = units.assign(course=course, age=age)
    stays = _with_orders(stays, length, rng)
    end = entry + np.where(course == ADOPTED, stays["adopted_after"].to_numpy(), length)
    moved_on, moved_after = _move_on(uasc, authority, rng)
    end = np.where(moved_on, entry + moved_after, end)
    end = _delayed_by_covid(end, rng)
    end = np.where(uasc & ~moved_on, NEVER, end)
    end = np.minimum(end, birthday(youngest, 18))
    return stays.assign(end=end.astype(np.int64), moved_on=moved_on).drop(columns="adopted_after")


def leave_reasons(leavers: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.object_]:
    """Give the REC of each child whose stay ends.

    Parameters
    ----------
    leavers : DataFrame
        course, uasc, moved_on, age (completed years at the end), of_age (left
        on the 18th birthday), type (of the last placement), remand.
    rng : numpy.random.Generator
        The only source of chance.
    """
    u = rng.random(len(leavers))
    kind = leavers["type"].to_numpy()
    fostered = np.isin(kind, [PlacementType.FOSTER, PlacementType.FOSTER_KINSHIP])
    kin = kind == PlacementType.FOSTER_KINSHIP.value
    course, age = leavers["course"].to_numpy(), leavers["age"].to_numpy()
    of_age = leavers["of_age"].to_numpy(bool)
    went_home = (course == SHORT) | (course == HOME)
    rules: list[tuple[NDArray[np.bool_], list[str], list[float]]] = [
        (of_age & fostered, ["E17", "E5", "E6", "E8", "E7"], [0.92, 0.03, 0.01, 0.035, 0.005]),
        (of_age, ["E5", "E6", "E8", "E7", "E9"], [0.48, 0.15, 0.26, 0.08, 0.03]),
        (leavers["remand"].to_numpy(bool), ["E14", "E9"], [0.6, 0.4]),
        (
            leavers["moved_on"].to_numpy(bool),
            ["E3", "E15", "E8", "E16"],
            [0.6, 0.16, 0.22, 0.02],
        ),
        (course == ADOPTED, ["E12", "E11"], [0.9, 0.1]),
        ((course == KIN_ORDER) & kin, ["E45", "E47", "E41", "E13"], [0.55, 0.2, 0.17, 0.08]),
        (course == KIN_ORDER, ["E47", "E46", "E48", "E41", "E13"], [0.3, 0.2, 0.1, 0.28, 0.12]),
        (
            went_home & (age >= 16),
            ["E4A", "E4B", "E5", "E6", "E8", "E13"],
            [0.3, 0.15, 0.22, 0.08, 0.2, 0.05],
        ),
        (went_home, ["E4A", "E4B", "E13", "E8", "E2"], [0.6, 0.16, 0.13, 0.108, 0.002]),
        (age >= 16, ["E4A", "E4B", "E5", "E8", "E9"], [0.22, 0.14, 0.34, 0.24, 0.06]),
    ]
    others = np.array(["E4A", "E4B", "E46", "E45", "E41", "E8", "E3"], dtype=object)
    reason = others[_pick(u, [0.27, 0.1, 0.17, 0.14, 0.12, 0.1, 0.1])]
    for applies, codes, shares in reversed(rules):
        reason[applies] = np.array(codes, dtype=object)[_pick(u[applies], shares)]
    return reason


def _pick(u: NDArray[np.float64], shares: list[float]) -> NDArray[np.int64]:
    edges = np.cumsum(shares) / np.sum(shares)
    return np.minimum(np.searchsorted(edges, u, side="right"), len(shares) - 1)


def _draw_courses(
    units: pd.DataFrame, age: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    band = np.searchsorted([1, 5, 10, 16], age, side="right")
    shares = _COURSES[band].copy()
    eldest = (units["entry"].to_numpy() - units["eldest"].to_numpy()) / YEAR_DAYS
    # Adopters are rarely found for brothers and sisters of school age.
    too_old = eldest > 6
    shares[too_old, CHILDHOOD] += shares[too_old, ADOPTED]
    shares[too_old, ADOPTED] = 0.0
    # Going home failed once: the next stay is longer.
    again = units["period"].to_numpy() > 0
    shares[again] *= np.array([0.7, 0.6, 1.0, 0.8, 1.5])
    edges = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    course = (rng.random(len(units))[:, None] > edges).sum(axis=1).clip(max=CHILDHOOD)
    return np.asarray(np.where(units["uasc"].to_numpy() == 1, ALONE, course), dtype=np.int64)


def _with_orders(stays: pd.DataFrame, length: Days, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the legal statuses: how the child came in, the first order, the last."""
    n = len(stays)
    entry, course = stays["entry"].to_numpy(), stays["course"].to_numpy()
    age = stays["age"].to_numpy()
    chance = np.where(
        (course == CHILDHOOD) & (age >= 12), _COURT_OF_TEENAGERS * _COURT[course], _COURT[course]
    )
    court = rng.random(n) < chance
    u = rng.random(n)
    urgent = np.where(rng.random(n) < 0.82, "L1", "L2")
    first = np.where(u < 0.14, urgent, np.where(court & (u < 0.78), "C1", "V2"))
    first = np.where(course == ALONE, "V2", first)
    remand = (age >= 12) & (course == SHORT) & (rng.random(n) < 0.12)
    first = np.where(remand, "J1", first)
    court &= ~remand
    emergency = np.isin(first, ["L1", "L2"])
    waited = np.where(
        emergency, rng.integers(1, 4, n), np.floor(90 * np.exp(0.8 * rng.standard_normal(n)) + 3)
    )
    second = np.where(court & (first != "C1"), "C1", np.where(emergency, "V2", ""))
    since_2 = np.where(second == "", NEVER, entry + waited)
    order = np.where(court, np.where(first == "C1", entry, since_2), NEVER)
    hearing = order + np.floor(290 * np.exp(0.3 * rng.standard_normal(n)))
    third = np.where(court, np.where(course == ADOPTED, "E1", "C2"), "")
    since_3 = np.where(court, hearing, NEVER)
    matching = np.floor(110 * np.exp(0.6 * rng.standard_normal(n))) + 5
    with_adopters = np.floor(235 * np.exp(0.5 * rng.standard_normal(n))) + 20
    adopters = np.where(course == ADOPTED, since_3 + matching, NEVER)
    adopted_after = np.where(course == ADOPTED, adopters + with_adopters - entry, length)
    return stays.assign(
        order=order.astype(np.int64),
        adopters=adopters.astype(np.int64),
        status_1=first,
        status_2=second,
        status_3=third,
        since_2=since_2.astype(np.int64),
        since_3=since_3.astype(np.int64),
        remand=remand,
        adopted_after=adopted_after.astype(np.int64),
    )


def _move_on(
    uasc: NDArray[np.bool_], authority: str, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], Days]:
    """Arrivals who are transferred, found to be adults, or go missing before 18."""
    at_port = authority == _PORT_OF_ENTRY
    share, mean = (0.78, 45.0) if at_port else (0.18, 150.0)
    after = np.floor(rng.gamma(2.0, mean / 2, len(uasc))) + 2
    return uasc & (rng.random(len(uasc)) < share), after.astype(np.int64)


def _delayed_by_covid(end: Days, rng: np.random.Generator) -> Days:
    """Courts and moves home waited in the spring of 2020 and after."""
    closed, open_again = _COVID_COURTS
    waits = (end >= closed) & (end < open_again) & (rng.random(len(end)) < 0.3)
    return np.asarray(end + np.where(waits, np.floor(rng.gamma(2, 75, len(end))), 0), np.int64)
