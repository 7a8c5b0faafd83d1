"""Futures of spend: children x providers x prices, authority by authority, then areas.

A path of an area joins the same chance everywhere: path i of children, of the
mix of providers and of prices belong together in every authority, so that sums
over authorities and kinds are futures too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, PathArray
from rcc_forecast.codes import ALL
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.spending.contracts import BlockEffect
from rcc_forecast.spending.prices import PricePaths
from rcc_forecast.spending.sectors import SectorMix, shares_of
from rcc_forecast.spending.weekly_cost import UnitCosts


@dataclass(frozen=True, slots=True)
class Cells:
    """Children and money of one area.

    Attributes
    ----------
    children, money : ndarray, shape (n_paths, n_kinds, n_sectors, horizon)
        Children at month ends, and what they cost in GBP a week, in single precision; no
        money where a kind has no price.
    children_mean, money_mean : ndarray of float, shape (n_kinds, n_sectors, horizon)
        Their means, in double precision: an area's are the sums of its members'.
    """

    children: PathArray
    money: PathArray
    children_mean: FloatArray
    money_mean: FloatArray

    @classmethod
    def of(cls, children: PathArray, money: PathArray) -> Cells:
        """Give futures with their means."""
        means = (np.asarray(paths.mean(axis=0, dtype=np.float64)) for paths in (children, money))
        return cls(children, money, *means)


@dataclass(frozen=True, slots=True)
class World:
    """Everything drawn and known from which spend follows.

    Attributes
    ----------
    futures : AreaFutures
        Children ahead.
    mix : SectorMix
        Who provides today.
    odds : ndarray, shape (n_paths, n_kinds, n_sectors, horizon)
        How that moves.
    costs : UnitCosts
        Prices today.
    prices : PricePaths
        Prices ahead.
    known : ndarray of bool, shape (n_kinds,)
        Kinds that have a price in every authority.
    """

    futures: AreaFutures
    mix: SectorMix
    odds: PathArray
    costs: UnitCosts
    prices: PricePaths
    known: NDArray[np.bool_]

    @property
    def authorities(self) -> list[str]:
        """ONS codes, in the order of every array."""
        return self.futures.authorities["local_authority"].tolist()

    def single(self) -> dict[int, Area]:
        """Give the authorities' own areas, by the authority's place."""
        place = {code: i for i, code in enumerate(self.authorities)}
        return {
            place[area.local_authority]: area
            for area in self.futures.areas
            if area.local_authority != ALL
        }

    def children_of(self, area: Area) -> PathArray:
        """Children of an area, shape (n_paths, n_kinds, horizon), ages summed."""
        return np.asarray(self.futures.children(area).sum(axis=2))

    def shares(self, authority: int) -> PathArray:
        """Shares of sectors, shape (n_paths, n_kinds, n_sectors, horizon)."""
        return shares_of(self.mix.share[authority], self.odds)

    def unit_prices(self, authority: int) -> PathArray:
        """GBP a week, shape (n_paths, n_kinds, n_sectors, horizon); 0 where none is known."""
        cost = np.nan_to_num(self.costs.cost[authority]).astype(np.float32)
        found = self.prices.factor[:, authority, :, None, :] * cost[None, :, :, None]
        found *= self.prices.by_sector
        return np.asarray(found)


def cells_of_authority(world: World, authority: int, area: Area) -> Cells:
    """Give the futures of one authority."""
    children = world.children_of(area)[:, :, None, :] * world.shares(authority)
    return Cells.of(children, children * world.unit_prices(authority))


def cells_of_areas(
    world: World, block: BlockEffect | None = None
) -> Iterator[tuple[Area, Cells, Cells | None]]:
    """Give the futures of every area, authorities first.

    Parameters
    ----------
    world : World
        What spend follows from.
    block : BlockEffect, optional
        What block contracts add to the spend.

    Yields
    ------
    area : Area
    cells : Cells
        As wide as the area's own published forecast of children; means are the sums of the
        members' means.
    summed : Cells or None
        The plain sum over members, for areas of several.
    """
    wide = [area for area in world.futures.areas if area.local_authority == ALL]
    sums: list[Cells | None] = [None] * len(wide)
    for authority, area in world.single().items():
        cells = cells_of_authority(world, authority, area)
        if block is not None:
            cells = Cells.of(cells.children, block.added_to(cells.money, authority))
        yield area, cells, None
        for w, pool in enumerate(wide):
            sums[w] = _added(sums[w], cells, pool.members[authority])
    for pool, total in zip(wide, sums, strict=True):
        if total is not None:
            yield pool, _as_published(total, world.children_of(pool)), total


def _added(total: Cells | None, part: Cells, member: NDArray[np.bool_]) -> Cells | None:
    if not member.any():
        return total
    weight = member.astype(np.float32)
    parts = (
        part.children * weight,
        part.money * weight,
        part.children_mean * member,
        part.money_mean * member,
    )
    if total is None:
        return Cells(*parts)
    wholes = (total.children, total.money, total.children_mean, total.money_mean)
    for whole, more in zip(wholes, parts, strict=True):
        np.add(whole, more, out=whole)
    return total


def _as_published(total: Cells, children: PathArray) -> Cells:
    """Scale each kind in each future to the area's own forecast; keep the means of the sums."""
    now = total.children.sum(axis=2)
    ratio = np.divide(children, now, out=np.ones_like(now), where=now > 0)[:, :, None, :]
    return Cells(
        _with_mean(total.children * ratio, total.children_mean),
        _with_mean(total.money * ratio, total.money_mean),
        total.children_mean,
        total.money_mean,
    )


def _with_mean(found: PathArray, mean: FloatArray) -> PathArray:
    now = found.mean(axis=0, dtype=np.float64)
    factor = np.divide(mean, now, out=np.ones_like(mean), where=now > 0)
    found *= factor.astype(np.float32)
    return found
