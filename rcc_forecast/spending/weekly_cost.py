"""What a week in each kind of placement costs: from the register, else as published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.spending.section251 import GROUP_OF_KIND, POOLED_KINDS, published_costs
from rcc_forecast.spending.sectors import SECTORS
from rcc_forecast.tables.homes import open_on

FROM_OWN, FROM_REGISTER, FROM_FILE, PUBLISHED, UNKNOWN = range(5)
"""Where a cost comes from, the surest first."""

SOURCE_WORDS = {
    FROM_OWN: "Prices in the register of the homes where the area's own children live",
    FROM_REGISTER: "Prices in the register of homes of this kind and provider",
    FROM_FILE: "The costs that were given",
    PUBLISHED: "Section 251 outturn, DfE, brought to the prices of the day",
    UNKNOWN: "No price is known: left out of the totals",
}

_HOMES_OF_PRIOR = 5.0
"""Homes of the whole register that an authority's own homes are evened out with."""

_CHILDREN_OF_PRIOR = 3.0
"""Children at register prices that an authority's own children are evened out with."""

_PRICE_SPREAD = 0.25
"""Standard deviation of the logarithm of prices within a kind and sector, where the register
has too few homes to show it: about that of residential fees in published placement data; a
judgement, replaced by the register's own from ten homes up."""

_LIST_PRICE_DOUBT = 0.03
"""A price in a register is not always the price paid: extras, discounts, empty notice weeks.
A judgement: a standard deviation of 3%, of an authority's mean and again of everybody's."""

_UNSEEN_DOUBT = 0.2
"""Children whose home and price are not seen may live in dearer or cheaper homes than those
that are, everywhere alike: a judgement, a standard deviation of 20% of their mean price."""

_PUBLISHED_DOUBT = {"residential": 0.06, "fostering": 0.05}
"""Standard deviation of the part of a published unit cost that is gone next year, estimated
from variances of changes over one to eight years (tests/unit/rcc_forecast/spending)."""

_POOLED_DOUBT = 0.3
"""Doubt that all authorities share where only the cost of a larger kind is published (secure
homes with children's homes, kinship with other fostering): a judgement."""

_DEFINITION_DOUBT = 0.05
"""The same where the kind has a published cost: outturn holds overheads, and is over average
rather than actual places; a judgement."""


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Weekly cost by authority, kind and sector, and what is not known about it.

    Attributes
    ----------
    cost : ndarray, shape (n_authorities, n_kinds, n_sectors)
        GBP a week at the as-of day's prices; missing where none is known.
    level_sd : ndarray, shape (n_authorities, n_kinds)
        Standard deviation of the logarithm of the true mean about `cost`.
    shared_sd : ndarray, shape (n_kinds,)
        The same of what all authorities' costs of a kind stray together.
    spread : ndarray, shape (n_kinds,)
        Standard deviation of the logarithm of prices of one kind and sector.
    source : ndarray of int, shape (n_authorities, n_kinds, n_sectors)
        Where each comes from: a key of `SOURCE_WORDS`.
    """

    cost: FloatArray
    level_sd: FloatArray
    shared_sd: FloatArray
    spread: FloatArray
    source: IntArray

    @property
    def known(self) -> NDArray[np.bool_]:
        """Kinds with a price in every authority, shape (n_kinds,)."""
        return np.asarray(~np.isnan(self.cost).any(axis=(0, 2)))


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
        the authority's section 251 unit cost at the day's prices; missing where
        nothing is published either.
    """
    priced = homes[homes["weekly_cost_gbp"].notna() & ~(homes["closed"] < as_of)]
    places = priced["places_approved"].astype("float64").fillna(1.0).clip(lower=1.0)
    money = priced["weekly_cost_gbp"].astype("float64") * places
    own = _mean_by(priced["local_authority"], priced["placement_type"], money, places)
    region_of = authorities.set_index("local_authority")["region"]
    regional = _mean_by(
        priced["local_authority"].map(region_of), priced["placement_type"], money, places
    )
    by_kind = priced["placement_type"]
    whole = money.groupby(by_kind).sum() / places.groupby(by_kind).sum()
    codes = authorities["local_authority"].tolist()
    published, _ = published_costs(codes, kinds, on=as_of)
    cost = own.reindex(index=codes, columns=kinds).to_numpy(float)
    for wider in (
        regional.reindex(index=authorities["region"], columns=kinds).to_numpy(float),
        whole.reindex(kinds).to_numpy(float)[None, :],
        published,
    ):
        cost = np.where(np.isnan(cost), wider, cost)
    return cost


