"""What a term is, the register that a new one joins, and the one place that rounds points.

A pair term says how much of something a child would meet in a home: miles, or
1 for a breach. Its weight says how many points each of it is worth. Weights
are choices of the region, not findings; the defaults and their reasons stand
in the README, section Placement plan.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

import numpy as np

from models.placement.problem import HUNDREDTHS, FloatArray, IntArray, PlacementProblem, Weights

LINE_MILES = 20.0
"""DfE, *Children looked after in England*: placements over 20 miles from home."""


class DependsOn(Enum):
    """What the amount of a term depends on: by it the term is compiled once for all pairs.

    It is a promise that `models.placement.tables.compile_tables` relies on and
    the tests hold every term to.
    """

    FAMILY_MILES = auto()
    """The amount is the miles from the family."""
    BEYOND_LINE = auto()
    """The amount is 1 for more than `LINE_MILES` from the family, else 0."""
    SCHOOL_MILES = auto()
    """The amount is the miles from the school, 0 without one."""
    AUTHORITY = auto()
    """The amount is 1 where the home's authority is not the child's, else 0."""
    PRESENT_HOME = auto()
    """Nothing for the present home; the same for each other home, whichever it is."""
    HOME = auto()
    """The same for every child in the home."""
    PROFILE_AND_KIND = auto()
    """By the child's needs and suitability, and the home's kind and `childrens_home`."""


class PairTerm(Protocol):
    """One call: how much of the term each child meets in each home, never negative."""

    def __call__(self, problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
        """Give the amounts; the two index arrays broadcast."""
        ...


TIERS = ("placed", "together", "near", "continuity", "rest")
"""Groups of terms that can be put strictly one before the other."""

TERMS: dict[str, PairTerm] = {}
"""Every term that falls on a child in a home, by name."""

DEPENDS_ON: dict[str, DependsOn] = {}
"""What each pair term depends on."""

HOME_TERMS = ("home_of_group", "twins_apart", "unplaced")
"""Terms that need no pair: each home a group uses, a twin without the twin, no home at all."""

DEFAULT_WEIGHTS: dict[str, float] = {}
"""Points of every term."""

TIER_OF_TERM: dict[str, str] = {}
"""The tier each term belongs to."""


def declare_weight(name: str, *, points: float, tier: str) -> None:
    """Enter the default weight and the tier of a term.

    Raises
    ------
    ValueError
        Two terms may not share a name, and a tier must be one of `TIERS`.
    """
    if name in DEFAULT_WEIGHTS or tier not in TIERS:
        raise ValueError(f"The term {name!r} is declared twice, or {tier!r} is not a tier.")
    DEFAULT_WEIGHTS[name] = points
    TIER_OF_TERM[name] = tier


def term(
    name: str, *, points: float, tier: str, depends_on: DependsOn
) -> Callable[[PairTerm], PairTerm]:
    """Enter a pair term in the register; the engine, the CLI and the tests then find it.

    Parameters
    ----------
    name : str
        Its name in ``[weights]``.
    points : float
        Default points for each of it.
    tier : str
        The tier it belongs to.
    depends_on : DependsOn
        What its amount depends on.
    """

    def register(function: PairTerm) -> PairTerm:
        declare_weight(name, points=points, tier=tier)
        TERMS[name] = function
        DEPENDS_ON[name] = depends_on
        return function

    return register


def pair_points(
    problem: PlacementProblem, child: IntArray, home: IntArray, *, weights: Weights
) -> IntArray:
    """Give the points of each child in each home, without those of homes and twins.

    The definition, term by term. The engine reads the same points from
    `models.placement.tables`, where they are compiled for millions of pairs.

    Parameters
    ----------
    problem : PlacementProblem
    child, home : ndarray of int
        Rows; shapes broadcast.
    weights : mapping of str to float
        Points by term; a term that is absent counts nothing.

    Returns
    -------
    ndarray of int
        Hundredths of a point. The sum over the terms is rounded once, here.
    """
    total = np.zeros(np.broadcast_shapes(child.shape, home.shape))
    for name, amount in TERMS.items():
        weight = weights.get(name, 0.0)
        if weight:
            total += (HUNDREDTHS * weight) * amount(problem, child, home)
    return np.rint(total).astype(np.int64)


def home_points(weights: Weights, name: str) -> int:
    """Give the weight of one of `HOME_TERMS` in hundredths of a point."""
    return round(HUNDREDTHS * weights.get(name, 0.0))


def weights_of_tier(weights: Weights, tier: str) -> dict[str, float]:
    """Give the weights of one tier's terms alone; the tier ``placed`` counts children.

    Parameters
    ----------
    weights : mapping of str to float
        Points by term.
    tier : str
        One of `TIERS`.
    """
    if tier == "placed":
        return {"unplaced": 1.0}
    return {name: points for name, points in weights.items() if TIER_OF_TERM[name] == tier}
