"""A start from a plan and prices that were good for a problem much like this one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from models.placement.problem import BoolArray, IntArray, PlacementProblem
from models.placement.restricted import Prices

NEIGHBOURS = 5
"""Homes whose prices are averaged."""


@dataclass(frozen=True, slots=True)
class Warm:
    """A plan and prices that were good for a problem much like this one.

    Attributes
    ----------
    home : ndarray of int, shape (n_children,)
        Row of each child's home; `UNPLACED` for none, and where the home is not there now.
    prices : Prices
        Of this problem's homes and limits.
    known : ndarray of bool, shape (n_homes,), optional
        Homes whose price is known; all when absent. The others begin at what homes like
        them near by cost.
    """

    home: IntArray
    prices: Prices
    known: BoolArray | None = None

    def likely(self, problem: PlacementProblem) -> Prices:
        """Give the prices to begin from."""
        if self.known is None:
            return self.prices
        return with_likely_prices(problem, self.prices, self.known)

    def priced(self) -> bool:
        """Say whether there are prices to begin from, or a plan alone."""
        return bool(self.prices.home.any())


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
