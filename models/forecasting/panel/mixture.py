"""Many parameter sets a series, each weighed by how well it has explained the series so far.

No single set is chosen: a short series does not know its parameters, and the
mean over those that it cannot tell apart forecasts better than the best. The
weights at an origin know only what came before it, so one pass over the
periods serves every origin, each as if it had been fitted anew. Hoeting,
Madigan, Raftery & Volinsky (1999), "Bayesian model averaging: a tutorial",
*Statistical Science* 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray
from models.forecasting.panel.smoothing import State, columns_by_value

_SHARPNESS = 1.5
"""Power of the likelihood: above 1 the better sets weigh more (measured on public sets)."""

_LEAST_LOSS = 1e-8
_NEVER = -1e30

_ROUNDS = 3
_SERIES_FOR_PRIOR = 512
_ONE_MORE = 5.0
"""Weight of the flat prior beside the panel's, in series."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the sets of one form say together.

    Attributes
    ----------
    points : ndarray, shape (n_origins, n_series, horizon)
        NaN from origins at which a series had not begun.
    evidence : ndarray, shape (n_origins, n_series)
        Logarithm of the sets' mean likelihood up to each origin.
    """

    points: FloatArray
    evidence: FloatArray


class Filter(Protocol):
    """A block of series and the sets that explain it, period by period."""

    @property
    def began(self) -> IntArray:
        """First period of each series."""
        ...

    @property
    def knee(self) -> FloatArray:
        """Error from which each series' loss grows in proportion, not squared (Huber)."""
        ...

    @property
    def n_sets(self) -> int:
        """Number of parameter sets."""
        ...

    def steps(self, last: int) -> Iterator[tuple[int, PathArray, State]]:
        """Go through the first `last` periods: how many are seen, their errors, the states."""
        ...

    def ahead(self, weights: PathArray, state: State, *, period: int, horizon: int) -> PathArray:
        """Forecast by the sets' weighted mean, shape (n_series, horizon)."""
        ...


def mixed(found: Filter, *, prior: FloatArray, origins: IntArray, horizon: int) -> Mixture:
    """Forecast from every origin by the weighted mean of the sets.

    Parameters
    ----------
    found : Filter
        Series and sets.
    prior : ndarray, shape (n_sets,)
        Logarithm of each set's weight before any of the series is seen.
    origins : ndarray of int, shape (n_origins,)
        Periods seen.
    horizon : int
        Periods ahead.
    """
    at = columns_by_value(np.asarray(origins))
    began = found.began
    n_series = len(began)
    points = np.full((len(origins), n_series, horizon), np.nan)
    evidence = np.full((len(origins), n_series), _NEVER)
    last = int(np.max(origins, initial=0))
    for period, likelihood, state in _explaining(found, last, wanted=set(at)):
        weighed = likelihood + prior[:, None].astype(likelihood.dtype)
        highest = weighed.max(axis=0)
        weights = np.exp(weighed - highest)
        total = weights.sum(axis=0)
        weights /= total
        ahead = found.ahead(weights, state, period=period, horizon=horizon)
        begun = began < period
        points[at[period]] = np.where(begun[:, None], ahead, np.nan)
        evidence[at[period]] = np.where(begun, highest + np.log(total), _NEVER)
    return Mixture(points, evidence)


def shared_prior(found: Filter, *, until: int) -> FloatArray:
    """Learn which sets serve the panel, from what its series say up to `until`.

    Returns
    -------
    ndarray, shape (n_sets,)
        Logarithms of weights that sum to 1: a few rounds of expectation and
        maximisation from the flat prior, which keeps the weight of some series.
    """
    n_sets = found.n_sets
    flat = np.full(n_sets, 1 / n_sets)
    weights = flat
    begun = found.began < until
    for _, likelihood, _ in _explaining(found, until, wanted={until}):
        for _ in range(_ROUNDS):
            weighed = likelihood[:, begun] + np.log(weights)[:, None]
            share = np.exp(weighed - weighed.max(axis=0, initial=_NEVER))
            share /= share.sum(axis=0)
            weights = (share.sum(axis=1) + _ONE_MORE * flat) / (share.shape[1] + _ONE_MORE)
    return np.asarray(np.log(weights))


def prior_sample(n_series: int) -> IntArray:
    """Give series, evenly spread, from which a prior is learned: enough are as good as all."""
    step = max(1, n_series // _SERIES_FOR_PRIOR)
    return np.arange(0, n_series, step)


def _explaining(
    found: Filter, last: int, *, wanted: set[int]
) -> Iterator[tuple[int, PathArray, State]]:
    """Filter, and give each set's logarithm of likelihood at the wanted periods."""
    loss = np.zeros((found.n_sets, len(found.began)), np.float32)
    inside = np.empty_like(loss)
    knee = found.knee.astype(np.float32)
    for period, error, state in found.steps(last):
        # Huber: c (2|e| - c) with c = min(|e|, knee).
        np.abs(error, out=error)
        np.minimum(error, knee, out=inside)
        error += error
        error -= inside
        error *= inside
        loss += error
        if period in wanted:
            age = np.maximum(period - found.began, 1).astype(np.float32)
            spread = np.log(np.maximum(loss, _LEAST_LOSS) / age)
            yield period, -0.5 * _SHARPNESS * age * spread, state
