"""The points of any plan and what each placed child meets, written again from the README."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rcc_forecast.placement.verification.kernels import (
    HALF,
    LINE_MILES,
    NOBODY,
    TERMS,
    Bools,
    Floats,
    Wholes,
    points_of_pairs,
)
from rcc_forecast.placement.verification.world import World, miles_of, school_miles_of

Weights = dict[str, float]

TIERS = ("placed", "together", "near", "continuity", "rest")
"""Every tier, in the order that those not asked for follow."""

_PART_OF_TIER = {
    "together": ("home_of_group", "twins_apart"),
    "near": ("over_20_miles", "out_of_authority"),
    "continuity": ("move_settled", "move"),
    "rest": (
        "mile",
        "school_mile",
        "need_in_childrens_home",
        "requires_improvement",
        "for_profit",
        "weekly_cost_gbp_50",
        "suitable",
        "unspecified",
    ),
}
"""Terms of each tier; the tier ``placed`` counts children."""

_ON_THE_LINE = 1e-9
"""Miles from the line that no two ways of reckoning need agree on."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What each child who has a home in a plan meets there.

    Attributes
    ----------
    child, home : ndarray of int, shape (n_placed,)
    miles, school_miles, pence : ndarray of float, shape (n_placed,)
    over_20, on_the_line, out, private : ndarray of bool, shape (n_placed,)
        Beyond the line, neither short of it nor beyond, out of the child's
        authority, run for profit.
    moved : ndarray of bool, shape (n_placed,)
        Lives elsewhere now.
    """

    child: Wholes
    home: Wholes
    miles: Floats
    school_miles: Floats
    pence: Floats
    over_20: Bools
    on_the_line: Bools
    out: Bools
    private: Bools
    moved: Bools


def placed_in(world: World, home: Wholes) -> Placed:
    """Give what each placed child meets."""
    kids, register = world.kids, world.register
    child = np.flatnonzero(home != NOBODY)
    there = home[child]
    miles = miles_of(kids, register, child, there)
    return Placed(
        child=child,
        home=there,
        miles=miles,
        school_miles=school_miles_of(kids, register, child, there),
        pence=register.pence[there],
        over_20=miles > LINE_MILES,
        on_the_line=np.abs(miles - LINE_MILES) < _ON_THE_LINE,
        out=kids.authority[child] != register.authority[there],
        private=register.private[there],
        moved=(kids.present[child] != NOBODY) & (kids.present[child] != there),
    )


@dataclass(frozen=True, slots=True)
class PlanPoints:
    """Hundredths of a point of every child, and how far rounding could shift them."""

    each: Floats
    leeway: Floats

    @property
    def total(self) -> float:
        """Hundredths of a point of the plan."""
        return float(self.each.sum())

    @property
    def total_leeway(self) -> float:
        """Hundredths by which rounding could shift the total."""
        return float(self.leeway.sum())


def plan_points(world: World, home: Wholes, weights: Weights) -> PlanPoints:
    """Give the points of every child in a plan.

    Parameters
    ----------
    world : World
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `NOBODY` for none.
    weights : dict of str to float
        Points by term.

    Returns
    -------
    PlanPoints
        Brothers and sisters in one home share its points, the first of them
        taking what cannot be divided.
    """
    placed = placed_in(world, home)
    raw = points_of_pairs(
        world.kids, world.register, placed.child, placed.home, pair_weights(weights)
    )
    each = np.full(world.n_children, _hundredths(weights, "unplaced"))
    each[placed.child] = np.rint(raw) + _share_of_home(world, placed, weights)
    each += _hundredths(weights, "twins_apart") * without_twin(world, home)
    leeway = np.zeros(world.n_children)
    leeway[placed.child] = np.abs(raw - np.floor(raw) - 0.5) < HALF
    leeway[placed.child] += placed.on_the_line * _hundredths(weights, "over_20_miles")
    return PlanPoints(each, leeway)


def _share_of_home(world: World, placed: Placed, weights: Weights) -> Floats:
    key = world.group[placed.child] * len(world.homes) + placed.home
    _, first, bundle, size = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    whole = _hundredths(weights, "home_of_group")
    share = whole // size[bundle]
    share[first] += whole % size
    return np.asarray(share, dtype=float)


def without_twin(world: World, home: Wholes) -> Bools:
    """Say who has a twin of the group that does not share the home."""
    twins, n = world.kids.twins, world.n_children
    start = world.begin[world.group]
    alone = np.zeros(n, dtype=bool)
    for place in range(8):
        one = np.flatnonzero(twins >> place & 1)
        other = start[one] + place
        alone[one] |= (home[one] != home[other]) | (home[one] == NOBODY)
    return alone


def groups_together(world: World, home: Wholes) -> Bools:
    """Say which groups share one home, every member placed."""
    first = home[world.begin[:-1]]
    same = np.add.reduceat((home == first[world.group]).astype(np.int64), world.begin[:-1])
    return np.asarray((same == np.diff(world.begin)) & (first != NOBODY))


def pair_weights(weights: Weights) -> Floats:
    """Give the weights in the order of `TERMS`."""
    return np.array([float(weights.get(name, 0.0)) for name in TERMS])


def fixed_weights(weights: Weights) -> Floats:
    """Give the hundredths of each home of a group, of a twin left behind and of no home."""
    names = ("home_of_group", "twins_apart", "unplaced")
    return np.array([_hundredths(weights, name) for name in names])


def _hundredths(weights: Weights, name: str) -> float:
    return float(round(100 * weights.get(name, 0.0)))


def tier_weights(world: World, name: str) -> Weights:
    """Give the weights of one tier, or of all points."""
    weights: Weights = world.scenario["weights"]
    if name == "points":
        return weights
    if name == "placed":
        return {"unplaced": 1.0}
    return {term: weights[term] for term in _PART_OF_TIER[name]}


def tier_order(asked: list[str]) -> list[str]:
    """Give the tiers in their order, those not asked for last; none where none is asked for."""
    return [*asked, *(name for name in TIERS if name not in asked)] if asked else []
