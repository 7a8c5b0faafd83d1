"""Stock and flow: entries, moves, birthdays and exits at the rates of a reference window.

The method of the models in use in the sector, without their known faults:
rates are moves over child-months, not means of ratios; a birthday is a move
that was counted, not a clock; months are stepped one by one; and the length of
the window is no hidden setting: 12, 24 and 36 months are candidates of their
own, between which the backtest chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import NoFlowsError, ShortHistoryError
from models.forecast import OUTSIDE, FloatArray, Flows, Forecast, IntArray, SeriesPanel
from models.forecasting.base import forecaster
from models.forecasting.markov_poisson import markov_poisson_moments

_POOL_CHILD_MONTHS = 24.0
"""Weight of all areas' rate in an area's own: two child-years."""

_ANNUAL_SHOCK = 0.045
"""Spread of England's yearly change in starts, and in ceases, on the log scale, 2011 to 2022
(0.045 and 0.042: DfE, Children looked after in England, underlying data)."""

_ANNUAL_SHOCK_OF_AREA = 0.10
"""The same of an authority beside England's; 0.17 and 0.13 in those data, of which part is
noise of single years that does not last."""

_SHOCK_PRIOR_YEARS = 4.0
"""Weight of England's spread in the spread that a panel shows: four yearly changes."""

_AREAS_A_BLOCK = 16
"""Areas simulated at once, so that England's panel fits in memory."""


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
    months : int
        Length of the window.
    child_months : ndarray, shape (n_areas, n_states)
        Exposure behind the rates, that of the pool included.
    dispersion : float
        Negative binomial: variance of an area's monthly entries = mean +
        dispersion · mean².
    """

    series: IntArray
    stock: FloatArray
    transition: FloatArray
    entries: FloatArray
    months: int
    child_months: FloatArray
    dispersion: float


def _register(months: int) -> None:
    @forecaster(f"stock_flow_{months}")
    def windowed(
        panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
    ) -> Forecast:
        return stock_flow(panel, horizon=horizon, n_paths=n_paths, rng=rng, window=months)


for _months in (12, 24, 36):
    _register(_months)


def stock_flow(
    panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator, window: int
) -> Forecast:
    """Step today's children and future entrants forward, month by month.

    Parameters
    ----------
    panel : SeriesPanel
        Month-end stocks with the flows behind them.
    horizon : int
        Months to look ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same forecast.
    window : int
        Months whose moves count; all there are where that is fewer.

    Returns
    -------
    Forecast
        Paths of shape (n_paths, n_series, horizon), never negative; their
        mean is the exact one of the chain. Each path has its own rates, its
        own drift of entries and exits, and children who move by chance.

    Raises
    ------
    NoFlowsError
        The panel has stocks alone.
    ShortHistoryError
        A rate needs two month ends, and fewer than a year of them are a
        season's rates, not a year's.
    """
    if panel.flows is None:
        raise NoFlowsError(model=f"stock_flow_{window}")
    least = min(window, panel.season) + 1
    if panel.n_periods < least:
        raise ShortHistoryError(model=f"stock_flow_{window}", needed=least, given=panel.n_periods)

    rates = stock_flow_rates(panel, window=window)
    mean, _ = markov_poisson_moments(
        rates.stock, transition=rates.transition, entries=rates.entries, horizon=horizon
    )
    drift = _drift(panel.flows, panel, horizon=horizon, n_paths=n_paths, rng=rng)
    paths = np.zeros((n_paths, panel.n_series, horizon), dtype=np.float32)
    for first in range(0, len(rates.stock), _AREAS_A_BLOCK):
        block = slice(first, first + _AREAS_A_BLOCK)
        drawn = _simulated(rates, block, drift, n_paths=n_paths, rng=rng)
        found = drawn.mean(axis=0)
        # Chance in the mean of the draws is taken out: the exact mean is known.
        drawn *= np.divide(mean[block], found, out=np.zeros_like(found), where=found > 0)
        there = rates.series[block] >= 0
        paths[:, rates.series[block][there]] = drawn[:, there]
    return Forecast(paths)


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
    by_month = np.zeros((n_areas, months))

    seen = panel.flows.period >= panel.n_periods - months
    origin, destination = panel.flows.origin[seen], panel.flows.destination[seen]
    count, month = panel.flows.count[seen], panel.flows.period[seen] - panel.n_periods + months
    entry, leave = origin == OUTSIDE, destination == OUTSIDE
    inside = ~entry & ~leave & (origin != destination)
    _add(entrants, (area[destination[entry]], state[destination[entry]]), count[entry])
    _add(by_month, (area[destination[entry]], month[entry]), count[entry])
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
        entries=entrants / months,
        months=months,
        child_months=exposed + weight,
        dispersion=_dispersion(by_month),
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


def _dispersion(by_month: FloatArray) -> float:
    """Moment estimate over areas (rows): Σ(variance − mean) / Σ mean²."""
    if by_month.shape[1] < 2:
        return 0.0
    mean = by_month.mean(axis=1)
    beyond = (by_month.var(axis=1, ddof=1) - mean).sum()
    return float(max(beyond, 0.0) / max((mean**2).sum(), 1e-9))


@dataclass(frozen=True, slots=True)
class _Drift:
    """Monthly spread of the log level of entries and of exits, and the shared walks.

    `entries` and `exits` have shape (n_paths, horizon): what every area
    shares. `of_area` is the monthly spread that each area adds.
    """

    entries: FloatArray
    exits: FloatArray
    of_area: float


def _drift(
    flows: Flows, panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
) -> _Drift:
    start = np.maximum(panel.y[:, :-1].sum(axis=0), 1.0)
    entries = _by_period(flows, flows.origin == OUTSIDE, panel.n_periods)
    exits = _by_period(flows, flows.destination == OUTSIDE, panel.n_periods)
    walks = [
        _annual_spread(entries[1:], np.ones_like(start), panel.season),
        _annual_spread(exits[1:], start, panel.season),
    ]
    shared = [
        spread / np.sqrt(panel.season) * np.cumsum(rng.normal(size=(n_paths, horizon)), axis=1)
        for spread in walks
    ]
    return _Drift(shared[0], shared[1], _ANNUAL_SHOCK_OF_AREA / np.sqrt(panel.season))


def _by_period(flows: Flows, which: NDArray[np.bool_], n_periods: int) -> FloatArray:
    counted = np.bincount(flows.period[which], flows.count[which], minlength=n_periods)
    return np.asarray(counted, dtype=np.float64)


def _annual_spread(events: FloatArray, exposed: FloatArray, season: int) -> float:
    """Spread of the yearly change of a log rate beyond chance, shrunk to England's."""
    years = len(events) // season
    prior = _SHOCK_PRIOR_YEARS * _ANNUAL_SHOCK**2
    if years < 2:
        return _ANNUAL_SHOCK
    yearly = events[-years * season :].reshape(years, season).sum(axis=1)
    base = exposed[-years * season :].reshape(years, season).sum(axis=1)
    change = np.diff(np.log((yearly + 0.5) / base))
    chance = 1 / (yearly[1:] + 0.5) + 1 / (yearly[:-1] + 0.5)
    beyond = np.maximum((change**2 - chance).sum(), 0.0)
    return float(np.sqrt((beyond + prior) / (len(change) + _SHOCK_PRIOR_YEARS)))


