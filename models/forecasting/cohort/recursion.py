"""Expected values, month by month: the points, the levers and the explanation.

State is area by exact month of age by placement type by class of time. One
month, in this order: children of 215 months age out; of the others some leave
and some move, at the rates of their age at the month's start; those who stay
grow a month older; then entrants join. At fixed rates all of it is linear in
today's children and in entrants, so the two can be followed apart.

A child keeps its row: rows are months of birth, and ageing moves the window
that is read, not the children.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import (
    ADULT_MONTHS,
    BAND_EDGES,
    BAND_OF_AGE,
    BAND_OF_GROUP,
    GROUP_EDGES,
    GROUP_OF_AGE,
    N_BANDS,
    N_CLASSES,
    N_GROUPS,
    N_STREAMS,
)
from models.forecasting.cohort.levers import Levers
from models.forecasting.cohort.rates import Clock, Rates
from models.forecasting.cohort.stock import Stock

_AREAS_A_CHUNK = 8
"""Areas stepped together: their state and operators stay in the cache."""

_MOST_LEAVE = 0.98
"""Exit and move chances end here, however far a lever pulls: a chance stays a chance."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Children and what changed them, by month, area, placement type, band and stream.

    Every array has shape (horizon, n_areas, n_kinds, n_bands, 2); `start` is
    the month end before, without the first axis. At every cell, and so at every
    sum of cells::

        stock = stock before + entries - exits - aged_out
                + band_in - band_out + moved_in - moved_out

    Attributes
    ----------
    start : ndarray, shape (n_areas, n_kinds, n_bands, 2)
        Children before the first month.
    stock : ndarray
        Children at the month's end.
    entries : ndarray
        All who entered care, those who left again within the month included.
    exits : ndarray
        All who left care otherwise than by turning 18, those included.
    aged_out : ndarray
        Children who turned 18.
    band_in, band_out : ndarray
        Children who grew into and out of the band.
    moved_in, moved_out : ndarray
        Children who moved into and out of the type.
    within_month : ndarray
        Of entries and of exits, those who came and left between month ends.
    """

    start: FloatArray
    stock: FloatArray
    entries: FloatArray
    exits: FloatArray
    aged_out: FloatArray
    band_in: FloatArray
    band_out: FloatArray
    moved_in: FloatArray
    moved_out: FloatArray
    within_month: FloatArray

    @property
    def horizon(self) -> int:
        """Months ahead."""
        return int(self.stock.shape[0])

    def plus(self, other: Balance) -> Balance:
        """Add two balances, cell by cell."""
        return Balance(
            *(getattr(self, part.name) + getattr(other, part.name) for part in fields(Balance))
        )

    def change(self) -> FloatArray:
        """Give what the flows say that the stock changed by, in the shape of `stock`."""
        come = self.entries + self.band_in + self.moved_in
        gone = self.exits + self.aged_out + self.band_out + self.moved_out
        return np.asarray(come - gone)

    def before(self) -> FloatArray:
        """Give the stock of the month end before each month, in the shape of `stock`."""
        return np.concatenate([self.start[None], self.stock[:-1]])


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected futures of today's children and of those who will enter, apart or together.

    Attributes
    ----------
    today : Balance
        Today's children; of all children, where they were not kept apart.
    entrants : Balance or None
        Children who enter after the origin; None where not kept apart.
    """

    today: Balance
    entrants: Balance | None

    def together(self) -> Balance:
        """Give the balance of all children."""
        return self.today if self.entrants is None else self.today.plus(self.entrants)


