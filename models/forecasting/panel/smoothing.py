"""The recursion of exponential smoothing for many series and many parameters at once.

One loop over the periods; every step works on (parameter sets, series). The
state after each period is at hand on the way, so one pass serves every origin.
Hyndman, Koehler, Ord & Snyder (2008), *Forecasting with Exponential
Smoothing*, chapter 2; additive errors throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, PathArray


@dataclass(frozen=True, slots=True)
class Gains:
    """Parameter sets of f = l + φb + s; l ← l + φb + αe; b ← φb + βe; s ← s + γe.

    Attributes
    ----------
    alpha, beta, phi, gamma : ndarray, shape (n_sets, 1) or (n_sets, n_series)
        Gains of level, trend and season, and the damping of the trend.
    trended, seasonal : bool
        Whether the form has a trend and a season; gains of what it has not are
        never read.
    """

    alpha: PathArray
    beta: PathArray
    phi: PathArray
    gamma: PathArray
    trended: bool
    seasonal: bool


@dataclass(slots=True)
class State:
    """Level, trend and season before a period.

    Attributes
    ----------
    level, trend : ndarray, shape (n_sets, n_series)
        In the unit of the series.
    season : ndarray, shape (m, n_sets, n_series)
        By slot of the year; see `slots_of_year`.
    """

    level: PathArray
    trend: PathArray
    season: PathArray

    def of(self, series: IntArray | slice) -> State:
        """Give the state of some series."""
        return State(self.level[:, series], self.trend[:, series], self.season[:, :, series])

    def as_type(self, kind: type) -> State:
        """Give the state in another precision."""
        return State(self.level.astype(kind), self.trend.astype(kind), self.season.astype(kind))


def slots_of_year(n_periods: int, season: int) -> IntArray:
    """Give the slot of the year that each column falls in."""
    return np.arange(n_periods) % season


def columns_by_value(columns: IntArray) -> dict[int, IntArray]:
    """Give the places that hold each value: which series begin (or end) where."""
    order = np.argsort(columns, kind="stable")
    values, first = np.unique(columns[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, first[1:]), strict=True))


def filtering(
    y: PathArray, *, slots: IntArray, began: IntArray, opening: State, gains: Gains
) -> Iterator[tuple[int, PathArray, State]]:
    """Filter period by period.

    Parameters
    ----------
    y : ndarray, shape (n_periods, n_series)
        Zero before a series began.
    slots : ndarray of int, shape (n_periods,)
        Slot of the year of each period.
    began : ndarray of int, shape (n_series,)
        Period in which `opening` becomes a series' state; before it there is
        neither state nor error.
    opening : State
        One set, or as many as `gains`.
    gains : Gains
        Parameter sets.

    Yields
    ------
    period, errors, state
        How many periods have been seen, the errors of the last one, shape
        (n_sets, n_series), and the state after it. Both arrays are used again
        for the next period: copy what is to be kept.
    """
    n_sets = max(len(gains.alpha), len(opening.level))
    shape = (n_sets, y.shape[1])
    state = State(
        np.zeros(shape, y.dtype),
        np.zeros(shape, y.dtype),
        np.zeros((len(opening.season) if gains.seasonal else 1, *shape), y.dtype),
    )
    beginning = columns_by_value(began)
    error, change = np.empty(shape, y.dtype), np.empty(shape, y.dtype)
    for t in range(int(began.min(initial=len(y))), len(y)):
        if t in beginning:
            _open(state, opening, beginning[t], gains)
        if gains.trended:
            state.trend *= gains.phi
            state.level += state.trend
        np.subtract(y[t], state.level, out=error)
        if gains.seasonal:
            error -= state.season[slots[t]]
        state.level += np.multiply(gains.alpha, error, out=change)
        if gains.trended:
            state.trend += np.multiply(gains.beta, error, out=change)
        if gains.seasonal:
            state.season[slots[t]] += np.multiply(gains.gamma, error, out=change)
        yield t + 1, error, state


def _open(state: State, opening: State, series: IntArray, gains: Gains) -> None:
    state.level[:, series] = opening.level[:, series]
    if gains.trended:
        state.trend[:, series] = opening.trend[:, series]
    if gains.seasonal:
        state.season[:, :, series] = opening.season[:, :, series]


def state_at(
    y: PathArray,
    *,
    slots: IntArray,
    began: IntArray,
    opening: State,
    gains: Gains,
    until: IntArray,
) -> State:
    """Give each series' state after `until` periods; `opening` where that is not past its start."""
    kept = State(opening.level.copy(), opening.trend.copy(), opening.season.copy())
    ending = columns_by_value(until)
    for period, _, state in filtering(
        y[: int(until.max(initial=0))], slots=slots, began=began, opening=opening, gains=gains
    ):
        if period in ending:
            late = ending[period][began[ending[period]] < period]
            kept.level[:, late] = state.level[:, late]
            kept.trend[:, late] = state.trend[:, late]
            if gains.seasonal:
                kept.season[:, :, late] = state.season[:, :, late]
    return kept


