"""Events and exposures, counted once over the history and read at every origin.

Months come in order and older ones fade by half-lives, so that the sums of an
origin hold nothing that came after it, and twenty-four origins cost little more
than one. The change from one month end to the next belongs to the later month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import (
    ADULT_MONTHS,
    BAND_OF_AGE,
    CLASS_EDGES,
    GROUP_OF_AGE,
    N_BANDS,
    N_CLASSES,
    N_GROUPS,
    N_STREAMS,
    class_of,
)
from models.forecasting.cohort.population import ADULT, LEFT, UNKNOWN, Break, Population
from models.forecasting.cohort.rates import Clock

_AREA_HALF_LIFE = 24.0
"""Months: what tells an area from its region changes slowly and is seldom seen."""

_MOVE_HALF_LIFE = 36.0
_ARRIVAL_HALF_LIFE = 24.0
"""Moves and the mix of arrivals drift less than a small authority's chance: in simulated worlds
with drift and in made returns without, shorter memories were worse; known steps cut them off."""

_SHAPE_HALF_LIFE = 48.0
"""Ages of arrivals, and how classes of time are passed through: shapes, which hardly drift."""

_LEAST_COMPLETE = 0.5
"""A month of which less is recorded says nothing about rates."""

_NO_GUIDE = 0.1
"""Weight left to months inside a break, and to those before a step that stays."""


@dataclass(slots=True)
class Sums:
    """Sums of all months seen, faded by age.

    Attributes
    ----------
    at_risk : ndarray, shape (n_clocks, n_areas, 2, n_groups, n_kinds, n_classes)
        Child-months at risk of leaving care, those that ended with turning 18
        left out.
    exits : ndarray, shape (n_areas, 2, n_groups)
        Who left.
    stayed : ndarray, shape (n_areas, 2, n_groups, n_kinds)
        Child-months at risk of a move: those who stayed in care.
    moved : ndarray, shape (n_areas, 2, n_groups, n_kinds, n_kinds)
        Who moved, from and to.
    stayed_by_class, moved_by_class : ndarray, shape (n_clocks, 2, n_kinds, n_classes)
        The same by class of time.
    on_clock, up : ndarray, shape (n_clocks, 2, n_groups, n_classes)
        Who stayed without starting the clock anew, and of them who came into
        the next class.
    arrivals : ndarray, shape (n_areas, 2, n_groups, n_kinds)
        Who was there at a month end and not at the one before.
    arrival_age : ndarray, shape (2, 216)
        The same by month of age.
    arrived, entered : ndarray, shape (2, n_bands)
        Arrivals, and all entries.
    """

    at_risk: FloatArray
    exits: FloatArray
    stayed: FloatArray
    moved: FloatArray
    stayed_by_class: FloatArray
    moved_by_class: FloatArray
    on_clock: FloatArray
    up: FloatArray
    arrivals: FloatArray
    arrival_age: FloatArray
    arrived: FloatArray
    entered: FloatArray

    @classmethod
    def none(cls, n_areas: int, n_kinds: int) -> Sums:
        """Give the sums of no months at all."""
        n_clocks = len(Clock)
        cell = (N_STREAMS, N_GROUPS, n_kinds)
        shapes = {
            "at_risk": (n_clocks, n_areas, *cell, N_CLASSES),
            "exits": (n_areas, N_STREAMS, N_GROUPS),
            "stayed": (n_areas, *cell),
            "moved": (n_areas, *cell, n_kinds),
            "stayed_by_class": (n_clocks, N_STREAMS, n_kinds, N_CLASSES),
            "moved_by_class": (n_clocks, N_STREAMS, n_kinds, N_CLASSES),
            "on_clock": (n_clocks, N_STREAMS, N_GROUPS, N_CLASSES),
            "up": (n_clocks, N_STREAMS, N_GROUPS, N_CLASSES),
            "arrivals": (n_areas, *cell),
            "arrival_age": (N_STREAMS, ADULT_MONTHS),
            "arrived": (N_STREAMS, N_BANDS),
            "entered": (N_STREAMS, N_BANDS),
        }
        return cls(**{name: np.zeros(shape) for name, shape in shapes.items()})

    def fade(self, names: tuple[str, ...], by: float) -> None:
        """Multiply some of the sums."""
        for name in names:
            array: FloatArray = getattr(self, name)
            array *= by


_HALF_LIVES = {
    _AREA_HALF_LIFE: ("at_risk", "exits"),
    _MOVE_HALF_LIFE: ("stayed", "moved"),
    _SHAPE_HALF_LIFE: ("stayed_by_class", "moved_by_class", "on_clock", "up"),
}
_ARRIVAL_HALF_LIVES = {
    _ARRIVAL_HALF_LIFE: ("arrivals",),
    _SHAPE_HALF_LIFE: ("arrival_age", "arrived", "entered"),
}


@dataclass(frozen=True, slots=True)
class MonthlyExits:
    """Exits and exposures of regions, month by month.

    Attributes
    ----------
    at_risk, exits : ndarray, shape (n_clocks, n_changes, n_regions, 2, n_groups, n_kinds, ...)
        Child-months and exits by class; change t is that from month end
        t to t + 1. Exposure is counted so far as its exits are recorded.
    weight : ndarray, shape (n_changes,)
        Under 1 in months that are no guide.
    """

    at_risk: FloatArray
    exits: FloatArray
    weight: FloatArray

    def until(self, origin: int) -> MonthlyExits:
        """Give what a forecast at `origin` may see: changes up to month end origin - 1."""
        seen = slice(0, max(origin - 1, 0))
        return MonthlyExits(self.at_risk[:, seen], self.exits[:, seen], self.weight[seen])


@dataclass(frozen=True, slots=True)
class Tally:
    """What had been counted when an origin was reached."""

    origin: int
    sums: Sums
    monthly: MonthlyExits


def tallies(population: Population, until: IntArray) -> Iterator[Tally]:
    """Count the history once, and stop at every origin to be read.

    Parameters
    ----------
    population : Population
        The history.
    until : ndarray of int, shape (n_origins,)
        Columns seen by each origin, ascending.

    Yields
    ------
    Tally
        The same object's sums go on growing: read them before the next.
    """
    sums = Sums.none(population.n_areas, population.n_kinds)
    n_changes = max(int(max(until)) - 1, 0)
    cells = (population.n_regions, N_STREAMS, N_GROUPS, population.n_kinds, N_CLASSES)
    monthly = MonthlyExits(
        at_risk=np.zeros((len(Clock), n_changes, *cells)),
        exits=np.zeros((len(Clock), n_changes, *cells)),
        weight=np.ones(n_changes),
    )
    month = 0
    for origin in until:
        while month < origin:
            # The change into this month is known now, and so are its arrivals.
            _meet_steps(sums, population.breaks, month)
            if month > 0:
                _add_change(sums, monthly, population, month - 1)
            _add_arrivals(sums, population, month)
            month += 1
        yield Tally(origin=int(origin), sums=sums, monthly=monthly.until(int(origin)))


def _meet_steps(sums: Sums, breaks: tuple[Break, ...], month: int) -> None:
    """Let what was counted before a step that stays weigh little."""
    for met in breaks:
        if met.end is not None or met.start != month:
            continue
        kinds = list(met.kinds) or slice(None)
        if met.moves:
            sums.moved[:, :, :, kinds] *= _NO_GUIDE
            sums.stayed[:, :, :, kinds] *= _NO_GUIDE
            _fade_moves_to(sums, met.kinds)
        if met.entries:
            # The mix as a whole starts anew: shares of one type cannot fade by themselves.
            sums.arrivals *= _NO_GUIDE
        if met.exits and not met.kinds:
            sums.fade(("at_risk", "exits"), _NO_GUIDE)


def _fade_moves_to(sums: Sums, kinds: tuple[int, ...]) -> None:
    # Moves into a type are learned anew where all of a type's moves are: from the other types
    # too, since a chance of one destination cannot fade without its exposure.
    if kinds:
        others = [kind for kind in range(sums.stayed.shape[3]) if kind not in kinds]
        sums.moved[:, :, :, others] *= _NO_GUIDE
        sums.stayed[:, :, :, others] *= _NO_GUIDE


def _weight_of(breaks: tuple[Break, ...], month: int, touched: str) -> float:
    inside = any(met.covers(month) and getattr(met, touched) for met in breaks)
    return _NO_GUIDE if inside else 1.0


def _counted(
    cell: tuple[NDArray[Any], ...], weight: FloatArray, shape: tuple[int, ...]
) -> FloatArray:
    flat = np.ravel_multi_index(cell, shape)
    total = np.bincount(flat, weight, minlength=int(np.prod(shape)))
    return np.asarray(total, dtype=np.float64).reshape(shape)


def _faded(sums: Sums, half_lives: dict[float, tuple[str, ...]]) -> None:
    for half_life, names in half_lives.items():
        sums.fade(names, 0.5 ** (1.0 / half_life))


def _add_change(sums: Sums, monthly: MonthlyExits, population: Population, start: int) -> None:
    """Count what became of the children of a month end by the next."""
    rows = population.rows.at(start, start + 1)
    complete = population.completeness[start + 1][rows.area]
    age, follows = rows.age.astype(np.int64), rows.follows
    at_risk = (
        (age < ADULT_MONTHS - 1)
        & (follows != ADULT)
        & (follows != UNKNOWN)
        & (complete >= _LEAST_COMPLETE)
    )
    rows_at = _Rows.of(population, start, at_risk)
    left = rows_at.follows == LEFT
    # An end that was recorded stands for 1 / completeness ends: exposure shrinks instead.
    exposed = rows_at.weight * complete[at_risk]
    exit_weight = _weight_of(population.breaks, start + 1, "exits")
    move_weight = _weight_of(population.breaks, start + 1, "moves")
    n_areas, n_kinds = population.n_areas, population.n_kinds
    _faded(sums, _HALF_LIVES)
    monthly.weight[start] = exit_weight

    cell = (rows_at.area, rows_at.stream, rows_at.group, rows_at.kind)
    shape = (n_areas, N_STREAMS, N_GROUPS, n_kinds)
    leavers = np.where(left, rows_at.weight, 0.0)
    sums.exits += exit_weight * _counted(cell[:3], leavers, shape[:3])
    for clock, months in enumerate((rows_at.in_care, rows_at.in_placement)):
        time = class_of(months)
        by_area = _counted((*cell, time), exposed, (*shape, N_CLASSES))
        sums.at_risk[clock] += exit_weight * by_area
        left_by_area = _counted((*cell, time), leavers, (*shape, N_CLASSES))
        np.add.at(monthly.at_risk[clock, start], population.region, by_area)
        np.add.at(monthly.exits[clock, start], population.region, left_by_area)

    stays = ~left
    _add_moves(sums, rows_at.only(stays), move_weight, shape)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one month, widened once."""

    area: IntArray
    stream: IntArray
    group: IntArray
    kind: IntArray
    in_care: IntArray
    in_placement: IntArray
    follows: IntArray
    weight: FloatArray

    @classmethod
    def of(cls, population: Population, month: int, chosen: NDArray[np.bool_]) -> _Rows:
        rows = population.rows.at(month, month + 1)
        return cls(
            area=rows.area[chosen].astype(np.int64),
            stream=rows.stream[chosen].astype(np.int64),
            group=GROUP_OF_AGE[rows.age[chosen]],
            kind=rows.kind[chosen].astype(np.int64),
            in_care=rows.in_care[chosen].astype(np.int64),
            in_placement=rows.in_placement[chosen].astype(np.int64),
            follows=rows.follows[chosen].astype(np.int64),
            weight=rows.weight[chosen].astype(np.float64),
        )

    def only(self, chosen: NDArray[np.bool_]) -> _Rows:
        return _Rows(*(getattr(self, part.name)[chosen] for part in fields(_Rows)))


