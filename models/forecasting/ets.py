"""Exponential smoothing with additive errors: level, damped trend or season, the best by AICc.

Whole panels at once: one pass over the months filters every series under
every parameter of a small grid, so that a thousand series cost what a
general optimiser spends on ten. Hyndman, Koehler, Ord & Snyder (2008),
*Forecasting with Exponential Smoothing*, chapters 2, 3 and 6; the recursion is
tested against statsmodels' ETSModel at the same parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ShortHistoryError
from models.forecast import FloatArray, Forecast, IntArray, SeriesPanel
from models.forecasting.base import forecaster
from models.forecasting.levels import sparse_series, without_breaks
from models.forecasting.shocks import drawn_periods, paths_around

_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)
_TREND_ALPHAS = (0.1, 0.2, 0.4, 0.7, 0.95)
_SEASON_ALPHAS = (0.05, 0.2, 0.4, 0.7)
"""Gains of the level that are tried: alone, with a trend, with a season."""

_BETA_SHARES = (0.05, 0.2)
_DAMPINGS = (0.9, 0.98)
_GAMMA_SHARES = (0.01, 0.1)
"""Gain of the trend as a share of α, damping φ, and gain of the season as a share of 1 − α."""

_LEAST_PERIODS = 4
_SERIES_A_BLOCK = 256
"""Series filtered at once: their states stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Parameters to filter by, one set a column.

    Attributes
    ----------
    alpha, beta, phi, gamma : ndarray, shape (n_sets,) or (n_series, 1)
        Gains of level, trend and season, and damping: f = l + φb + s;
        l ← l + φb + αe; b ← φb + βe; s ← s + γe. φ = 0 leaves the trend out,
        γ = 0 keeps the season as it began.
    cost : ndarray
        Parameters that AICc counts.
    """

    alpha: FloatArray
    beta: FloatArray
    phi: FloatArray
    gamma: FloatArray
    cost: FloatArray

    def only(self, rows: slice | IntArray | NDArray[np.bool_]) -> Smoothing:
        """Give some of the sets, or the sets of some series."""
        return Smoothing(
            self.alpha[rows], self.beta[rows], self.phi[rows], self.gamma[rows], self.cost[rows]
        )


@dataclass(frozen=True, slots=True)
class Filtered:
    """What a filter leaves: the states after the last period and the errors on the way.

    Attributes
    ----------
    level, trend : ndarray, shape (n_series, n_sets)
        Last states.
    season : ndarray, shape (n_series, n_sets, m)
        Season of the next m periods, in their order.
    squares : ndarray, shape (n_series, n_sets)
        Sum of squared one-step errors.
    errors : ndarray, shape (n_series, n_sets, n_periods)
        One-step errors; empty unless asked for.
    """

    level: FloatArray
    trend: FloatArray
    season: FloatArray
    squares: FloatArray
    errors: FloatArray


@forecaster("ets")
def ets(panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator) -> Forecast:
    """Smooth every series by the form that suits it, with shocks that series share.

    Parameters
    ----------
    panel : SeriesPanel
        ``y`` of shape (n_series, n_periods); a season is tried from three
        years of history. Series that are sparse (`levels.sparse_series`) are
        smoothed as plain levels by one gain that the panel shares.
    horizon : int
        Periods to look ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same forecast.

    Returns
    -------
    Forecast
        Paths of shape (n_paths, n_series, horizon), never negative. Shocks are
        past one-step errors, a run of periods drawn for all series together.

    Raises
    ------
    ShortHistoryError
        Four periods are the least from which a level can be told from noise.
    """
    if panel.n_periods < _LEAST_PERIODS:
        raise ShortHistoryError(model="ets", needed=_LEAST_PERIODS, given=panel.n_periods)

    y, m = panel.y, panel.season
    seasonal = m > 1 and panel.n_periods >= 3 * m
    season = _starting_season(y, m) if seasonal else np.zeros((len(y), 1))
    chosen = _chosen(panel, season, _candidates(seasonal=seasonal))

    expected = np.empty((len(y), horizon))
    errors = np.empty_like(y)
    for first in range(0, len(y), _SERIES_A_BLOCK):
        block = slice(first, first + _SERIES_A_BLOCK)
        last = smoothed(y[block], season[block], chosen.only(block), keep_errors=True)
        expected[block] = _ahead(last, chosen.phi[block], horizon)
        errors[block] = last.errors[:, 0]

    errors = without_breaks(panel, errors, first=0)
    lost = np.minimum(chosen.cost[:, 0], errors.shape[1] - 1) / errors.shape[1]
    errors = (errors - errors.mean(axis=1, keepdims=True)) / np.sqrt(1 - lost)[:, None]
    periods = drawn_periods(errors.shape[1], horizon=horizon, n_paths=n_paths, block=m, rng=rng)
    response = _response(chosen, season.shape[1], horizon)
    return paths_around(
        expected,
        lambda block: errors[block][:, periods] @ response[block],
        n_paths=n_paths,
    )


def smoothed(
    y: FloatArray, season: FloatArray, sets: Smoothing, *, keep_errors: bool = False
) -> Filtered:
    """Filter series under every parameter set, from a back-cast start.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        Oldest first.
    season : ndarray, shape (n_series, m)
        Season of the first m periods; one zero where there is none.
    sets : Smoothing
        Parameters, shapes (n_sets,) or (n_series, n_sets).
    keep_errors : bool
        Whether to keep every one-step error, or their squares alone.

    Returns
    -------
    Filtered
        The start is the end of the same filter over the series run backwards.
    """
    m = season.shape[1]
    plain = y - np.resize(season.T, (y.shape[1], len(y))).T
    shape = (len(y), np.broadcast_shapes(sets.alpha.shape, (1, 1))[-1])
    opening = np.repeat(plain[:, -m:].mean(axis=1)[:, None], shape[1], axis=1)
    still = np.zeros(shape)
    back = filtered(plain[:, ::-1], opening, still, np.zeros((*shape, 1)), sets)
    start = np.repeat(season[:, None, :], shape[1], axis=1)
    return filtered(y, back.level, -back.trend, start, sets, keep_errors=keep_errors)


def filtered(
    y: FloatArray,
    level: FloatArray,
    trend: FloatArray,
    season: FloatArray,
    sets: Smoothing,
    *,
    keep_errors: bool = False,
) -> Filtered:
    """Filter series from given states; the recursion of `Smoothing`."""
    season = season.copy()
    m = season.shape[2]
    gamma = sets.gamma if m > 1 else np.zeros_like(sets.gamma)
    squares = np.zeros_like(level)
    kept = np.zeros((*level.shape, y.shape[1] if keep_errors else 0))
    for t in range(y.shape[1]):
        drift = sets.phi * trend
        error = y[:, t, None] - level - drift - season[:, :, t % m]
        level = level + drift + sets.alpha * error
        trend = drift + sets.beta * error
        season[:, :, t % m] += gamma * error
        squares += error**2
        if keep_errors:
            kept[:, :, t] = error
    return Filtered(level, trend, np.roll(season, -(y.shape[1] % m), axis=2), squares, kept)


def _candidates(*, seasonal: bool) -> Smoothing:
    """Lay out the grid: level; damped trend; and level with season where there is one."""
    rows = [(a, 0.0, 0.0, 0.0, 2.0) for a in _ALPHAS]
    rows += [
        (a, a * b, p, 0.0, 5.0) for a in _TREND_ALPHAS for b in _BETA_SHARES for p in _DAMPINGS
    ]
    if seasonal:
        # The season itself is dear: AICc counts its free values on top, in `_chosen`.
        rows += [(a, 0.0, 0.0, (1 - a) * g, 3.0) for a in _SEASON_ALPHAS for g in _GAMMA_SHARES]
    alpha, beta, phi, gamma, cost = np.array(rows).T
    return Smoothing(alpha, beta, phi, gamma, cost)


def _starting_season(y: FloatArray, m: int) -> FloatArray:
    """Mean deviation from each year's mean by place in the year, shape (n_series, m)."""
    years = y.shape[1] // m
    whole = y[:, : years * m].reshape(len(y), years, m)
    deviation = (whole - whole.mean(axis=2, keepdims=True)).mean(axis=1)
    return np.asarray(deviation - deviation.mean(axis=1, keepdims=True))


