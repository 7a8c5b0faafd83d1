"""Weekly spend in every future, for a scenario or for some of its blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.results.scenario import children_at
from rcc_forecast.results.spending import Spending
from rcc_forecast.scenarios import Block, Scenario, apply_scenario, assumptions_of
from rcc_forecast.spending import forecast_spend
from rcc_forecast.spending.contracts import block_effect
from rcc_forecast.spending.forecast import bought_in, world_of
from rcc_forecast.spending.futures import World, cells_of_areas
from rcc_forecast.what_ifs.fit import Fitted, futures_under

_MONEY = 3
"""Names the chance of prices beside other chance of a run."""


def spend_chance(fit: Fitted) -> np.random.Generator:
    """Give the chance of prices and providers: the same for every scenario of a run."""
    return np.random.default_rng([fit.config.seed, _MONEY])


def spending_under(
    fit: Fitted, homes: pd.DataFrame, scenario: Scenario | None = None, **asked: Any
) -> Spending:
    """Forecast the spend of a scenario, in full.

    Parameters
    ----------
    fit : Fitted
        The region as things are.
    homes : DataFrame
        A `HOMES` table.
    scenario : Scenario, optional
        Its ``[prices]`` are a rise year by year; budgets and contracts are set
        against the spend.
    **asked
        Further arguments of `forecast_spend`, such as ``costs``.
    """
    as_of = fit.prepared.history.as_of
    meant = scenario or Scenario()
    return forecast_spend(
        futures_under(fit, scenario),
        homes=apply_scenario(meant, homes, as_of=as_of, prices=False),
        episodes=fit.prepared.journeys.episodes,
        as_of=as_of,
        rng=spend_chance(fit),
        inflation=inflation_of(fit, meant),
        budgets=[block.given for block in meant.budgets],
        contracts=contracts_of(fit, meant),
        **asked,
    )


def inflation_of(fit: Fitted, scenario: Scenario) -> Mapping[str, Any] | None:
    """Give ``[prices]`` as plain values; what is drawn of an interval, future by future."""
    if scenario.prices is None:
        return None
    return _drawn(fit, scenario, scenario.prices)


def contracts_of(fit: Fitted, scenario: Scenario) -> list[dict[str, Any]]:
    """Give ``[[contracts]]`` as plain values; what is drawn of intervals, future by future."""
    return [_drawn(fit, scenario, block) for block in scenario.contracts]


def _drawn(fit: Fitted, scenario: Scenario, block: Block) -> dict[str, Any]:
    given = dict(block.given)
    for found in assumptions_of(scenario, blocks=[block]):
        given[found.key] = found.drawn(n_paths=fit.config.n_paths, seed=fit.config.seed)
    return given


def weekly_spend(
    fit: Fitted,
    futures: AreaFutures,
    world: World,
    homes: pd.DataFrame,
    *,
    contracts: Sequence[Mapping[str, Any]],
    months: IntArray,
) -> FloatArray:
    """Give spend at a few months, shape (n_paths, n_areas, n_kinds, n_months).

    Parameters
    ----------
    fit : Fitted
        The region as things are.
    futures : AreaFutures
        Children of what is asked.
    world : World
        Prices and providers of what is asked, from `world_under`.
    homes : DataFrame
        A `HOMES` table: how full homes are.
    contracts : sequence of mapping
        ``[[contracts]]`` as plain values.
    months : ndarray of int
        Counted from 0.

    Returns
    -------
    ndarray
        GBP a week; 0 where a kind has no price.
    """
    seen = _at_months(world, futures, months)
    block = None
    if contracts:
        _, _, chance, _ = spend_chance(fit).spawn(4)
        block = block_effect(
            contracts,
            bought=bought_in(seen),
            homes=homes,
            kinds=futures.kinds,
            months=seen.futures.months,
            as_of=fit.prepared.history.as_of,
            rng=chance,
        )
    n_paths, shape = len(futures.paths), (len(futures.kinds), len(months))
    found = np.zeros((n_paths, len(futures.areas), *shape))
    place = {id(area): a for a, area in enumerate(seen.futures.areas)}
    for area, cells, _ in cells_of_areas(seen, block):
        found[:, place[id(area)]] = cells.money.sum(axis=2, dtype=np.float64)
    return found


def world_under(
    fit: Fitted, homes: pd.DataFrame, scenario: Scenario, *, costs: pd.DataFrame | None = None
) -> World:
    """Draw the prices and providers of a scenario, over its homes and ``[prices]``."""
    prices, mix, _, _ = spend_chance(fit).spawn(4)
    return world_of(
        fit.futures,
        homes=homes,
        episodes=fit.prepared.journeys.episodes,
        as_of=fit.prepared.history.as_of,
        costs=costs,
        inflation=inflation_of(fit, scenario),
        rngs=(prices, mix),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _MonthsOf(AreaFutures):
    """Some months of futures, under areas of the same months."""

    whole: AreaFutures
    at: IntArray
    own: dict[int, Area] = field(default_factory=dict)

    def children(self, area: Area) -> NDArray[np.float32]:
        """Give the futures of an area at these months."""
        return children_at(self.whole, self.own[id(area)], self.at)


def _at_months(world: World, futures: AreaFutures, months: IntArray) -> World:
    areas = [
        replace(
            area,
            rcc=tuple(area.rcc[month] for month in months),
            members=area.members[:, months],
        )
        for area in futures.areas
    ]
    given = {part.name: getattr(futures, part.name) for part in fields(AreaFutures)}
    given |= {"areas": areas, "months": futures.months[months]}
    own = {id(area): whole for area, whole in zip(areas, futures.areas, strict=True)}
    prices = replace(
        world.prices,
        factor=world.prices.factor[..., months],
        by_sector=world.prices.by_sector[..., months],
    )
    return replace(
        world,
        futures=_MonthsOf(**given, whole=futures, at=months, own=own),
        odds=world.odds[..., months],
        prices=prices,
    )
