"""Prices ahead: how the cost of each kind may rise, everywhere and in each authority.

Everywhere: drift, volatility and persistence of England's published unit costs
(`section251.national_growth`). In each authority: a walk of its own. What-if
inflation takes the place of the drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray, PathArray
from models.spending import (
    common_growth,
    gaps_of_members,
    growth_to_months,
    stratified_normals,
)
from rcc_forecast.spending.section251 import (
    BETWEEN,
    FOSTERING,
    GROUP_OF_KIND,
    RESIDENTIAL,
    national_growth,
)
from rcc_forecast.spending.sectors import SECTORS
from rcc_forecast.spending.weekly_cost import PUBLISHED, UnitCosts

OWN_WALK = {RESIDENTIAL: 0.003, FOSTERING: 0.0055, BETWEEN: 0.0055}
"""Yearly variance of an authority's own walk of the log price, the part that does not shrink
with its size: fitted to 150 authorities' unit costs of 2016-17 to 2024-25, less England's."""

OWN_WALK_PER_CHILD = {RESIDENTIAL: 0.36, FOSTERING: 0.5, BETWEEN: 0.5}
"""The part that shrinks with size: this over the children of the kind. It holds where the cost
is the published one, with whatever accounting moves; where prices are known home by home, who
lives where is drawn from their spread instead."""

RENEWED_A_YEAR = {RESIDENTIAL: 0.8, FOSTERING: 0.9, BETWEEN: 2.0}
"""Rate at which children of a kind are replaced by others, who live in other homes: one over
the mean stay in years of placements that ended in 2024 (444, 406 and 163 days; DfE)."""

ALIKE_ACROSS_KINDS = 0.5
"""Correlation between kinds of what all authorities' costs stray from those assumed: what makes
a register of homes too cheap makes it so for foster homes too; a judgement."""

BETWEEN_DOUBT = 0.02
"""Yearly standard deviation by which kinds without a published series stray from the mean of
the two that have one: a judgement."""


@dataclass(frozen=True, slots=True)
class PricePaths:
    """Prices ahead relative to the as-of day.

    Attributes
    ----------
    level : ndarray, shape (n_paths, n_authorities, n_kinds)
        True cost today over the cost that is assumed.
    factor : ndarray, shape (n_paths, n_authorities, n_kinds, horizon)
        Price of a month over the cost that is assumed today; includes `level`.
    by_sector : ndarray, shape (n_paths, n_kinds, n_sectors, horizon)
        Further factor where a what-if raises sectors apart; 1 elsewhere.
    """

    level: PathArray
    factor: PathArray
    by_sector: PathArray


def price_paths(
    costs: UnitCosts,
    *,
    kinds: list[str],
    children: FloatArray,
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    n_paths: int,
    inflation: Mapping[str, Any] | None,
    rng: np.random.Generator,
) -> PricePaths:
    """Draw prices ahead.

    Parameters
    ----------
    costs : UnitCosts
        Today's.
    kinds : list of str
        Placement types.
    children : ndarray, shape (n_authorities, n_kinds)
        In care on the as-of day: a mean over few children strays further.
    months : DatetimeIndex
        Month ends of the horizon.
    as_of : Timestamp
        The day of today's costs.
    n_paths : int
        Futures.
    inflation : mapping, optional
        ``inflation_pct`` a year, a number or a pair (drawn evenly between), and optional
        ``placement_type``, ``sector``: replaces the drift of the prices it names.
    rng : Generator
        The only source of chance; drawn from alike whatever `inflation` is.

    Returns
    -------
    PricePaths
    """
    years = _financial_years(months, as_of)
    group = [GROUP_OF_KIND.get(kind, BETWEEN) for kind in kinds]
    drift, shocks, in_april = _drawn_growth(int(np.ceil(years[-1] - 1e-9)), n_paths, rng)
    asked = rng.permutation((np.arange(n_paths) + 0.5) / n_paths)
    of_kind = [(RESIDENTIAL, FOSTERING, BETWEEN).index(name) for name in group]
    common = growth_to_months(
        (drift[:, :, None] + shocks)[:, of_kind], year_of_month=years, in_april=in_april
    )
    chance = stratified_normals(n_paths, len(kinds) + 1, rng)
    alike = np.sqrt(ALIKE_ACROSS_KINDS) * chance[:, :1]
    alike = alike + np.sqrt(1.0 - ALIKE_ACROSS_KINDS) * chance[:, 1:]
    together = alike[:, None] * costs.shared_sd
    apart = rng.standard_normal((n_paths, *costs.level_sd.shape)) * costs.level_sd
    level = _mean_one(together + apart)
    ahead = np.arange(1, len(months) + 1, dtype=float)
    walk, settles = _own_variances(costs, group, children, ahead)
    own = gaps_of_members(walk=walk, settles=settles, months=ahead, n_paths=n_paths, rng=rng)
    by_sector = np.ones((n_paths, len(kinds), len(SECTORS), len(months)), dtype=np.float32)
    if inflation is not None and "inflation_pct" in inflation:
        wanted = _wanted_growth(inflation["inflation_pct"], asked)
        instead = (wanted[:, None] - drift[:, of_kind])[:, :, None] * np.ones(shocks.shape[2])
        move = growth_to_months(instead, year_of_month=years, in_april=in_april)
        meant = np.outer(
            _meant(inflation.get("placement_type"), kinds), _meant(inflation.get("sector"), SECTORS)
        )
        by_sector += meant[None, :, :, None] * np.expm1(move)[:, :, None, :].astype(np.float32)
    factor = own * np.exp(common).astype(np.float32)[:, None]
    factor *= level[..., None]
    return PricePaths(level=level, factor=factor, by_sector=by_sector)


def _drawn_growth(
    n_years: int, n_paths: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Drift, shocks and the part of a rise that comes in April, by the three groups."""
    drift, shocks = common_growth(national_growth(), n_years=n_years, n_paths=n_paths, rng=rng)
    apart = BETWEEN_DOUBT * rng.standard_normal(n_paths)
    drift = np.column_stack([drift, drift.mean(axis=1) + apart])
    shocks = np.concatenate([shocks, shocks.mean(axis=1, keepdims=True)], axis=1)
    # Fees are uprated in April and placements made at the day's price all year round. Yearly
    # figures cannot tell how much is which: each future takes a share of its own, two thirds
    # on average, since most children were there before April (a judgement).
    in_april = np.sqrt(rng.permutation((np.arange(n_paths) + 0.5) / n_paths))
    return drift, shocks, in_april