def expected(
    rates: Rates,
    stock: Stock,
    entries: FloatArray,
    *,
    horizon: int,
    levers: Levers | None = None,
    apart: bool = True,
    precise: bool = True,
) -> Expected:
    """Step today's children and the entrants forward in expectation.

    Parameters
    ----------
    rates : Rates
        Monthly chances.
    stock : Stock
        Today's children.
    entries : ndarray, shape (horizon, n_areas, n_bands, 2)
        Expected entries a month, those who leave again within it included.
    horizon : int
        Months ahead.
    levers : Levers, optional
        Multipliers by month; without, and with multipliers of 1, the same
        bits come out.
    apart : bool
        Follow today's children and entrants apart; together takes half the
        time, for origins of a backtest.
    precise : bool
        Step in 64 bits, in which the identity holds to 1e-9; in 32 the same
        comes out to six digits in half the time.

    Returns
    -------
    Expected
        Stocks and all flows; the identity of `Balance` holds to 1e-9.
    """
    n_areas, n_kinds = rates.n_areas, rates.n_kinds
    parts = [_empty(horizon, n_areas, n_kinds) for _ in range(2 if apart else 1)]
    for stream in range(N_STREAMS):
        youngest = _youngest(stock, entries, stream)
        if youngest is None:
            continue
        for first in range(0, n_areas, _AREAS_A_CHUNK):
            chunk = slice(first, min(first + _AREAS_A_CHUNK, n_areas))
            _step_through(
                parts,
                rates,
                _Chunk.of(chunk, stream, youngest, rates, stock, entries, levers),
                horizon=horizon,
                bits=np.dtype(np.float64 if precise else np.float32),
            )
    return Expected(today=parts[0], entrants=parts[1] if apart else None)


def _empty(horizon: int, n_areas: int, n_kinds: int) -> Balance:
    shape = (n_areas, n_kinds, N_BANDS, N_STREAMS)
    flows = [np.zeros((horizon, *shape)) for _ in range(len(fields(Balance)) - 1)]
    return Balance(np.zeros(shape), *flows)


