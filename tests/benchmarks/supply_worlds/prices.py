"""What homes charge: every provider for itself, with rises each April and jumps in some.

A rise has a national part by kind (most years some per cent, in one year of five a jump), a
part of the provider's own, and now and then a repricing. A place bought when few are free
costs more, and keeps its premium. Nothing here has a constant drift or volatility.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.benchmarks.supply_worlds.nature import CAPPED, COUNCIL, FIRST, LAST
from tests.benchmarks.worlds.nature import (
    ADOPTION,
    AGENCY,
    HOME,
    KINDS,
    KINSHIP,
    OTHER,
    OWN,
    PARENTS,
    SCHOOL,
    SECURE,
    SUPPORTED,
    FloatArray,
    IntArray,
)

YEARS_PRICED = LAST // 365 - FIRST // 365 + 3

_BASE = np.array(
    [
        [540.0, 900.0, 0.0],
        [3600.0, 3300.0, 3000.0],
        [850.0, 900.0, 800.0],
        [2600.0, 2900.0, 2700.0],
    ]
)
"""GBP a week in 2015-16 by capped kind and sector; of voluntary fostering, as of private."""

_UNCAPPED = {KINSHIP: 300.0, SECURE: 5200.0, OTHER: 2500.0, PARENTS: 0.0, ADOPTION: 0.0}
_CAPPED_KINDS = {OWN: 0, AGENCY: 0, HOME: 1, SUPPORTED: 2, SCHOOL: 3}

LEVEL_PREMIUM = np.array([0.0, 0.04, 0.12, 0.3])
OUTSIDE_PREMIUM = 0.12


@dataclass(slots=True)
class Prices:
    """Lists and rises of all providers, by financial year from that of the first day.

    Attributes
    ----------
    new, held : list of ndarray, each of shape (n_years,)
        By provider: the list price of a new placement, and the index that prices of running
        placements follow.
    """

    rng: np.random.Generator
    national: FloatArray
    premium: float
    new: list[FloatArray]
    held: list[FloatArray]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Prices:
        years = YEARS_PRICED
        usual = rng.uniform([0.01, 0.035, 0.02, 0.03], [0.04, 0.09, 0.06, 0.07])
        rises = usual[:, None] + rng.normal(0, 0.012, (len(CAPPED), years))
        jumps = rng.random((len(CAPPED), years)) < 0.2
        rises += jumps * rng.uniform(0.03, 0.13, (len(CAPPED), years))
        # Inflation of all comes and goes, as from 2021 to 2023.
        rises += 0.02 * np.repeat(rng.normal(0, 1, years // 3 + 1), 3)[:years]
        return cls(rng, rises, float(rng.uniform(0.0, 0.25)), [], [])

    def add_provider(self, kind: int, sector: int) -> int:
        """Draw a provider's level and rises, and give its number."""
        rng, years = self.rng, self.national.shape[1]
        rises = self.national[kind] + rng.normal(0, 0.015, years)
        rises += (rng.random(years) < 0.08) * rng.uniform(0.08, 0.25, years)
        if sector == COUNCIL:
            rises = 0.4 * rises + 0.6 * rng.normal(0.033, 0.012, years)
        level = _BASE[kind, sector if _BASE[kind, sector] else 1] * np.exp(rng.normal(0, 0.14))
        passed = rng.uniform(0.6, 1.0)
        self.new.append(level * np.exp(np.cumsum(rises)))
        self.held.append(np.exp(np.cumsum(passed * rises)))
        return len(self.new) - 1

    def starting(
        self, provider: int, day: int, *, level: int, tight: float, outside: bool
    ) -> float:
        """Give the price at which a placement is bought."""
        rise = LEVEL_PREMIUM[level] + self.premium * tight + OUTSIDE_PREMIUM * outside
        haggled = np.exp(self.rng.normal(0, 0.05))
        return float(self.new[provider][int(financial_year(day))] * (1 + rise) * haggled)

    def paid(
        self, provider: IntArray, kind: IntArray, start: IntArray, price: FloatArray, day: int
    ) -> FloatArray:
        """Give what running placements cost on a day."""
        held = np.stack(self.held)
        known = provider >= 0
        of = np.where(known, provider, 0)
        since = held[of, financial_year(day)] / held[of, financial_year(start)]
        uncapped = np.array([_UNCAPPED.get(number, 0.0) for number in range(len(KINDS))])
        index = np.exp(np.cumsum(0.5 * self.national[0]))[financial_year(day)]
        return np.asarray(np.where(known, price * since, uncapped[kind] * index))


def financial_year(day: int | IntArray) -> IntArray:
    """Count Aprils since that before the first day."""
    return np.asarray((np.asarray(day) - FIRST).clip(0) // 365)
