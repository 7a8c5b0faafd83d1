"""Intervals from honest past errors, pooled over the panel, series by series on its own scale.

An error is told in units of its series' own changes, of how high the forecast
stood (counts vary with their level) and of how much further ahead it looked;
what is left is pooled, and its quantiles are put back. Two things no pooled
quantile knows are added: a bias that the panel had before may come again or
not, so intervals reach for both; and the interval so made is put to the test
at earlier origins, and stretched by what it failed there.
Lei et al. (2018), "Distribution-free predictive inference for regression", *JASA* 113.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from models.forecast import FloatArray, IntArray, PathArray
from models.forecasting.panel.sizes import running_size, spacing_of

_POWERS = (0.25, 0.5, 0.75)
"""Powers of the level that the spread may follow; 1/2 is that of counts."""

_LOWEST_LEVEL = 0.1
"""Levels below this share of a series' mean count as this much."""

_SERIES_FOR_POWER = 400
_OVERLAP = 6.0
"""A sixth of a series' errors count as independent: origins overlap."""

_LEAST_SHRINKAGE, _MOST_SHRINKAGE = 3.0, 60.0
"""Bounds of how many independent errors make a series' own spread weigh as much as the pool's."""

_CHANGES_TO_KNOW = 12
_NOTHING_KNOWN = 0.1
"""Changes after which a series' own mean change stands alone, and its share of the level where no
series has changed yet."""

_LEAST_OWN, _MOST_OWN = 0.4, 2.5
_NEIGHBOURS = 2
"""Errors this many leads on either side are pooled with a lead's own."""

_LEAST_POOLED, _MOST_POOLED = 200, 10_000
_BIAS_SHARE = 0.25
"""Part of the panel's past bias by which intervals reach further on that side."""

_TRIALS = 3
_EXPECTED = (1.0, 1.06)
_NARROWEST, _WIDEST = 0.9, 1.5
"""Earlier origins at which intervals are tried; the stretch of the 80% and the 95% interval that is
expected before any trial and weighs as one (few past errors cannot show how far tails reach:
measured on public sets); and bounds."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What past errors say about the errors to come.

    Attributes
    ----------
    size, own, level : ndarray, shape (n_series,)
        Mean change, factor of the series against the pool, and mean level.
    by_lead : ndarray, shape (horizon,)
        Growth with the lead.
    power : float
        Power of the level that the spread follows.
    pooled : ndarray, shape (n_probabilities, horizon)
        Quantiles of what is left, at `_PROBABILITIES`, 0 at the median.
    """

    size: FloatArray
    own: FloatArray
    level: FloatArray
    by_lead: FloatArray
    power: float
    pooled: FloatArray

    def scale(self, point: FloatArray) -> FloatArray:
        """Give the unit of errors at forecasts `point`, shape (n_series, horizon)."""
        unit = (self.size * self.own)[:, None] * self.by_lead
        return np.asarray(unit * relative_level(point, self.level) ** self.power)

    def around(self, point: FloatArray, levels: FloatArray) -> FloatArray:
        """Put quantiles around `point`, shape (n_levels, n_series, horizon)."""
        distance = norm.ppf(levels)
        by_lead = np.stack(
            [np.interp(distance, _DISTANCES, column) for column in self.pooled.T], axis=1
        )
        return np.asarray(point + by_lead[:, None, :] * self.scale(point))


_PROBABILITIES: FloatArray = np.concatenate(
    [
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5],
        [0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995],
    ]
)
_DISTANCES: FloatArray = norm.ppf(_PROBABILITIES)
_PLACES = np.arange(len(_PROBABILITIES))
_MIDDLE = len(_PROBABILITIES) // 2
_UNKNOWN: FloatArray = 1.5 * _DISTANCES
"""Quantiles where nothing has been seen to err: in mean changes, wide on purpose."""


def relative_level(point: PathArray, level: FloatArray) -> PathArray:
    """Give how high forecasts stand against their series' mean, floored."""
    return np.maximum(np.abs(point) / level[:, None], _LOWEST_LEVEL)


