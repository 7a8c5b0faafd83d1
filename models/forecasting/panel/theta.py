"""Theta on seasonally adjusted series: a level that drifts by half the trend of the past.

Assimakopoulos & Nikolopoulos (2000), "The theta model: a decomposition approach
to forecasting", *International Journal of Forecasting* 16; in the form of
Hyndman & Billah (2003), *IJF* 19. The season is multiplicative, and taken out
only where it shows.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import BoolArray, History, member
from models.forecasting.panel.forms import middle_and_size
from models.forecasting.panel.mixture import mixed
from models.forecasting.panel.smoothing import Gains, Smoother, State, slots_of_year

_ALPHAS = np.arange(1, 20, dtype=np.float32)[:, None] / 20
_NOTHING = np.zeros((1, 1), dtype=np.float32)
_GAINS = Gains(_ALPHAS, _NOTHING, _NOTHING, _NOTHING, trended=False, seasonal=False)
"""The level's gain alone: everything else is taken out before."""

_SIGNIFICANT = 1.645
_LEAST_INDEX = 0.05
_LEAST_YEARS = 3


@member("theta")
def theta(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Smooth every seasonally adjusted series with drift, and put the season back.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Points in the unit of the panel; NaN where a series had not begun.

    Notes
    -----
    Series with a zero are shifted by 1 for the season's ratios; series below
    zero have none taken out.
    """
    m, y = history.season, history.filled()
    begun = np.isfinite(history.y)
    slots = slots_of_year(history.n_periods, m)
    points = np.empty((len(origins), history.n_series, horizon))
    for fit in history.fits(origins):
        seen = history.seen(fit.until)
        lowest = np.where(seen, y, np.inf).min(axis=1)
        offset = np.where(lowest == 0, 1.0, 0.0)
        shifted = np.where(begun, y + offset[:, None], 0.0)
        index = seasonal_indices(shifted, seen, slots=slots, season=m)
        adjusted = shifted / index[:, slots]
        drift = _half_slope(adjusted, seen)
        ahead = _drifting(history, adjusted, drift, fit.until, origins[fit.places], horizon)
        for place, origin, level in zip(fit.places, origins[fit.places], ahead, strict=True):
            later = (origin + np.arange(horizon)) % m
            points[place] = level * index[:, later] - offset[:, None]
    return points


def seasonal_indices(y: FloatArray, seen: BoolArray, *, slots: IntArray, season: int) -> FloatArray:
    """Give multiplicative indices by slot of the year, 1 where no season shows.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        Above zero, for those series that may have a season.
    seen : ndarray of bool, same shape
        What may be used.
    slots : ndarray of int, shape (n_periods,)
        Slot of the year of each column.
    season : int
        Periods of a year.

    Returns
    -------
    ndarray, shape (n_series, season)
        Mean ratio to the centred moving average, mean 1 over the year, at
        least .05.
    """
    n_series, n_periods = y.shape
    index = np.ones((n_series, season))
    if season == 1 or n_periods < _LEAST_YEARS * season:
        return index
    average = _centred_average(np.where(seen, y, np.nan), season)
    usable = np.isfinite(average) & (average > 0)
    ratio = np.where(usable, np.divide(y, average, out=np.ones_like(y), where=usable), 0.0)
    for slot in range(season):
        here = slots == slot
        count = usable[:, here].sum(axis=1)
        index[:, slot] = np.where(count > 0, ratio[:, here].sum(axis=1) / np.maximum(count, 1), 1.0)
    index = np.maximum(index / np.maximum(index.mean(axis=1, keepdims=True), 1e-12), _LEAST_INDEX)
    lowest = np.where(seen, y, np.inf).min(axis=1)
    shows = _season_shows(y, seen, season) & (lowest > 0)
    return np.where(shows[:, None], index, 1.0)


def _centred_average(y: FloatArray, season: int) -> FloatArray:
    """Average a year around every period, the ends of an even year by half; NaN near the ends."""
    n_series, n_periods = y.shape
    half = season // 2
    average = np.full((n_series, n_periods), np.nan)
    width = 2 * half + 1
    windows = np.lib.stride_tricks.sliding_window_view(y, width, axis=1)
    weight = np.ones(width)
    if season % 2 == 0:
        weight[0] = weight[-1] = 0.5
    average[:, half : n_periods - half] = np.einsum("ntw,w->nt", windows, weight / season)
    return average


def _season_shows(y: FloatArray, seen: BoolArray, season: int) -> BoolArray:
    """Test the autocorrelation a year apart, by Bartlett's formula at 90%."""
    count = seen.sum(axis=1)
    mean = np.where(seen, y, 0.0).sum(axis=1) / np.maximum(count, 1)
    deviation = np.where(seen, y - mean[:, None], 0.0)
    spread = np.maximum((deviation**2).sum(axis=1), 1e-12)
    correlation = np.stack(
        [
            (deviation[:, lag:] * deviation[:, :-lag]).sum(axis=1) / spread
            for lag in range(1, season + 1)
        ]
    )
    limit = 1 + 2 * (correlation[:-1] ** 2).sum(axis=0)
    shows = np.abs(correlation[-1]) > _SIGNIFICANT * np.sqrt(limit / np.maximum(count, 1))
    return np.asarray(shows & (count >= _LEAST_YEARS * season))


def _half_slope(y: FloatArray, seen: BoolArray) -> FloatArray:
    """Give half the least-squares slope of each series over what is seen."""
    count = np.maximum(seen.sum(axis=1), 1)
    column = np.arange(y.shape[1])
    mean_column = (seen * column).sum(axis=1) / count
    away = np.where(seen, column - mean_column[:, None], 0.0)
    squares = (away**2).sum(axis=1)
    return np.asarray(0.5 * (away * y).sum(axis=1) / np.maximum(squares, 1e-12))


def _drifting(
    history: History,
    adjusted: FloatArray,
    drift: FloatArray,
    until: IntArray,
    origins: IntArray,
    horizon: int,
) -> FloatArray:
    """Smooth what is left when the drift is taken out, which is a level and nothing else."""
    began = history.began
    age = np.arange(history.n_periods)[None, :] - began[:, None]
    begun = age >= 0
    without = np.where(begun, adjusted - drift[:, None] * age, 0.0)
    first = np.take_along_axis(without, np.minimum(began, history.n_periods - 1)[:, None], axis=1)[
        :, 0
    ]
    middle, size = middle_and_size(without, history.seen(until))
    level = np.where(begun, (without - middle[:, None]) / size[:, None], 0.0)
    first = (first - middle) / size
    found = Smoother(
        y=np.ascontiguousarray(level.T, dtype=np.float32),
        slots=np.zeros(history.n_periods, dtype=np.int64),
        began=began,
        opening=State(first[None], np.zeros((1, len(first))), np.zeros((1, 1, len(first)))),
        gains=_GAINS,
        knee=np.full(len(first), np.inf),
    )
    flat = mixed(found, prior=np.zeros(len(_ALPHAS)), origins=origins, horizon=horizon).points
    later = origins[:, None, None] + np.arange(horizon) - began[None, :, None]
    return np.asarray(flat * size[:, None] + middle[:, None] + drift[None, :, None] * later)
