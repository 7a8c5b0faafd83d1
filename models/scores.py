"""How good forecasts were: errors and quantile scores, in units that compare.

Errors are forecast minus actual, so that a positive bias is a forecast too
high. A missing actual (NaN) scores nothing anywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray

QUANTILE_LEVELS: FloatArray = np.array(
    [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975]
)
"""Levels at which sCRPS is taken; other levels give other numbers."""


def _cell_widths(levels: FloatArray) -> FloatArray:
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    return np.diff(edges)


QUANTILE_WEIGHTS: FloatArray = _cell_widths(QUANTILE_LEVELS)
"""Width of the cell around each level: midpoints between levels, 0 and 1 at the ends."""


def seasonal_naive_scale(y: FloatArray, *, season: int) -> tuple[FloatArray, FloatArray]:
    """Give the in-sample errors of the seasonal naive, which scale all others.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        History up to the origin; NaN before a series began.
    season : int
        Periods of a year; where history is no longer, the period before is
        the naive forecast.

    Returns
    -------
    mean_absolute, root_mean_square : ndarray, shape (n_series,)
        NaN where a series never changed: such series are left out of scaled
        scores, and counted.

    Notes
    -----
    Hyndman & Koehler (2006), "Another look at measures of forecast accuracy",
    *International Journal of Forecasting* 22.
    """
    if y.shape[1] < 2:
        return np.full(len(y), np.nan), np.full(len(y), np.nan)
    lag = season if y.shape[1] > season else 1
    changes = y[:, lag:] - y[:, :-lag]
    absolute = _mean(np.abs(changes))
    square = np.sqrt(_mean(changes**2))
    # Sums of corrected counts differ in their last digits where nothing moved.
    still = ~(absolute > 1e-9 * (1 + np.nanmax(np.abs(y), axis=1, initial=0.0)))
    return np.where(still, np.nan, absolute), np.where(still, np.nan, square)


def mase(errors: FloatArray, scale: FloatArray) -> FloatArray:
    """Give mean absolute error over the last axis, in units of `scale`."""
    return np.asarray(_mean(np.abs(errors)) / scale)


def rmsse(errors: FloatArray, scale: FloatArray) -> FloatArray:
    """Give root mean square error over the last axis, in units of `scale`."""
    return np.asarray(np.sqrt(_mean(errors**2)) / scale)


def quantile_crps(quantiles: FloatArray, actual: FloatArray) -> FloatArray:
    """Give CRPS from quantiles at `QUANTILE_LEVELS`.

    Parameters
    ----------
    quantiles : ndarray, shape (13, ...)
        In the order of the levels.
    actual : ndarray, shape (...)
        What came; NaN gives NaN.

    Returns
    -------
    ndarray, shape (...)
        2 Σ w_i pinball_i, in the unit of the series. Divided by the mean
        absolute error of the seasonal naive it is sCRPS.
    """
    total = np.zeros(np.shape(actual))
    for level, weight, value in zip(QUANTILE_LEVELS, QUANTILE_WEIGHTS, quantiles, strict=True):
        short = actual - value
        total += 2 * weight * np.maximum(level * short, (level - 1) * short)
    return total


def _mean(values: FloatArray) -> FloatArray:
    known: NDArray[np.bool_] = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    empty = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(total, count, out=empty, where=count > 0))
