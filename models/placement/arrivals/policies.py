"""What a duty desk may go by when a family comes: one function a policy, found by its name.

Every policy answers on the day, among the places then free, and never sees
who comes next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.placement.arrivals.answering import Goals
from models.placement.arrivals.families import Families
from models.placement.arrivals.reserve import Futures, Reserve, price_futures
from models.placement.eligibility import miles_from_family
from models.placement.problem import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Now:
    """What a desk knows at the start of a week.

    Attributes
    ----------
    free : ndarray of int64, shape (n_homes,)
        Places free.
    to_come : int
        Units forecast to come while a place given today would be taken.
    coming_free : ndarray of float64, shape (n_homes,)
        Places expected to come free in time for them.
    """

    free: IntArray
    to_come: int
    coming_free: FloatArray


class Desk(Protocol):
    """A policy at work: what it goes by, and the reserve it holds each week."""

    @property
    def goals(self) -> Goals:
        """Give what it goes by."""
        ...

    def prices(self, now: Now) -> FloatArray:
        """Give the reserve of the week, shape (n_homes, 3), hundredths."""
        ...


Policy = Callable[[Families, Futures], Desk]
"""Families to answer and futures drawn from a forecast in, a desk out."""

POLICIES: dict[str, Policy] = {}
"""Every policy by name; a new one is one function here."""


DEFAULT_POLICY = "reserve_weekly"
"""Measured best of them (BENCHMARKS.md, arrivals)."""


def policy(name: str) -> Callable[[Policy], Policy]:
    """Enter a policy in the register; the simulator, the command and the tests then find it."""

    def register(function: Policy) -> Policy:
        POLICIES[name] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class _WithoutReserve:
    """Each family gets what is best for it."""

    goals: Goals

    def prices(self, now: Now) -> FloatArray:
        return np.zeros((now.free.size, 3))


@policy("nearest")
def nearest(families: Families, _: Futures) -> Desk:
    """Answer with the nearest home that takes all of a family; else each child's nearest.

    Parameters
    ----------
    families : Families
    """
    listed = families.listed
    columns, group = listed.columns, listed.columns.group
    everyone = (1 << listed.group_size[group]) - 1
    lowest = np.log2(columns.members & -columns.members.astype(np.int64)).astype(np.int64)
    miles = miles_from_family(
        families.problem, listed.first_child[group] + lowest, columns.home.astype(np.int64)
    )
    alone = columns.members == 1 << lowest
    apart = np.where(alone, _PARTING, np.inf)
    cost = miles + np.where(columns.members == everyone, 0.0, apart)
    return _WithoutReserve(Goals(cost, np.full(listed.n_children, _NOBODY)))


_PARTING, _NOBODY = 1e6, 1e9
"""Miles that stand for a child placed alone, and for one without a home: never outweighed."""


@policy("best_points")
def best_points(families: Families, _: Futures) -> Desk:
    """Answer with the fewest points for the family itself.

    Parameters
    ----------
    families : Families
    """
    return _WithoutReserve(_points(families))


def _points(families: Families) -> Goals:
    # No place is held while a child whom it fits has none: a reserve chooses between homes only.
    # Measured in a shortage: prices alone refuse children and leave places empty to the end.
    return Goals(families.listed.columns.cost, np.full(families.listed.n_children, _NEVER_REFUSED))


_NEVER_REFUSED = 1e12
"""Hundredths above any cost and reserve."""


@policy("reserve_once")
def reserve_once(families: Families, futures: Futures) -> Desk:
    """Answer with points and a reserve that is set on the first day and kept.

    Parameters
    ----------
    families : Families
    futures : Futures
    """
    return _Reserving(_points(families), futures, weekly=False)


@policy("reserve_weekly")
def reserve_weekly(families: Families, futures: Futures) -> Desk:
    """Answer with points and a reserve that is set anew each week.

    Each week prices what is still free by the families still to come, from
    last week's prices.

    Parameters
    ----------
    families : Families
    futures : Futures
    """
    return _Reserving(_points(families), futures, weekly=True)


class _Reserving:
    def __init__(self, goals: Goals, futures: Futures, *, weekly: bool) -> None:
        self.goals, self._futures, self._weekly = goals, futures, weekly
        self._reserve: Reserve | None = None

    def prices(self, now: Now) -> FloatArray:
        if self._reserve is None or (self._weekly and now.to_come):
            self._reserve = price_futures(
                self._futures,
                free=now.free,
                to_come=now.to_come,
                coming_free=now.coming_free,
                warm=self._reserve,
            )
        return self._reserve.mean
