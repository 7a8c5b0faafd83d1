"""Joint futures of whole children, path by path.

Not child by child: leaves (area, band, type, stream) are stepped with the
chances that the expected recursion's own flows amount to, today's children and
entrants apart, so that a shock to entries acts through the entrants and the
mean of many futures is the expected one. Ageing is no chance: as many grow into
the next band as the recursion says, to within a child.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import N_BANDS, N_STREAMS
from models.forecasting.cohort.chance import binomial, divided, poisson, rounded, steps_of
from models.forecasting.cohort.entries import EntryForecast
from models.forecasting.cohort.rates import Rates
from models.forecasting.cohort.recursion import Balance, Expected
from models.forecasting.cohort.shocks import BreakOdds, Shocks, area_walks, draw_shocks

Float32Array = NDArray[np.float32]

_AREAS_A_CHUNK = 3
"""Areas drawn together: what they hold stays in the cache."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Joint futures.

    Attributes
    ----------
    children : ndarray of float32, shape (n_paths, n_leaves, horizon)
        Whole children at month ends; leaves in which a child can be at all.
        In memory the paths of a leaf and month lie together: blocks of leads
        transposed to (n_leaves, leads, n_paths) are cheap.
    area, kind, band, stream : ndarray of int, shape (n_leaves,)
        What each leaf is; sorted by stream, area, band, kind.
    entries, exits : ndarray of float32, shape (n_paths, n_areas, n_bands, horizon)
        Who came, and who left (turning 18 not included), both streams.
    aged_out : ndarray of float32, shape (n_paths, n_areas, horizon)
        Who turned 18.
    """

    children: Float32Array
    area: IntArray
    kind: IntArray
    band: IntArray
    stream: IntArray
    entries: Float32Array
    exits: Float32Array
    aged_out: Float32Array


def draw_paths(
    forecast: Expected,
    entries: EntryForecast,
    rates: Rates,
    *,
    n_paths: int,
    rng: np.random.Generator,
    odds: BreakOdds | None = None,
) -> Paths:
    """Draw joint futures around an expected one.

    Parameters
    ----------
    forecast : Expected
        Today's children and entrants apart; with or without levers.
    entries : EntryForecast
        Spreads of entries, before any lever.
    rates : Rates
        Spreads of exits.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance. The same seed gives the same bytes, and
        two forecasts that differ by a lever differ by that lever alone.
    odds : BreakOdds, optional
        How often breaks come.

    Returns
    -------
    Paths
        Their expectation is the expected stock (exit shocks bend it by some
        tenths of a percent); their mean has the chance of `n_paths` draws.

    Raises
    ------
    ValueError
        Today's children and entrants were not kept apart.
    """
    if forecast.entrants is None:
        raise ValueError("Paths need today's children and entrants apart: expected(apart=True).")
    region_rng, *chunk_rngs = rng.spawn(1 + -(-rates.n_areas // _AREAS_A_CHUNK))
    shocks = draw_shocks(entries, rates, n_paths=n_paths, odds=odds or BreakOdds(), rng=region_rng)
    leaves = _Leaves.of(forecast)
    paths = _empty(leaves, n_paths, forecast.today)
    for number, chunk_rng in enumerate(chunk_rngs):
        first = number * _AREAS_A_CHUNK
        areas = slice(first, min(first + _AREAS_A_CHUNK, rates.n_areas))
        levels = _Levels.of(shocks, entries, rates, areas, n_paths, chunk_rng)
        for stream in range(N_STREAMS):
            _draw_chunk(
                paths,
                leaves,
                _Chunk.of(forecast, forecast.entrants, entries, areas, stream),
                levels,
                chunk_rng,
            )
    return paths


@dataclass(frozen=True, slots=True)
class _Leaves:
    """Leaves that hold a child in any month, and their number in the output (-1: none)."""

    number: IntArray  # (2, n_areas, n_bands, n_kinds)
    index: tuple[IntArray, ...]

    @classmethod
    def of(cls, forecast: Expected) -> _Leaves:
        whole = forecast.together()
        there = (whole.stock > 0).any(axis=0) | (whole.start > 0)
        there = there.transpose(3, 0, 2, 1)
        number = np.where(there, np.cumsum(there).reshape(there.shape) - 1, -1)
        return cls(number=number, index=tuple(np.nonzero(there)))


def _empty(leaves: _Leaves, n_paths: int, like: Balance) -> Paths:
    stream, area, band, kind = leaves.index
    n_areas, horizon = like.start.shape[0], like.horizon
    return Paths(
        children=_zeros(n_paths, len(area), horizon),
        area=area,
        kind=kind,
        band=band,
        stream=stream,
        entries=_zeros(n_paths, n_areas, N_BANDS, horizon),
        exits=_zeros(n_paths, n_areas, N_BANDS, horizon),
        aged_out=_zeros(n_paths, n_areas, horizon),
    )


def _zeros(n_paths: int, *shape: int) -> Float32Array:
    """Zeros of shape (n_paths, *shape) whose paths lie together, as they are drawn and sorted."""
    return np.moveaxis(np.zeros((*shape, n_paths), dtype=np.float32), -1, 0)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Multipliers of some areas: entries (2, horizon, n, bands, n_paths), exits without bands.

    `mix` (horizon, n, 1 + n_kinds, n_paths) tilts the types of entrants; those
    who leave within the month stay as many.
    """

    entries: Float32Array
    exits: Float32Array
    mix: Float32Array

    @classmethod
    def of(
        cls,
        shocks: Shocks,
        entries: EntryForecast,
        rates: Rates,
        areas: slice,
        n_paths: int,
        rng: np.random.Generator,
    ) -> _Levels:
        region = rates.region[areas]
        come, gone, tilt = area_walks(entries, rates, areas, n_paths=n_paths, rng=rng)
        log_mix = np.zeros((n_paths, len(region), 1 + rates.n_kinds, entries.horizon), np.float32)
        log_mix[:, :, 1:] = shocks.mix[:, region] + tilt
        log_entries = shocks.entries[:, region] + come[:, :, None]
        log_exits = shocks.exits[:, region] + gone
        return cls(
            entries=np.exp(np.ascontiguousarray(log_entries.transpose(3, 4, 1, 2, 0))),
            exits=np.exp(np.ascontiguousarray(log_exits.transpose(2, 3, 1, 0))),
            mix=np.exp(np.ascontiguousarray(log_mix.transpose(3, 1, 2, 0))),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """Chances of one part of the children, each (horizon, n, n_bands, n_kinds), and its start.

    `age` is the chance of ageing out, `cross` of growing into the next band;
    `towards` divides movers among types, added up over them.
    """

    start: Float32Array
    age: Float32Array
    leave: Float32Array
    move: Float32Array
    towards: Float32Array
    cross: Float32Array

    @classmethod
    def of(cls, balance: Balance, areas: slice, stream: int, bands: slice) -> _Part:
        def part(flow: FloatArray) -> FloatArray:
            return flow[:, areas, :, bands, stream].swapaxes(2, 3)

        before, aged_out = part(balance.before()), part(balance.aged_out)
        exits = part(balance.exits) - part(balance.within_month)
        moved_out, moved_in = part(balance.moved_out), part(balance.moved_in)
        there = before - aged_out
        staying = there - exits
        after = staying - moved_out + moved_in
        total = moved_in.sum(axis=3, keepdims=True)
        return cls(
            start=before[0].astype(np.float32),
            age=_chance(aged_out, before),
            leave=_chance(exits, there),
            move=_chance(moved_out, staying),
            towards=steps_of(_chance(moved_in, np.broadcast_to(total, moved_in.shape))[..., None]),
            cross=_chance(part(balance.band_out), after),
        )


def _chance(events: FloatArray, exposed: FloatArray) -> Float32Array:
    found = np.divide(events, exposed, out=np.zeros_like(events), where=exposed > 1e-12)
    return np.asarray(np.clip(found, 0.0, 1.0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some areas of one stream: chances of both parts, and arrivals.

    `arrivals` (horizon, n, n_bands) are expected entries, `mix` (horizon, n,
    n_bands, 1 + n_kinds) are their shares: left within the month, then types.
    """

    areas: slice
    stream: int
    bands: slice
    parts: tuple[_Part, _Part]
    arrivals: Float32Array
    unlevered: Float32Array
    mix: Float32Array
    dispersion: FloatArray

    @classmethod
    def of(
        cls,
        forecast: Expected,
        entrants: Balance,
        entries: EntryForecast,
        areas: slice,
        stream: int,
    ) -> _Chunk:
        bands = _bands_of(forecast, entries, stream)
        come = entrants.entries[:, areas, :, bands, stream].swapaxes(2, 3)
        brief = entrants.within_month[:, areas, :, bands, stream].swapaxes(2, 3)
        total = come.sum(axis=3)
        parts = np.concatenate([brief.sum(axis=3, keepdims=True), come - brief], axis=3)
        return cls(
            areas=areas,
            stream=stream,
            bands=bands,
            parts=(
                _Part.of(forecast.today, areas, stream, bands),
                _Part.of(entrants, areas, stream, bands),
            ),
            arrivals=total.astype(np.float32),
            unlevered=entries.mean[:, areas, bands, stream].astype(np.float32),
            mix=_chance(parts, np.broadcast_to(total[..., None], parts.shape)),
            dispersion=entries.dispersion[bands, stream],
        )


def _bands_of(forecast: Expected, entries: EntryForecast, stream: int) -> slice:
    """Bands from the youngest that the stream has a child in; a lever does not change them."""
    there = forecast.today.start[..., stream].sum(axis=(0, 1)) > 0
    there |= entries.mean[..., stream].sum(axis=(0, 1)) > 0
    return slice(int(np.argmax(there)) if there.any() else N_BANDS, N_BANDS)


def _draw_chunk(
    paths: Paths, leaves: _Leaves, chunk: _Chunk, levels: _Levels, rng: np.random.Generator
) -> None:
    horizon, n, n_bands, n_kinds = chunk.parts[0].leave.shape
    if n_bands == 0:
        return
    n_paths = len(paths.children)
    shape = (n, n_bands, n_kinds, n_paths)
    start = chunk.parts[0].start[..., None] + np.zeros(shape, dtype=np.float32)
    offset = rng.random((n, n_bands, n_paths), dtype=np.float32)
    now = [rounded(start, offset), np.zeros(shape, dtype=np.float32)]
    number = leaves.number[chunk.stream, chunk.areas, chunk.bands]
    there = number >= 0
    children = paths.children.transpose(1, 2, 0)
    for month in range(horizon):
        leave_level = levels.exits[chunk.stream, month][:, None, None]
        for one, part in enumerate(chunk.parts):
            _month(now[one], part, month, leave_level, paths, chunk, rng)
        came = _came(chunk, month, levels.entries[chunk.stream, month][:, chunk.bands], rng)
        tilted = steps_of(chunk.mix[month][..., None] * levels.mix[month][:, None])
        joined = divided(came, tilted, rng.random(came.shape, dtype=np.float32))
        now[1] += joined[:, :, 1:]
        _count(paths.entries, chunk, month, came)
        _count(paths.exits, chunk, month, joined[:, :, 0])
        children[number[there], month] = (now[0] + now[1])[there]


def _month(
    now: Float32Array,
    part: _Part,
    month: int,
    level: Float32Array,
    paths: Paths,
    chunk: _Chunk,
    rng: np.random.Generator,
) -> None:
    """Let children (n, n_bands, n_kinds, n_paths) age out, leave, move and change band."""
    u = rng.random((2, *now.shape), dtype=np.float32)
    starts = rng.random((3, *now.shape[:2], now.shape[3]), dtype=np.float32)
    oldest = now[:, -1]
    adult = rounded(oldest * part.age[month][:, -1, :, None], starts[0][:, -1])
    np.minimum(adult, oldest, out=adult)
    oldest -= adult
    left = binomial(now, part.leave[month][..., None] * level, u[0])
    now -= left
    moved = binomial(now, part.move[month][..., None], u[1])
    now -= moved
    now += divided(moved.sum(axis=2), part.towards[month], starts[1])
    younger = now[:, :-1]
    grown = rounded(younger * part.cross[month][:, :-1, :, None], starts[2][:, :-1])
    np.minimum(grown, younger, out=grown)
    younger -= grown
    now[:, 1:] += grown
    aged_out = paths.aged_out.transpose(1, 2, 0)
    aged_out[chunk.areas, month] += adult.sum(axis=1)
    _count(paths.exits, chunk, month, left.sum(axis=2))


def _count(flows: Float32Array, chunk: _Chunk, month: int, events: Float32Array) -> None:
    flows.transpose(1, 2, 3, 0)[chunk.areas, chunk.bands, month] += events


def _came(
    chunk: _Chunk, month: int, multiplier: Float32Array, rng: np.random.Generator
) -> Float32Array:
    """Negative binomial entries, shape (n, n_bands, n_paths)."""
    mean = chunk.arrivals[month][..., None] * multiplier
    u = rng.random(mean.shape, dtype=np.float32)
    beyond = np.maximum(chunk.dispersion - 1.0, 0.01)
    # The month's own level is drawn from what is expected without levers, to stay in step.
    shape = np.maximum(chunk.unlevered[month] / beyond, 0.02).astype(np.float32)[..., None]
    own = rng.standard_gamma(np.broadcast_to(shape, mean.shape), dtype=np.float32)
    return poisson(mean * (own / shape), u)