def unit_costs(
    homes: pd.DataFrame,
    *,
    residents: pd.DataFrame,
    authorities: list[str],
    kinds: list[str],
    as_of: pd.Timestamp,
    costs: pd.DataFrame | None = None,
) -> UnitCosts:
    """Give what each authority pays for a week of each kind in each sector.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table; its prices are those of the as-of day.
    residents : DataFrame
        Children in care that day: local_authority, placement_type, sector, urn.
    authorities, kinds : list of str
        Axes of the result.
    as_of : Timestamp
        The day the register describes.
    costs : DataFrame, optional
        A `COSTS` table: prices that hold instead of any other.

    Returns
    -------
    UnitCosts
        The mean price of the homes in which the authority's own children live, where
        returns and register share Ofsted numbers, evened out with the prices of the
        authority's and all homes of the kind and sector; without any, the published
        unit cost, the same for every sector.
    """
    priced = _priced(homes, as_of)
    cost, n_homes = _register_costs(priced, authorities, kinds)
    source = np.where(np.isnan(cost), UNKNOWN, FROM_REGISTER)
    spread = _spreads(priced, kinds)
    paid, matched, all_children = _paid_for_own(priced, residents, authorities, kinds)
    weight = matched / (matched + _CHILDREN_OF_PRIOR)
    blended = weight * np.nan_to_num(paid) + (1.0 - weight) * cost
    cost = np.where(matched > 0, blended, cost)
    source = np.where(matched > 0, FROM_OWN, source)
    unseen = 1.0 - np.nan_to_num(_ratio(matched.sum(axis=2), all_children.sum(axis=2)))
    level_sd = np.sqrt(_LIST_PRICE_DOUBT**2 + unseen**2 * spread**2 / np.maximum(n_homes, 1.0))
    of_all = 1.0 - _ratio(matched.sum(axis=(0, 2)), all_children.sum(axis=(0, 2)))
    shared_sd = np.hypot(_LIST_PRICE_DOUBT, _UNSEEN_DOUBT * np.nan_to_num(of_all, nan=1.0))
    found = UnitCosts(cost, level_sd, shared_sd, spread, source)
    found = _with_published(found, authorities, kinds, as_of)
    return found if costs is None else _with_given(found, costs, authorities, kinds)


