"""Where series stand today, small ones by their share of what they belong to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, SeriesPanel

SPARSE_MEAN = 3.0
"""Below this mean a single child moves a series by a third: too few to stand alone."""

_SPARSE_ZEROS = 0.6
"""Share of empty periods from which a series counts as sparse whatever its mean."""


def sparse_series(panel: SeriesPanel) -> NDArray[np.bool_]:
    """Say which series are too thin to be modelled alone, from their last two years.

    Returns
    -------
    ndarray of bool, shape (n_series,)
        Mean below `SPARSE_MEAN`, or empty in more than 60% of periods. A
        series that has not moved in that time is not sparse but constant.
    """
    recent = panel.y[:, -2 * panel.season :]
    thin = (recent.mean(axis=1) < SPARSE_MEAN) | ((recent == 0).mean(axis=1) > _SPARSE_ZEROS)
    return np.asarray(thin & (np.ptp(recent, axis=1) > 0))


def last_level(panel: SeriesPanel) -> FloatArray:
    """Give the last value of every series; sparse ones share theirs within the area.

    The sparse series of an area keep together the children they had in the
    last period, divided by each one's mean over the last year: a cell that is
    empty today but was not in spring is not empty for ever.

    Returns
    -------
    ndarray, shape (n_series,)
        Area totals are those of the last period.
    """
    level = panel.y[:, -1].copy()
    sparse = np.flatnonzero(sparse_series(panel))
    usual = panel.y[sparse, -panel.season :].mean(axis=1)
    area, n_areas = panel.group[sparse], int(panel.group.max(initial=-1)) + 1
    held = np.bincount(area, level[sparse], minlength=n_areas)
    shared = np.bincount(area, usual, minlength=n_areas)
    share = np.divide(usual, shared[area], out=np.zeros_like(usual), where=shared[area] > 0)
    level[sparse] = share * held[area]
    return level


def without_breaks(
    panel: SeriesPanel, by_period: FloatArray, *, first: int, lasting: int = 1
) -> FloatArray:
    """Leave out what happened across a break.

    Parameters
    ----------
    by_period : ndarray, shape (n_series, n_past)
        Changes or errors; its column 0 belongs to period `first` of the panel.
    first : int
        Period of the first column.
    lasting : int
        Periods for which a change looks back across the break: 1 for changes
        from the period before, a year's for year-on-year changes.
    """
    period = first + np.arange(by_period.shape[1])
    kept = np.ones(len(period), dtype=bool)
    for column in panel.breaks:
        kept &= (period < column) | (period >= column + lasting)
    return by_period[:, kept] if kept.any() else by_period