def robust_knee(y: FloatArray, seen: NDArray[np.bool_]) -> FloatArray:
    """Give the error from which a loss stops growing with its square: four robust sds of Δy."""
    changes = np.where(seen[:, 1:] & seen[:, :-1], np.abs(np.diff(y, axis=1)), np.nan)
    known = np.isfinite(changes)
    ordered = np.sort(changes, axis=1)  # NaN last
    count = known.sum(axis=1)
    if not changes.shape[1]:
        return np.full(len(y), np.inf)
    row = np.arange(len(y))
    low = ordered[row, np.maximum(count - 1, 0) // 2]
    high = ordered[row, np.minimum(count // 2, np.maximum(count - 1, 0))]
    middle = (low + high) / 2
    knee = 4 * 1.4826 * middle
    return np.where(np.isfinite(knee) & (knee > 0), knee, np.inf)


@dataclass(frozen=True, slots=True)
class Smoother:
    """A block of series to be smoothed by every parameter set.

    Attributes
    ----------
    y : ndarray, shape (n_periods, n_series)
        Zero before a series began.
    slots : ndarray of int, shape (n_periods,)
        Slot of the year of each period.
    began : ndarray of int, shape (n_series,)
        First period of each.
    knee : ndarray, shape (n_series,)
        Errors beyond it count in proportion, not squared.
    opening : State
        One set.
    gains : Gains
        Parameter sets, shape (n_sets, 1) each.
    """

    y: PathArray
    slots: IntArray
    began: IntArray
    knee: FloatArray
    opening: State
    gains: Gains

    @property
    def n_sets(self) -> int:
        """Number of parameter sets."""
        return len(self.gains.alpha)

    def steps(self, last: int) -> Iterator[tuple[int, PathArray, State]]:
        """Filter the first `last` periods."""
        return filtering(
            self.y[:last],
            slots=self.slots,
            began=self.began,
            opening=self.opening,
            gains=self.gains,
        )

    def ahead(self, weights: PathArray, state: State, *, period: int, horizon: int) -> PathArray:
        """Forecast by the sets' weighted mean, shape (n_series, horizon)."""
        gains = self.gains
        level = np.einsum("gn,gn->n", weights, state.level)
        ahead = np.repeat(level[:, None].astype(float), horizon, axis=1)
        if gains.trended:
            # By damping, not as one product: threads of a BLAS cost more than so little work.
            lead = np.arange(1, horizon + 1)
            for phi in np.unique(gains.phi):
                same = gains.phi[:, 0] == phi
                slope = np.einsum("gn,gn->n", weights[same], state.trend[same])
                ahead += slope[:, None] * np.cumsum(float(phi) ** lead)
        if gains.seasonal:
            season = np.einsum("gn,mgn->mn", weights, state.season)
            ahead += season[(period + np.arange(horizon)) % len(season)].T
        return ahead