def _priced(homes: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    chosen = homes.loc[homes["weekly_cost_gbp"].notna() & open_on(homes, as_of)]
    places = chosen["places_approved"].astype("float64").fillna(1.0).clip(lower=1.0)
    return pd.DataFrame(
        {
            "local_authority": chosen["local_authority"],
            "placement_type": chosen["placement_type"],
            "sector": chosen["sector"].astype("object").fillna("not_said"),
            "urn": _plain(chosen["urn"]),
            "places": places,
            "price": chosen["weekly_cost_gbp"].astype("float64"),
        }
    )


def _plain(urn: pd.Series[str]) -> pd.Series[str]:
    plain = urn.astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    return plain.mask(plain == "")


def _register_costs(
    priced: pd.DataFrame, authorities: list[str], kinds: list[str]
) -> tuple[FloatArray, FloatArray]:
    """Mean price by authority, kind and sector, evened out; and homes by authority and kind."""
    authority = pd.Index(authorities).get_indexer(pd.Index(priced["local_authority"]))
    kind = pd.Index(kinds).get_indexer(pd.Index(priced["placement_type"]))
    sector = pd.Index(SECTORS).get_indexer(pd.Index(priced["sector"]))
    places, price = priced["places"].to_numpy(), priced["price"].to_numpy()
    shape = (len(kinds), len(SECTORS))
    listed = (kind >= 0) & (sector >= 0)
    at = (kind[listed], sector[listed])
    money, room = np.zeros(shape), np.zeros(shape)
    np.add.at(money, at, (places * price)[listed])
    np.add.at(room, at, places[listed])
    of_kind = _ratio(money.sum(axis=1), room.sum(axis=1))[:, None]
    whole = np.where(room > 0, _ratio(money, room), of_kind)
    # Whoever the provider is, an unsaid one is priced as the kind is.
    whole[:, -1] = of_kind[:, 0]
    here = listed & (authority >= 0)
    own_at = (authority[here], kind[here], sector[here])
    own_money, own_room, own_homes = (np.zeros((len(authorities), *shape)) for _ in range(3))
    np.add.at(own_money, own_at, (places * price)[here])
    np.add.at(own_room, own_at, places[here])
    np.add.at(own_homes, own_at, 1.0)
    weight = own_homes / (own_homes + _HOMES_OF_PRIOR)
    own = np.where(own_room > 0, _ratio(own_money, own_room), 0.0)
    return weight * own + (1.0 - weight) * whole, own_homes.sum(axis=2)


def _spreads(priced: pd.DataFrame, kinds: list[str]) -> FloatArray:
    """Spread of log prices within kind and sector, shape (n_kinds,)."""
    logs = np.log(priced["price"].clip(lower=1.0))
    centred = logs - logs.groupby([priced["placement_type"], priced["sector"]]).transform("mean")
    by_kind = (centred**2).groupby(priced["placement_type"]).agg(["sum", "size"]).reindex(kinds)
    squares, homes = by_kind["sum"].fillna(0.0), by_kind["size"].fillna(0.0)
    # Ten homes' worth of the usual spread, so that two alike homes do not make a certainty.
    variance = (squares + 10.0 * _PRICE_SPREAD**2) / (homes + 10.0)
    return np.asarray(np.sqrt(variance.to_numpy(float)))


def _paid_for_own(
    priced: pd.DataFrame, residents: pd.DataFrame, authorities: list[str], kinds: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean price at the homes of own children, children whose home is known, and all children."""
    keys = ["urn", "placement_type"]
    with_urn = priced.dropna(subset=["urn"])
    weighted = with_urn.assign(money=with_urn["price"] * with_urn["places"])
    sums = weighted.groupby(keys)[["money", "places"]].sum()
    price = (sums["money"] / sums["places"]).rename("price").reset_index()
    joined = residents.assign(urn=_plain(residents["urn"])).merge(price, on=keys, how="left")
    cell = [
        pd.Index(names).get_indexer(pd.Index(joined[column]))
        for names, column in (
            (authorities, "local_authority"),
            (kinds, "placement_type"),
            (SECTORS, "sector"),
        )
    ]
    known = np.all([place >= 0 for place in cell], axis=0)
    at = tuple(place[known] for place in cell)
    paid = joined["price"].to_numpy(float)[known]
    has_price = ~np.isnan(paid)
    money, matched, every = (
        np.zeros((len(authorities), len(kinds), len(SECTORS))) for _ in range(3)
    )
    np.add.at(every, at, 1.0)
    np.add.at(matched, at, has_price.astype(float))
    np.add.at(money, at, np.where(has_price, paid, 0.0))
    return _ratio(money, matched), matched, every


def _with_published(
    found: UnitCosts, authorities: list[str], kinds: list[str], as_of: pd.Timestamp
) -> UnitCosts:
    """Put published costs where the register has none of a kind."""
    published, _ = published_costs(authorities, kinds, on=as_of)
    absent = np.isnan(found.cost) & ~np.isnan(published)[:, :, None]
    of_kind = absent.any(axis=2)
    passing = [_PUBLISHED_DOUBT.get(GROUP_OF_KIND.get(kind, ""), 0.0) for kind in kinds]
    shared = [_POOLED_DOUBT if kind in POOLED_KINDS else _DEFINITION_DOUBT for kind in kinds]
    return replace(
        found,
        cost=np.where(absent, published[:, :, None], found.cost),
        level_sd=np.where(of_kind, np.array(passing), found.level_sd),
        shared_sd=np.where(of_kind.any(axis=0), np.array(shared), found.shared_sd),
        source=np.where(absent, PUBLISHED, found.source),
    )


def _with_given(
    found: UnitCosts, costs: pd.DataFrame, authorities: list[str], kinds: list[str]
) -> UnitCosts:
    """Put the costs of a file in place; the more precisely a row names its cells, the later."""
    cost, source = found.cost.copy(), found.source.copy()
    level_sd, shared_sd = found.level_sd.copy(), found.shared_sd.copy()
    named = costs[["local_authority", "sector"]].notna().sum(axis=1)
    for row in costs.loc[named.sort_values(kind="stable").index].to_dict("records"):
        who = _chosen(row["local_authority"], authorities)
        kind, sector = _chosen(row["placement_type"], kinds), _chosen(row["sector"], SECTORS)
        at = np.ix_(who, kind, sector)
        cost[at], source[at] = float(row["weekly_cost_gbp"]), FROM_FILE
        level_sd[np.ix_(who, kind)] = shared_sd[kind] = _LIST_PRICE_DOUBT
    return replace(found, cost=cost, level_sd=level_sd, shared_sd=shared_sd, source=source)


def _chosen(name: Any, names: list[str]) -> list[int]:
    if pd.isna(name) or name == ALL:
        return list(range(len(names)))
    return [names.index(name)] if name in names else []


def _mean_by(
    area: pd.Series[str], kind: pd.Series[str], money: pd.Series[float], places: pd.Series[float]
) -> pd.DataFrame:
    keys = [area.rename("area"), kind.rename("kind")]
    mean = money.groupby(keys).sum() / places.groupby(keys).sum()
    return mean.rename("mean").reset_index().pivot_table("mean", index="area", columns="kind")


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
