"""What the prices prove, and where the rest of the gap lies.

The bound is added up in whole hundredths over every eligible home, so that a
separate verifier, with its own code and the raw tables, comes to the same
number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.prices import ROUNDED, GroupProblems, Prices
from models.placement.problem import FloatArray, PlacementProblem


@dataclass(frozen=True, slots=True)
class Certificate:
    """Prices, and the bound they prove.

    Attributes
    ----------
    place, two_places, three_places : ndarray of float, shape (n_homes,)
        Whole hundredths of a point for each, each two and each three places taken.
    side : dict of str to float
        Hundredths of a point for each unit of a side row, by the rule's name.
    bound : int
        Hundredths of a point.
    """

    place: FloatArray
    two_places: FloatArray
    three_places: FloatArray
    side: dict[str, float]
    bound: int


def certify(groups: GroupProblems, prices: Prices) -> Certificate:
    """Give the certificate of some prices.

    Parameters
    ----------
    groups : GroupProblems
        Over every bundle of every eligible home.
    prices : Prices
        In whole hundredths (`Prices.whole`).
    """
    side = {row.name: float(p) for row, p in zip(groups.rows, prices.side, strict=True)}
    place, two, three = prices.home.T
    bound = int(np.floor(groups.relax(prices).value + 1e-6))
    return Certificate(place, two, three, side, bound)


def value_of_one_more_place(problem: PlacementProblem, prices: Prices) -> FloatArray:
    """Give what one more place in each home would be worth at the prices, shape (n_homes,).

    Hundredths of a point, to first order: a second place may also let in
    brothers and sisters whom no price of one place can see.
    """
    places = problem.homes.places
    gained = np.stack([(places + 1) // k - places // k for k in ROUNDED], axis=1)
    return np.asarray((prices.home * gained).sum(axis=1))
