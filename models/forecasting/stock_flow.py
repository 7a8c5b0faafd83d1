"""Stock and flow: entries, moves, birthdays and exits at the rates of a reference window.

The method of the models in use in the sector, without their known faults:
rates are moves over child-months, not means of ratios; a birthday is a move
that was counted, not a clock; months are stepped one by one. It is scored
beside the others as the yardstick of the sector, at windows of 12, 24 and 36
months, and takes no part in the combination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import NoFlowsError
from models.forecast import OUTSIDE, FloatArray, IntArray, SeriesPanel

_POOL_CHILD_MONTHS = 24.0
"""Weight of all areas' rate in an area's own: two child-years."""


@dataclass(frozen=True, slots=True)
class StockFlowRates:
    """What a reference window says, by area.

    Attributes
    ----------
    series : ndarray of int, shape (n_areas, n_states)
        Row of the panel of each state; -1 where an area does not have it.
    stock : ndarray, shape (n_areas, n_states)
        Children today.
    transition : ndarray, shape (n_areas, n_states, n_states)
        Monthly probabilities between states; a row's gap to 1 is its exits.
    entries : ndarray, shape (n_areas, n_states)
        Entrants a month.
    """

    series: IntArray
    stock: FloatArray
    transition: FloatArray
    entries: FloatArray


def stock_flow_points(
    panel: SeriesPanel, *, origins: IntArray, horizon: int, window: int
) -> FloatArray:
    """Step today's children and future entrants forward, month by month.

    Parameters
    ----------
    panel : SeriesPanel
        Month-end stocks with the flows behind them.
    origins : ndarray of int, shape (n_origins,)
        Periods seen, two or more.
    horizon : int
        Months to look ahead.
    window : int
        Months whose moves count; all there are where that is fewer.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Expected children, never negative.

    Raises
    ------
    NoFlowsError
        The panel has stocks alone.
    """
    points = np.zeros((len(origins), panel.n_series, horizon))
    for place, seen in enumerate(origins):
        rates = stock_flow_rates(panel.until(int(seen)), window=window)
        there = rates.series >= 0
        now = rates.stock
        for lead in range(horizon):
            now = np.einsum("ai,aij->aj", now, rates.transition, optimize=True) + rates.entries
            points[place, rates.series[there], lead] = now[there]
    return points


def stock_flow_rates(panel: SeriesPanel, *, window: int) -> StockFlowRates:
    """Learn entries and monthly probabilities from the last months of a panel.

    Parameters
    ----------
    panel : SeriesPanel
        Month-end stocks with flows.
    window : int
        Months whose moves count.

    Returns
    -------
    StockFlowRates
        rate = (moves + 24 · rate of all areas) / (child-months + 24). Areas
        are pooled where series have the same `SeriesPanel.state`.

    Raises
    ------
    NoFlowsError
        The panel has stocks alone.
    """
    if panel.flows is None:
        raise NoFlowsError(model="stock_flow")
    months = min(window, panel.n_periods - 1)
    series, area, state, pooled = _states(panel)
    n_areas, n_states = series.shape
    moves = np.zeros((n_areas, n_states, n_states))
    leavers = np.zeros((n_areas, n_states))
    entrants = np.zeros((n_areas, n_states))

    seen = panel.flows.period >= panel.n_periods - months
    origin, destination = panel.flows.origin[seen], panel.flows.destination[seen]
    count = panel.flows.count[seen]
    entry, leave = origin == OUTSIDE, destination == OUTSIDE
    inside = ~entry & ~leave & (origin != destination)
    _add(entrants, (area[destination[entry]], state[destination[entry]]), count[entry])
    _add(leavers, (area[origin[leave]], state[origin[leave]]), count[leave])
    _add(
        moves,
        (area[origin[inside]], state[origin[inside]], state[destination[inside]]),
        count[inside],
    )

    exposed = np.zeros((n_areas, n_states))
    start = panel.y[:, -months - 1 : -1].sum(axis=1)
    _add(exposed, (area, state), start)
    weight = _POOL_CHILD_MONTHS if pooled else 0.0
    moves = _shrunk(moves, exposed[:, :, None], weight)
    leavers = _shrunk(leavers, exposed, weight)
    transition = _as_probabilities(moves, leavers)

    stock = np.zeros((n_areas, n_states))
    _add(stock, (area, state), panel.y[:, -1])
    return StockFlowRates(
        series=series,
        stock=stock,
        transition=transition,
        entries=entrants / max(months, 1),
    )


def _states(panel: SeriesPanel) -> tuple[IntArray, IntArray, IntArray, bool]:
    """Row by area and state, area and state of each row, and whether areas are alike."""
    _, area = np.unique(panel.group, return_inverse=True)
    state: IntArray
    if panel.state is not None:
        _, state = np.unique(panel.state, return_inverse=True)
    else:
        order = np.argsort(area, kind="stable")
        sizes = np.bincount(area)
        state = np.empty(len(area), dtype=np.int64)
        state[order] = np.arange(len(area)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    series = np.full((area.max() + 1, state.max() + 1), -1, dtype=np.int64)
    series[area, state] = np.arange(len(area))
    return series, area, state, panel.state is not None


def _add(total: FloatArray, where: tuple[IntArray, ...], count: FloatArray) -> None:
    flat = np.ravel_multi_index(where, total.shape)
    total += np.bincount(flat, count, minlength=total.size).reshape(total.shape)


def _shrunk(events: FloatArray, exposed: FloatArray, weight: float) -> FloatArray:
    everywhere = np.maximum(exposed.sum(axis=0), 1.0)
    pool = events.sum(axis=0) / everywhere
    return np.asarray((events + weight * pool) / np.maximum(exposed + weight, 1.0))


def _as_probabilities(moves: FloatArray, leavers: FloatArray) -> FloatArray:
    # Stocks corrected for late recording may fall short of recorded moves: at most all leave.
    left = moves.sum(axis=2) + leavers
    moves = moves / np.maximum(left, 1.0)[:, :, None]
    leavers = leavers / np.maximum(left, 1.0)
    n_states = moves.shape[1]
    diagonal = np.arange(n_states)
    transition = moves.copy()
    transition[:, diagonal, diagonal] = 1.0 - moves.sum(axis=2) - leavers
    return np.maximum(transition, 0.0)
