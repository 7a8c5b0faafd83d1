"""What it costs that children live in a kind of placement other than they need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.spending import stratified_normals
from rcc_forecast.codes import ALL
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import area_key
from rcc_forecast.spending.futures import World
from rcc_forecast.spending.labels import spread_of
from rcc_forecast.tables.spending import WRONG_KIND

_Z90 = 1.2816
"""Normal score of the 90th percentile."""


def wrong_kind_rows(
    misplaced: pd.DataFrame | None, *, world: World, rng: np.random.Generator
) -> pd.DataFrame:
    """Price every pair of kind lived in and kind needed.

    Parameters
    ----------
    misplaced : DataFrame, optional
        Children today by ``region, local_authority, rcc, placement_type`` (lived in) and
        ``needed_type``: ``children_mean, children_q10, children_q90``. Rows where both kinds
        are the same, or either is summed, are left out.
    world : World
        Prices and their doubt.
    rng : Generator
        Draws children between their quantiles.

    Returns
    -------
    DataFrame
        A `WRONG_KIND` table with a total an area; without rows where `misplaced` is absent.

    Notes
    -----
    Children are drawn from a normal with the quantiles of each side of the mean. What a
    child's need would cost is the mean price of the kind needed: a child whose needs are
    greater than usual would cost more there too.
    """
    if misplaced is None or misplaced.empty:
        return pd.DataFrame(columns=WRONG_KIND.names)
    kinds = world.futures.kinds
    kept = misplaced[
        misplaced["placement_type"].isin(kinds)
        & misplaced["needed_type"].isin(kinds)
        & (misplaced["placement_type"] != misplaced["needed_type"])
    ]
    by_area = kept.groupby(["region", "local_authority", "rcc"], sort=False)
    areas = {area_key(area): area for area in world.futures.areas}
    tables = [
        _rows_of(areas[_key(named)], rows, world, rng)
        for named, rows in by_area
        if _key(named) in areas
    ]
    return (
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=WRONG_KIND.names)
    )


def _key(named: Any) -> tuple[str, str, str]:
    """Tell an area as `area_key` does: an authority's rows name its co-operative too."""
    region, authority, rcc = named
    return region, authority, rcc if region == ALL and authority == ALL else ""


def _rows_of(
    area: Area, rows: pd.DataFrame, world: World, rng: np.random.Generator
) -> pd.DataFrame:
    price = _prices_today(area, world)
    lived, needed = (
        pd.Index(world.futures.kinds).get_indexer(pd.Index(rows[name]))
        for name in ("placement_type", "needed_type")
    )
    mean = rows["children_mean"].to_numpy(float)
    score = stratified_normals(len(price), len(rows), rng)
    low = (mean - rows["children_q10"].to_numpy(float)) / _Z90
    high = (rows["children_q90"].to_numpy(float) - mean) / _Z90
    drawn = np.maximum(mean + score * np.where(score > 0, high, low), 0.0)
    now = drawn.mean(axis=0)
    drawn *= np.divide(mean, now, out=np.zeros_like(mean), where=now > 0)
    extra = drawn * (price[:, lived] - price[:, needed])
    known = ~np.isnan(extra).any(axis=0)
    every = np.column_stack([extra, extra[:, known].sum(axis=1)])
    q10, q90 = spread_of(every, (0.1, 0.9))
    unpriced = int((~known).sum())
    total_note = f"Without {unpriced} pairs of kinds that have no price." if unpriced else ""
    return pd.DataFrame(
        {
            "region": area.region,
            "local_authority": area.local_authority,
            "placement_type": [*rows["placement_type"], ALL],
            "needed_type": [*rows["needed_type"], ALL],
            "children_mean": [*mean, mean[known].sum()],
            "weekly_cost_gbp": [*price[:, lived].mean(axis=0), np.nan],
            "needed_weekly_cost_gbp": [*price[:, needed].mean(axis=0), np.nan],
            "extra_mean": every.mean(axis=0),
            "extra_q10": q10,
            "extra_q90": q90,
            "rcc": rows["rcc"].iloc[0],
            "local_authority_name": ""
            if area.local_authority == ALL
            else name_of(area.local_authority),
            "note": [*np.where(known, "", "No price is known of one of the kinds."), total_note],
        }
    )


def _prices_today(area: Area, world: World) -> FloatArray:
    """Mean price of each kind for an area's children today, shape (n_paths, n_kinds)."""
    who = area.members.any(axis=1)
    children = world.mix.children[who].sum(axis=2)
    # A kind without children today is priced as its members' plain mean.
    weight = np.where(children.sum(axis=0) > 0, children, 1.0)
    share = weight / weight.sum(axis=0)
    cost = (world.costs.cost[who] * world.mix.share[who]).sum(axis=2)
    return np.asarray((world.prices.level[:, who] * (cost * share)).sum(axis=1))
