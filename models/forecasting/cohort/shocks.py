"""What all children share in one future: levels that wander, and breaks that come.

Chance among children averages out over a region; these do not, and they are
what a region's interval is made of. Multipliers have a mean of 1, so that the
mean of many futures is the expected one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray
from models.forecasting.cohort.ages import N_BANDS, N_STREAMS, UASC
from models.forecasting.cohort.entries import EntryForecast
from models.forecasting.cohort.rates import Rates


@dataclass(frozen=True, slots=True)
class BreakOdds:
    """How often a break comes, how large it is and how long it lasts.

    Attributes
    ----------
    a_year : tuple of float
        Chance that one begins within a year: for all children, and for UASC.
    entries_sd : tuple of float
        Spread of the log multiplier of entries while it lasts, of all
        children and of UASC.
    exits_sd : float
        The same of exits; half of it is shared with entries' (a lockdown
        slows both).
    months : tuple of float
        Mean length, of either.

    Notes
    -----
    England's starts fell by 8% and ceases by 5% in the year to March 2021, in
    its first months by about a quarter (DfE, Children looked after in England);
    UASC starts have doubled within two years.
    """

    a_year: tuple[float, float] = (0.15, 0.3)
    entries_sd: tuple[float, float] = (0.2, 0.7)
    exits_sd: float = 0.2
    months: tuple[float, float] = (10.0, 14.0)


_SHARED_OF_EXITS = 0.5
"""Share of the variance of regions' exit walks that England has in common: of starts of
regions over three years 0.45 (2011 to 2022)."""

_AREA_EXIT_SD = 0.008
"""Monthly spread of the walk of an area's own exit level: ceases of authorities, 2011 to 2022,
less their chance."""

_MIX_SD = 0.03
"""Monthly spread of the walk of a placement type's log share of a region's entrants: 10% a year.
Set by the coverage of types in simulated worlds with a regulation of one type; moves between
types wander too, and this stands for both."""

_MIX_SD_OF_AREA = 0.1
"""How far an area's log share of a type may lie from what was learned."""

_EXIT_MEAN = 0.25
"""Of the variance of a log exit level, taken off so that *stocks* keep their mean.

exp(w - var/2) would keep the mean of the chance itself; survival is convex in it, and over
three years, with about half of children leaving, the two effects meet here.
"""


@dataclass(frozen=True, slots=True)
class Shocks:
    """Log multipliers of regions, path by path.

    Attributes
    ----------
    entries : ndarray of float32, shape (n_paths, n_regions, n_bands, 2, horizon)
        Of entries.
    exits : ndarray of float32, shape (n_paths, n_regions, 2, horizon)
        Of the chance of leaving care.
    mix : ndarray of float32, shape (n_paths, n_regions, n_kinds, horizon)
        Of placement types' shares of entrants, before they are made to sum
        to 1 again.
    """

    entries: FloatArray
    exits: FloatArray
    mix: FloatArray


def draw_shocks(
    entries: EntryForecast,
    rates: Rates,
    *,
    n_paths: int,
    odds: BreakOdds,
    rng: np.random.Generator,
) -> Shocks:
    """Draw what the areas of a region share.

    Parameters
    ----------
    entries : EntryForecast
        Spreads and errors of entry levels.
    rates : Rates
        The same of exit levels.
    n_paths : int
        Futures to draw.
    odds : BreakOdds
        Of breaks.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    Shocks
        Numbers drawn do not depend on the expected entries or rates: levers
        keep them in step.
    """
    horizon, n_regions = entries.horizon, len(entries.region_sd)
    log_entries = np.empty((n_paths, n_regions, N_BANDS, N_STREAMS, horizon))
    log_exits = np.empty((n_paths, n_regions, N_STREAMS, horizon))
    breaks = _breaks(odds, n_paths=n_paths, horizon=horizon, rng=rng)
    for stream in range(N_STREAMS):
        england = _walk((n_paths, 1, 1), horizon, rng) * entries.england_sd[stream]
        region = _walk((n_paths, n_regions, 1), horizon, rng)
        band = _walk((n_paths, n_regions, N_BANDS), horizon, rng)
        error = rng.standard_normal((n_paths, n_regions, N_BANDS, 1))
        log_entries[..., stream, :] = (
            england
            + region * entries.region_sd[:, stream, None, None]
            + band * entries.band_sd[:, :, stream, None]
            + error * entries.region_error[:, :, stream, None]
            - _half_variance(entries, stream)
            + breaks.entries[:, None, None, stream]
        )
        spread = rates.exit_level_sd[:, stream]
        shared = np.sqrt(_SHARED_OF_EXITS * (spread**2).mean()) if n_regions > 1 else 0.0
        own = np.sqrt(np.maximum(spread**2 - shared**2, 0.1 * spread**2))
        months = np.arange(1, horizon + 1)
        level_error = rates.exit_level_error[:, stream, None]
        variance = (own**2 + shared**2)[:, None] * months + level_error**2
        log_exits[:, :, stream] = (
            _walk((n_paths, 1), horizon, rng) * shared
            + _walk((n_paths, n_regions), horizon, rng) * own[:, None]
            + rng.standard_normal((n_paths, n_regions, 1)) * level_error
            - _EXIT_MEAN * variance
            + breaks.exits[:, None]
        )
    mix = _walk((n_paths, n_regions, rates.n_kinds), horizon, rng) * _MIX_SD
    return Shocks(
        entries=log_entries.astype(np.float32),
        exits=log_exits.astype(np.float32),
        mix=mix.astype(np.float32),
    )


