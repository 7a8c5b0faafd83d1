"""Where a filter starts: level, slope and season of the first years, then back-cast.

An optimiser would find starting states one series at a time; for thousands, the
end of the same filter run backwards does as well and costs two passes. Box,
Jenkins & Reinsel (2008), *Time Series Analysis*, section 7.1.4, on back-casting.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.smoothing import Gains, State, slots_of_year, state_at

_START_YEARS = 4
"""Years of which the first season is the mean."""

_ALPHA, _BETA, _PHI, _GAMMA = 0.2, 0.02, 0.98, 0.1
"""Gains of the back-cast: those of a calm series."""


def opening_state(
    y: FloatArray, *, began: IntArray, until: IntArray, season: int, trended: bool, seasonal: bool
) -> State:
    """Give the state before each series' first period.

    Parameters
    ----------
    y : ndarray, shape (n_periods, n_series)
        Zero before a series began.
    began, until : ndarray of int, shape (n_series,)
        First period, and the periods that may be seen.
    season : int
        Periods of a year.
    trended, seasonal : bool
        What the form has.

    Returns
    -------
    State
        One set. Series with under two years have neither slope nor season.
    """
    first = _first_years(y, began=began, until=until, season=season)
    level, slope, shape_of_year = first
    if not trended:
        level, slope = level + slope * season / 2, np.zeros_like(slope)
    if not seasonal:
        shape_of_year = np.zeros_like(shape_of_year)
    state = State(level[None], slope[None], shape_of_year[:, None, :])
    return _back_cast(
        y, state, began=began, until=until, season=season, trended=trended, seasonal=seasonal
    )


def _first_years(
    y: FloatArray, *, began: IntArray, until: IntArray, season: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give level before the first period, slope, and season by slot of the year."""
    n_periods, n_series = y.shape
    years = _START_YEARS
    step = np.arange(years * season)
    column = began[None, :] + step[:, None]
    known = column < until[None, :]
    values = np.where(known, np.take_along_axis(y, np.minimum(column, n_periods - 1), axis=0), 0.0)
    count = np.minimum(until - began, 2 * season)
    two_years = count >= 2 * season
    early = known[: 2 * season]
    level = values[: 2 * season].sum(axis=0) / np.maximum(early.sum(axis=0), 1)
    by_year = values.reshape(years, season, n_series).mean(axis=1)
    slope = np.where(two_years, (by_year[1] - by_year[0]) / season, 0.0)

    whole = np.asarray(known.reshape(years, season, n_series).all(axis=1))[:, None]
    within = np.arange(season)[None, :, None] - (season - 1) / 2
    deviation = values.reshape(years, season, n_series) - by_year[:, None] - slope * within
    mean = (deviation * whole).sum(axis=0) / np.maximum(whole.sum(axis=0), 1)
    mean = np.where(two_years, mean - mean.mean(axis=0), 0.0)
    shape_of_year = np.empty_like(mean)
    slot = (began[None, :] + np.arange(season)[:, None]) % season
    np.put_along_axis(shape_of_year, slot, mean, axis=0)
    return level - slope * np.maximum(count, 0) / 2, slope, shape_of_year


def _back_cast(
    y: FloatArray,
    state: State,
    *,
    began: IntArray,
    until: IntArray,
    season: int,
    trended: bool,
    seasonal: bool,
) -> State:
    alpha, beta, phi, gamma = np.array([_ALPHA, _BETA, _PHI, _GAMMA])[:, None, None]
    gains = Gains(alpha, beta, phi, gamma, trended=trended, seasonal=seasonal)
    n_periods = len(y)
    slots = slots_of_year(n_periods, season)
    state = state_at(y, slots=slots, began=began, opening=state, gains=gains, until=until)
    turned = State(state.level, -state.trend, state.season)
    back = state_at(
        y[::-1],
        slots=slots[::-1],
        began=n_periods - until,
        opening=turned,
        gains=gains,
        until=n_periods - began,
    )
    return State(back.level, -back.trend, back.season)
