"""Who will enter: a wandering level by region and band, a shared season, shares of areas.

Most of a cohort forecast's error is in its entries, and most of that cannot be
known. So the level has no trend (a trend chases waves), the shares are shrunk,
and what is uncertain is handed on: how fast levels have wandered, and how sure
today's are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import ShortHistoryError
from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import N_BANDS, N_STREAMS, UASC
from models.forecasting.cohort.levels import LocalLevel, dispersion_of, local_level
from models.forecasting.cohort.population import Population

_LEAST_MONTHS = 6
_SEASON_MONTHS = 72
_YEAR = 12

_WALK_SD = (0.018, 0.06)
"""Monthly spread of a region's log level of entries before data, other and UASC.

Starts of England's regions changed over three years by 11.6% (standard deviation,
2011 to 2022, less what is chance): 0.02 a month. UASC starts doubled and halved.
"""

_SHARE_SD = (0.015, 0.03)
"""The same of an area's share of its region: starts of authorities over three years."""

_BAND_SHARE_SD = 0.01
"""The same of a band's share of an area's entries."""

_SHARE_VARIANCE = (0.05, 0.3)
"""How far an area's log share may lie from its share over all bands."""

_LEAST_SHARE_OF_BAND = 0.005
"""Bands with fewer of a stream's entries get none: UASC are hardly ever under 10."""

_NO_GUIDE = 0.1
_STEP_VARIANCE = 0.1
"""Variance that a known step adds to the log level in its month: a third either way."""


@dataclass(frozen=True, slots=True)
class EntryForecast:
    """Expected entries, and what their spread is made of.

    Attributes
    ----------
    mean : ndarray, shape (horizon, n_areas, n_bands, 2)
        Expected entries a month, by stream, those who leave within the month
        included.
    dispersion : ndarray, shape (n_bands, 2)
        Variance over mean of an area's monthly entries, at least 1.
    england_sd : ndarray, shape (2,)
        Monthly spread of the walk of the log level that all regions share.
    region_sd : ndarray, shape (n_regions, 2)
        The same that a region adds, all its bands together.
    band_sd : ndarray, shape (n_regions, n_bands, 2)
        The same that a band of a region adds.
    area_sd : ndarray, shape (2,)
        The same that each area adds.
    region_error : ndarray, shape (n_regions, n_bands, 2)
        Standard error of today's log level of a region's band.
    area_error : ndarray, shape (n_areas, 2)
        Standard error of an area's log share.
    """

    mean: FloatArray
    dispersion: FloatArray
    england_sd: FloatArray
    region_sd: FloatArray
    band_sd: FloatArray
    area_sd: FloatArray
    region_error: FloatArray
    area_error: FloatArray

    @property
    def horizon(self) -> int:
        """Months ahead."""
        return int(self.mean.shape[0])


def forecast_entries(population: Population, *, until: int, horizon: int) -> EntryForecast:
    """Forecast entries by area, age band and stream.

    Parameters
    ----------
    population : Population
        The history: its entries, breaks and first calendar month.
    until : int
        Columns that the forecast may see, 6 at least.
    horizon : int
        Months ahead.

    Returns
    -------
    EntryForecast
        A flat level with a season; UASC without one.

    Raises
    ------
    ShortHistoryError
        Fewer than 6 months.
    """
    if until < _LEAST_MONTHS:
        raise ShortHistoryError(model="cohort", needed=_LEAST_MONTHS, given=until)
    streams = [
        _Stream.of(population, stream, until=until, horizon=horizon) for stream in range(N_STREAMS)
    ]
    return EntryForecast(
        mean=np.stack([stream.mean for stream in streams], axis=3),
        dispersion=np.stack([stream.dispersion for stream in streams], axis=1),
        england_sd=np.array([stream.england_sd for stream in streams]),
        region_sd=np.stack([stream.region_sd for stream in streams], axis=1),
        band_sd=np.stack([stream.band_sd for stream in streams], axis=2),
        area_sd=np.array([stream.area_sd for stream in streams]),
        region_error=np.stack([stream.region_error for stream in streams], axis=2),
        area_error=np.stack([stream.area_error for stream in streams], axis=1),
    )