def _chosen(panel: SeriesPanel, season: FloatArray, grid: Smoothing) -> Smoothing:
    """Set `season` to zero where none is chosen, and give each series its parameters."""
    y, n = panel.y, panel.n_periods
    squares = np.empty((len(y), len(grid.alpha)))
    with_season = grid.gamma > 0
    for first in range(0, len(y), _SERIES_A_BLOCK):
        block = slice(first, first + _SERIES_A_BLOCK)
        flat = np.zeros_like(season[block])
        for wanted, start in ((~with_season, flat), (with_season, season[block])):
            if wanted.any():
                squares[block, wanted] = smoothed(y[block], start, grid.only(wanted)).squares

    cost = grid.cost + np.where(with_season, season.shape[1] - 1, 0)
    smallest = 1e-12 * (1 + (y**2).sum(axis=1, keepdims=True))
    left = np.maximum(n - cost - 1, 1e-3)
    aicc = n * np.log(np.maximum(squares, smallest) / n) + 2 * cost * n / left
    best = aicc.argmin(axis=1)

    sparse = sparse_series(panel)
    if sparse.any():
        plain = np.flatnonzero((grid.phi == 0) & ~with_season)
        size = np.maximum(y[sparse].mean(axis=1, keepdims=True), 1 / n)
        best[sparse] = plain[(squares[sparse][:, plain] / size).sum(axis=0).argmin()]
    season[~with_season[best]] = 0.0
    return grid.only(best[:, None])


def _ahead(last: Filtered, phi: FloatArray, horizon: int) -> FloatArray:
    damped = np.cumsum(phi ** np.arange(1, horizon + 1), axis=1)
    m = last.season.shape[2]
    return np.asarray(last.level + damped * last.trend + last.season[:, 0, np.arange(horizon) % m])


def _response(chosen: Smoothing, m: int, horizon: int) -> FloatArray:
    """Give what an error in month i does to month h: (n_series, i, h), 1 on the diagonal."""
    lag = np.arange(1, horizon)
    left = chosen.alpha + chosen.beta * np.cumsum(chosen.phi**lag, axis=1)
    if m > 1:
        left = left + chosen.gamma * (lag % m == 0)
    after = np.concatenate([np.ones((len(left), 1)), left], axis=1)
    gap = np.arange(horizon)[None, :] - np.arange(horizon)[:, None]
    return np.asarray(np.where(gap >= 0, after[:, np.maximum(gap, 0)], 0.0))
