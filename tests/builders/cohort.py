"""Small populations of children in care, simulated child by child."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.forecasting.cohort import (
    ADULT,
    BAND_EDGES,
    LEFT,
    UNKNOWN,
    ChildMonths,
    Clock,
    Population,
    Rates,
    Stock,
)
from models.forecasting.cohort.ages import BAND_OF_AGE, CLASS_EDGES, N_GROUPS
from models.forecasting.cohort.rates import even_ageing

N_KINDS = 4

_EXIT = np.array([0.030, 0.022, 0.040, 0.060])
_MOVE = np.array([0.020, 0.030, 0.010, 0.050])
_MIX = np.array(
    [
        [0.6, 0.2, 0.2, 0.0],
        [0.5, 0.3, 0.2, 0.0],
        [0.4, 0.3, 0.2, 0.1],
        [0.3, 0.3, 0.1, 0.3],
        [0.2, 0.2, 0.1, 0.5],
    ]
)
_BAND_SHARE = np.array([0.2, 0.17, 0.17, 0.25, 0.21])
_WITHIN_MONTH = 0.03


@dataclass(frozen=True, slots=True)
class SimulatedWorld:
    """A history and what came after it: truth is (months, areas, kinds, bands, streams)."""

    population: Population
    stock: np.ndarray
    entries: np.ndarray


def a_world(
    *,
    seed: int,
    n_months: int = 72,
    future: int = 36,
    n_areas: int = 4,
    size: float = 12.0,
    uasc: float = 0.8,
    burn: int = 120,
    restarts_on_a_move: bool = False,
) -> SimulatedWorld:
    """Simulate steady areas: chances depend on age, type and time, and on nothing hidden.

    `size` is entries a month and area; `uasc` those of unaccompanied children.
    With `restarts_on_a_move`, chances go by time in placement, not in care.
    """
    rng = np.random.default_rng(seed)
    mean = np.zeros((n_areas, 5, 2))
    mean[:, :, 0] = size * rng.uniform(0.7, 1.3, (n_areas, 1)) * _BAND_SHARE
    mean[:, 3:, 1] = uasc * np.array([0.25, 0.75])
    now = {name: np.zeros(0, np.int64) for name in _NAMES}
    columns: list[dict[str, np.ndarray]] = []
    stock = np.zeros((n_months + future, n_areas, N_KINDS, 5, 2))
    entries = np.zeros((n_months + future, n_areas, 5, 2))
    for month in range(-burn, n_months + future):
        now, follows = _one_month(now, rng, restarts_on_a_move)
        if 0 < month <= n_months:
            columns[-1]["follows"] = follows
        came = rng.poisson(mean)
        now = _with_entrants(now, came, rng)
        if month < 0:
            continue
        entries[month] = came
        cell = (now["area"], now["kind"], BAND_OF_AGE[now["age"]], now["stream"])
        np.add.at(stock[month], cell, 1)
        if month < n_months:
            columns.append({"month": np.full(len(now["age"]), month), **now})
    columns[-1]["follows"] = np.full(len(columns[-1]["age"]), UNKNOWN)
    rows = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}
    population = Population(
        rows=ChildMonths(**rows, weight=np.ones(len(rows["age"]))),
        entries=entries[:n_months],
        n_months=n_months,
        n_areas=n_areas,
        n_kinds=N_KINDS,
        region=np.zeros(n_areas, np.int64),
        completeness=np.ones((n_months, n_areas)),
    )
    return SimulatedWorld(population=population, stock=stock, entries=entries)


_NAMES = ("area", "stream", "age", "kind", "in_care", "in_placement")


def _one_month(now, rng, restarts):
    time = now["in_placement"] if restarts else now["in_care"]
    chance = _EXIT[now["kind"]] * (0.5 + 2.5 * np.exp(-time / 4.0))
    adult = now["age"] + 1 >= 216
    left = ~adult & (rng.random(len(time)) < chance)
    moved = rng.random(len(time)) < _MOVE[now["kind"]]
    kind = np.where(moved, (now["kind"] + rng.integers(1, N_KINDS, len(time))) % N_KINDS, 0)
    kind = np.where(moved, kind, now["kind"])
    follows = np.where(adult, ADULT, np.where(left, LEFT, kind))
    stays = ~adult & ~left
    grown = {
        "area": now["area"],
        "stream": now["stream"],
        "age": now["age"] + 1,
        "kind": kind,
        "in_care": now["in_care"] + 1,
        "in_placement": np.where(moved, 0, now["in_placement"] + 1),
    }
    return {name: values[stays] for name, values in grown.items()}, follows


def _with_entrants(now, came, rng):
    area, band, stream = (np.repeat(index, came[came > 0]) for index in np.nonzero(came))
    stays = rng.random(len(area)) >= _WITHIN_MONTH
    area, band, stream = area[stays], band[stays], stream[stays]
    edges = np.array(BAND_EDGES)
    length = edges[band + 1] - edges[band]
    new = {
        "area": area,
        "stream": stream,
        "age": edges[band] + (length * rng.random(len(area))).astype(np.int64),
        "kind": (rng.random(len(area))[:, None] > _MIX.cumsum(axis=1)[band, :-1]).sum(axis=1),
        "in_care": np.zeros(len(area), np.int64),
        "in_placement": np.zeros(len(area), np.int64),
    }
    return {name: np.concatenate([now[name], new[name]]) for name in _NAMES}


def some_rates(
    *,
    seed: int = 1,
    n_areas: int = 3,
    clock: Clock = Clock.IN_CARE,
    leave: float = 0.05,
    move: float = 0.02,
) -> Rates:
    """Give rates without a history: uneven, so that nothing cancels by chance."""
    rng = np.random.default_rng(seed)
    cell = (n_areas, 2, N_GROUPS, N_KINDS)
    moves = move * rng.random((*cell, N_KINDS))
    moves[..., np.arange(N_KINDS), np.arange(N_KINDS)] = 0.0
    mix = rng.random(cell)
    lengths = np.diff(BAND_EDGES)
    even = np.repeat(1.0 / lengths, lengths)
    by_class = rng.uniform(0.5, 1.5, (2, N_KINDS, len(CLASS_EDGES)))
    return Rates(
        origin=12,
        clock=clock,
        exit=leave * rng.random((*cell, len(CLASS_EDGES))),
        move=moves,
        move_by_class=by_class,
        up=np.broadcast_to(even_ageing(), (2, N_GROUPS, len(CLASS_EDGES))),
        arrival_mix=mix / mix.sum(axis=-1, keepdims=True),
        arrival_age=np.stack([even, even]),
        within_month=np.full((2, 5), 0.03),
        region=np.zeros(n_areas, np.int64),
        exit_level_sd=np.full((1, 2), 0.01),
        exit_level_error=np.full((1, 2), 0.02),
        exit_factor_error=np.full((n_areas, 2), 0.03),
    )


def some_children(*, seed: int = 2, n_children: int = 900, n_areas: int = 3) -> Stock:
    """Give children of every age, type and time class; a tenth UASC of ten years and more."""
    rng = np.random.default_rng(seed)
    area = np.sort(rng.integers(n_areas, size=n_children))
    stream = (rng.random(n_children) < 0.1).astype(np.int64)
    age = np.where(
        stream == 1, rng.integers(120, 216, n_children), rng.integers(0, 216, n_children)
    )
    cells = np.stack(
        [
            area,
            stream,
            age,
            rng.integers(N_KINDS, size=n_children),
            rng.integers(8, size=n_children),
        ]
    )
    cells, children = np.unique(cells, axis=1, return_counts=True)
    area, stream, age, kind, time = cells
    return Stock(area, stream, age, kind, time, children.astype(float), n_areas, N_KINDS)


def some_entries(*, horizon: int = 36, n_areas: int = 3, each: float = 2.0) -> np.ndarray:
    """Give expected entries, uneven by month; UASC of ten years and more."""
    months = 1.0 + 0.3 * np.sin(np.arange(horizon))
    entries = np.broadcast_to(each * months[:, None, None, None], (horizon, n_areas, 5, 2)).copy()
    entries[:, :, :3, 1] = 0.0
    entries[..., 1] *= 0.2
    return entries


def with_later_months_changed(population: Population, *, origin: int) -> Population:
    """Give a population whose columns from `origin` on are another story altogether."""
    rows = population.rows
    later = rows.month >= origin
    # What became of the last seen month's children is known only in the month after.
    unseen = rows.month >= origin - 1
    flipped = replace(
        rows,
        kind=np.where(later, (rows.kind + 1) % N_KINDS, rows.kind),
        age=np.where(later, np.maximum(rows.age - 7, 0), rows.age),
        in_care=np.where(later, 0, rows.in_care),
        follows=np.where(unseen & (rows.follows != UNKNOWN), LEFT, rows.follows),
    )
    entries = population.entries.copy()
    entries[origin:] = 50.0
    return replace(population, rows=flipped, entries=entries)
