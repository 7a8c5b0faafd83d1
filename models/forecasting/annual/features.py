"""What may tell one series' growth from another's: scale-free, and known at the time.

Every feature at a year uses that year and those before it alone, and has a
weighted mean of zero over the panel: what moves all series alike is left to
`momentum`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.annual.panel import AnnualPanel, carried

FAST, SLOW = 0.4, 0.85
"""Weight of each further year back in a mean of growth."""

_LEAST_GROUP = 3
"""A group of fewer is compared with the whole panel."""

_WIDEST = 4.0
"""Features further out than this many standard deviations are pulled in."""

_COLUMN = "column_"

_ROUNDING = 1e-9
"""A feature that differs less between series, as a share of its size, is one for all."""

_GROWS_WITH_SIZE = 0.5
"""A column whose log rises by this much with that of the value counts with its size."""


@dataclass(frozen=True, slots=True)
class Features:
    """Features of every series and year.

    Attributes
    ----------
    names : tuple of str
        What each is.
    x : ndarray, shape (n_features, n_series, n_periods)
        0 where not known: nothing sets the series apart.
    from_column : ndarray of bool, shape (n_features,)
        Which come from further columns, whose meaning nobody has told.
    """

    names: tuple[str, ...]
    x: FloatArray
    from_column: NDArray[np.bool_]


def features_of(panel: AnnualPanel, log_y: FloatArray, weight: FloatArray) -> Features:
    """Build the features of a panel.

    Parameters
    ----------
    panel : AnnualPanel
        With groups, and perhaps exposure and columns.
    log_y : ndarray, shape (n_series, n_periods)
        Logs of values, gaps carried forward; NaN before a series began.
    weight : ndarray, same shape
        Weight of each series within a year.

    Returns
    -------
    Features
        Momentum of the group and of the series within it; with exposure, the
        rate's distance from the group's and its momentum; with columns, each
        one's distance.
    """
    group = _groups_large_enough(panel.group)
    fast, slow = _mean_growth(log_y, FAST), _mean_growth(log_y, SLOW)
    found = {
        "group_momentum": _group_mean(slow, group),
        "own_momentum": fast - _group_mean(fast, group),
    }
    if panel.exposure is not None:
        population = carried(panel.exposure)
        rate = log_y - np.log(population)
        found["rate"] = rate - _group_log_rate(rate, population, group)
        found["rate_momentum"] = _mean_growth(rate, SLOW)
    for number, column in enumerate([] if panel.columns is None else panel.columns):
        against = _against_size(carried(column), log_y)
        if against is not None:
            found[f"{_COLUMN}{number}"] = against - _group_mean(against, group)
    names = tuple(found)
    return Features(
        names=names,
        x=np.stack([_centred(found[name], weight) for name in names]),
        from_column=np.array([name.startswith(_COLUMN) for name in names]),
    )


def _groups_large_enough(group: IntArray) -> IntArray:
    _, place, count = np.unique(group, return_inverse=True, return_counts=True)
    return np.asarray(np.where(count[place] >= _LEAST_GROUP, place, -1), dtype=np.int64)


def _group_mean(values: FloatArray, group: IntArray) -> FloatArray:
    """Give each series the mean over its group's known members; over the panel for the rest."""
    known = np.isfinite(values)
    total = _group_sum(np.where(known, values, 0.0), group)
    return _ratio(total, _group_sum(known.astype(float), group))


def _group_log_rate(rate: FloatArray, exposure: FloatArray, group: IntArray) -> FloatArray:
    """Give each series the log of its group's rate: children of all members over population."""
    known = np.isfinite(rate)
    children = _group_sum(np.where(known, np.exp(rate) * exposure, 0.0), group)
    with np.errstate(divide="ignore"):
        return np.log(_ratio(children, _group_sum(np.where(known, exposure, 0.0), group)))


def _group_sum(filled: FloatArray, group: IntArray) -> FloatArray:
    """Give each series the sum over its group; over the panel where it has none."""
    sums = np.broadcast_to(filled.sum(axis=0), filled.shape).copy()
    grouped = np.flatnonzero(group >= 0)
    if len(grouped):
        labels, place = np.unique(group[grouped], return_inverse=True)
        by_group = np.zeros((len(labels), filled.shape[1]))
        np.add.at(by_group, place, filled[grouped])
        sums[grouped] = by_group[place]
    return sums


def _ratio(total: FloatArray, count: NDArray[np.number]) -> FloatArray:
    empty = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(total, count, out=empty, where=count > 0))


def _mean_growth(log_y: FloatArray, weight_back: float) -> FloatArray:
    """Give each series' mean growth so far, older years weighing less."""
    growth = np.diff(log_y, axis=1)
    known = np.isfinite(growth)
    found = np.full(log_y.shape, np.nan)
    total, weight = np.zeros(len(log_y)), np.zeros(len(log_y))
    for t in range(growth.shape[1]):
        total = weight_back * total + np.where(known[:, t], growth[:, t], 0.0)
        weight = weight_back * weight + known[:, t]
        found[:, t + 1] = _ratio(total, weight)
    return found


def _against_size(column: FloatArray, log_y: FloatArray) -> FloatArray | None:
    """Give a column free of scale: by value where it grows with it, else by itself.

    A column that never changes in time (a code, a distance) says nothing of
    change, and could be a mere label.
    """
    known = np.isfinite(column) & np.isfinite(log_y)
    steps = np.diff(column, axis=1)
    if known.sum() < 2 or not (np.abs(steps[np.isfinite(steps)]) > 0).any():
        return None
    positive = column[known].min() > 0
    if not positive:
        scale = np.exp(log_y) if _rises_with(column, np.exp(log_y), known) else 1.0
        return np.where(known, column, np.nan) / scale
    log_column = np.log(np.where(known, column, np.nan))
    slope = _slope(log_column[known], log_y[known])
    return log_column - log_y if slope > _GROWS_WITH_SIZE else log_column


def _rises_with(column: FloatArray, y: FloatArray, known: NDArray[np.bool_]) -> bool:
    """Tell whether the largest tenth of series has most of a column that may be zero."""
    a, b = column[known], y[known]
    if a.min() < 0:
        return False
    return bool(_slope(a / max(a.mean(), 1e-12), b / b.mean()) > _GROWS_WITH_SIZE)


def _slope(a: FloatArray, b: FloatArray) -> float:
    spread = float(np.var(b))
    return float(np.mean((a - a.mean()) * (b - b.mean()))) / spread if spread > 0 else 0.0


def _centred(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Take off each year's mean over the panel, pull far ones in, and say 0 where not known."""
    known = np.isfinite(values)
    w = np.where(known, weight, 0.0)
    mean = _ratio((w * np.where(known, values, 0.0)).sum(axis=0), w.sum(axis=0))
    off = np.where(known, values - mean, 0.0)
    total = max(float(w.sum()), 1e-300)
    spread = np.sqrt((w * off**2).sum() / total)
    size = np.sqrt((w * np.where(known, values, 0.0) ** 2).sum() / total)
    if spread <= _ROUNDING * size:
        return np.zeros_like(off)
    return np.asarray(np.clip(off, -_WIDEST * spread, _WIDEST * spread))
