"""Rows of `spend` and `spend_years`: each area's futures, summed and told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, PathArray
from rcc_forecast.codes import ALL
from rcc_forecast.results.areas import Area
from rcc_forecast.spending.futures import Cells, World
from rcc_forecast.spending.labels import Part, founded, spread_of, weeks_of, years_of
from rcc_forecast.spending.sectors import SECTORS
from rcc_forecast.spending.weekly_cost import SOURCE_WORDS, UNKNOWN

SECTOR_NAMES = [*SECTORS, ALL]
"""What the column ``sector`` of the rows counts."""

COST_SOURCES = [*SOURCE_WORDS.values(), "By kind and sector: see their rows"]
"""What the column ``cost_source`` of the rows counts."""


def spend_rows(place: int, area: Area, cells: Cells, world: World) -> Part:
    """Give the weekly spend of an area by kind, sector and month, with the totals of each.

    Parameters
    ----------
    place : int
        Of the area among the areas.
    area : Area
    cells : Cells
        Its futures.
    world : World
        What is priced, and from where.
    """
    known = world.known
    low, high = spread_of(_with_totals(cells.money, known), (0.1, 0.9))
    mean = _with_totals(cells.money_mean[None], known)[0]
    children = _with_totals(cells.children_mean[None], known)[0]
    has_price = np.append(known, True)
    there = (children > 0).any(axis=2)
    there[:, -1] = True  # a kind's total is told even where it is nought
    kind, sector = np.nonzero(there)
    at = founded(area)

    def column(values: FloatArray) -> FloatArray:
        chosen = values[kind, sector][:, at].astype(np.float64)
        return np.asarray(np.where(has_price[kind][:, None], chosen, np.nan).ravel())

    n_rows, horizon = len(kind), len(at)
    children_mean = children[kind, sector][:, at].ravel()
    spend_mean = column(mean)
    unit = np.full(len(spend_mean), np.nan)
    np.divide(spend_mean, children_mean, out=unit, where=children_mean > 0)
    return {
        "area": np.full(n_rows * horizon, place),
        "placement_type": np.repeat(kind, horizon),
        "sector": np.repeat(sector, horizon),
        "month": np.tile(at, n_rows),
        "horizon": np.tile(at + 1, n_rows),
        "children_mean": children_mean,
        "weekly_cost_gbp": unit,
        "spend_mean": spend_mean,
        "spend_q10": column(low),
        "spend_q90": column(high),
        "cost_source": np.repeat(_sources(area, world)[kind, sector], horizon),
    }


def year_rows(place: int, area: Area, cells: Cells, world: World) -> Part:
    """Give the spend of an area by kind and financial year."""
    _, which = years_of(world.futures.months)
    there = np.asarray(area.members.any(axis=0))
    counted = np.bincount(which, weights=there, minlength=which.max() + 1).astype(np.int64)
    years = np.flatnonzero(counted)
    priced = np.flatnonzero(np.append(world.known, True))
    chosen = np.ix_(priced, years)
    levels = {"q025": 0.025, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q975": 0.975}
    ends = spread_of(yearly_totals(area, cells.money, world), tuple(levels.values()))
    mean = yearly_totals(area, cells.money_mean[None], world)[0]
    last = np.array([np.flatnonzero((which == year) & there)[-1] for year in years])
    return {
        "area": np.full(len(priced) * len(years), place),
        "placement_type": np.repeat(priced, len(years)),
        "financial_year": np.tile(years, len(priced)),
        "month": np.tile(last, len(priced)),
        "months": np.tile(counted[years], len(priced)),
        "spend_mean_gbp": mean[chosen].ravel(),
        **{
            f"spend_{name}_gbp": values[chosen].ravel()
            for name, values in zip(levels, ends, strict=True)
        },
    }


def yearly_totals(area: Area, money: PathArray, world: World) -> FloatArray:
    """Sum an area's spend by financial year.

    Parameters
    ----------
    area : Area
    money : ndarray, shape (n_paths, n_kinds, n_sectors, horizon)
        GBP a week at month ends, taken to hold for the month.
    world : World

    Returns
    -------
    ndarray, shape (n_paths, n_kinds + 1, n_years)
        GBP; the last of the kinds is the sum of those that have a price.
    """
    _, which = years_of(world.futures.months)
    weeks = weeks_of(world.futures.months, which) * np.asarray(area.members.any(axis=0))[:, None]
    by_kind = money.sum(axis=2) @ weeks
    total = by_kind[:, world.known].sum(axis=1, keepdims=True)
    return np.concatenate([by_kind, total], axis=1)


def _with_totals(cells: PathArray, known: NDArray[np.bool_]) -> PathArray:
    """Put sectors' sum behind the sectors and the priced kinds' sum below the kinds."""
    n_paths, n_kinds, n_sectors, horizon = cells.shape
    found = np.empty((n_paths, n_kinds + 1, n_sectors + 1, horizon), dtype=cells.dtype)
    found[:, :-1, :-1] = cells
    cells[:, known].sum(axis=1, out=found[:, -1, :-1])
    found[:, :, :-1].sum(axis=2, out=found[:, :, -1])
    return found


def _sources(area: Area, world: World) -> IntArray:
    """Where prices come from, as places in `COST_SOURCES`, shape (n_kinds + 1, n_sectors + 1)."""
    members = np.asarray(area.members.any(axis=1))
    of_members = world.costs.source[members]
    weight = world.mix.children[members] + 1e-9
    n_kinds, n_sectors = of_members.shape[1:]
    found = np.full((n_kinds + 1, n_sectors + 1), len(SOURCE_WORDS))
    # The source behind most children of the cell speaks for it.
    behind = np.stack([(weight * (of_members == s)).sum(axis=0) for s in SOURCE_WORDS])
    found[:-1, :-1] = behind.argmax(axis=0)
    found[:-1, -1] = behind.sum(axis=2).argmax(axis=0)
    found[:-1][~world.known] = UNKNOWN
    return found
