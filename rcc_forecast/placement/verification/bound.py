"""What the prices of a certificate prove, over every eligible home."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from rcc_forecast.placement.verification.kernels import Floats, cheapest_ways
from rcc_forecast.placement.verification.limits import Limit
from rcc_forecast.placement.verification.points import (
    fixed_weights,
    pair_weights,
    tier_weights,
)
from rcc_forecast.placement.verification.world import World

GROUPS_A_CHUNK = 1_000
"""Groups that one thread takes at a time; the same whatever the number of threads."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound, and how far rounding could shift it; hundredths of a point."""

    value: float
    leeway: float


def bound_of(
    world: World, *, name: str, tolls: Floats, limits: dict[str, Limit], tiers: list[str],
    prices: dict[str, float], most: dict[str, float],
) -> Bound:  # fmt: skip
    """Add up the cheapest way of every group at the prices, less the value of all places.

    Parameters
    ----------
    world : World
    name : str
        ``points``, or the tier that is bounded.
    tolls : ndarray of float, shape (n_homes, 3)
        Prices of one, of two and of three places.
    limits : dict of str to Limit
        Those of the scenario.
    tiers : list of str
        Earlier tiers, held as limits.
    prices, most : dict of str to float
        Price and size of each limit and earlier tier.

    Returns
    -------
    Bound
    """
    parts = [(1.0, tier_weights(world, name))]
    parts += [(prices[tier], tier_weights(world, tier)) for tier in tiers]
    fixed = sum((price * fixed_weights(part) for price, part in parts), start=np.zeros(3))
    counts = np.zeros((world.n_children, 5))
    without = np.full(world.n_children, fixed[2]) + fixed[1] * (world.kids.twins != 0)
    for rule, limit in limits.items():
        if prices[rule]:
            counts += prices[rule] * limit.each_of_placed()
            without += prices[rule] * limit.each("unplaced")
    value, doubtful = np.zeros(world.n_groups), np.zeros(world.n_groups, dtype=np.int64)
    part_prices = np.array([price for price, _ in parts])
    part_weights = np.stack([pair_weights(weights) for _, weights in parts])

    def of_chunk(first: int) -> None:
        cheapest_ways(
            world.kids,
            world.register,
            world.begin,
            first,
            min(first + GROUPS_A_CHUNK, world.n_groups),
            part_prices,
            part_weights,
            fixed[:2].copy(),
            counts,
            without,
            tolls,
            world.max_miles,
            value,
            doubtful,
        )

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        list(threads.map(of_chunk, range(0, world.n_groups, GROUPS_A_CHUNK)))
    full = world.register.capacity
    places = float((tolls * np.column_stack([full, full // 2, full // 3])).sum())
    held = sum(prices[rule] * most[rule] for rule in prices)
    return Bound(float(value.sum()) - places - held, _leeway(world, doubtful, limits, tiers))


def _leeway(world: World, doubtful: Any, limits: dict[str, Limit], tiers: list[str]) -> float:
    """Where limits are priced, points and prices are rounded in another order: one a child."""
    if limits or tiers:
        return float(world.n_children)
    return float(doubtful.sum()) + 0.2
