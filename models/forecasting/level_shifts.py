"""Months in which a level moved further than its usual wandering explains.

The smoothed disturbances of a local level with a season, in units of their own
spread (auxiliary residuals): Harvey & Koopman (1992), "Diagnostic checking of
unobserved-components time series models", *Journal of Business & Economic
Statistics* 10. The model is statsmodels' `UnobservedComponents`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from models.forecast import FloatArray

LEAST_YEARS = 3
"""Under three years a season and a shift cannot be told apart."""

FAR = 3.5
"""Standard deviations: once in two thousand months by chance."""

_HARMONICS = 2
_LEAST_SPREAD = 1e-8


@dataclass(frozen=True, slots=True)
class LevelShift:
    """One suspected shift.

    Attributes
    ----------
    series, period : int
        Row and column of the panel: the level moved between the column before
        and this one.
    size : float
        Log of the mean of the year after over that of the year before.
    z : float
        Disturbance of the level in standard deviations.
    """

    series: int
    period: int
    size: float
    z: float


def level_shifts(y: FloatArray, *, season: int, far: float = FAR) -> list[LevelShift]:
    """Find shifts of the level of counts.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        Counts, not negative.
    season : int
        Periods of a year.
    far : float
        Standard deviations from which a shift is suspected.

    Returns
    -------
    list of LevelShift
        By series and period; none where there are under three years.
    """
    if y.shape[1] < LEAST_YEARS * season:
        return []
    return [shift for row in range(len(y)) for shift in _shifts_of(y[row], row, season, far)]


def _shifts_of(y: FloatArray, row: int, season: int, far: float) -> list[LevelShift]:
    if np.ptp(y) == 0:
        return []
    seasonal = [{"period": season, "harmonics": min(_HARMONICS, season // 2)}]
    model = UnobservedComponents(
        np.log(y + 0.5), level="local level", freq_seasonal=seasonal if season > 1 else None
    )
    with warnings.catch_warnings():
        # A variance at its bound of zero is a sound answer: nothing wanders.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = model.fit(disp=False)
    smoothed = fitted.smoother_results
    moved = smoothed.smoothed_state_disturbance[0]
    variance = fitted.params[list(fitted.param_names).index("sigma2.level")]
    spread = np.sqrt(np.maximum(variance - smoothed.smoothed_state_disturbance_cov[0, 0], 0.0))
    z = np.divide(moved, spread, out=np.zeros_like(moved), where=spread > _LEAST_SPREAD)
    # The disturbance of a month moves the level of the next.
    return [
        LevelShift(row, int(t) + 1, _size(y, int(t) + 1, season), float(z[t]))
        for t in np.flatnonzero(np.abs(z[:-1]) > far)
    ]


def _size(y: FloatArray, at: int, season: int) -> float:
    before, after = y[max(0, at - season) : at].mean(), y[at : at + season].mean()
    return float(np.log((after + 0.5) / (before + 0.5)))
