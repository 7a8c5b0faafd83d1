"""The reserve: what each place is worth to the families forecast to come.

Futures are drawn; in each, the places free are priced by the Lagrangian of all
families who come in it (`models.placement.prices`), and the prices are
averaged. One future's prices know which family comes; their average knows
only what tends to come, and that is what a duty desk can know. Bid prices:
Talluri & van Ryzin, *The Theory and Practice of Revenue Management* (2004),
ch. 3; averaged over drawn futures ("randomized linear programming"): Talluri
& van Ryzin, *Transportation Science* 33 (1999).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from models.placement.arrivals.answering import Answers, Goals, answer
from models.placement.arrivals.families import Families
from models.placement.prices import search_prices
from models.placement.problem import FloatArray, IntArray
from models.placement.restricted import Prices, in_rows

FIRST_PASSES, WARM_PASSES = 250, 60
"""Price passes for a future, the first time and from its last prices."""


@dataclass(frozen=True, slots=True)
class Futures:
    """Families drawn to come, future by future.

    Attributes
    ----------
    families : Families
        Those they were drawn from; never the families who will come.
    units : ndarray of int64, shape (n_futures, n_units)
        Units in the order of coming.
    leaving : ndarray of float64, shape (n_futures, n_homes)
        One draw between 0 and 1 for the places that come free in each home.
    """

    families: Families
    units: IntArray
    leaving: FloatArray

    @property
    def n_futures(self) -> int:
        """Number of futures drawn."""
        return int(self.units.shape[0])


def draw_futures(
    families: Families, *, n_futures: int, n_units: int, rng: np.random.Generator
) -> Futures:
    """Draw futures, whole units with replacement.

    Parameters
    ----------
    families : Families
    n_futures : int
    n_units : int
        Units who come until the horizon.
    rng : numpy.random.Generator
    """
    return Futures(
        families,
        rng.integers(families.n_units, size=(n_futures, n_units)),
        rng.random((n_futures, families.problem.n_homes)),
    )


@dataclass(frozen=True, slots=True)
class Reserve:
    """Prices of places in each future.

    Attributes
    ----------
    futures : ndarray of float64, shape (n_futures, n_homes, 3)
        As `models.placement.restricted.Prices.home`, hundredths.
    """

    futures: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Their average, shape (n_homes, 3)."""
        return np.asarray(self.futures.mean(axis=0))


def held_for(prices: FloatArray, *, free: IntArray, places: IntArray) -> FloatArray:
    """Give what places are held for: the value of those free, less that of those left.

    Parameters
    ----------
    prices : ndarray of float64, shape (..., n_homes, 3)
        Prices of a place, of two and of three.
    free, places : ndarray of int64, shape (n_homes,)
        Places free, and how many of them are taken.

    Returns
    -------
    ndarray of float64, shape (..., n_homes)
        Hundredths of a point.
    """
    lost = in_rows(free) - in_rows(free - places)
    return np.asarray((prices * lost).sum(axis=-1))


def price_futures(
    futures: Futures,
    *,
    free: IntArray,
    to_come: int,
    coming_free: FloatArray | None = None,
    warm: Reserve | None = None,
    workers: int = 2,
) -> Reserve:
    """Price the places that are free by what each future would give for them.

    Parameters
    ----------
    futures : Futures
    free : ndarray of int64, shape (n_homes,)
        Places free now.
    to_come : int
        Units who are still to come; each future's first so many count.
    coming_free : ndarray of float64, shape (n_homes,), optional
        Places expected to come free in time for them; none when absent.
    warm : Reserve, optional
        Prices of the same futures a little earlier.
    workers : int
        Threads; the answer is the same whatever their number.

    Returns
    -------
    Reserve
    """
    expected = np.zeros(free.size) if coming_free is None else coming_free

    def prices_of(future: int) -> FloatArray:
        units = futures.units[future, :to_come]
        capacity = free + np.floor(expected + futures.leaving[future]).astype(np.int64)
        start = None if warm is None else warm.futures[future]
        return _prices_of_one(futures.families, units, capacity, start)

    with ThreadPoolExecutor(workers) as pool:
        prices = list(pool.map(prices_of, range(futures.n_futures)))
    return Reserve(np.stack(prices))


def _prices_of_one(
    families: Families, units: IntArray, capacity: IntArray, start: FloatArray | None
) -> FloatArray:
    groups, draws = families.groups_of(units)
    prices = np.zeros((capacity.size, 3)) if start is None else start
    found, _ = search_prices(
        families.among(groups, capacity),
        target=_points_of_a_plan(families, groups, draws, prices, capacity),
        start=Prices(prices, np.zeros(0)),
        passes=FIRST_PASSES if start is None else WARM_PASSES,
        workers=1,
    )
    return found.home


def _points_of_a_plan(
    families: Families, groups: IntArray, draws: IntArray, prices: FloatArray, capacity: IntArray
) -> float:
    """Give the points of a real plan, which the search aims at: largest families first."""
    order = np.argsort(-families.listed.group_size[groups], kind="stable")
    return answer(
        families,
        Goals(families.listed.columns.cost, families.listed.unplaced_cost),
        groups=groups[order],
        draws=draws[order],
        rows=(0, groups.size),
        prices=prices,
        free=capacity.copy(),
        answers=Answers.none_yet(groups.size),
    )