def _add_moves(sums: Sums, rows: _Rows, weight: float, shape: tuple[int, ...]) -> None:
    n_kinds = shape[3]
    cell = (rows.area, rows.stream, rows.group, rows.kind)
    sums.stayed += weight * _counted(cell, rows.weight, shape)
    moves = rows.follows != rows.kind
    went = rows.only(moves)
    from_to = (went.area, went.stream, went.group, went.kind, went.follows)
    sums.moved += weight * _counted(from_to, went.weight, (*shape, n_kinds))

    by_class = (N_STREAMS, n_kinds, N_CLASSES)
    by_group = (N_STREAMS, N_GROUPS, N_CLASSES)
    for clock, months in enumerate((rows.in_care, rows.in_placement)):
        time = class_of(months)
        where = (rows.stream, rows.kind, time)
        sums.stayed_by_class[clock] += weight * _counted(where, rows.weight, by_class)
        moved = np.where(moves, rows.weight, 0.0)
        sums.moved_by_class[clock] += weight * _counted(where, moved, by_class)
        on_clock = rows.weight if clock == 0 else np.where(moves, 0.0, rows.weight)
        grown = np.where(np.isin(months + 1, CLASS_EDGES), on_clock, 0.0)
        where = (rows.stream, rows.group, time)
        sums.on_clock[clock] += _counted(where, on_clock, by_group)
        sums.up[clock] += _counted(where, grown, by_group)


def _add_arrivals(sums: Sums, population: Population, month: int) -> None:
    rows = population.rows.at(month, month + 1)
    new = rows.in_care == 0
    arrived = _Rows.of(population, month, new)
    age = rows.age[new].astype(np.int64)
    weight = _weight_of(population.breaks, month, "entries")
    _faded(sums, _ARRIVAL_HALF_LIVES)
    shape = (population.n_areas, N_STREAMS, N_GROUPS, population.n_kinds)
    cell = (arrived.area, arrived.stream, arrived.group, arrived.kind)
    sums.arrivals += weight * _counted(cell, arrived.weight, shape)
    by_age = (N_STREAMS, ADULT_MONTHS)
    sums.arrival_age += _counted((arrived.stream, age), arrived.weight, by_age)
    by_band = (N_STREAMS, N_BANDS)
    sums.arrived += _counted((arrived.stream, BAND_OF_AGE[age]), arrived.weight, by_band)
    sums.entered += population.entries[month].sum(axis=0).T