@dataclass(frozen=True, slots=True)
class _Stream:
    """One stream's part of an `EntryForecast`, without the last axis."""

    mean: FloatArray
    dispersion: FloatArray
    england_sd: float
    region_sd: FloatArray
    band_sd: FloatArray
    area_sd: float
    region_error: FloatArray
    area_error: FloatArray

    @classmethod
    def of(cls, population: Population, stream: int, *, until: int, horizon: int) -> _Stream:
        counts = population.entries[:until, :, :, stream].transpose(1, 2, 0)
        seen = _Months.of(population, until)
        season = _season(counts.sum(axis=0), seen, stream)
        of_region = np.zeros((population.n_regions, *counts.shape[1:]))
        np.add.at(of_region, population.region, counts)
        banded = _levels_of_bands(of_region, season[seen.calendar].T, seen, stream)
        together, england = _levels_together(of_region, season[seen.calendar].T, seen, stream)
        area, share = _shares(counts, of_region[population.region], stream)
        share = share / np.maximum(_summed(share, population.region)[population.region], 1e-12)

        level = np.exp(banded.level).reshape(population.n_regions, N_BANDS)
        by_band = counts.sum(axis=(0, 2))
        level = level * (by_band > _LEAST_SHARE_OF_BAND * by_band.sum())
        ahead = season[(until + np.arange(horizon) + population.first_calendar_month) % _YEAR]
        total_sd, england_sd = together.sd(), float(england.sd()[0])
        band_sd = banded.sd().reshape(population.n_regions, N_BANDS)
        return cls(
            mean=ahead[:, None, :] * level[population.region] * share,
            dispersion=_dispersion_of_areas(counts, season[seen.calendar].T),
            england_sd=england_sd if population.n_regions > 1 else 0.0,
            region_sd=_rest(total_sd, england_sd if population.n_regions > 1 else 0.0, 0.4),
            band_sd=_rest(band_sd, total_sd[:, None], 0.4),
            area_sd=float(np.sqrt((area.sd() ** 2).mean())),
            region_error=banded.error.reshape(population.n_regions, N_BANDS),
            area_error=area.error,
        )


@dataclass(frozen=True, slots=True)
class _Months:
    """The months seen: calendar month, weight and variance of known steps."""

    calendar: IntArray
    weight: FloatArray
    step: FloatArray

    @classmethod
    def of(cls, population: Population, until: int) -> _Months:
        columns = np.arange(until)
        weight, step = np.ones(until), np.zeros(until)
        for met in population.breaks:
            if not met.entries or met.start >= until:
                continue
            if met.end is not None:
                weight[met.start : met.end] = _NO_GUIDE
            elif not met.kinds:
                step[met.start] = _STEP_VARIANCE
        calendar = (columns + population.first_calendar_month) % _YEAR
        return cls(calendar=calendar, weight=weight, step=step)


def _season(counts: FloatArray, seen: _Months, stream: int) -> FloatArray:
    """Factor of each calendar month by band, shape (12, n_bands): all areas share it.

    Shrunk to 1 by how far the twelve lie apart beyond chance; UASC have none.
    """
    n_months = counts.shape[1]
    flat = np.ones((_YEAR, N_BANDS))
    if stream == UASC or n_months < 2 * _YEAR + 2:
        return flat
    first = max(n_months - _SEASON_MONTHS, 0)
    kernel = np.array([0.5, *[1.0] * (_YEAR - 1), 0.5]) / _YEAR
    usual = np.stack([np.convolve(band[first:], kernel, "valid") for band in counts])
    half = _YEAR // 2
    inside = slice(first + half, n_months - half)
    weight = seen.weight[inside]
    month = seen.calendar[inside]
    above = np.stack([np.bincount(month, weight * b, minlength=_YEAR) for b in counts[:, inside]])
    below = np.stack([np.bincount(month, weight * b, minlength=_YEAR) for b in usual])
    ratio = np.log((above + 1.0) / (below + 1.0))
    ratio = ratio - ratio.mean(axis=1, keepdims=True)
    noise = (dispersion_of(counts, np.ones_like(counts))[:, None] / (below + 1.0)).mean(axis=1)
    signal = np.maximum((ratio**2).sum(axis=1) / (_YEAR - 1) - noise, 0.0)
    factor = np.exp(ratio * (signal / (signal + noise))[:, None])
    return np.asarray((factor / factor.mean(axis=1, keepdims=True)).T)


