"""Structural time series: an area's level and season as unobserved components.

The level of each area is estimated from its total, where a month's chance
moves it least; its series follow by their shares. Harvey (1989), *Forecasting,
Structural Time Series Models and the Kalman Filter*, chapters 2 and 4;
estimated by statsmodels' UnobservedComponents.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from models.errors import ShortHistoryError
from models.forecast import FloatArray, Forecast, IntArray, SeriesPanel
from models.forecasting.base import forecaster
from models.forecasting.levels import without_breaks
from models.forecasting.shocks import carried_forward, drawn_periods, paths_around

_LEAST_PERIODS = 8

_SMALLEST_AREA = 5.0
"""Mean below which the two variances of an area cannot be told apart."""

_PLAIN_GAIN = 0.3
"""Gain of the level where none can be estimated: a quarter's memory."""

_HARMONICS = 2
"""Waves of the season: a year and half a year."""

_OPTIMISER_STEPS = 40
"""A count, not a clock, ends the search."""

_SHARE_GAINS = np.array([0.05, 0.1, 0.2, 0.4, 0.7, 1.0])
"""Gains of the shares that are tried; 1 takes the last period's shares as they are."""


@dataclass(frozen=True, slots=True)
class _Totals:
    """Totals of areas ahead (n_areas, horizon), past errors, and the level's gain."""

    expected: FloatArray
    errors: FloatArray
    gain: FloatArray


@forecaster("structural")
def structural(
    panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
) -> Forecast:
    """Project each area's level and season, and divide it by smoothed shares.

    Parameters
    ----------
    panel : SeriesPanel
        ``y`` of shape (n_series, n_periods) and the area of each series. Season
        (two harmonics) needs three years; areas with a mean under 5 are
        smoothed as plain levels.
    horizon : int
        Periods to look ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance: the same seed gives the same forecast.

    Returns
    -------
    Forecast
        Paths of shape (n_paths, n_series, horizon), never negative. Errors of
        totals and of shares are drawn from the same past periods.

    Raises
    ------
    ShortHistoryError
        Eight periods are the least for two variances.
    """
    if panel.n_periods < _LEAST_PERIODS:
        raise ShortHistoryError(model="structural", needed=_LEAST_PERIODS, given=panel.n_periods)

    areas, area = np.unique(panel.group, return_inverse=True)
    totals = _totals_ahead(panel, _summed(panel.y, area, len(areas)), horizon)
    share, errors, gain = _shares(panel, area, len(areas))

    skipped = panel.n_periods - totals.errors.shape[1]
    of_totals = _centred(without_breaks(panel, totals.errors, first=skipped))
    of_shares = _centred(without_breaks(panel, errors[:, skipped:], first=skipped))
    periods = drawn_periods(
        of_totals.shape[1], horizon=horizon, n_paths=n_paths, block=panel.season, rng=rng
    )
    swings = carried_forward(of_totals[:, periods], totals.gain)

    def shocks(block: slice) -> FloatArray:
        own = of_shares[block][:, periods]
        own = carried_forward(own, np.full(len(own), gain))
        return np.asarray(share[block][:, None, None] * swings[area[block]] + own)

    return paths_around(share[:, None] * totals.expected[area], shocks, n_paths=n_paths)


def _summed(values: FloatArray, area: IntArray, n_areas: int) -> FloatArray:
    total = np.zeros((n_areas, values.shape[1]))
    np.add.at(total, area, values)
    return total


def _centred(errors: FloatArray) -> FloatArray:
    return np.asarray(errors - errors.mean(axis=1, keepdims=True))


def _totals_ahead(panel: SeriesPanel, total: FloatArray, horizon: int) -> _Totals:
    m, n = panel.season, panel.n_periods
    seasonal = m > 1 and n >= 3 * m
    # Until the season is learned, one-step errors are those of the start, not of the model.
    skipped = m if seasonal else 1
    expected = np.empty((len(total), horizon))
    errors = np.zeros((len(total), n - skipped))
    gain = np.full(len(total), _PLAIN_GAIN)
    for i, y in enumerate(total):
        if np.ptp(y) == 0:
            expected[i] = y[-1]
        elif y.mean() < _SMALLEST_AREA:
            level, one_step = _smoothed_level(y, _PLAIN_GAIN)
            expected[i], errors[i] = level, one_step[skipped:]
        else:
            expected[i], one_step, gain[i] = _fitted(y, m if seasonal else 0, horizon)
            errors[i] = one_step[skipped:]
    return _Totals(expected, errors, gain)


def _fitted(y: FloatArray, m: int, horizon: int) -> tuple[FloatArray, FloatArray, float]:
    """Forecast, one-step errors and steady gain of one area's total."""
    # In units of its mean, so that the optimiser's steps mean the same for every area.
    size = y.mean()
    model = UnobservedComponents(
        y / size,
        level="local level",
        freq_seasonal=[{"period": m, "harmonics": min(_HARMONICS, m // 2)}] if m else None,
        stochastic_freq_seasonal=[False] if m else None,
    )
    with warnings.catch_warnings():
        # A cut optimiser warns; its parameters are judged by the backtest like any others.
        warnings.simplefilter("ignore")
        fit = model.fit(disp=0, maxiter=_OPTIMISER_STEPS, cov_type="none")
    irregular, level = np.maximum(fit.params[:2], 1e-12)
    ratio = level / irregular
    variance = (ratio + np.sqrt(ratio**2 + 4 * ratio)) / 2
    errors = fit.filter_results.forecasts_error[0] * size
    return np.asarray(fit.forecast(horizon)) * size, errors, float(variance / (variance + 1))


def _smoothed_level(y: FloatArray, gain: float) -> tuple[float, FloatArray]:
    level, errors = y[0], np.empty_like(y)
    for t, value in enumerate(y):
        errors[t] = value - level
        level += gain * errors[t]
    return float(level), errors


def _shares(
    panel: SeriesPanel, area: IntArray, n_areas: int
) -> tuple[FloatArray, FloatArray, float]:
    """Share of each series in its area, one-step errors in children, and the gain.

    One gain for the panel, the best of a few over all one-step errors. The
    errors of an area's series cancel, since shares add to one.
    """
    total = _summed(panel.y, area, n_areas)
    first = _summed(panel.y[:, : panel.season], area, n_areas).sum(axis=1)
    size = np.bincount(area, minlength=n_areas)[area]
    begun = panel.y[:, : panel.season].sum(axis=1)
    start = np.divide(begun, first[area], out=1 / size, where=first[area] > 0)
    share = np.repeat(start[:, None], len(_SHARE_GAINS), axis=1)
    errors = np.empty((*share.shape, panel.n_periods))
    for t in range(panel.n_periods):
        now = total[area, t]
        errors[:, :, t] = panel.y[:, t, None] - share * now[:, None]
        seen = np.divide(
            errors[:, :, t], now[:, None], out=np.zeros_like(share), where=now[:, None] > 0
        )
        share = share + _SHARE_GAINS * seen
    best = int((errors**2).sum(axis=(0, 2)).argmin())
    return share[:, best], errors[:, best], float(_SHARE_GAINS[best])
