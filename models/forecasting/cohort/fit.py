"""Rates from counts: England lends to regions, and regions to areas.

Every rate is a shrunk one, (events + weight · prior) / (exposure + weight), with
the weight in events or child-months that the prior is worth.
"""

from __future__ import annotations

import numpy as np

from models.errors import ShortHistoryError
from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import (
    BAND_EDGES,
    BAND_OF_GROUP,
    N_BANDS,
    N_STREAMS,
)
from models.forecasting.cohort.counts import MonthlyExits, Sums, Tally, tallies
from models.forecasting.cohort.levels import dispersion_of, local_level
from models.forecasting.cohort.population import Population
from models.forecasting.cohort.rates import Clock, Rates, even_ageing

_LEAST_MONTHS = 6

_BASE_HALF_LIFE = 36.0
"""Months: the shape of exit chances over age, type and time is old knowledge."""

_ENGLAND_CELL = 5.0
_REGION_CELL = 15.0
"""Exits that the shape's prior is worth in a cell of England's, and of a region's."""

_EFFECT = 4.0
"""Exits that "no different from the rest" is worth for an age group, type or class."""

_RAKING_PASSES = 30

_EXIT_WALK_SD = 0.010
"""Monthly spread of a region's log exit level before data: 4% from one year to the next
(ceases of England's regions 2011 to 2022 changed by 4 to 7% a year, part of it noise)."""

_LEAST_FACTOR_VARIANCE = 0.01
"""However alike areas look, their exits are let lie 10% apart: an own level is never shrunk away,
which costs more, in simulated worlds, than the chance that it lets in."""

_MOST_FACTOR_WEIGHT = 1.0 / _LEAST_FACTOR_VARIANCE

_ENGLAND_MOVES = 100.0
_REGION_MOVES = 300.0
_AREA_MOVES = 150.0
"""Child-months that the prior of a chance of a move is worth."""

_MIX_OF_REGION = 25.0
_MIX_OF_AREA = 25.0
"""Arrivals that the prior of a mix of types is worth."""

_AGE_SPREAD_MONTHS = 3
_AGES_PRIOR = 60.0
"""Arrivals that an even spread over a band's months of age is worth."""

_UP_PRIOR = 50.0
_CLASS_PRIOR = 30.0


def fit_rates(population: Population, *, until: IntArray) -> list[Rates]:
    """Learn the rates as they stood at every origin, in one pass over the history.

    Parameters
    ----------
    population : Population
        The history; an origin sees the columns before it and nothing else.
    until : ndarray of int, shape (n_origins,)
        Columns that each origin sees, ascending, 6 at least.

    Returns
    -------
    list of Rates
        One an origin.

    Raises
    ------
    ShortHistoryError
        An origin sees fewer than 6 months.
    """
    if min(until) < _LEAST_MONTHS:
        raise ShortHistoryError(model="cohort", needed=_LEAST_MONTHS, given=int(min(until)))
    return [_rates(population, tally) for tally in tallies(population, np.asarray(until))]


def _rates(population: Population, tally: Tally) -> Rates:
    region, n_kinds = population.region, population.n_kinds
    shapes = [_exit_shape(tally.monthly, clock) for clock in range(len(Clock))]
    chosen = int(np.argmax([_log_likelihood(tally.monthly, c, s) for c, s in enumerate(shapes)]))
    base = shapes[chosen]
    level, level_error, level_sd = _exit_level(tally.monthly, chosen, base)
    factor, factor_error = _exit_factors(tally.sums, chosen, base, region)
    leave = base[region] * np.exp(level)[region][:, :, None, None, None]
    leave = leave * factor[:, :, BAND_OF_GROUP, None, None]
    return Rates(
        origin=tally.origin,
        clock=list(Clock)[chosen],
        exit=np.minimum(leave, 0.95),
        move=_moves(tally.sums, region),
        move_by_class=_move_by_class(tally.sums, chosen),
        up=_up(tally.sums, chosen),
        arrival_mix=_arrival_mix(tally.sums, region, n_kinds),
        arrival_age=_arrival_age(tally.sums),
        within_month=_within_month(tally.sums),
        region=region,
        exit_level_sd=level_sd,
        exit_level_error=level_error,
        exit_factor_error=factor_error,
    )


