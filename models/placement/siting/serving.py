"""Who is served where: a first choice by regret, then shifts and swaps while they help."""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.problem import BoolArray, FloatArray, IntArray

_GAIN = 1e-9
_ONLY_CHOICE = 1e15
"""Regret of a customer whom one facility alone can take; the largest of them goes first."""


@njit(nogil=True, cache=True)
def serve(
    cost: FloatArray, demand: FloatArray, capacity: FloatArray, opened: BoolArray
) -> IntArray:
    """Assign every customer to one of the open facilities.

    Parameters
    ----------
    cost : ndarray, shape (m, n)
    demand : ndarray, shape (n,)
    capacity : ndarray, shape (m,)
    opened : ndarray of bool, shape (m,)

    Returns
    -------
    ndarray of int64, shape (n,)
        Facility of each customer; -1 throughout the rest where somebody found no room.

    Notes
    -----
    Regret: S. Martello & P. Toth (1990), *Knapsack Problems*, chapter 7.
    """
    m, n = cost.shape
    facility, room = np.full(n, -1), capacity.copy()
    for _ in range(n):
        most, next_customer, its_facility = -1.0, -1, -1
        for j in range(n):
            if facility[j] >= 0:
                continue
            first = second = np.inf
            nearest = -1
            for i in range(m):
                if opened[i] and room[i] >= demand[j]:
                    if cost[i, j] < first:
                        first, second, nearest = cost[i, j], first, i
                    elif cost[i, j] < second:
                        second = cost[i, j]
            if nearest < 0:
                return facility
            regret = second - first if second < np.inf else _ONLY_CHOICE + demand[j]
            if regret > most:
                most, next_customer, its_facility = regret, j, nearest
        facility[next_customer] = its_facility
        room[its_facility] -= demand[next_customer]
    _shift_and_swap(cost, demand, opened, facility, room)
    return facility


@njit(nogil=True, cache=True)
def _shift_and_swap(
    cost: FloatArray,
    demand: FloatArray,
    opened: BoolArray,
    facility: IntArray,
    room: FloatArray,
) -> None:
    m, n = cost.shape
    better = True
    while better:
        better = False
        for j in range(n):
            for i in range(m):
                now = facility[j]
                saved = cost[now, j] - cost[i, j]
                if opened[i] and room[i] >= demand[j] and saved > _GAIN:
                    room[now] += demand[j]
                    room[i] -= demand[j]
                    facility[j] = i
                    better = True
        for j in range(n):
            for k in range(j):
                a, b = facility[j], facility[k]
                more = demand[k] - demand[j]
                saved = cost[a, j] + cost[b, k] - cost[b, j] - cost[a, k]
                if a != b and saved > _GAIN and room[a] >= more and room[b] >= -more:
                    room[a] -= more
                    room[b] += more
                    facility[j], facility[k] = b, a
                    better = True
