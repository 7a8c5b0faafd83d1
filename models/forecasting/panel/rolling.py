"""The panel's face: points from many origins, forecasts with intervals, and backtests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray, QuantileForecast, RolledForecast
from models.forecasting.panel.base import MEMBERS, YARDSTICKS, History, young_points
from models.forecasting.panel.combination import COMBINATION, combined
from models.forecasting.panel.intervals import (
    Spread,
    learned_spread,
    stretched_spread,
    stretches,
)
from models.scores import QUANTILE_LEVELS

_MORE_YEARS = 1.5
_SHARE_BEHIND = 0.4
"""Past errors come from the last horizon and a year and a half, or from the last 40% of history if
that is longer: longer leads need origins that do not overlap."""

_MOST_ORIGINS = 40
"""So many past origins say as much as all; longer ladders are thinned evenly."""

_LEAST_YEARS, _LEAST_MORE = 2, 6
"""The first of those origins has two years and a half of a typical series before it, or else
leaves half a year of origins."""

_ORIGINS_OF_A_MEMBER = 10
_YEARS_BEFORE_JUDGING = 2

_FEW = 5.0
"""Counts that average less have whole quantiles: a tenth of a child would leave out the zeros."""


def rolled_points(
    y: FloatArray,
    *,
    season: int,
    horizon: int,
    origins: IntArray,
    members: Sequence[str] | None = None,
) -> dict[str, PathArray]:
    """Forecast every series from every origin, by every member.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        Right-aligned: the last column is the newest period of all; NaN before
        a series began and nowhere else.
    season : int
        Periods of a year.
    horizon : int
        Periods ahead.
    origins : ndarray of int, shape (n_origins,)
        Periods seen by each forecast, ascending, at least 1.
    members : sequence of str, optional
        Names in `MEMBERS`; all by default.

    Returns
    -------
    dict of str to ndarray, shape (n_origins, n_series, horizon)
        In 32 bits. What is learned for past origins has seen nothing from the
        first that it serves on (`History.fits`); an origin at the last period
        has everything.
        NaN where a series had not begun; never below zero where the series
        had not been.
    """
    origins = np.asarray(origins, dtype=np.int64)
    history = History.of(y, season=season)
    young = young_points(history, origins=origins, horizon=horizon)
    too_young = history.too_young(origins)
    lowest = np.fmin.accumulate(y, axis=1)[:, origins - 1].T
    floor = np.where(lowest >= 0, 0.0, -np.inf)[:, :, None]
    found = {}
    for name in members or MEMBERS:
        points = MEMBERS[name](history, origins=origins, horizon=horizon)
        if name not in YARDSTICKS:
            points = np.where(too_young[:, :, None], young, points)
        found[name] = np.maximum(points, floor).astype(np.float32)
    return found


def forecast_panel(
    y: FloatArray,
    *,
    season: int,
    horizon: int,
    levels: FloatArray,
    group: IntArray | None = None,  # noqa: ARG001 - strength is lent over the whole panel
) -> QuantileForecast:
    """Forecast every series by the combination, with intervals from its past errors.

    Parameters
    ----------
    y, season, horizon
        As in `rolled_points`.
    levels : ndarray, shape (n_levels,)
        Between 0 and 1, ascending.
    group : ndarray of int, shape (n_series,), optional
        Parent of each series; series lend one another strength over the whole
        panel, so it is not used by these models.

    Returns
    -------
    QuantileForecast
        The mean is the combination's point; quantiles are ordered, and not
        below zero where a series has not been.
    """
    n_periods = y.shape[1]
    origins = np.append(_ladder(y, season=season, horizon=horizon, until=n_periods), n_periods)
    members = [name for name in MEMBERS if name not in YARDSTICKS]
    points = rolled_points(y, season=season, horizon=horizon, origins=origins, members=members)
    left_out = History.of(y, season=season).too_young(origins)
    found = combined(points, y=y, origins=origins, season=season, left_out=left_out).points
    past = np.where(left_out[:, :, None], np.float32(np.nan), found)
    spread = _spread(y, past, origins, until=n_periods, tried=True)
    quantiles = _quantiles(y[:, :n_periods], found[-1], spread, levels)
    return QuantileForecast(found[-1].astype(float), quantiles, np.asarray(levels, dtype=float))


def rolled_panel(
    y: FloatArray, *, season: int, horizon: int, n_origins: int
) -> dict[str, RolledForecast]:
    """Forecast from past origins as it would have been done then, with intervals.

    Parameters
    ----------
    y, season, horizon
        As in `rolled_points`.
    n_origins : int
        Past origins half a year apart, the last a horizon before the end;
        those with under two years before them are left out.

    Returns
    -------
    dict of str to RolledForecast
        Every member, the yardsticks and the combination; empty where no
        origin is old enough. Intervals at an origin know only errors that had
        come by then; parameters are as in `rolled_points`.
    """
    step = max(1, season // 2)
    ends = y.shape[1] - horizon - step * np.arange(n_origins)[::-1]
    judged = ends[ends >= max(4, _YEARS_BEFORE_JUDGING * season)]
    if not len(judged):
        return {}
    ladder = _ladder(y, season=season, horizon=horizon, until=int(judged[0]))
    spacing = int(ladder[1] - ladder[0]) if len(ladder) > 1 else 1
    later = np.arange(int(judged[0]), int(judged[-1]) + 1, spacing)
    origins = np.unique(np.concatenate([ladder, later, judged]))
    points = rolled_points(y, season=season, horizon=horizon, origins=origins)
    left_out = History.of(y, season=season).too_young(origins)
    together = combined(points, y=y, origins=origins, season=season, left_out=left_out)
    points[COMBINATION] = together.points
    places = np.searchsorted(origins, judged)
    rolled = {}
    for name in list(points):
        found = points.pop(name)  # many series from many origins: held no longer than needed
        quantiles = np.empty((len(QUANTILE_LEVELS), len(judged), *found.shape[1:]), np.float32)
        past = np.where(left_out[:, :, None], np.float32(np.nan), found)
        for number, (origin, place) in enumerate(zip(judged, places, strict=True)):
            until = int(origin)
            spread = _spread(y, past, origins, until=until, tried=name == COMBINATION)
            quantiles[:, number] = _quantiles(y[:, :until], found[place], spread, QUANTILE_LEVELS)
        rolled[name] = RolledForecast(judged, found[places], quantiles)
    return rolled


def _ladder(y: FloatArray, *, season: int, horizon: int, until: int) -> IntArray:
    """Give the past origins whose errors make intervals and weights, evenly spaced."""
    known = np.isfinite(y[:, :until])
    began = np.where(known.any(axis=1), known.argmax(axis=1), until)
    stretch = max(horizon + round(_MORE_YEARS * season), round(_SHARE_BEHIND * until))
    settled = int(np.median(began)) + _LEAST_YEARS * season + _LEAST_MORE
    first = min(max(until - stretch, settled), until - max(season // 2, 1))
    step = -(-(until - max(first, 1)) // _MOST_ORIGINS)
    return np.arange(until - step, max(first, 1) - 1, -step)[::-1] if step else np.arange(0)


def _spread(
    y: FloatArray, past: PathArray, origins: IntArray, *, until: int, tried: bool
) -> Spread:
    """Learn the spread of errors known by `until`; where `tried`, stretch it by what trials ask.

    Single members, which only stand for comparison, learn from fewer origins.
    """
    if not tried:
        step = max(1, int((origins < until).sum()) // _ORIGINS_OF_A_MEMBER)
        return learned_spread(y, past[::step], origins[::step], until=until)
    spread = learned_spread(y, past, origins, until=until)
    inner, outer = stretches(y, past, origins, until=until)
    return stretched_spread(spread, inner=inner, outer=outer)


def _quantiles(
    history: FloatArray, point: PathArray, spread: Spread, levels: FloatArray
) -> FloatArray:
    """Put quantiles around points; those of few whole numbers are whole numbers themselves."""
    quantiles = spread.around(point.astype(float), levels)
    lowest = np.fmin.reduce(history, axis=1)
    quantiles = np.maximum(quantiles, np.where(lowest >= 0, 0.0, -np.inf)[:, None])
    known = np.isfinite(history)
    whole = (np.where(known, history, 0.0) % 1 == 0).all(axis=1)
    few = whole & (spread.level < _FEW)
    return np.where(few[:, None], np.rint(quantiles), quantiles)
