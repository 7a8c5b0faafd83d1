"""The yardstick done again: the nearest home that fits and has a place, larger groups first."""

from __future__ import annotations

import numpy as np

from rcc_forecast.placement.verification.kernels import Wholes, nearest_first
from rcc_forecast.placement.verification.world import World


def greedy_plan(world: World) -> Wholes:
    """Place group after group in the nearest home with room.

    Returns
    -------
    ndarray of int, shape (n_children,)
        Row of each child's home, -1 for none.
    """
    order = np.argsort(-np.diff(world.begin), kind="stable")
    both = np.concatenate([world.rivals, world.rivals[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    count = np.bincount(both[:, 0], minlength=world.n_children)
    home: Wholes = nearest_first(
        world.kids,
        world.register,
        world.begin,
        order,
        np.r_[0, np.cumsum(count)].astype(np.int64),
        both[:, 1].copy(),
        world.max_miles,
    )
    return home