def _youngest(stock: Stock, entries: FloatArray, stream: int) -> int | None:
    """First rate group that the stream has any child in, now or later; None without children."""
    there = stock.stream == stream
    groups = [int(GROUP_OF_AGE[stock.age[there]].min())] if there.any() else []
    bands = np.flatnonzero(entries[..., stream].any(axis=(0, 1)))
    if len(bands):
        groups.append(int(np.searchsorted(BAND_OF_GROUP, bands[0])))
    return min(groups) if groups else None


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some areas of one stream: their children, rates, arrivals and levers."""

    areas: slice
    stream: int
    youngest: int
    children: FloatArray  # (n, 216, n_kinds, n_classes)
    arrivals: FloatArray  # (horizon, n, n_bands)
    entries: FloatArray  # (horizon, n, n_bands)
    levers: Levers | None

    @classmethod
    def of(
        cls,
        areas: slice,
        stream: int,
        youngest: int,
        rates: Rates,
        stock: Stock,
        entries: FloatArray,
        levers: Levers | None,
    ) -> _Chunk:
        children = np.zeros((areas.stop - areas.start, ADULT_MONTHS, rates.n_kinds, N_CLASSES))
        lo, hi = np.searchsorted(stock.area, [areas.start, areas.stop])
        here = np.arange(lo, hi)[stock.stream[lo:hi] == stream]
        cell = (stock.area[here] - areas.start, stock.age[here], stock.kind[here], stock.time[here])
        np.add.at(children, cell, stock.children[here])
        come = entries[:, areas, :, stream]
        return cls(
            areas=areas,
            stream=stream,
            youngest=youngest,
            children=children,
            arrivals=come * (1.0 - rates.within_month[stream]),
            entries=come,
            levers=levers,
        )

    def entry_multiplier(self, month: int) -> FloatArray | None:
        """Shape (n, n_bands, n_kinds)."""
        if self.levers is None:
            return None
        return self.levers.entries[month, self.areas, :, self.stream]


def _step_through(
    parts: list[Balance],
    rates: Rates,
    chunk: _Chunk,
    *,
    horizon: int,
    bits: np.dtype[np.floating[Any]],
) -> None:
    n, n_kinds = chunk.children.shape[0], rates.n_kinds
    n_rows = ADULT_MONTHS + horizon
    groups = range(chunk.youngest, N_GROUPS)
    states = [np.zeros((n, n_rows, n_kinds * N_CLASSES), dtype=bits) for _ in parts]
    states[0][:, horizon:] = chunk.children.reshape(n, ADULT_MONTHS, -1)
    operators = _Operators.of(rates, chunk, month=0).in_bits(bits)
    held = [_held(state, horizon, groups) for state in states]
    for part, cells in zip(parts, held, strict=True):
        part.start[chunk.areas, ..., chunk.stream] = _by_band(cells)
    for month in range(horizon):
        if chunk.levers is not None and month > 0 and not chunk.levers.same_rates(month):
            operators = _Operators.of(rates, chunk, month=month).in_bits(bits)
        born = horizon - month  # row of a child of 0 months at the month's start
        for part, state, cells in zip(parts, states, held, strict=True):
            at = (month, chunk.areas)
            _age_out(part, state, at, chunk.stream, born)
            cells[:, -1] -= state[:, born + ADULT_MONTHS - 1].reshape(n, n_kinds, N_CLASSES)
            state[:, born + ADULT_MONTHS - 1] = 0.0
            _count_leavers(part, operators, cells, at, chunk.stream)
            for group in groups:
                rows = slice(born + GROUP_EDGES[group], born + GROUP_EDGES[group + 1])
                state[:, rows] = state[:, rows] @ operators.step[:, group - chunk.youngest]
            _count_birthdays(part, state, at, chunk.stream, born)
        _join(parts[-1], states[-1], rates, chunk, month, born - 1)
        held = [_held(state, born - 1, groups) for state in states]
        for part, cells in zip(parts, held, strict=True):
            part.stock[month, chunk.areas, ..., chunk.stream] = _by_band(cells)


def _held(state: FloatArray, born: int, groups: range) -> FloatArray:
    """Children by rate group, type and class: shape (n, n_groups, n_kinds, n_classes)."""
    held = np.zeros((len(state), N_GROUPS, state.shape[2]), dtype=state.dtype)
    for group in groups:
        rows = slice(born + GROUP_EDGES[group], born + GROUP_EDGES[group + 1])
        held[:, group] = state[:, rows].sum(axis=1)
    return held.reshape(len(state), N_GROUPS, -1, N_CLASSES)


def _by_band(held: FloatArray) -> FloatArray:
    """Shape (n, n_kinds, n_bands)."""
    by_group = held.sum(axis=3)
    return np.add.reduceat(by_group, _FIRST_GROUP_OF_BAND, axis=1).swapaxes(1, 2)


_FIRST_GROUP_OF_BAND: IntArray = np.searchsorted(BAND_OF_GROUP, np.arange(N_BANDS))


@dataclass(frozen=True, slots=True)
class _Operators:
    """A month as a matrix: `step` takes (type, class) to (type, class) of those who stay.

    `exit` (n, n_groups, n_kinds, n_classes) and `move` (..., n_classes,
    n_kinds to) are the chances behind it.
    """

    step: FloatArray
    exit: FloatArray
    move: FloatArray

    def in_bits(self, bits: np.dtype[np.floating[Any]]) -> _Operators:
        """Give the same with numbers of so many bits."""
        return _Operators(
            *(part.astype(bits, copy=False) for part in (self.step, self.exit, self.move))
        )

    @classmethod
    def of(cls, rates: Rates, chunk: _Chunk, *, month: int) -> _Operators:
        leave = rates.exit[chunk.areas, chunk.stream]
        moves = rates.move[chunk.areas, chunk.stream]
        if chunk.levers is not None:
            pulled = chunk.levers.exits[month, chunk.areas, :, chunk.stream]
            leave = leave * pulled[:, BAND_OF_GROUP, :, None]
            moves = (
                moves * chunk.levers.moves[month, chunk.areas, :, chunk.stream][:, BAND_OF_GROUP]
            )
        leave = np.minimum(leave, _MOST_LEAVE)
        move = moves[:, :, :, None, :] * rates.move_by_class[chunk.stream][:, :, None]
        move /= np.maximum(move.sum(axis=-1, keepdims=True) / _MOST_LEAVE, 1.0)
        return cls(
            step=_steps(
                leave[:, chunk.youngest :],
                move[:, chunk.youngest :],
                rates.up[chunk.stream, chunk.youngest :],
                rates.clock,
            ),
            exit=leave,
            move=move,
        )


def _steps(leave: FloatArray, move: FloatArray, up: FloatArray, clock: Clock) -> FloatArray:
    """Shape (n, n_groups, n_kinds * n_classes, n_kinds * n_classes)."""
    n, n_groups, n_kinds, n_classes = leave.shape
    kinds, classes = np.arange(n_kinds), np.arange(n_classes)
    stay = 1.0 - leave
    same = stay * (1.0 - move.sum(axis=-1))
    moved = stay[..., None] * move
    up = up[None, :, None, :]
    step = np.zeros((n, n_groups, n_kinds, n_classes, n_kinds, n_classes))
    if clock is Clock.IN_CARE:
        moved_up = up[..., None]
        step[:, :, :, classes, :, classes] = np.moveaxis(moved * (1.0 - moved_up), 3, 0)
        step[:, :, :, classes[:-1], :, classes[1:]] = np.moveaxis(
            (moved * moved_up)[:, :, :, :-1], 3, 0
        )
    else:
        step[..., 0] = moved
    kind, time = np.meshgrid(kinds, classes, indexing="ij")
    step[:, :, kind, time, kind, time] += same * (1.0 - up)
    kind, time = kind[:, :-1], time[:, :-1]
    step[:, :, kind, time, kind, time + 1] += (same * up)[..., :-1]
    return step.reshape(n, n_groups, n_kinds * n_classes, n_kinds * n_classes)


def _age_out(
    part: Balance, state: FloatArray, at: tuple[int, slice], stream: int, born: int
) -> None:
    oldest = state[:, born + ADULT_MONTHS - 1].reshape(len(state), -1, N_CLASSES)
    part.aged_out[*at, :, -1, stream] = oldest.sum(axis=2)


def _count_leavers(
    part: Balance, operators: _Operators, held: FloatArray, at: tuple[int, slice], stream: int
) -> None:
    gone = held * operators.exit
    moved = np.einsum("xgkd,xgkdl->xgkl", held - gone, operators.move, optimize=True)
    by_band = np.add.reduceat(moved, _FIRST_GROUP_OF_BAND, axis=1)
    part.exits[*at, ..., stream] = _by_band(gone)
    part.moved_out[*at, ..., stream] = by_band.sum(axis=3).swapaxes(1, 2)
    part.moved_in[*at, ..., stream] = by_band.sum(axis=2).swapaxes(1, 2)


def _count_birthdays(
    part: Balance, state: FloatArray, at: tuple[int, slice], stream: int, born: int
) -> None:
    # A child of the last month of a band, still in its row, is of the next band at the month's end.
    rows = [born + edge - 1 for edge in BAND_EDGES[1:-1]]
    crossed = state[:, rows].reshape(len(state), len(rows), -1, N_CLASSES).sum(axis=3)
    part.band_out[*at, :, :-1, stream] = crossed.swapaxes(1, 2)
    part.band_in[*at, :, 1:, stream] = crossed.swapaxes(1, 2)


def _join(
    part: Balance, state: FloatArray, rates: Rates, chunk: _Chunk, month: int, born: int
) -> None:
    """Let entrants in: their row is that of their age at the month's end, their class the first."""
    mix = rates.arrival_mix[chunk.areas, chunk.stream][:, GROUP_OF_AGE]
    age = rates.arrival_age[chunk.stream]
    multiplier = chunk.entry_multiplier(month)
    if multiplier is not None:
        mix = mix * multiplier[:, BAND_OF_AGE]
    joining = (chunk.arrivals[month][:, BAND_OF_AGE] * age)[:, :, None] * mix
    joining = joining.astype(state.dtype, copy=False)
    n = len(state)
    by_class = state.reshape(n, state.shape[1], -1, N_CLASSES)
    by_class[:, born : born + ADULT_MONTHS, :, 0] += joining
    arrived = np.add.reduceat(joining, BAND_EDGES[:-1], axis=1).swapaxes(1, 2)
    left = rates.within_month[chunk.stream]
    brief = arrived * (left / (1.0 - left))
    at = (month, chunk.areas)
    part.entries[*at, ..., chunk.stream] = arrived + brief
    part.exits[*at, ..., chunk.stream] += brief
    part.within_month[*at, ..., chunk.stream] = brief