def _faded_months(monthly: MonthlyExits, half_life: float) -> FloatArray:
    n_changes = len(monthly.weight)
    return np.asarray(monthly.weight * 0.5 ** ((n_changes - 1 - np.arange(n_changes)) / half_life))


def _exit_shape(monthly: MonthlyExits, clock: int) -> FloatArray:
    """Chance of leaving by region, stream, group, type and class, before level and factors."""
    fading = _faded_months(monthly, _BASE_HALF_LIFE)
    exits = np.tensordot(fading, monthly.exits[clock], axes=1)
    at_risk = np.tensordot(fading, monthly.at_risk[clock], axes=1)
    all_exits, all_at_risk = exits.sum(axis=0), at_risk.sum(axis=0)
    shape = np.empty(all_exits.shape)
    borrowed = _main_effects(all_exits.sum(axis=0), all_at_risk.sum(axis=0), None)
    for stream in range(N_STREAMS):
        effects = _main_effects(all_exits[stream], all_at_risk[stream], borrowed)
        shape[stream] = _scaled(all_exits[stream], all_at_risk[stream] * effects, _ENGLAND_CELL)
        shape[stream] *= effects
    own = _scaled(exits, at_risk * shape, _REGION_CELL, axes=(2, 3, 4))
    return np.minimum(shape * own, 0.95)


def _scaled(
    events: FloatArray, expected: FloatArray, weight: float, axes: tuple[int, ...] = ()
) -> FloatArray:
    """Events over expected, shrunk to 1, or to the ratio of the sums over `axes`."""
    centre: FloatArray | float = 1.0
    if axes:
        centre = (events.sum(axis=axes, keepdims=True) + weight) / (
            expected.sum(axis=axes, keepdims=True) + weight
        )
    return np.asarray((events + weight * centre) / (expected + weight))


def _main_effects(
    events: FloatArray, exposure: FloatArray, borrowed: FloatArray | None
) -> FloatArray:
    """Chance = product of an effect of each axis (group, type, class), by raking."""
    start = np.full(events.shape, (events.sum() + 1.0) / (exposure.sum() + 30.0))
    if borrowed is not None:
        # A small stream has the shape of all children, at a level of its own.
        scale = (events.sum() + _EFFECT) / ((exposure * borrowed).sum() + _EFFECT)
        start = borrowed * scale
    effects = start
    for _ in range(_RAKING_PASSES):
        for axis in range(events.ndim):
            others = tuple(other for other in range(events.ndim) if other != axis)
            seen = events.sum(axis=others, keepdims=True)
            expected = (exposure * effects).sum(axis=others, keepdims=True)
            effects = effects * (seen + _EFFECT) / (expected + _EFFECT)
    return effects


def _log_likelihood(monthly: MonthlyExits, clock: int, shape: FloatArray) -> float:
    """Of leaving or staying, child-month by child-month, under one clock."""
    fading = _faded_months(monthly, _BASE_HALF_LIFE)
    exits = np.tensordot(fading, monthly.exits[clock], axes=1)
    at_risk = np.tensordot(fading, monthly.at_risk[clock], axes=1)
    stayed = np.maximum(at_risk - exits, 0.0)
    return float((exits * np.log(shape) + stayed * np.log1p(-shape)).sum())


