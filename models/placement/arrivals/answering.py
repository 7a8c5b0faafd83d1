"""A family comes, and is answered: the cheapest homes among the places free, at cost and reserve.

What a family takes is dear by what the places would be worth to families who
come later: by the value of the places free now, less their value without those
taken. With prices of places, of pairs and of threes (`Prices`), that value is
``lam f + mu floor(f / 2) + nu floor(f / 3)`` for f places free in a home, so
that a single child who takes one of two places pays for the pair it breaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.arrivals.families import Families
from models.placement.partition import cheapest_partitions, lowest_member
from models.placement.problem import LARGEST_GROUP, UNPLACED, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Goals:
    """What a desk goes by: the points of the plan, or miles alone.

    Attributes
    ----------
    cost : ndarray of float64, shape (n_columns,)
        Of each bundle of `Families.listed`; infinite where the desk never looks.
    unplaced : ndarray of float64, shape (n_children,)
        Of each child without a home.
    """

    cost: FloatArray
    unplaced: FloatArray


@dataclass(frozen=True, slots=True)
class Answers:
    """What each family got, one row a family in the order of coming.

    Attributes
    ----------
    home : ndarray of int32, shape (n_families, LARGEST_GROUP)
        Home of each member, `UNPLACED` for none and beyond the last member.
    places : ndarray of int32, same shape
        Places taken, at the lowest member of each bundle; 0 elsewhere.
    reserve : ndarray of float64, same shape
        What the places taken were held at, hundredths; where ``places`` is.
    """

    home: NDArray[np.int32]
    places: NDArray[np.int32]
    reserve: FloatArray

    @classmethod
    def none_yet(cls, n_families: int) -> Answers:
        """Give answers to be filled in."""
        shape = (n_families, LARGEST_GROUP)
        return cls(
            np.full(shape, UNPLACED, dtype=np.int32),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape),
        )


def answer(
    families: Families,
    goals: Goals,
    *,
    groups: IntArray,
    draws: IntArray,
    rows: tuple[int, int],
    prices: FloatArray,
    free: IntArray,
    answers: Answers,
) -> float:
    """Answer families one after the other, each with the places that are then free.

    Parameters
    ----------
    families : Families
    goals : Goals
    groups, draws : ndarray of int64, shape (n_families,)
        The families in the order of coming, and the unit drawn that each
        belongs to: groups of one unit never share a home.
    rows : tuple of int
        The first to answer, and the one after the last.
    prices : ndarray of float64, shape (n_homes, 3)
        The reserve, as in `models.placement.restricted.Prices.home`.
    free : ndarray of int64, shape (n_homes,)
        Lowered by what is taken.
    answers : Answers
        Written for these families.

    Returns
    -------
    float
        Costs of what was given and of children without a home, reserve left out.
    """
    listed = families.listed
    return float(
        _answer(
            rows,
            groups,
            draws,
            listed.columns.begin,
            listed.columns.members,
            listed.columns.home,
            listed.columns.places,
            goals.cost,
            listed.first_child,
            listed.group_size,
            goals.unplaced,
            prices,
            free,
            answers.home,
            answers.places,
            answers.reserve,
        )
    )


@njit(nogil=True, cache=True)
def _value(price: FloatArray, free: int) -> float:  # pragma: no cover - compiled
    return float(price[0] * free + price[1] * (free // 2) + price[2] * (free // 3))


@njit(nogil=True, cache=True)
def _answer(
    rows: tuple[int, int],
    groups: IntArray,
    draws: IntArray,
    begin: IntArray,
    members: NDArray[np.uint8],
    home: NDArray[np.int32],
    places: NDArray[np.int32],
    cost: FloatArray,
    first_child: IntArray,
    group_size: IntArray,
    unplaced: FloatArray,
    prices: FloatArray,
    free: IntArray,
    homes_given: NDArray[np.int32],
    places_given: NDArray[np.int32],
    reserve: FloatArray,
) -> float:  # pragma: no cover - compiled
    best, cheapest = np.empty(256), np.empty(256)
    block, pick = np.empty(256, np.int64), np.empty(256, np.int64)
    total = 0.0
    for row in range(rows[0], rows[1]):
        group = groups[row]
        size, child = group_size[group], first_child[group]
        earlier = row  # groups of the same unit came just before
        while earlier > 0 and draws[earlier - 1] == draws[row]:
            earlier -= 1
        left = (1 << size) - 1
        # One bundle is given at a time: it may take the places that the rest had hoped for.
        while left:
            for m in range(1, left + 1):
                best[m], pick[m] = np.inf, -1
            for c in range(begin[group], begin[group + 1]):
                m, h = members[c], home[c]
                if m & left != m or places[c] > free[h]:
                    continue
                held = _value(prices[h], free[h]) - _value(prices[h], free[h] - places[c])
                value = cost[c] + held
                if value < best[m] and not _lives_there(h, homes_given, earlier, row):
                    best[m], pick[m] = value, c
            for j in range(size):
                if left >> j & 1 and unplaced[child + j] < best[1 << j]:
                    best[1 << j], pick[1 << j] = unplaced[child + j], -1
            cheapest_partitions(left, best, cheapest, block)
            given = block[left]
            c, first = pick[given], lowest_member(given)
            left ^= given
            if c < 0:
                total += unplaced[child + first]
                continue
            h = home[c]
            total += cost[c]
            reserve[row, first] = best[given] - cost[c]
            places_given[row, first] = places[c]
            free[h] -= places[c]
            for j in range(size):
                if given >> j & 1:
                    homes_given[row, j] = h
    return total


@njit(nogil=True, cache=True)
def _lives_there(
    home: int, homes_given: NDArray[np.int32], earlier: int, row: int
) -> bool:  # pragma: no cover - compiled
    for before in range(earlier, row):
        for j in range(homes_given.shape[1]):
            if homes_given[before, j] == home:
                return True
    return False
