"""One regression for all series: what usually follows a shape like the last two years.

A single series says little about its own autoregression; thousands of scaled
ones say it well. Lags relative to the last year's mean, direct for every lead,
one set of normal equations for all leads. Montero-Manso & Hyndman (2021),
"Principles and algorithms for forecasting groups of time series", *IJF* 37.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import BoolArray, History, member, young_points

_YEARS_OF_LAGS = 2
_PENALTY = 0.001
"""Ridge, as a share of the rows."""

_CLIP = 5.0
_MOST_WINDOWS = 96
"""Windows a series, newest first."""

_ROWS_A_BLOCK = 50_000
"""Rows multiplied at once: memory does not grow with the panel."""

_LEAST_ROWS = 50
"""Rows below which a lead takes the coefficients of the lead before."""


@member("ridge")
def ridge(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Forecast every series by coefficients that the whole panel shares.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Points in the unit of the panel; a series with fewer periods than lags
        takes `young_points`; NaN where a series had not begun.
    """
    return pooled_points(history, history.filled(), origins=origins, horizon=horizon)


def pooled_points(
    history: History, values: FloatArray, *, origins: IntArray, horizon: int
) -> FloatArray:
    """Forecast `values`, such as the series themselves, by pooled regression."""
    points = young_points(history, origins=origins, horizon=horizon)
    for fit in history.fits(origins):
        shared = fit.shared_until
        n_lags = _lags(history, shared, horizon)
        if n_lags < history.season:
            continue
        size = _mean_change(values, history.seen(fit.until))
        coefficients = _coefficients(history, values, size, shared, n_lags, horizon)
        for place in fit.places:
            origin = int(origins[place])
            if origin < n_lags:
                continue
            old = (history.began + n_lags <= origin) & (size > 0)
            x, middle = _scaled_lags(
                values[old, origin - n_lags : origin], size[old], history.season
            )
            ahead = x @ coefficients
            points[place, old] = ahead * size[old, None] + middle
    return points


def _lags(history: History, until: int, horizon: int) -> int:
    """Give as many lags as leave windows to learn from: two years, or just over one."""
    age = until - history.began
    typical = int(np.median(age[age > 0])) if (age > 0).any() else 0
    wanted = _YEARS_OF_LAGS * history.season
    return min(wanted, max(history.season + 1, typical - horizon - 2), max(typical - 2, 0))


def _mean_change(y: FloatArray, seen: BoolArray) -> FloatArray:
    both = seen[:, 1:] & seen[:, :-1]
    change = np.where(both, np.abs(np.diff(y, axis=1)), 0.0).sum(axis=1)
    return np.asarray(change / np.maximum(both.sum(axis=1), 1))


def _scaled_lags(
    window: FloatArray, size: FloatArray, season: int
) -> tuple[FloatArray, FloatArray]:
    """Give lags and a one, shape (n, n_lags + 1), and the level they are relative to, (n, 1)."""
    middle = window[:, -season:].mean(axis=1, keepdims=True)
    x = np.clip((window - middle) / size[:, None], -_CLIP, _CLIP)
    return np.concatenate([x, np.ones((len(x), 1))], axis=1), middle


def _coefficients(
    history: History, y: FloatArray, size: FloatArray, until: int, n_lags: int, horizon: int
) -> FloatArray:
    """Solve the normal equations of every lead, shape (n_lags + 1, horizon).

    Rows whose lead is not yet known still serve the leads that are; rows are
    summed by how many leads they know, so that each lead has its own sums for
    the price of one pass.
    """
    width = n_lags + 1
    squares = np.zeros((horizon, width, width))
    products = np.zeros((horizon, width, horizon))
    rows = np.zeros(horizon, dtype=np.int64)
    for known, x, z in _windows(history, y, size, until, n_lags, horizon):
        squares[known - 1] += x.T @ x
        products[known - 1, :, :known] += x.T @ z
        rows[known - 1] += len(x)
    # A row that knows k leads serves leads 1..k: sum from the far end.
    squares = np.cumsum(squares[::-1], axis=0)[::-1]
    products = np.cumsum(products[::-1], axis=0)[::-1]
    rows = np.cumsum(rows[::-1])[::-1]
    found = np.zeros((width, horizon))
    penalty = _PENALTY * np.eye(width)
    penalty[-1, -1] = 0.0
    for first in np.flatnonzero(np.diff(rows, prepend=-1)):
        # Leads that the same rows serve are solved together.
        leads = np.flatnonzero((rows == rows[first]) & (np.arange(horizon) >= first))
        if rows[first] >= _LEAST_ROWS:
            left = squares[first] + rows[first] * penalty + 1e-9 * np.eye(width)
            found[:, leads] = np.linalg.solve(left, products[first][:, leads])
        elif first:
            found[:, leads] = found[:, [first - 1]]
    return found


def _windows(
    history: History, y: FloatArray, size: FloatArray, until: int, n_lags: int, horizon: int
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Give leads known, lags and targets of past windows, those that know as many leads in bulk."""
    usable = np.flatnonzero(size > 0)
    step = max(1, history.season // 2)
    waiting: list[tuple[FloatArray, FloatArray]] = []
    for back in range(step, _MOST_WINDOWS + 1):
        end = until - back
        if end < n_lags:
            break
        # Leads known, in half years: few large products cost less than many small ones.
        known = min(back // step * step, horizon)
        here = usable[history.began[usable] + n_lags <= end]
        x, middle = _scaled_lags(y[here, end - n_lags : end], size[here], history.season)
        z = np.clip((y[here, end : end + known] - middle) / size[here, None], -_CLIP, _CLIP)
        if waiting and (waiting[0][1].shape[1] != known or _rows_of(waiting) >= _ROWS_A_BLOCK):
            yield waiting[0][1].shape[1], *_stacked(waiting)
            waiting = []
        waiting.append((x, z))
    if waiting:
        yield waiting[0][1].shape[1], *_stacked(waiting)


def _rows_of(parts: list[tuple[FloatArray, FloatArray]]) -> int:
    return sum(len(x) for x, _ in parts)


def _stacked(parts: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    return np.concatenate([x for x, _ in parts]), np.concatenate([z for _, z in parts])