def _walk(shape: tuple[int, ...], horizon: int, rng: np.random.Generator) -> FloatArray:
    return np.cumsum(rng.standard_normal((*shape, horizon)), axis=-1)


def _half_variance(entries: EntryForecast, stream: int) -> FloatArray:
    """Shape (n_regions, n_bands, horizon)."""
    months = np.arange(1, entries.horizon + 1)
    walk = (
        entries.england_sd[stream] ** 2
        + entries.region_sd[:, stream, None] ** 2
        + entries.band_sd[:, :, stream] ** 2
    )
    return np.asarray(
        0.5 * (walk[..., None] * months + entries.region_error[:, :, stream, None] ** 2)
    )


@dataclass(frozen=True, slots=True)
class _Breaks:
    """Log multipliers, (n_paths, 2, horizon) of entries and (n_paths, horizon) of exits."""

    entries: FloatArray
    exits: FloatArray


def _breaks(odds: BreakOdds, *, n_paths: int, horizon: int, rng: np.random.Generator) -> _Breaks:
    entries = np.zeros((n_paths, N_STREAMS, horizon))
    exits = np.zeros((n_paths, horizon))
    for stream in range(N_STREAMS):
        acting = _acting(odds, stream, n_paths=n_paths, horizon=horizon, rng=rng)
        size, own = rng.standard_normal((2, n_paths, 1))
        sd = odds.entries_sd[stream]
        log_size = acting * (sd * size) - np.log1p(acting.mean(axis=0) * np.expm1(sd**2 / 2))
        if stream == UASC:
            entries[:, UASC] += log_size
        else:
            entries += log_size[:, None]
            both = (size + own) * np.sqrt(0.5) * odds.exits_sd
            exits += acting * both - _EXIT_MEAN * acting.mean(axis=0) * odds.exits_sd**2
    return _Breaks(entries=entries, exits=exits)


def _acting(
    odds: BreakOdds, stream: int, *, n_paths: int, horizon: int, rng: np.random.Generator
) -> FloatArray:
    """1 in the months of each path in which a break acts, shape (n_paths, horizon).

    One break a path at most, at any month of the horizon.
    """
    length = np.ceil(rng.exponential(odds.months[stream], n_paths))
    start = np.floor(rng.random(n_paths) * horizon)
    comes = rng.random(n_paths) < 1.0 - (1.0 - odds.a_year[stream]) ** (horizon / 12)
    months = np.arange(horizon)
    acting = comes[:, None] & (months >= start[:, None]) & (months < (start + length)[:, None])
    return np.asarray(acting, dtype=np.float64)


def area_walks(
    entries: EntryForecast, rates: Rates, areas: slice, *, n_paths: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw what each area adds to its region.

    Parameters
    ----------
    entries, rates : EntryForecast, Rates
        Spreads and errors.
    areas : slice
        The n areas to draw for.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    entries, exits : ndarray of float32, shape (n_paths, n, 2, horizon)
        Log multipliers.
    mix : ndarray of float32, shape (n_paths, n, n_kinds, 1)
        The same of placement types' shares of entrants.
    """
    horizon = entries.horizon
    months = np.arange(1, horizon + 1)
    spread = entries.area_sd[:, None]
    error = entries.area_error[areas][..., None]
    shape = (n_paths, len(error), N_STREAMS)
    log_entries = (
        _walk(shape, horizon, rng) * spread
        + rng.standard_normal((*shape, 1)) * error
        - 0.5 * (spread**2 * months + error**2)
    )
    error = rates.exit_factor_error[areas][..., None]
    log_exits = (
        _walk(shape, horizon, rng) * _AREA_EXIT_SD
        + rng.standard_normal((*shape, 1)) * error
        - _EXIT_MEAN * (_AREA_EXIT_SD**2 * months + error**2)
    )
    mix = rng.standard_normal((n_paths, len(error), rates.n_kinds, 1)) * _MIX_SD_OF_AREA
    return log_entries.astype(np.float32), log_exits.astype(np.float32), mix.astype(np.float32)
