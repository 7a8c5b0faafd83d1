"""Levers: dated, ramped multipliers on entries, exits, stays and moves.

The domain maps a scenario's words to areas, bands, streams and types; here they
are arrays by month. Levers multiply, so their order does not matter, and a
lever of size 0 multiplies by 1: it changes nothing, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.forecast import FloatArray
from models.forecasting.cohort.ages import N_BANDS, N_STREAMS


@dataclass(frozen=True, slots=True)
class When:
    """The months in which a lever acts, counted from the first forecast month.

    Attributes
    ----------
    start : int
        First month, 0 the first of the forecast; negative where it began in
        the past.
    end : int or None
        First month in which it no longer acts; None: it stays.
    ramp : int
        Months over which it grows to its full size, the last of them full;
        0 or 1: at once.
    """

    start: int = 0
    end: int | None = None
    ramp: int = 0

    def strength(self, horizon: int) -> FloatArray:
        """Give the share of its full size that acts in each month, shape (horizon,)."""
        months = np.arange(horizon)
        grown = (months - self.start + 1) / max(self.ramp, 1)
        acting = np.clip(grown, 0.0, 1.0)
        if self.end is not None:
            acting = np.where(months < self.end, acting, 0.0)
        return np.asarray(acting)


@dataclass(frozen=True, slots=True)
class Where:
    """The cells that a lever touches; an empty selector means all.

    Attributes
    ----------
    areas, bands, streams, kinds : tuple of int
        Indices of areas, age bands, streams (0 other, 1 UASC) and placement
        types.
    """

    areas: tuple[int, ...] = ()
    bands: tuple[int, ...] = ()
    streams: tuple[int, ...] = ()
    kinds: tuple[int, ...] = ()

    def mask(self, *, n_areas: int, n_kinds: int) -> FloatArray:
        """Give 1 where the lever acts, else 0: shape (n_areas, n_bands, 2, n_kinds)."""
        chosen = (
            _chosen(self.areas, n_areas),
            _chosen(self.bands, N_BANDS),
            _chosen(self.streams, N_STREAMS),
            _chosen(self.kinds, n_kinds),
        )
        return np.asarray(np.einsum("a,b,s,k->absk", *chosen))


def _chosen(indices: tuple[int, ...], size: int) -> FloatArray:
    chosen = np.zeros(size) if indices else np.ones(size)
    chosen[list(indices)] = 1.0
    return chosen


@dataclass(frozen=True, slots=True)
class EntriesLever:
    """Change entries: +0.1 is a tenth more."""

    change: float
    where: Where = field(default_factory=Where)
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True)
class ExitsLever:
    """Change the chance of leaving care in a month: +0.1 is a tenth more."""

    change: float
    where: Where = field(default_factory=Where)
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True)
class DurationsLever:
    """Change how long children stay: +0.1 makes the mean stay a tenth longer.

    With placement types given it is the stay in them (both exits and moves out
    scale by 1 / (1 + change)); without, the stay in care (exits alone).
    Turning 18 is not moved.
    """

    change: float
    where: Where = field(default_factory=Where)
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True)
class MovesLever:
    """Change moves between placement types: from `where.kinds` to `to` (all when empty)."""

    change: float
    to: tuple[int, ...] = ()
    where: Where = field(default_factory=Where)
    when: When = field(default_factory=When)


Lever = EntriesLever | ExitsLever | DurationsLever | MovesLever


@dataclass(frozen=True, slots=True)
class Levers:
    """What the levers multiply, month by month.

    Attributes
    ----------
    entries : ndarray, shape (horizon, n_areas, n_bands, 2, n_kinds)
        Multiplier of entries.
    exits : ndarray, shape (horizon, n_areas, n_bands, 2, n_kinds)
        Multiplier of the chance of leaving care.
    moves : ndarray, shape (horizon, n_areas, n_bands, 2, n_kinds, n_kinds)
        Multiplier of the chance of a move, from and to.
    """

    entries: FloatArray
    exits: FloatArray
    moves: FloatArray

    @property
    def horizon(self) -> int:
        """Months covered."""
        return int(self.entries.shape[0])

    def same_rates(self, month: int) -> bool:
        """Say whether exits and moves are multiplied as in the month before."""
        return month > 0 and bool(
            np.array_equal(self.exits[month], self.exits[month - 1])
            and np.array_equal(self.moves[month], self.moves[month - 1])
        )


def pulled(levers: Sequence[Lever], *, horizon: int, n_areas: int, n_kinds: int) -> Levers:
    """Turn typed levers into multipliers by month.

    Parameters
    ----------
    levers : sequence of Lever
        In any order: they multiply. None at all gives ones.
    horizon : int
        Months ahead.
    n_areas, n_kinds : int
        Sizes of the population.

    Returns
    -------
    Levers
        Multipliers, never negative; exactly 1 where nothing acts.
    """
    shape = (horizon, n_areas, N_BANDS, N_STREAMS, n_kinds)
    entries, exits, moves = np.ones(shape), np.ones(shape), np.ones((*shape, n_kinds))
    for lever in levers:
        mask = lever.where.mask(n_areas=n_areas, n_kinds=n_kinds)
        strength = lever.when.strength(horizon)
        factor = _factor(lever, strength[:, None, None, None, None] * mask)
        if isinstance(lever, EntriesLever):
            entries *= factor
        elif isinstance(lever, MovesLever):
            moves *= 1.0 + (factor - 1.0)[..., None] * _chosen(lever.to, n_kinds)
        else:
            exits *= factor
            if isinstance(lever, DurationsLever) and lever.where.kinds:
                moves *= factor[..., None]
    return Levers(entries=entries, exits=exits, moves=moves)


def _factor(lever: Lever, strength: FloatArray) -> FloatArray:
    change = np.maximum(1.0 + lever.change * strength, 0.0)
    if isinstance(lever, DurationsLever):
        # A stay shortened to nothing would be an infinite rate: a hundredth is the least.
        return np.asarray(1.0 / np.maximum(change, 0.01))
    return np.asarray(change)