def _exit_level(
    monthly: MonthlyExits, clock: int, shape: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log level of exits today, its error and its spread a month: each (n_regions, 2)."""
    expected = (monthly.at_risk[clock] * shape).sum(axis=(3, 4, 5))
    exits = monthly.exits[clock].sum(axis=(3, 4, 5))
    found = []
    for stream in range(N_STREAMS):
        seen, likely = exits[:, :, stream].T, expected[:, :, stream].T
        found.append(
            local_level(
                seen,
                likely,
                dispersion=dispersion_of(seen, likely),
                weight=monthly.weight,
                prior_sd=_EXIT_WALK_SD * (1.0 if stream == 0 else 2.0),
                start_level=np.zeros(len(seen)),
                start_variance=0.05,
            )
        )
    return (
        np.stack([level.level for level in found], axis=1),
        np.stack([level.error for level in found], axis=1),
        np.stack([level.sd() for level in found], axis=1),
    )


def _exit_factors(
    sums: Sums, clock: int, shape: FloatArray, region: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Factor of each area by stream and band (n_areas, 2, n_bands), and its error (n_areas, 2)."""
    expected_by_group = (sums.at_risk[clock] * shape[region]).sum(axis=(3, 4))
    # Levels have drifted since: area and region are compared over the same months.
    first = np.searchsorted(BAND_OF_GROUP, np.arange(N_BANDS))
    expected = np.add.reduceat(expected_by_group, first, axis=2)
    exits = np.add.reduceat(sums.exits, first, axis=2)
    expected = expected * _ratio_by_region(exits, expected, region)
    whole, error = _shrunk_factor(exits.sum(axis=2), expected.sum(axis=2))
    by_band, _ = _shrunk_factor(exits, expected * whole[:, :, None])
    factor = whole[:, :, None] * by_band
    factor = factor * _ratio_by_region(expected, expected * factor, region)
    return factor, error


def _ratio_by_region(
    numerator: FloatArray, denominator: FloatArray, region: IntArray
) -> FloatArray:
    """Ratio of regional sums by stream, given back to areas: shape (n_areas, 2, 1)."""
    n_regions = int(region.max()) + 1
    above, below = np.zeros((n_regions, N_STREAMS)), np.zeros((n_regions, N_STREAMS))
    np.add.at(above, region, numerator.sum(axis=2))
    np.add.at(below, region, denominator.sum(axis=2))
    return ((above + 1e-9) / (below + 1e-9))[region][:, :, None]


def _shrunk_factor(events: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Events over expected of each area, shrunk to 1 by how much areas truly differ."""
    square = (events - expected) ** 2 - expected
    variance = square.sum(axis=0) / np.maximum((expected**2).sum(axis=0), 1e-9)
    variance = np.maximum(variance, _LEAST_FACTOR_VARIANCE)
    weight = np.clip(1.0 / variance, 2.0, _MOST_FACTOR_WEIGHT)
    factor = (events + weight) / (expected + weight)
    return np.asarray(factor), np.asarray(np.sqrt(factor / (expected + weight)))


def _moves(sums: Sums, region: IntArray) -> FloatArray:
    """Chance of a move, shape (n_areas, 2, n_groups, n_kinds, n_kinds)."""
    n_regions = int(region.max()) + 1
    shape = sums.moved.shape
    moved, stayed = np.zeros((n_regions, *shape[1:])), np.zeros((n_regions, *shape[1:4]))
    np.add.at(moved, region, sums.moved)
    np.add.at(stayed, region, sums.stayed)
    everywhere, all_stayed = moved.sum(axis=0), stayed.sum(axis=0)
    # From all groups of both streams, to a stream's groups, to its cell, to the region's.
    chance = everywhere.sum(axis=(0, 1)) / np.maximum(all_stayed.sum(axis=(0, 1)), 1.0)[:, None]
    chance = _chance(everywhere.sum(axis=1), all_stayed.sum(axis=1), chance, _ENGLAND_MOVES)
    chance = _chance(everywhere, all_stayed, chance[:, None], _ENGLAND_MOVES)
    of_region = _chance(moved, stayed, chance, _REGION_MOVES)

    first = np.searchsorted(BAND_OF_GROUP, np.arange(N_BANDS))
    events = np.add.reduceat(sums.moved, first, axis=2)
    expected = np.add.reduceat(sums.stayed[..., None] * of_region[region], first, axis=2)
    children = np.add.reduceat(sums.stayed, first, axis=2)[..., None]
    usual = (
        np.add.reduceat(of_region, first, axis=2)[region]
        / np.bincount(BAND_OF_GROUP)[:, None, None]
    )
    prior = np.where(children > 0, expected / np.maximum(children, 1e-9), usual) * _AREA_MOVES
    factor = (events + prior) / np.maximum(expected + prior, 1e-12)
    return np.asarray(of_region[region] * factor[:, :, BAND_OF_GROUP])


def _chance(
    events: FloatArray, exposure: FloatArray, prior: FloatArray, weight: float
) -> FloatArray:
    return np.asarray((events + weight * prior) / (exposure[..., None] + weight))


def _move_by_class(sums: Sums, clock: int) -> FloatArray:
    """Multiplier of moves by class, shape (2, n_kinds, n_classes), 1 on average."""
    moved, stayed = sums.moved_by_class[clock], sums.stayed_by_class[clock]
    usual = moved.sum(axis=2, keepdims=True) / np.maximum(stayed.sum(axis=2, keepdims=True), 1e-9)
    expected = stayed * usual
    together = _scaled(moved.sum(axis=(0, 1)), expected.sum(axis=(0, 1)), _CLASS_PRIOR)
    own = _scaled(moved, expected * together, _CLASS_PRIOR) * together
    average = (expected * own).sum(axis=2, keepdims=True) / np.maximum(
        expected.sum(axis=2, keepdims=True), 1e-9
    )
    return np.asarray(np.where(average > 0, own / np.maximum(average, 1e-9), own))


def _up(sums: Sums, clock: int) -> FloatArray:
    """Chance of the next class, shape (2, n_groups, n_classes).

    As it was seen: leavers thin a class out, so that fewer than 1 / length are
    at its end.
    """
    up, on_clock = sums.up[clock], sums.on_clock[clock]
    chance = (up.sum(axis=(0, 1)) + _UP_PRIOR * even_ageing()) / (
        on_clock.sum(axis=(0, 1)) + _UP_PRIOR
    )
    chance = (up.sum(axis=1) + _UP_PRIOR * chance) / (on_clock.sum(axis=1) + _UP_PRIOR)
    chance = (up + _UP_PRIOR * chance[:, None]) / (on_clock + _UP_PRIOR)
    chance[..., -1] = 0.0
    return np.asarray(chance)


def _arrival_mix(sums: Sums, region: IntArray, n_kinds: int) -> FloatArray:
    n_regions = int(region.max()) + 1
    of_region = np.zeros((n_regions, *sums.arrivals.shape[1:]))
    np.add.at(of_region, region, sums.arrivals)
    everywhere = of_region.sum(axis=0)
    mix = _mix(everywhere.sum(axis=(0, 1)), np.full(n_kinds, 1.0 / n_kinds), 1.0)
    mix = _mix(everywhere.sum(axis=0), mix, _MIX_OF_REGION)
    mix = _mix(everywhere, mix, _MIX_OF_REGION)
    mix = _mix(of_region, mix, _MIX_OF_REGION)
    return _mix(sums.arrivals, mix[region], _MIX_OF_AREA)


def _mix(counts: FloatArray, prior: FloatArray, weight: float) -> FloatArray:
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray((counts + weight * prior) / (total + weight))


def _arrival_age(sums: Sums) -> FloatArray:
    """Months of age of arrivals: as seen, smoothed beyond the first year, by band."""
    lengths = np.diff(BAND_EDGES)
    density = np.empty(sums.arrival_age.shape)
    for stream in range(N_STREAMS):
        for band in range(N_BANDS):
            months = slice(BAND_EDGES[band], BAND_EDGES[band + 1])
            seen = sums.arrival_age[stream, months]
            even = np.full(lengths[band], 1.0 / lengths[band])
            if band > 0:
                seen = _smoothed(seen)
            density[stream, months] = (seen + _AGES_PRIOR * even) / (seen.sum() + _AGES_PRIOR)
    return density


def _smoothed(counts: FloatArray) -> FloatArray:
    width = 2 * _AGE_SPREAD_MONTHS + 1
    kernel = np.ones(width)
    reach = np.convolve(np.ones(len(counts)), kernel, "same")
    # Each month's arrivals spread evenly over the months in reach: the sum stays.
    return np.convolve(counts / reach, kernel, "same")


def _within_month(sums: Sums) -> FloatArray:
    arrived, entered = sums.arrived, sums.entered
    usual = np.clip(1.0 - arrived.sum() / max(entered.sum(), 1.0), 0.0, 0.5)
    # 50 entries of a band are worth as much as the share over all.
    share = 1.0 - (arrived + 50.0 * (1.0 - usual)) / (entered + 50.0)
    return np.asarray(np.clip(share, 0.0, 0.9))
