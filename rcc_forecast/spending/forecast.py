"""Futures of children and of prices become spend, its causes, its budget and its market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.codes import ALL
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.results.spending import Spending
from rcc_forecast.spending.budget import budget_rows, contract_rows
from rcc_forecast.spending.change import (
    PARTS,
    Change,
    change_of_area,
    change_of_authority,
    change_rows,
    marks_of,
)
from rcc_forecast.spending.contracts import BlockEffect, Bought, block_effect
from rcc_forecast.spending.futures import Cells, World, cells_of_areas, cells_of_authority
from rcc_forecast.spending.labels import Part, table_of, years_of
from rcc_forecast.spending.market import market_rows
from rcc_forecast.spending.prices import price_paths
from rcc_forecast.spending.prices_paid import compare_prices, prices_paid_rows
from rcc_forecast.spending.sectors import BOUGHT, children_of_homes, mix_odds, sector_mix
from rcc_forecast.spending.spend import (
    COST_SOURCES,
    SECTOR_NAMES,
    spend_rows,
    year_rows,
    yearly_totals,
)
from rcc_forecast.spending.weekly_cost import unit_costs
from rcc_forecast.spending.wrong_kind import wrong_kind_rows
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.spending import (
    BUDGET,
    CONTRACTS,
    COSTS,
    MARKET,
    PRICES_PAID,
    SPEND,
    SPEND_CHANGE,
    SPEND_YEARS,
    WRONG_KIND,
)

SOURCES = {
    "children": "Futures of the demand forecast, calibrated to its published quantiles.",
    "prices today": (
        "The register's weekly_cost_gbp at the homes where own children live; else of the kind "
        "and sector; else section 251 outturn unit costs of 2024-25 (DfE, Local Authority "
        "Interactive Tool, OGL v3.0), the same for every sector."
    ),
    "prices ahead": (
        "Drift and volatility of England's section 251 unit costs of residential care and of "
        "fostering, 2016-17 to 2024-25, with the doubt that eight yearly changes leave; each "
        "authority's own walk from the same series by authority."
    ),
    "providers": "PLACE_PROVIDER of the returns; their mix goes on drifting as in five years.",
    "change": "Shapley value over children, kinds, sectors and prices (Shorrocks, 2013).",
    "not priced": "Kinds without a price in register or outturn are left out of every total.",
}
"""Where each assumption comes from, in words."""


def forecast_spend(
    futures: AreaFutures,
    *,
    homes: pd.DataFrame,
    episodes: pd.DataFrame,
    as_of: pd.Timestamp,
    rng: np.random.Generator,
    costs: pd.DataFrame | None = None,
    inflation: Mapping[str, Any] | None = None,
    budgets: Sequence[Mapping[str, Any]] = (),
    contracts: Sequence[Mapping[str, Any]] = (),
    misplaced: pd.DataFrame | None = None,
) -> Spending:
    """Forecast spend with its doubt, say what changes it, and describe the market.

    Parameters
    ----------
    futures : AreaFutures
        Children ahead, by area.
    homes : DataFrame
        A `HOMES` table, at the prices of the as-of day.
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    as_of : Timestamp
        Last day known.
    rng : Generator
        The only source of chance. The same generator state gives a scenario and its base
        the same prices, path by path.
    costs : DataFrame, optional
        A `COSTS` table: prices that hold instead.
    inflation : mapping, optional
        ``[prices]`` of a scenario: ``inflation_pct`` a year in place of the drift.
    budgets : sequence of mapping
        ``[budget]`` of a scenario.
    contracts : sequence of mapping
        ``[[contracts]]`` of a scenario.
    misplaced : DataFrame, optional
        Children by kind lived in and kind needed, as for `wrong_kind_rows`.

    Returns
    -------
    Spending
    """
    homes = HOMES.check(homes)
    for_prices, for_mix, for_contracts, for_needs = rng.spawn(4)
    world = world_of(
        futures,
        homes=homes,
        episodes=episodes,
        as_of=as_of,
        costs=None if costs is None else COSTS.check(costs),
        inflation=inflation,
        rngs=(for_prices, for_mix),
    )
    block = None
    if contracts:
        block = block_effect(
            contracts,
            bought=bought_in(world),
            homes=homes,
            kinds=futures.kinds,
            months=futures.months,
            as_of=as_of,
            rng=for_contracts,
        )
    spend, years, change, totals = _told(world, block, wanted=_budgeted(budgets))
    regions = dict(
        zip(*(futures.authorities[name] for name in ("local_authority", "region")), strict=True)
    )
    comparisons = compare_prices(homes, regions=regions, kinds=futures.kinds, as_of=as_of)
    market = market_rows(
        futures.areas,
        months=futures.months,
        homes=homes,
        authorities=world.authorities,
        kinds=futures.kinds,
        children=world.mix.children,
        comparisons=comparisons,
        as_of=as_of,
    )
    unpriced = [k for k, known in zip(futures.kinds, world.known, strict=True) if not known]
    budget = budget_rows(
        budgets, totals=totals, months=futures.months, without_price=unpriced, rng=for_contracts
    )
    return Spending(
        spend=SPEND.check(spend),
        years=SPEND_YEARS.check(years),
        change=SPEND_CHANGE.check(change),
        wrong_kind=WRONG_KIND.check(wrong_kind_rows(misplaced, world=world, rng=for_needs)),
        market=MARKET.check(market),
        prices_paid=PRICES_PAID.check(prices_paid_rows(comparisons)),
        budget=BUDGET.check(budget),
        contracts=CONTRACTS.check(contract_rows(block, months=futures.months)),
        as_of=as_of,
        sources=dict(SOURCES),
    )


def world_of(
    futures: AreaFutures,
    *,
    homes: pd.DataFrame,
    episodes: pd.DataFrame,
    as_of: pd.Timestamp,
    costs: pd.DataFrame | None,
    inflation: Mapping[str, Any] | None,
    rngs: tuple[np.random.Generator, np.random.Generator],
) -> World:
    """Learn and draw everything that spend follows from; arguments as for `forecast_spend`."""
    authorities = futures.authorities["local_authority"].tolist()
    mix = sector_mix(episodes, authorities=authorities, kinds=futures.kinds, as_of=as_of)
    unit = unit_costs(
        homes,
        residents=children_of_homes(episodes, as_of=as_of),
        authorities=authorities,
        kinds=futures.kinds,
        as_of=as_of,
        costs=costs,
    )
    n_paths = len(futures.paths)
    prices = price_paths(
        unit,
        kinds=futures.kinds,
        children=mix.children.sum(axis=2),
        months=futures.months,
        as_of=as_of,
        n_paths=n_paths,
        inflation=inflation,
        rng=rngs[0],
    )
    odds = mix_odds(mix, months=len(futures.months), n_paths=n_paths, rng=rngs[1])
    return World(futures=futures, mix=mix, odds=odds, costs=unit, prices=prices, known=unit.known)


def _told(
    world: World, block: BlockEffect | None, *, wanted: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, FloatArray]]:
    """Rows of every area, in the order of the areas, and yearly totals for budgets."""
    place = {code: i for i, code in enumerate(world.authorities)}
    marks = marks_of(len(world.futures.months))
    parts: dict[int, Change] = {}
    totals: dict[str, FloatArray] = {}
    rows: dict[int, tuple[Part, Part, Part]] = {}
    order = {id(area): i for i, area in enumerate(world.futures.areas)}
    for area, cells, summed in cells_of_areas(world, block):
        if summed is None:
            authority = place[area.local_authority]
            change = change_of_authority(
                world, authority, cells, marks, with_contracts=block is not None
            )
            parts[authority] = change
        else:
            change = _pooled(area, parts, cells, summed, world)
        if area.local_authority in wanted and (area.local_authority != ALL or _is_whole(area)):
            totals[area.local_authority] = yearly_totals(area, cells.money, world)[:, -1]
        at = order[id(area)]
        rows[at] = (
            spend_rows(at, area, cells, world),
            year_rows(at, area, cells, world),
            change_rows(at, area, change, marks),
        )
    spend, years, changes = zip(*(rows[i] for i in sorted(rows)), strict=True)
    return (*_written(world, spend, years, changes), totals)


def _written(
    world: World, spend: Sequence[Part], years: Sequence[Part], changes: Sequence[Part]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Write the names of rows out, table by table."""
    months = world.futures.months
    kinds = [*world.futures.kinds, ALL]

    def table(parts: Sequence[Part], names: dict[str, list[str]]) -> pd.DataFrame:
        return table_of(parts, areas=world.futures.areas, months=months, names=names)

    return (
        table(
            spend, {"placement_type": kinds, "sector": SECTOR_NAMES, "cost_source": COST_SOURCES}
        ),
        table(years, {"placement_type": kinds, "financial_year": years_of(months)[0]}).drop(
            columns="month"
        ),
        table(changes, {"part": PARTS}),
    )


def _pooled(
    area: Area, parts: dict[int, Change], cells: Cells, summed: Cells, world: World
) -> Change:
    marks = marks_of(len(world.futures.months))
    members = [
        (area.members[authority, marks], change)
        for authority, change in parts.items()
        if area.members[authority].any()
    ]
    return change_of_area(members, cells, summed, world, marks)


def bought_in(world: World) -> Bought:
    """Sum what all authorities buy of each kind, and what they pay at the price of the day."""
    shape = (len(world.futures.paths), len(world.futures.kinds), len(world.futures.months))
    children, money, expected = np.zeros(shape), np.zeros(shape), []
    for authority, area in world.single().items():
        cells = cells_of_authority(world, authority, area)
        bought = cells.children[:, :, BOUGHT].sum(axis=2)
        children += bought
        money += cells.money[:, :, BOUGHT].sum(axis=2)
        expected.append(bought.mean(axis=0, dtype=np.float64))
    money[:, ~world.known] = np.nan
    return Bought(children, money, np.stack(expected))


def _budgeted(budgets: Sequence[Mapping[str, Any]]) -> set[str]:
    return {given.get("local_authority") or ALL for given in budgets}


def _is_whole(area: Area) -> bool:
    return area.region == ALL and not any(area.rcc)
