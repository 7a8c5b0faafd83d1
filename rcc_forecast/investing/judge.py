"""A second opinion: the chosen sites judged child by child, with brothers and sisters.

The choice was made for cells of children, who have no sex and no siblings. Here children are
drawn for some futures, and the engine of the placement plan places the same children twice:
in the homes that there are, and in those and the sites.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, PlacementType
from rcc_forecast.investing.kinds import STANDS_IN
from rcc_forecast.investing.need import Need
from rcc_forecast.investing.sites import as_homes
from rcc_forecast.investing.weigh import freed_places_of
from rcc_forecast.investing.zones import Zones
from rcc_forecast.results.placement import PlacementPlan

Place = Callable[[pd.DataFrame, pd.DataFrame], PlacementPlan]
"""Children and homes to a plan."""

JUDGED_FUTURES = 5
"""Futures judged child by child: standard errors need a few."""

_FIGURES = ("children", "placed", "unplaced", "groups", "groups_together", "over_20_miles_pct")
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the engine of plans makes of the sites.

    Attributes
    ----------
    futures : list of dict
        Figures with and without the sites.
    together_at : dict of str to float
        Sibling groups who live whole at each site, mean over the futures.
    """

    futures: list[dict[str, Any]]
    together_at: dict[str, float]


def judge(
    need: Need,
    zones: Zones,
    *,
    families: pd.DataFrame,
    homes: pd.DataFrame,
    sites: pd.DataFrame,
    as_of: pd.Timestamp,
    place: Place,
    rng: np.random.Generator,
    progress: Callable[[str], None] = lambda _: None,
) -> SecondOpinion:
    """Place the same drawn children with the chosen sites and without.

    Parameters
    ----------
    need : Need
        Of all futures; the first `JUDGED_FUTURES` are judged.
    zones : Zones
    families : DataFrame
        From `recent_families`.
    homes : DataFrame
        A `HOMES` table of homes that are open, with the places that are free.
    sites : DataFrame
        A `SITES` table: the chosen ones.
    as_of : Timestamp
        Day to which ages are counted.
    place : callable
        The engine.
    rng : Generator
        Of which children are drawn.
    """
    futures = min(JUDGED_FUTURES, len(need.children))
    told, together = [], []
    freed, freed_places = freed_places_of(need, zones)
    for future in range(futures):
        progress(f"judging future {future + 1} of {futures} child by child")
        children = draw_children(need, future, families=families, zones=zones, as_of=as_of, rng=rng)
        if children.empty:
            continue
        left = _left_behind(freed, freed_places[future], rng=rng)
        before = pd.concat([homes, left], ignore_index=True)
        without = place(children, before)
        added = place(children, pd.concat([before, as_homes(sites)], ignore_index=True))
        told.append({"without": _figures(without), "with": _figures(added)})
        together.append(_together_at(added, children, sites))
    mean = pd.DataFrame(together).fillna(0.0).mean() if together else pd.Series(dtype=float)
    return SecondOpinion(told, {str(site): float(groups) for site, groups in mean.items()})