def _simulated(
    rates: StockFlowRates,
    block: slice,
    drift: _Drift,
    *,
    n_paths: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw futures of some areas: shape (n_paths, n_areas, n_states, horizon)."""
    transition, stock = rates.transition[block], rates.stock[block]
    n_areas, n_states = stock.shape
    horizon = drift.entries.shape[1]
    diagonal = np.arange(n_states)
    moves = transition.copy()
    moves[:, diagonal, diagonal] = 0.0
    move = moves.sum(axis=2)
    leave = np.maximum(1.0 - transition.sum(axis=2), 0.0)
    towards = np.divide(
        moves, move[:, :, None], out=np.zeros_like(moves), where=move[:, :, None] > 0
    )
    shape = (n_paths, n_areas, n_states)
    evidence = rates.child_months[block]
    move_rate = _drawn_rates(move, evidence, n_paths, rng)
    leave_rate = _drawn_rates(leave, evidence, n_paths, rng)
    entry_rate = _drawn_rates(
        rates.entries[block], np.full((n_areas, n_states), float(rates.months)), n_paths, rng
    )
    walk = rng.normal(size=(n_paths, n_areas, horizon, 2)).cumsum(axis=2) * drift.of_area
    entry_level = np.exp(drift.entries[:, None, :] + walk[..., 0])
    leave_level = np.exp(drift.exits[:, None, :] + walk[..., 1])

    now = _whole(stock, n_paths, rng)
    paths = np.empty((*shape, horizon), dtype=np.float32)
    for h in range(horizon):
        level = leave_level[:, :, h, None]
        gone = rng.binomial(now, np.minimum(leave_rate * level, 1.0))
        staying = now - gone
        moved = rng.binomial(staying, np.minimum(move_rate, 1.0))
        arrived = _divided(moved, towards, rng)
        come = _entrants(entry_rate * entry_level[:, :, h, None], rates.dispersion, rng)
        now = staying - moved + arrived + come
        paths[..., h] = now
    return paths


def _drawn_rates(
    rate: FloatArray, exposed: FloatArray, n_paths: int, rng: np.random.Generator
) -> FloatArray:
    """Rates a path believes in: Gamma with the events and the exposure behind them."""
    exposed = np.maximum(exposed, 1.0)
    return np.asarray(rng.standard_gamma(rate * exposed, size=(n_paths, *rate.shape)) / exposed)


def _whole(stock: FloatArray, n_paths: int, rng: np.random.Generator) -> IntArray:
    """Round corrected stocks to whole children, so that an area's total keeps within one."""
    start = rng.random((n_paths, len(stock), 1))
    steps = np.floor(np.cumsum(stock, axis=1)[None] + start)
    return np.asarray(np.diff(steps, axis=2, prepend=np.floor(start)), dtype=np.int64)


def _divided(moved: IntArray, towards: FloatArray, rng: np.random.Generator) -> IntArray:
    """Send the movers of each area to their states; none is lost or gained."""
    wanted = np.einsum("pai,aij->paj", moved.astype(float), towards, optimize=True)
    total = moved.sum(axis=2)
    share = np.divide(
        wanted, wanted.sum(axis=2, keepdims=True), out=np.zeros_like(wanted), where=wanted > 0
    )
    # With nobody to send any share will do; the multinomial only asks that it adds to one.
    share[total == 0, 0] = 1.0
    return np.asarray(rng.multinomial(total, share))


def _entrants(mean: FloatArray, dispersion: float, rng: np.random.Generator) -> IntArray:
    """Negative binomial by area: a good or bad month is shared by its states."""
    if dispersion > 1e-6:
        shape = 1 / dispersion
        month = rng.standard_gamma(shape, size=mean.shape[:2]) / shape
        mean = mean * month[:, :, None]
    return np.asarray(rng.poisson(mean))
