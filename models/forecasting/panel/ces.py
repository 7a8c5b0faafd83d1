"""Complex exponential smoothing: a level and the information it left out, without a trend.

The second state gathers what one-step errors leave unexplained, so that growth
and level change together; it errs differently from `ets` and so is worth a
voice. Svetunkov, Kourentzes & Ord (2022), "Complex exponential smoothing",
*Naval Research Logistics* 69: the simple form, and the partial one with a season.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray
from models.forecasting.panel.base import History, member
from models.forecasting.panel.forms import Block, Form, averaged_forms
from models.forecasting.panel.opening import opening_state
from models.forecasting.panel.smoothing import State, columns_by_value

_REALS = (1.02, 1.1, 1.2, 1.35, 1.6, 1.9)
_IMAGINARIES = (0.985, 0.995, 1.0, 1.005, 1.015)
_GAMMAS = (0.02, 0.15)
"""α0, α1 and the season's gain. α1 = 1 is a level without growth; .01 more is some 1% a month."""


@dataclass(frozen=True, slots=True)
class ComplexSmoother:
    """A block of series to be smoothed by every pair of α0 and α1.

    f = l + s; l ← l - (1 - α1) c + (α0 - α1) e; c ← l_old + (1 - α0) c +
    (α0 + α1) e; s ← s + γe. `State.trend` holds c.
    """

    y: PathArray
    slots: IntArray
    began: IntArray
    knee: FloatArray
    opening: State
    grid: PathArray
    seasonal: bool

    @property
    def n_sets(self) -> int:
        """Number of parameter sets."""
        return int(self.grid.shape[1])

    def steps(self, last: int) -> Iterator[tuple[int, PathArray, State]]:
        """Filter the first `last` periods."""
        real, imaginary, gamma = self.grid[:, :, None]
        shape = (self.n_sets, self.y.shape[1])
        state = State(
            np.zeros(shape, self.y.dtype),
            np.zeros(shape, self.y.dtype),
            np.zeros((len(self.opening.season), *shape), self.y.dtype),
        )
        beginning = columns_by_value(self.began)
        error, before = np.empty(shape, self.y.dtype), np.empty(shape, self.y.dtype)
        for t in range(int(self.began.min(initial=last)), last):
            if t in beginning:
                series = beginning[t]
                state.level[:, series] = self.opening.level[:, series]
                state.trend[:, series] = self.opening.level[:, series] / real
                state.season[:, :, series] = self.opening.season[:, :, series]
            level, hidden = state.level, state.trend
            np.subtract(self.y[t], level, out=error)
            if self.seasonal:
                error -= state.season[self.slots[t]]
                state.season[self.slots[t]] += gamma * error
            before[:] = level
            level -= (1 - imaginary) * hidden
            level += (real - imaginary) * error
            hidden *= 1 - real
            hidden += before
            hidden += (real + imaginary) * error
            yield t + 1, error, state

    def ahead(self, weights: PathArray, state: State, *, period: int, horizon: int) -> PathArray:
        """Forecast by the sets' weighted mean, shape (n_series, horizon)."""
        of_level, of_hidden = _responses(self.grid.tobytes(), self.n_sets, horizon)
        ahead = np.einsum("gn,gh->nh", weights * state.level, of_level)
        ahead += np.einsum("gn,gh->nh", weights * state.trend, of_hidden)
        if self.seasonal:
            season = np.einsum("gn,mgn->mn", weights, state.season)
            ahead += season[(period + np.arange(horizon)) % len(season)].T
        return np.asarray(ahead)


@cache
def _responses(grid: bytes, n_sets: int, horizon: int) -> tuple[PathArray, PathArray]:
    """Give what today's states do to every lead, shape (n_sets, horizon) each."""
    real, imaginary, _ = np.frombuffer(grid, dtype=np.float32).reshape(3, n_sets)
    of_level, of_hidden = np.empty((2, n_sets, horizon), dtype=np.float32)
    level, hidden = np.ones(n_sets), np.zeros(n_sets)
    for lead in range(horizon):
        of_level[:, lead], of_hidden[:, lead] = level, hidden
        # One step back through l' = l - (1 - α1) c, c' = l + (1 - α0) c.
        level, hidden = level + hidden, -(1 - imaginary) * level + (1 - real) * hidden
    return of_level, of_hidden


@member("ces")
def ces(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Smooth every series by the simple and the partial form over a grid, and average them.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Points in the unit of the panel; NaN where a series had not begun.
    """
    values = history.filled()
    points = np.empty((len(origins), history.n_series, horizon))
    for fit in history.fits(origins):
        points[fit.places] = averaged_forms(
            values,
            forms(history.season),
            began=history.began,
            until=fit.until,
            season=history.season,
            origins=origins[fit.places],
            horizon=horizon,
            centred=False,
        )
    return points


def forms(season: int) -> list[Form]:
    """Give the simple form and, where there is a season, the partial one."""
    found = []
    for seasonal in (False, True) if season > 1 else (False,):
        gammas = _GAMMAS if seasonal else (0.0,)
        grid = np.array(list(product(_REALS, _IMAGINARIES, gammas)), dtype=np.float32).T
        least = 2 * season + 4 if seasonal else 1
        cost = 4 + season * seasonal
        found.append(
            Form(partial(_smoother, grid=grid, seasonal=seasonal), cost, least, grid.shape[1])
        )
    return found


def _smoother(block: Block, *, grid: PathArray, seasonal: bool) -> ComplexSmoother:
    opening = opening_state(
        block.y,
        began=block.began,
        until=block.until,
        season=block.season,
        trended=False,
        seasonal=seasonal,
    )
    return ComplexSmoother(
        y=block.y.astype(np.float32),
        slots=block.slots,
        began=block.began,
        knee=block.knee,
        opening=opening.as_type(np.float32),
        grid=grid,
        seasonal=seasonal,
    )
