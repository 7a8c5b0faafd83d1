"""What a week in each kind of placement costs, from the register or from national outturn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.codes import PlacementType
from rcc_forecast.sufficiency.assumptions import S251_WEEKLY_COST_GBP


def weekly_costs(
    homes: pd.DataFrame, *, authorities: pd.DataFrame, kinds: list[str], as_of: pd.Timestamp
) -> FloatArray:
    """Give the mean weekly cost of a place by authority and kind.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table; homes shut before `as_of` and homes without a price are left out.
    authorities : DataFrame
        Columns local_authority, region.
    kinds : list of str
        Placement types.
    as_of : Timestamp
        The day the register describes.

    Returns
    -------
    ndarray of float, shape (n_authorities, n_kinds)
        GBP a week, weighted by places approved: of the authority's own homes;
        without any, of its region's; without any, of the whole register; else
        `S251_WEEKLY_COST_GBP`; missing where that has none either.
    """
    priced = homes[homes["weekly_cost_gbp"].notna() & ~(homes["closed"] < as_of)]
    places = priced["places_approved"].astype("float64").fillna(1.0).clip(lower=1.0)
    money = priced["weekly_cost_gbp"].astype("float64") * places
    own = _mean_by(priced["local_authority"], priced["placement_type"], money, places)
    region_of = authorities.set_index("local_authority")["region"]
    regional = _mean_by(
        priced["local_authority"].map(region_of), priced["placement_type"], money, places
    )
    whole = (
        money.groupby(priced["placement_type"]).sum()
        / places.groupby(priced["placement_type"]).sum()
    )
    national = [S251_WEEKLY_COST_GBP.get(PlacementType(kind), np.nan) for kind in kinds]
    cost = own.reindex(index=authorities["local_authority"], columns=kinds).to_numpy(float)
    for wider in (
        regional.reindex(index=authorities["region"], columns=kinds).to_numpy(float),
        whole.reindex(kinds).to_numpy(float)[None, :],
        np.array(national)[None, :],
    ):
        cost = np.where(np.isnan(cost), wider, cost)
    return cost


def _mean_by(
    area: pd.Series[str], kind: pd.Series[str], money: pd.Series[float], places: pd.Series[float]
) -> pd.DataFrame:
    keys = [area.rename("area"), kind.rename("kind")]
    mean = money.groupby(keys).sum() / places.groupby(keys).sum()
    return mean.rename("mean").reset_index().pivot_table("mean", index="area", columns="kind")