def _levels_of_bands(
    of_region: FloatArray, season: FloatArray, seen: _Months, stream: int
) -> LocalLevel:
    """Log levels by region and band, flattened."""
    counts = of_region.reshape(-1, of_region.shape[2])
    exposure = np.tile(season, (len(of_region), 1))
    return local_level(
        counts,
        exposure,
        dispersion=dispersion_of(counts, exposure),
        weight=seen.weight,
        steps=seen.step,
        prior_sd=_WALK_SD[stream],
    )


def _levels_together(
    of_region: FloatArray, season: FloatArray, seen: _Months, stream: int
) -> tuple[LocalLevel, LocalLevel]:
    """Log levels of regions, and of all regions together, all bands in one."""
    share = of_region.sum(axis=2, keepdims=True)
    share = (share + 0.2) / (share + 0.2).sum(axis=1, keepdims=True)
    exposure = (share * season).sum(axis=1)
    counts = of_region.sum(axis=1)
    everywhere = counts.sum(axis=0, keepdims=True)
    shared = exposure.mean(axis=0, keepdims=True)
    of_regions, of_all = (
        local_level(
            count,
            exposed,
            dispersion=dispersion_of(count, exposed),
            weight=seen.weight,
            steps=seen.step,
            prior_sd=_WALK_SD[stream],
        )
        for count, exposed in ((counts, exposure), (everywhere, shared))
    )
    return of_regions, of_all


def _shares(
    counts: FloatArray, of_region: FloatArray, stream: int
) -> tuple[LocalLevel, FloatArray]:
    """Level of each area in its region, and its share of each band (n_areas, n_bands)."""
    n_areas, _, n_months = counts.shape
    whole, exposed = counts.sum(axis=1), of_region.sum(axis=1)
    area = local_level(
        whole,
        exposed,
        dispersion=dispersion_of(whole, exposed),
        prior_sd=_SHARE_SD[stream],
        start_variance=0.3,
    )
    own = counts.reshape(-1, n_months)
    exposure = (of_region * np.exp(area.level)[:, None, None]).reshape(-1, n_months)
    band = local_level(
        own,
        exposure,
        dispersion=dispersion_of(own, exposure),
        prior_sd=_BAND_SHARE_SD,
        start_level=np.zeros(len(own)),
        start_variance=_SHARE_VARIANCE[stream],
    )
    share = np.exp(area.level)[:, None] * np.exp(band.level).reshape(n_areas, N_BANDS)
    return area, share


def _summed(of_area: FloatArray, region: IntArray) -> FloatArray:
    total = np.zeros((int(region.max()) + 1, *of_area.shape[1:]))
    np.add.at(total, region, of_area)
    return total


def _dispersion_of_areas(counts: FloatArray, season: FloatArray) -> FloatArray:
    """Variance over mean of areas' monthly entries, by band, pooled over areas."""
    found = np.ones(N_BANDS)
    for band in range(N_BANDS):
        exposure = np.broadcast_to(season[band], counts[:, band].shape)
        own = dispersion_of(counts[:, band], exposure)
        size = counts[:, band].sum(axis=1)
        found[band] = float((own * size).sum() / max(size.sum(), 1e-9)) if size.any() else 1.0
    return np.maximum(found, 1.0)


def _rest(whole: FloatArray, shared: FloatArray | float, least: float) -> FloatArray:
    """Spread that is left of a walk when a shared one is taken out."""
    return np.asarray(np.sqrt(np.maximum(whole**2 - np.square(shared), (least * whole) ** 2)))
