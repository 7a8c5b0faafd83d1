"""One world from its seed: drawn, lived through, filed, and its truth told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.benchmarks.supply_worlds.filing import Filed, codes_of, filed_on
from tests.benchmarks.supply_worlds.nature import Planted, SupplyNature, draw_supply
from tests.benchmarks.supply_worlds.needs import STOCK, needs_of
from tests.benchmarks.supply_worlds.placing import Placing
from tests.benchmarks.supply_worlds.truth import Truth, truth_of
from tests.benchmarks.worlds.nature import Family

HORIZON = 36
ORIGINS = (2023, 2024, 2025, 2026)
"""Years on whose 31 March a world can be judged: 7 to 10 returns are held then."""

FAMILIES = (Family.MARKOV, Family.FRAILTY, Family.FEEDBACK)


@dataclass(frozen=True, slots=True)
class SupplyWorld:
    """What is handed in, and what came."""

    seed: int
    nature: SupplyNature
    family: Family
    origin: pd.Timestamp
    filed: Filed
    truth: Truth

    @property
    def authorities(self) -> list[str]:
        """ONS codes lent to the region's authorities."""
        return codes_of(self.nature)


def world_of(planted: Planted, *, seed: int, stock: int = STOCK) -> SupplyWorld:
    """Let one world run to 36 months after its origin.

    Parameters
    ----------
    planted : Planted
        What it goes through.
    seed : int
        Of all chance; with it the origin and the family of lives are given.
    stock : int
        Children of the twelve authorities that the region is a part of.
    """
    number = list(Planted).index(planted)
    rng = np.random.default_rng([seed, number, 903])
    origin = pd.Timestamp(f"{ORIGINS[int(rng.integers(len(ORIGINS)))]}-03-31")
    family = FAMILIES[int(rng.integers(len(FAMILIES)))]
    months = pd.date_range(origin, periods=HORIZON + 1, freq="ME")
    days = [int(day) for day in months.to_numpy().astype("datetime64[D]").astype(int)]
    nature = draw_supply(planted, days[0], rng)
    needs = needs_of(nature, family, seed=seed, rng=rng, stock=stock)
    run = Placing(nature, needs, rng)
    run.through(days[-1], look={*days, days[0] - nature.stale_days})
    told = {
        "nature": nature,
        "needs": needs,
        "homes": run.homes,
        "placements": run.placements(),
        "snapshots": run.snapshots,
    }
    return SupplyWorld(
        seed=seed,
        nature=nature,
        family=family,
        origin=origin,
        filed=filed_on(days[0], rng=rng, **told),
        truth=truth_of(days[1:], **told),
    )