def learned_spread(y: FloatArray, points: PathArray, origins: IntArray, *, until: int) -> Spread:
    """Learn from forecasts of the past what errors to expect.

    Parameters
    ----------
    y : ndarray, shape (n_series, n_periods)
        NaN before a series began.
    points : ndarray, shape (n_origins, n_series, horizon)
        Past forecasts.
    origins : ndarray of int, shape (n_origins,)
        Periods that each had seen.
    until : int
        Periods known: later values are not looked at.
    """
    level = _mean_level(y[:, :until])
    size = _size(y[:, :until], level)
    earlier = origins < until
    error = past_errors(y, points[earlier], origins[earlier], until=until)
    point = points[earlier]
    power = _best_power(error, point, size, level)
    z = error / size[:, None].astype(np.float32)
    z /= relative_level(point, level.astype(np.float32)) ** np.float32(power)
    known = np.isfinite(z)
    absolute = np.where(known, np.abs(z), 0.0)
    by_lead = _growth(absolute.sum(axis=(0, 1)), known.sum(axis=(0, 1)))
    z = z / by_lead.astype(np.float32)
    absolute /= by_lead
    apart = known.sum(axis=(0, 2)) * spacing_of(origins) / _OVERLAP
    own = _own_factor(absolute.sum(axis=(0, 2)), known.sum(axis=(0, 2)), apart)
    pooled = _pooled_quantiles(np.asarray(z / own[:, None].astype(np.float32)))
    return Spread(np.nan_to_num(size), own, level, by_lead, power, pooled)


def past_errors(y: FloatArray, points: PathArray, origins: IntArray, *, until: int) -> PathArray:
    """Give actual minus forecast from every origin, NaN where not known by `until`."""
    horizon = points.shape[2]
    beyond = np.full((len(y), horizon), np.nan)
    padded = np.concatenate([y[:, :until], beyond], axis=1).astype(np.float32)
    error = np.empty(points.shape, dtype=np.float32)
    for place, origin in enumerate(origins):
        error[place] = padded[:, origin : origin + horizon] - points[place]
    return error


def stretches(
    y: FloatArray, points: PathArray, origins: IntArray, *, until: int
) -> tuple[float, float]:
    """Try intervals at earlier origins, and say how far they should have been stretched.

    Returns
    -------
    inner, outer : float
        Factors for the 80% and the 95% interval, drawn to `_EXPECTED` while
        trials are few. Trials lie a horizon apart: their errors do not overlap.
    """
    horizon = points.shape[2]
    found: list[tuple[float, ...]] = [_EXPECTED]
    for back in range(1, _TRIALS + 1):
        then = until - back * horizon
        place = int(np.searchsorted(origins, then))
        enough = place * spacing_of(origins) >= horizon
        if not enough or place >= len(origins) or origins[place] >= until:
            break
        then = int(origins[place])
        spread = learned_spread(y, points, origins, until=then)
        error = past_errors(y, points[place : place + 1], origins[place : place + 1], until=until)
        scale = spread.scale(points[place])
        z = np.divide(error[0], scale, out=np.full_like(scale, np.nan), where=scale > 0)
        asked = (_asked_stretch(z, spread.pooled, coverage) for coverage in (0.8, 0.95))
        found.append(tuple(asked))
    inner, outer = np.exp(np.log(found).mean(axis=0)).clip(_NARROWEST, _WIDEST)
    return float(inner), float(outer)


def stretched_spread(spread: Spread, *, inner: float, outer: float) -> Spread:
    """Stretch a spread: by `inner` up to the 80% interval, by `outer` from the 95% on."""
    near, far = norm.ppf(0.9), norm.ppf(0.975)
    share = np.clip((np.abs(_DISTANCES) - near) / (far - near), 0.0, 1.0)
    factor = (1 - share) * inner + share * outer
    pooled = spread.pooled * factor[:, None]
    pooled[_MIDDLE:] = np.maximum.accumulate(pooled[_MIDDLE:], axis=0)
    pooled[: _MIDDLE + 1] = np.minimum.accumulate(pooled[_MIDDLE::-1], axis=0)[::-1]
    return replace(spread, pooled=pooled)


def _size(y: FloatArray, level: FloatArray) -> FloatArray:
    """Give each series' mean change, drawn to the pool's while it is young; NaN where it is still.

    A series of one value has not shown that it does not change.
    """
    own = running_size(y, np.array([y.shape[1]]))[0]
    changes = np.isfinite(y).sum(axis=1) - 1
    moving = own > 0
    typical = float(np.median(own[moving] / level[moving])) if moving.any() else _NOTHING_KNOWN
    young = changes < _CHANGES_TO_KNOW
    weight = np.maximum(changes, 0) / _CHANGES_TO_KNOW
    # What little is known of it is doubted twice over, until it has shown itself.
    drawn = (weight * own + (1 - weight) * typical * level) * (2 - weight)
    size = np.where(young, drawn, own)
    return np.where(size > 0, size, np.nan)


def _mean_level(y: FloatArray) -> FloatArray:
    known = np.isfinite(y)
    total = np.where(known, np.abs(y), 0.0).sum(axis=1)
    level = total / np.maximum(known.sum(axis=1), 1)
    return np.where(level > 0, level, 1.0)


