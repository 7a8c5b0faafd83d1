"""The question in numbers: cells of children, places that there are, and possible sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.placement import DEFAULT_WEIGHTS
from models.placement.siting import SitingProblem
from models.placement.terms import LINE_MILES
from rcc_forecast.geography import miles_between
from rcc_forecast.investing.kinds import BANDS, bands_taken, takes_kind
from rcc_forecast.investing.need import Need
from rcc_forecast.investing.zones import Zones

STAND_IN_POINTS = DEFAULT_WEIGHTS["suitable"]
"""A kind of home that is suitable and not the one planned; as in a placement plan."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The mathematical question, and what is needed to read its answer.

    Attributes
    ----------
    problem : SitingProblem
    site_miles : ndarray, shape (n_sites, n_cells)
        Mean miles from the families of a cell.
    supply_miles : ndarray, shape (n_supplies, n_cells)
    """

    problem: SitingProblem
    site_miles: FloatArray
    supply_miles: FloatArray


def weigh(
    need: Need, zones: Zones, *, homes: pd.DataFrame, sites: pd.DataFrame, budget: float
) -> Weighed:
    """Put the question: a cell is a zone's children of one kind and age band.

    Parameters
    ----------
    need : Need
    zones : Zones
        Of the same authorities, in the same order.
    homes : DataFrame
        A `HOMES` table of homes open on the day, ``places_available`` free.
    sites : DataFrame
        A `SITES` table.
    budget : float
        Pounds to open sites.
    """
    futures, shape = len(need.children), (zones.n_zones, len(need.kinds), len(BANDS))
    share = zones.share[:, None, None]
    demand = need.children[:, zones.authority] * share
    site_miles, beyond = _from_zones(sites, zones)
    site_points = _points(sites, need.kinds, site_miles, beyond)
    pooled = pool_homes(homes, zones)
    pool_miles, beyond = _from_zones(pooled, zones)
    pool_points = _points(pooled, need.kinds, pool_miles, beyond)
    freed, freed_places = freed_places_of(need, zones)
    freed_miles, beyond = _from_zones(freed, zones)
    freed_points = _points(freed, need.kinds, freed_miles, beyond)
    pooled_places = np.tile(pooled["places_available"].to_numpy(float), (futures, 1))
    # A cell that no future asks for is not asked about.
    used = demand.reshape(futures, -1).max(axis=0) > 0
    problem = SitingProblem(
        site_cost=site_points[:, used],
        site_places=sites["places"].to_numpy(float),
        site_price=sites["cost_gbp"].to_numpy(float),
        supply_cost=np.vstack([pool_points, freed_points])[:, used],
        supply_places=np.hstack([pooled_places, freed_places]),
        demand=demand.reshape(futures, -1)[:, used],
        unmet=DEFAULT_WEIGHTS["unplaced"],
        budget=budget,
    )

    def of_cells(miles: FloatArray) -> FloatArray:
        spread = np.broadcast_to(miles[:, :, None, None], (len(miles), *shape))
        return spread.reshape(len(miles), used.size)[:, used]

    return Weighed(problem, of_cells(site_miles), of_cells(np.vstack([pool_miles, freed_miles])))


def pool_homes(homes: pd.DataFrame, zones: Zones) -> pd.DataFrame:
    """Put free places of like homes near the same zone together, at their mean place."""
    free = homes[homes["places_available"] > 0]
    if free.empty:
        return free.assign(zone=0)
    xy = free[["easting", "northing"]].to_numpy(float)
    gap = ((xy[:, None] - zones.middle()) ** 2).sum(axis=2)
    places = free["places_available"].to_numpy(float)
    keyed = free.assign(zone=gap.argmin(axis=1), east=xy[:, 0] * places, north=xy[:, 1] * places)
    keys = ["zone", "placement_type", "age_min", "age_max"]
    pooled = keyed.groupby(keys, as_index=False, sort=True)[
        ["places_available", "east", "north"]
    ].sum()
    return pooled.assign(
        easting=pooled["east"] / pooled["places_available"],
        northing=pooled["north"] / pooled["places_available"],
    )


def freed_places_of(need: Need, zones: Zones) -> tuple[pd.DataFrame, FloatArray]:
    """Give places that own children leave behind: where they are, and how many by future."""
    futures = len(need.freed)
    flat = need.freed.reshape(futures, -1)
    used = np.flatnonzero(flat.max(axis=0) > 0)
    authority, kind, band = np.unravel_index(used, need.freed.shape[1:])
    middle = np.array(
        [
            np.average(
                zones.middle()[zones.authority == number],
                axis=0,
                weights=zones.share[zones.authority == number],
            )
            for number in range(len(need.authorities))
        ]
    )
    edges = [band_name.split("-") for band_name in BANDS]
    frame = pd.DataFrame(
        {
            "placement_type": [need.kinds[number] for number in kind],
            "local_authority": [need.authorities[number] for number in authority],
            "age_min": [float(edges[number][0]) for number in band],
            "age_max": [float(edges[number][-1]) for number in band],
            "easting": middle[authority, 0],
            "northing": middle[authority, 1],
        }
    )
    return frame, flat[:, used]


def _from_zones(places: pd.DataFrame, zones: Zones) -> tuple[FloatArray, FloatArray]:
    """Give mean miles from each zone's families, and the share of them beyond the line."""
    xy = places[["easting", "northing"]].to_numpy(float)
    miles = np.zeros((len(xy), zones.n_zones))
    beyond = np.zeros_like(miles)
    for zone, homes in enumerate(zones.homes):
        each = miles_between(xy[:, :1], xy[:, 1:], homes[:, 0], homes[:, 1])
        miles[:, zone] = each.mean(axis=1)
        beyond[:, zone] = (each > LINE_MILES).mean(axis=1)
    return miles, beyond


def _points(
    places: pd.DataFrame, kinds: list[str], miles: FloatArray, beyond: FloatArray
) -> FloatArray:
    """Give points of a child of each cell, shape (n_places, n_cells); infinite where barred."""
    near = DEFAULT_WEIGHTS["mile"] * miles + DEFAULT_WEIGHTS["over_20_miles"] * beyond
    offered = places["placement_type"].to_numpy(object)
    of_kind = np.full((len(places), len(kinds)), np.inf)
    for column, kind in enumerate(kinds):
        stands_in = np.array([takes_kind(str(place), kind) for place in offered], dtype=bool)
        of_kind[stands_in, column] = STAND_IN_POINTS
        of_kind[offered == kind, column] = 0.0
    takes = bands_taken(
        places["age_min"].to_numpy(float), places["age_max"].to_numpy(float)
    ).reshape(len(places), len(BANDS))
    of_band = np.where(takes, 0.0, np.inf)
    points = near[:, :, None, None] + of_kind[:, None, :, None] + of_band[:, None, None, :]
    n_cells = miles.shape[1] * len(kinds) * len(BANDS)
    return np.asarray(points.reshape(len(places), n_cells))