def draw_children(
    need: Need,
    future: int,
    *,
    families: pd.DataFrame,
    zones: Zones,
    as_of: pd.Timestamp,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the children of a future from those who entered lately, siblings with them.

    Children of one authority who entered on the same day from the same postcode are taken for
    brothers and sisters: the returns do not say who they are. A child of another kind or age than
    a cell asks for stays in the family drawn, so that siblings of all ages meet.

    Returns
    -------
    DataFrame
        Columns of `CHILDREN_TO_PLACE` that are known. Needs are not in returns and are left out.
    """
    shape = need.children.shape[1:]
    wanted = need.children[future]
    whole = np.floor(wanted + rng.random(shape)).astype(int)
    people = _people(families, as_of=as_of)
    drawn = []
    for number, code in enumerate(need.authorities):
        own = people[people["local_authority"] == code]
        for kind, name in enumerate(need.kinds):
            for band in range(shape[2]):
                count = int(whole[number, kind, band])
                if count:
                    drawn.append(_drawn(own, people, name, band, count, code, rng))
    if not drawn:
        return pd.DataFrame(columns=["child_id"])
    children = pd.concat(drawn, ignore_index=True)
    return _as_table(_with_families(children, rng=rng), need, zones, rng=rng)


def _people(families: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give recent children with their age and band now, and their family's number."""
    age = ((as_of - families["dob"]).dt.days / _DAYS_A_YEAR).clip(0, ADULT_AGE - 1).fillna(0) // 1
    known = families["home_post"].astype("str").str.strip().ne("") & families["home_post"].notna()
    family = families.groupby(["local_authority", "entered", "home_post"], dropna=False).ngroup()
    alone = -1 - np.arange(len(families))
    return families.assign(
        age=age,
        band=np.searchsorted(AGE_BAND_STARTS, age.to_numpy(float), side="right") - 1,
        family=np.where(known, family, alone),
    )


def _drawn(
    own: pd.DataFrame,
    everybody: pd.DataFrame,
    kind: str,
    band: int,
    count: int,
    authority: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw children of an authority's kind and band; of the band alone where there are too few."""
    for pool in (own[own["placement_type"] == kind], own, everybody):
        like = pool[pool["band"] == band]
        if len(like) >= min(count, 3):
            break
    if like.empty:
        like = everybody
    chosen = like.iloc[rng.integers(len(like), size=count)] if len(like) else _nobody(count)
    return chosen.assign(local_authority=authority, planned=kind, of_band=band)


def _nobody(count: int) -> pd.DataFrame:
    """Give children of whom nothing is known, where no entry is."""
    return pd.DataFrame(
        {"age": 0.0, "band": 0, "family": -1, "sex": "U", "ethnic": "NOBT"}, index=range(count)
    ).assign(easting=np.nan, northing=np.nan)


def _with_families(children: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Tell families apart: a child drawn twice is two children of two families."""
    copy = children.groupby(["local_authority", "family", "child"], dropna=False).cumcount()
    keys = children.assign(copy=copy).groupby(["local_authority", "family", "copy"], dropna=False)
    size = keys["age"].transform("size")
    number = keys.ngroup()
    # Whoever has no known family stands alone.
    shared = (size > 1) & (children["family"] >= 0)
    start = np.array(AGE_BAND_STARTS)[children["of_band"]]
    end = np.append(AGE_BAND_STARTS[1:], ADULT_AGE)[children["of_band"]]
    inside = (children["age"] >= start) & (children["age"] < end)
    age = np.where(inside, children["age"], rng.integers(start, end))
    return children.assign(age=age, sibling_group=np.where(shared, "F" + number.astype("str"), ""))


def _as_table(
    children: pd.DataFrame, need: Need, zones: Zones, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Give drawn children as the engine reads them, each with a family home."""
    authority = pd.Index(need.authorities).get_indexer(pd.Index(children["local_authority"]))
    homes = [
        np.concatenate([zones.homes[zone] for zone in np.flatnonzero(zones.authority == number)])
        for number in range(len(need.authorities))
    ]
    elsewhere = np.array([homes[number][rng.integers(len(homes[number]))] for number in authority])
    suitable = {
        f"suit_{kind.value}": _suitability(children["planned"], kind) for kind in PlacementType
    }
    return pd.DataFrame(
        {
            "child_id": [f"drawn-{number}" for number in range(1, len(children) + 1)],
            "local_authority": children["local_authority"],
            "easting": children["easting"].fillna(pd.Series(elsewhere[:, 0])),
            "northing": children["northing"].fillna(pd.Series(elsewhere[:, 1])),
            "age": children["age"],
            "sex": children["sex"],
            "ethnicity": children["ethnic"],
            "sibling_group": children["sibling_group"],
            "sibling_plan": np.where(children["sibling_group"] == "", "none", "together"),
            **suitable,
        }
    )


def _suitability(planned: pd.Series[str], kind: PlacementType) -> pd.Series[str]:
    words = {
        other.value: "preferred"
        if other is kind
        else "suitable"
        if kind in STANDS_IN.get(other, ())
        else "unsuitable"
        for other in PlacementType
    }
    return planned.map(words)


def _left_behind(
    freed: pd.DataFrame, places: np.ndarray[Any, np.dtype[np.float64]], *, rng: np.random.Generator
) -> pd.DataFrame:
    """Give places that own children leave behind as homes of their own."""
    whole = np.floor(places + rng.random(len(places)))
    homes = freed.assign(places_available=whole, places_approved=whole)
    homes = homes.assign(home_id=[f"left-behind-{number}" for number in range(1, len(freed) + 1)])
    return homes[homes["places_available"] > 0]


def _figures(plan: PlacementPlan) -> dict[str, Any]:
    miles = plan.plan["distance_miles"].sum()
    figures = {name: plan.summary[name] for name in _FIGURES}
    return {**figures, "miles": round(float(miles), 1), "mean_miles": plan.summary["mean_miles"]}


def _together_at(
    plan: PlacementPlan, children: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, int]:
    """Count the sibling groups who live whole at each site."""
    whole = plan.plan.loc[plan.plan["siblings_together"] == 1, ["child_id", "home_id"]]
    groups = whole.merge(children[["child_id", "sibling_group"]], on="child_id")
    counted = groups.groupby("home_id")["sibling_group"].nunique()
    return {str(site): int(counted.get(site, 0)) for site in sites["site_id"]}