def _own_variances(
    costs: UnitCosts, group: list[str], children: FloatArray, months: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Yearly variance of the walk, and what settles: see `gaps_of_members`."""
    few = np.maximum(children, 1.0)
    published = (costs.source == PUBLISHED).any(axis=2)
    per_child = np.array([OWN_WALK_PER_CHILD[name] for name in group])
    walk = np.array([OWN_WALK[name] for name in group]) + np.where(published, per_child / few, 0.0)
    walk = np.minimum(walk, _MOST_WALK)
    renewed = np.array([RENEWED_A_YEAR[name] for name in group])[:, None] * months / 12.0
    settles = (costs.spread**2 / few)[:, :, None] * -np.expm1(-renewed)
    return walk, np.where(published[:, :, None], 0.0, settles)


_MOST_WALK = 0.04
"""Yearly variance that the smallest authorities' unit costs show."""


def _wanted_growth(given: float | tuple[float, float], chance: FloatArray) -> FloatArray:
    low, high = given if isinstance(given, tuple | list) else (given, given)
    return np.asarray(np.log1p((low + (high - low) * chance) / 100.0))


def _meant(name: str | None, names: list[str]) -> FloatArray:
    return np.array([name is None or name == each for each in names], dtype=np.float32)


def _mean_one(logs: FloatArray) -> FloatArray:
    found = np.exp(logs)
    return np.asarray(found / found.mean(axis=0), dtype=np.float32)


def _financial_years(months: pd.DatetimeIndex, as_of: pd.Timestamp) -> FloatArray:
    """Financial years since the start of the one under way, today first, then month ends."""
    today = (as_of.month - 4) % 12 + as_of.day / as_of.days_in_month
    if (as_of.month, as_of.day) == (3, 31):
        today = 0.0  # the year to come starts tomorrow
    return np.concatenate([[today], np.floor(today + 1e-9) + np.arange(1, len(months) + 1)]) / 12.0
