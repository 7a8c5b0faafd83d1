"""Exponential smoothing with additive errors: level, damped trend, season, and both.

Hyndman, Koehler, Ord & Snyder (2008), *Forecasting with Exponential
Smoothing*, chapters 2, 3, 5 and 7; the recursion is tested against
statsmodels' ETSModel at the same parameters.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.panel.base import History, member
from models.forecasting.panel.forms import Block, Form, averaged_forms
from models.forecasting.panel.opening import opening_state
from models.forecasting.panel.smoothing import Gains, Smoother

_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 0.9)
_BETA_SHARES = (0.0, 0.05, 0.2)
_DAMPINGS = (0.9, 0.98)
_GAMMA_SHARES = (0.01, 0.1, 0.3)
"""Gain of the level; of the trend as a share of α; damping; of the season as a share of 1 - α."""

_LEAST_FOR_TREND = 8


@member("ets")
def ets(history: History, *, origins: IntArray, horizon: int) -> FloatArray:
    """Smooth every series by four forms, each over its grid, and average them.

    Parameters
    ----------
    history : History
        Series and what fits may see.
    origins : ndarray of int, shape (n_origins,)
        Periods that each forecast has seen, ascending.
    horizon : int
        Periods ahead.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        Points in the unit of the panel; NaN where a series had not begun.
    """
    values = history.filled()
    points = np.empty((len(origins), history.n_series, horizon))
    for fit in history.fits(origins):
        points[fit.places] = smoothed_points(
            history, values, until=fit.until, origins=origins[fit.places], horizon=horizon
        )
    return points


def smoothed_points(
    history: History, values: FloatArray, *, until: IntArray, origins: IntArray, horizon: int
) -> FloatArray:
    """Forecast `values`, such as the series themselves or their logarithms.

    Parameters
    ----------
    history : History
        When series began.
    values : ndarray, shape (n_series, n_periods)
        Zero before a series began.
    until : ndarray of int, shape (n_series,)
        Periods that starting states may see.
    origins, horizon
        As in `ets`.
    """
    return averaged_forms(
        values,
        forms(history.season),
        began=history.began,
        until=until,
        season=history.season,
        origins=origins,
        horizon=horizon,
        centred=True,
    )


def forms(season: int) -> list[Form]:
    """Give ANN and AAdN and, where there is a season, ANA and AAdA."""
    found = []
    for seasonal in (False, True) if season > 1 else (False,):
        for trended in (False, True):
            gains = _grid(trended=trended, seasonal=seasonal)
            least = 2 * season + 4 if seasonal else _LEAST_FOR_TREND if trended else 1
            cost = 2 + 3 * trended + season * seasonal
            found.append(Form(partial(smoother, gains=gains), cost, least, len(gains.alpha)))
    return found


def smoother(block: Block, *, gains: Gains) -> Smoother:
    """Ready a block for smoothing by `gains`, in 32 bits."""
    opening = opening_state(
        block.y,
        began=block.began,
        until=block.until,
        season=block.season,
        trended=gains.trended,
        seasonal=gains.seasonal,
    )
    return Smoother(
        y=block.y.astype(np.float32),
        slots=block.slots,
        began=block.began,
        knee=block.knee,
        opening=opening.as_type(np.float32),
        gains=gains,
    )


def _grid(*, trended: bool, seasonal: bool) -> Gains:
    rows = [
        (alpha, alpha * share, phi, gamma * (1 - alpha))
        for alpha, share, phi, gamma in product(
            _ALPHAS,
            _BETA_SHARES if trended else (0.0,),
            _DAMPINGS if trended else (1.0,),
            _GAMMA_SHARES if seasonal else (0.0,),
        )
    ]
    alpha, beta, phi, gamma = np.array(rows, dtype=np.float32).T[:, :, None]
    return Gains(alpha, beta, phi, gamma, trended=trended, seasonal=seasonal)