def _best_power(error: PathArray, point: PathArray, size: FloatArray, level: FloatArray) -> float:
    """Give the power by which errors are most alike within their series (Laplace likelihood)."""
    usable = np.flatnonzero(np.isfinite(size))
    some = usable[:: max(1, len(usable) // _SERIES_FOR_POWER)]
    absolute = np.abs(error[:, some])
    known = np.isfinite(absolute)
    count = known.sum(axis=(0, 2))
    some_known = count > 0
    if not some_known.any():
        return 0.5
    relative = relative_level(point[:, some], level[some])
    logs = np.where(known, np.log(relative), 0.0).sum(axis=(0, 2)) / np.maximum(count, 1)
    best, least = 0.5, np.inf
    for power in _POWERS:
        spread = np.where(known, absolute / relative**power, 0.0).sum(axis=(0, 2))
        mean = spread / np.maximum(count, 1)
        moved = some_known & (mean > 0)
        if not moved.any():
            continue
        cost = float((np.log(mean[moved]) + power * logs[moved]).mean())
        if cost < least:
            best, least = power, cost
    return best


def _growth(total: FloatArray, count: FloatArray) -> FloatArray:
    """Give mean error by lead; beyond the last known lead it grows with the root of the lead."""
    lead = np.arange(1, len(total) + 1)
    known = count > 0
    if not known.any():
        return np.sqrt(lead)
    mean = total / np.maximum(count, 1)
    last = int(np.flatnonzero(known).max())
    beyond = mean[last] * np.sqrt(lead / (last + 1))
    # Further ahead is not surer: single leads with few errors may say otherwise.
    grown = np.where(lead - 1 > last, beyond, mean)
    return np.asarray(np.where(grown > 0, grown, max(float(grown.max()), 1.0)))


def _own_factor(total: FloatArray, count: FloatArray, independent: FloatArray) -> FloatArray:
    """Give each series' error against the typical one, drawn to 1 while its errors are few."""
    seen = count > 0
    if not seen.any():
        return np.ones(len(total))
    mean = total / np.maximum(count, 1)
    typical = float(np.median(mean[seen]))
    if not typical > 0:
        return np.ones(len(total))
    ratio = np.log(np.maximum(mean / typical, 1e-3))
    # The variance of log(mean of n absolute errors) is about 1/n; what is beyond it is real.
    chance = float((1 / independent[seen]).mean())
    between = max(float(ratio[seen].var()) - chance, 1e-6)
    needed = np.clip(1 / between, _LEAST_SHRINKAGE, _MOST_SHRINKAGE)
    factor = np.exp(np.where(seen, ratio, 0.0) * independent / (independent + needed))
    return np.asarray(np.clip(factor, _LEAST_OWN, _MOST_OWN))


def _pooled_quantiles(z: PathArray) -> FloatArray:
    """Give quantiles by lead, shape (n_probabilities, horizon), 0 at the median."""
    horizon = z.shape[2]
    every = _some_of(z[np.isfinite(z)])
    pooled = np.empty((len(_PROBABILITIES), horizon))
    for lead in range(horizon):
        near = z[:, :, max(0, lead - _NEIGHBOURS) : lead + _NEIGHBOURS + 1]
        step = max(1, near.size // (4 * _MOST_POOLED))
        near = near[:, ::step]
        near = _some_of(near[np.isfinite(near)])
        near = every if len(near) < _LEAST_POOLED else near
        if len(near) < _LEAST_POOLED // 10:
            pooled[:, lead] = _UNKNOWN
            continue
        quantiles = np.quantile(near, _PROBABILITIES)
        bias = quantiles[_MIDDLE]
        quantiles -= bias
        quantiles[_MIDDLE + 1 :] += max(_BIAS_SHARE * bias, 0.0)
        quantiles[:_MIDDLE] += min(_BIAS_SHARE * bias, 0.0)
        pooled[:, lead] = quantiles
    return pooled


def _some_of(values: PathArray) -> PathArray:
    return values[:: max(1, len(values) // _MOST_POOLED)]


def _asked_stretch(z: FloatArray, pooled: FloatArray, coverage: float) -> float:
    """Give the factor by which an interval would have covered as many errors as it should."""
    low, high = (
        np.interp(norm.ppf(probability), _DISTANCES, _PLACES).round().astype(int)
        for probability in ((1 - coverage) / 2, (1 + coverage) / 2)
    )
    edge = np.where(z < 0, -pooled[low], pooled[high])
    reach = np.abs(z) / np.maximum(edge, 1e-9)
    known = reach[np.isfinite(reach)]
    if len(known) < _LEAST_POOLED // 10:
        return 1.0
    return max(float(np.quantile(_some_of(known), coverage)), 1e-3)
