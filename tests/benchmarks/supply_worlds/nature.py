"""What a world of homes is like: every parameter drawn from a wide range, none tuned.

Children's true needs are the lives of tests/benchmarks/worlds, read as needs. Here are the
homes: households and firms that open, close, pause and fail, other regions that fill them,
and prices that jump every April. Nothing of it is a model of the program's: capacity is
counted bed by bed, supply answers shortage with a lag, and what a world will go through is
drawn before anybody forecasts it. Invented; not estimates.

Sizes lean on published figures: 11% of foster carers leave in a year, 18% of approved places
are not available and 60% filled (Ofsted, 2019 and 2024); a children's home has a median of 3
places, 83% of them private (Ofsted, 2025); a week of residential care cost 3,430 GBP in
2016-17 and 7,385 in 2024-25 (section 251).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.worlds.nature import (
    AGENCY,
    FIRST_DAY,
    HOME,
    OWN,
    SCHOOL,
    SUPPORTED,
    YEARS,
    FloatArray,
    IntArray,
)
from tests.benchmarks.worlds.nature import AUTHORITIES as LENT

BoolArray = NDArray[np.bool_]

CAPPED = ("foster", "childrens_home", "supported", "residential_other")
"""Kinds whose homes are counted; all other kinds are open to whoever needs them."""

FOSTER, CHILDRENS, SEMI, RESIDENTIAL = range(len(CAPPED))
KIND_OF_CAPPED = {FOSTER: AGENCY, CHILDRENS: HOME, SEMI: SUPPORTED, RESIDENTIAL: SCHOOL}
CAPPED_OF_KIND = {OWN: FOSTER} | {kind: capped for capped, kind in KIND_OF_CAPPED.items()}

COUNCIL, PRIVATE, VOLUNTARY = range(3)
SECTORS = ("local_authority", "private", "voluntary")

FIRST = int(FIRST_DAY.astype(int)) - 365
"""Day, since 1970, on which homes are first filled: a year before the first month shown."""

LAST = int(np.datetime64(f"{2016 + YEARS}-03-31", "D").astype(int))

LEAST_FIRMS = 3


class Planted(StrEnum):
    """What a world goes through about the day of the forecast."""

    STEADY = "steady"
    SHORTAGE = "shortage"
    SURPLUS = "surplus"
    TRAP = "trap"


class Shock(StrEnum):
    """How a shortage or a surplus comes about."""

    NONE = "none"
    SURGE = "more entrants"
    FAILURE = "a provider fails"
    CARERS_LOST = "carers leave"
    TAKEN = "other regions take more"
    EBB = "fewer entrants"
    BUILT = "homes are built"
    RECRUITED = "carers are recruited"


_SHOCKS = {
    Planted.STEADY: (Shock.NONE,),
    Planted.SHORTAGE: (Shock.SURGE, Shock.FAILURE, Shock.CARERS_LOST),
    Planted.SURPLUS: (Shock.EBB, Shock.BUILT, Shock.RECRUITED),
    Planted.TRAP: (Shock.NONE, Shock.TAKEN),
}
_ROOM = {Planted.STEADY: 1.0, Planted.SHORTAGE: 0.95, Planted.SURPLUS: 1.1, Planted.TRAP: 0.92}


@dataclass(frozen=True, slots=True)
class SupplyNature:
    """Parameters of one world; n_k is the number of `CAPPED` kinds.

    Attributes
    ----------
    planted, shock : Planted, Shock
        What the world goes through.
    shock_from, shock_to : int
        First day of it, and the day after its last.
    shock_size : float
        How strong, 0 to 1.
    authorities : ndarray of int, shape (n_authorities,)
        Which of the lent codes the region is made of.
    room : ndarray, shape (n_k,)
        Places the region can use over children who need them, on the first day.
    council_share : ndarray, shape (n_k,)
        Share of places that councils run.
    others : ndarray, shape (n_k,)
        Share of other places that children of other regions hold.
    others_drift : ndarray, shape (n_k, n_months)
        Factor on their demand by month.
    flow_drift : ndarray, shape (2, n_k, n_authorities, n_months)
        Factors on what opens and on what closes.
    closing : ndarray, shape (n_k,)
        Share of homes that close in a year.
    answer : ndarray, shape (n_k,)
        How strongly openings answer a shortage.
    pausing : ndarray, shape (n_k,)
        Homes that stop taking children, a year; a pause lasts `pause_days` on average.
    pause_days : float
        Days.
    outside : ndarray, shape (n_k,)
        Chance that a child without a home here is sent out of the region, not to another kind.
    failing : float
        Providers that fail, a year.
    told : float
        Share of openings and closures that the register knows of ahead.
    silent : float
        Share of private homes whose free places the register does not say.
    no_urn : float
        Share of children whose return has no Ofsted number.
    stale_days : int
        Age of the register's free places.
    keeps_leavers : bool
        Whether the register keeps homes that have closed.
    lists_prices : bool
        Whether the register's prices are those of new placements, not those paid today.
    """

    planted: Planted
    shock: Shock
    shock_from: int
    shock_to: int
    shock_size: float
    authorities: IntArray
    room: FloatArray
    council_share: FloatArray
    others: FloatArray
    others_drift: FloatArray
    flow_drift: FloatArray
    closing: FloatArray
    answer: FloatArray
    pausing: FloatArray
    pause_days: float
    outside: FloatArray
    failing: float
    told: float
    silent: float
    no_urn: float
    stale_days: int
    keeps_leavers: bool
    lists_prices: bool

    def strength(self, shock: Shock, day: int) -> float:
        """Give how strongly a shock acts on a day, 0 where it does not."""
        acts = self.shock is shock and self.shock_from <= day < self.shock_to
        return self.shock_size if acts else 0.0


def draw_supply(planted: Planted, origin: int, rng: np.random.Generator) -> SupplyNature:
    """Draw a world's parameters.

    Parameters
    ----------
    planted : Planted
        What it goes through.
    origin : int
        Day, since 1970, about which it goes through it.
    rng : numpy.random.Generator
        The only source of chance.
    """
    n_kinds, months = len(CAPPED), (LAST - FIRST) // 28 + 2
    n_authorities = int(rng.integers(3, 6))
    trap = planted is Planted.TRAP
    low = np.array([0.04, 0.30, 0.15, 0.20]) if trap else np.array([0.02, 0.08, 0.04, 0.08])
    wide = np.array([0.12, 0.25, 0.25, 0.25]) if trap else np.array([0.12, 0.22, 0.14, 0.22])
    begins = origin + int(rng.uniform(-550, 730))
    shocks = _SHOCKS[planted]
    scale = rng.uniform(0.02, 0.10)
    return SupplyNature(
        planted=planted,
        shock=shocks[int(rng.integers(len(shocks)))],
        shock_from=begins,
        shock_to=begins + int(rng.uniform(270, 1100)),
        shock_size=float(rng.uniform(0.3, 1.0)),
        authorities=rng.permutation(len(LENT))[:n_authorities],
        room=rng.uniform([0.95, 0.82, 0.88, 0.82], [1.3, 1.25, 1.3, 1.3]) * _ROOM[planted],
        council_share=rng.uniform([0.5, 0.08, 0.05, 0.02], [0.75, 0.3, 0.25, 0.2]),
        others=low + wide * rng.random(n_kinds),
        others_drift=np.exp(_wanders(rng, (n_kinds, months), 0.10)),
        flow_drift=np.exp(_wanders(rng, (2, n_kinds, n_authorities, months), 0.12)),
        closing=np.array([0.115, 0.05, 0.08, 0.04]) * np.exp(rng.normal(0, 0.2, n_kinds)),
        answer=rng.uniform(0.5, 4.0, n_kinds),
        pausing=np.array([0.35, 0.35, 0.2, 0.2]) * np.exp(rng.normal(0, 0.3, n_kinds)),
        pause_days=float(rng.uniform(60, 200)),
        outside=rng.uniform([0.1, 0.3, 0.2, 0.4], [0.6, 0.9, 0.8, 0.95]),
        failing=float(scale),
        told=float(rng.uniform(0.3, 0.8)),
        silent=float(rng.choice([0.0, 0.0, rng.uniform(0.3, 0.9)])),
        no_urn=float(rng.choice([0.0, rng.uniform(0.02, 0.1), rng.uniform(0.2, 0.4)])),
        stale_days=int(rng.choice([0, 0, 28, 84])),
        keeps_leavers=bool(rng.random() < 0.6),
        lists_prices=bool(rng.random() < 0.3),
    )


def _wanders(rng: np.random.Generator, shape: tuple[int, ...], yearly_sd: float) -> FloatArray:
    """Logs that wander by months and are slowly drawn back; heavy-tailed steps."""
    size = yearly_sd * rng.uniform(0.4, 1.6) / np.sqrt(12)
    steps = rng.standard_t(4, shape) / np.sqrt(2) * size
    back = 0.5 ** (1 / (12 * rng.uniform(2, 12)))
    level = np.zeros(shape)
    for month in range(1, shape[-1]):
        level[..., month] = back * level[..., month - 1] + steps[..., month]
    return level
