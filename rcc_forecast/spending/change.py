"""Why spend changes: children, kinds of placement, kinds of provider, prices; no remainder.

Each authority's change is parted by the Shapley value (`models.spending`), future
by future; an area's parts are the sums of its members' parts, so that they add
up over authorities as well as over causes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.spending import attribute_product
from rcc_forecast.results.areas import Area
from rcc_forecast.spending.futures import Cells, World
from rcc_forecast.spending.labels import Part, spread_of

PARTS = ["children", "kind", "sector", "price", "contracts", "change"]
"""Rows of each area and month; the last is the sum of the others."""


@dataclass(frozen=True, slots=True)
class Change:
    """Parts of the change of one area's weekly spend.

    Attributes
    ----------
    parts : ndarray, shape (n_paths, 5, n_marks)
        The first five of `PARTS`, GBP a week.
    today : ndarray, shape (n_paths, n_marks)
        Spend on the as-of day of those who are members at each mark.
    """

    parts: FloatArray
    today: FloatArray


def marks_of(horizon: int) -> IntArray:
    """Months at which the change is told, from 0: every year's end ahead, and the last."""
    return np.unique(np.append(np.arange(11, horizon, 12), horizon - 1))


def change_of_authority(
    world: World, authority: int, cells: Cells, marks: IntArray, *, with_contracts: bool
) -> Change:
    """Part the change of one authority's spend.

    Parameters
    ----------
    world : World
        What spend follows from.
    authority : int
        Its place.
    cells : Cells
        Its futures, contracts included.
    marks : ndarray of int
        Months to tell.
    with_contracts : bool
        Whether the cells hold any.
    """
    known = world.known
    children = cells.children[:, known][..., marks].astype(np.float64)
    prices = world.unit_prices(authority)[:, known][..., marks].astype(np.float64)
    now = world.mix.children[authority, known].sum(axis=1)
    cost = np.nan_to_num(world.costs.cost[authority, known])
    before = _factors(
        (now[:, None] * world.mix.share[authority, known])[None, None],
        (world.prices.level[:, authority, known, None] * cost)[:, None],
    )
    after = _factors(np.moveaxis(children, -1, 1), np.moveaxis(prices, -1, 1))
    found = np.stack(attribute_product(before, after), axis=1)
    today = np.broadcast_to(_product(before), found[:, 0].shape)
    contracts = np.zeros_like(today)
    if with_contracts:
        then = cells.money[:, known][..., marks].sum(axis=(1, 2), dtype=np.float64)
        contracts = then - _product(after)
    return Change(np.concatenate([found, contracts[:, None]], axis=1), np.array(today))


def change_of_area(
    members: list[tuple[NDArray[np.bool_], Change]],
    cells: Cells,
    summed: Cells,
    world: World,
    marks: IntArray,
) -> Change:
    """Add up members' parts; what an area's own forecast differs by counts as children.

    Parameters
    ----------
    members : list of (ndarray of bool, Change)
        Membership at each mark, and the parts.
    cells, summed : Cells
        The area's futures as published, and as plain sums; their means are the same.
    world : World
    marks : ndarray of int
    """
    parts = np.asarray(sum(change.parts * there for there, change in members))
    today = np.asarray(sum(change.today * there for there, change in members))
    known = world.known
    wider = (cells.money - summed.money)[:, known][..., marks].sum(axis=(1, 2), dtype=np.float64)
    parts[:, 0] += wider
    return Change(parts, today)


def change_rows(place: int, area: Area, change: Change, marks: IntArray) -> Part:
    """Give the rows of one area; a co-operative has none before its first member joins."""
    there = np.asarray(area.members.any(axis=0))[marks]
    every = np.concatenate([change.parts, change.parts.sum(axis=1, keepdims=True)], axis=1)
    low, high = spread_of(every, (0.1, 0.9))
    mean = every.mean(axis=0)
    today = change.today.mean(axis=0)
    at, n = marks[there], len(PARTS)
    return {
        "area": np.full(len(at) * n, place),
        "month": np.repeat(at, n),
        "horizon": np.repeat(at + 1, n),
        "part": np.tile(np.arange(n), len(at)),
        "today_mean": np.repeat(today[there], n),
        "then_mean": np.repeat((today + mean[-1])[there], n),
        "change_mean": mean[:, there].T.ravel(),
        "change_q10": low[:, there].T.ravel(),
        "change_q90": high[:, there].T.ravel(),
    }


def _factors(children: FloatArray, price: FloatArray) -> list[FloatArray]:
    """Part children (..., n_kinds, n_sectors) into all, share of kinds, share of sectors; price.

    A kind without children keeps even shares: they count for nothing.
    """
    of_kind = children.sum(axis=-1, keepdims=True)
    total = of_kind.sum(axis=-2, keepdims=True)
    kind = np.divide(of_kind, total, out=np.zeros_like(of_kind), where=total > 0)
    even = np.full(children.shape, 1.0 / children.shape[-1])
    sector = np.divide(children, of_kind, out=even, where=of_kind > 0)
    return [total, kind, sector, price]


def _product(factors: list[FloatArray]) -> FloatArray:
    return np.asarray((factors[0] * factors[1] * factors[2] * factors[3]).sum(axis=(-2, -1)))
