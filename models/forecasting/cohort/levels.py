"""A level that wanders, read from counts: how high it stands, how sure, and how fast it moves.

The log level is a random walk seen through counts whose variance is a multiple
of their mean. A Kalman filter linearised at the prediction runs for a grid of
spreads of the walk at once; series lend one another their likelihood, since a
few years of one series say little about how fast its level moves. Durbin &
Koopman (2012), *Time Series Analysis by State Space Methods*, sections 2.2 and
10.2; the same model as statsmodels' UnobservedComponents("local level").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray

WALK_SDS: FloatArray = np.array(
    [0.0, 0.003, 0.006, 0.009, 0.013, 0.018, 0.025, 0.035, 0.05, 0.07, 0.1, 0.14]
)
"""Monthly spreads of a log level that are tried: from none to 48% a year."""

_START_VARIANCE = 1.0
"""Of the log level before the first month: a factor of e either way says nothing."""

_FURTHEST = 4.0
"""Surprises count up to this many standard deviations: one wild month is no new level."""

_MOST_LENT = 6.0
"""Other series lend a series at most the likelihood of so many."""


@dataclass(frozen=True, slots=True)
class LocalLevel:
    """Levels of series at the end of their history.

    Attributes
    ----------
    level : ndarray, shape (n_series,)
        Log level: expected count of a month = exposure · exp(level).
    error : ndarray, shape (n_series,)
        Its standard error.
    chance : ndarray, shape (n_series, n_sds)
        Posterior probability of each of `WALK_SDS`.
    """

    level: FloatArray
    error: FloatArray
    chance: FloatArray

    def sd(self) -> FloatArray:
        """Give the root mean square spread of the walk a month, shape (n_series,)."""
        return np.asarray(np.sqrt(self.chance @ WALK_SDS**2))


def local_level(
    counts: FloatArray,
    exposure: FloatArray,
    *,
    dispersion: FloatArray | float = 1.0,
    weight: FloatArray | None = None,
    steps: FloatArray | None = None,
    prior_sd: float,
    prior_weight: float = 1.0,
    lent: float = 0.5,
    start_level: FloatArray | None = None,
    start_variance: float = _START_VARIANCE,
) -> LocalLevel:
    """Filter the log levels of many series at once.

    Parameters
    ----------
    counts : ndarray, shape (n_series, n_months)
        Events, not negative.
    exposure : ndarray, shape (n_series, n_months)
        What a level of 1 would lead to expect; months without exposure are
        passed over.
    dispersion : float or ndarray, shape (n_series,)
        Variance of a month's count over its mean.
    weight : ndarray, shape (n_months,), optional
        Months that are no guide weigh less than 1: their noise is larger.
    steps : ndarray, shape (n_months,), optional
        Variance added to the level where a step is known to have come.
    prior_sd : float
        Spread of the walk expected before the data.
    prior_weight : float
        How strongly: 1 is a factor of about three either way.
    lent : float
        Weight of other series' log likelihood, up to that of six, beside a
        series' own.
    start_level : ndarray, shape (n_series,), optional
        Log level expected before the first month; else the ratio of a
        series' own sums.
    start_variance : float
        Variance of the level around it.

    Returns
    -------
    LocalLevel
        Averaged over the grid of spreads by posterior probability.
    """
    n_series, n_months = counts.shape
    noise = np.broadcast_to(np.asarray(dispersion, dtype=float), (n_series,))
    trust = np.ones(n_months) if weight is None else weight
    jump = np.zeros(n_months) if steps is None else steps
    if start_level is None:
        whole = np.maximum(exposure.sum(axis=1), 1e-9)
        start_level = np.log(np.maximum(counts.sum(axis=1), 0.5) / whole)
    level = np.repeat(start_level[:, None], len(WALK_SDS), axis=1)
    variance = np.full(level.shape, start_variance)
    fit = np.zeros(level.shape)
    for month in range(n_months):
        variance = variance + WALK_SDS**2 + jump[month]
        mean = exposure[:, month, None] * np.exp(level)
        seen = mean > 0
        mean = np.where(seen, mean, 1.0)
        spread = noise[:, None] * mean / trust[month] + mean**2 * variance
        surprise = np.where(seen, counts[:, month, None] - mean, 0.0)
        furthest = _FURTHEST * np.sqrt(spread)
        surprise = np.clip(surprise, -furthest, furthest)
        fit -= np.where(seen, 0.5 * (np.log(spread) + surprise**2 / spread), 0.0)
        gain = np.where(seen, variance * mean / spread, 0.0)
        level = level + gain * surprise
        variance = variance * (1.0 - gain * mean)
    chance = _posterior(fit, prior_sd=prior_sd, prior_weight=prior_weight, lent=lent)
    middle = (chance * level).sum(axis=1)
    spread_of_level = (chance * (variance + (level - middle[:, None]) ** 2)).sum(axis=1)
    return LocalLevel(level=middle, error=np.sqrt(spread_of_level), chance=chance)


def _posterior(fit: FloatArray, *, prior_sd: float, prior_weight: float, lent: float) -> FloatArray:
    away = np.log(np.maximum(WALK_SDS, 0.5 * WALK_SDS[1]) / prior_sd) / np.log(3.0)
    others = (fit.sum(axis=0) - fit) * min(1.0, _MOST_LENT / max(len(fit) - 1, 1))
    score = fit + lent * others - 0.5 * prior_weight * away**2
    score = score - score.max(axis=1, keepdims=True)
    chance = np.exp(score)
    return np.asarray(chance / chance.sum(axis=1, keepdims=True))


def dispersion_of(counts: FloatArray, exposure: FloatArray) -> FloatArray:
    """Estimate how much more than their mean monthly counts vary around a moving average.

    Parameters
    ----------
    counts, exposure : ndarray, shape (n_series, n_months)
        Events, and what they should be proportional to.

    Returns
    -------
    ndarray, shape (n_series,)
        Variance over mean, between 1 and 25; shrunk to the pool of all series
        by two years of months. The wildest tenth of months is cut to the rest.
    """
    n_series, n_months = counts.shape
    window = min(13, n_months - (n_months + 1) % 2)
    if window < 5:
        return np.ones(n_series)
    half = window // 2
    running = np.lib.stride_tricks.sliding_window_view(counts, window, axis=1).sum(axis=2)
    exposed = np.lib.stride_tricks.sliding_window_view(exposure, window, axis=1).sum(axis=2)
    rate = running / np.maximum(exposed, 1e-9)
    mean = rate * exposure[:, half : n_months - half]
    kept = 1.0 - 1.0 / window
    square = (counts[:, half : n_months - half] - mean) ** 2 / np.maximum(mean, 1e-9) / kept
    square = np.where(mean > 0.05, np.minimum(square, np.quantile(square, 0.95)), 0.0)
    seen = (mean > 0.05).sum(axis=1)
    pool = square.sum() / max(seen.sum(), 1)
    own = (square.sum(axis=1) + 24.0 * pool) / (seen + 24.0)
    return np.asarray(np.clip(own, 1.0, 25.0))
