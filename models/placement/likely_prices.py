"""Prices of homes that nobody has priced yet: what homes like them near by cost."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from models.placement.problem import BoolArray, PlacementProblem
from models.placement.restricted import Prices

NEIGHBOURS = 5
"""Homes whose prices are averaged."""


def with_likely_prices(problem: PlacementProblem, prices: Prices, known: BoolArray) -> Prices:
    """Give each home without a known price the mean of the nearest of its kind and places.

    Parameters
    ----------
    problem : PlacementProblem
    prices : Prices
    known : ndarray of bool, shape (n_homes,)
        Homes whose prices are known; the others' are replaced.

    Returns
    -------
    Prices
        A good guess only: any prices prove a bound, and a search starts from these.
    """
    home, homes = prices.home.copy(), problem.homes
    like = homes.kind * (int(homes.places.max(initial=0)) + 1) + homes.places
    for one in np.unique(like[~known]):
        new = np.flatnonzero(~known & (like == one))
        old = np.flatnonzero(known & (like == one))
        if not old.size:
            continue
        count = min(NEIGHBOURS, old.size)
        _, near = cKDTree(homes.xy[old]).query(homes.xy[new], k=count)
        home[new] = prices.home[old[near.reshape(new.size, count)]].mean(axis=1)
    return Prices(home, prices.side).whole()
