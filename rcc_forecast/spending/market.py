"""The market: who holds the places of each kind in each area, and at what price for like need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.concentration import concentration
from models.forecast import FloatArray, IntArray
from rcc_forecast.results.areas import Area
from rcc_forecast.spending.labels import Part, table_of
from rcc_forecast.spending.prices_paid import PRIVATE, Comparison
from rcc_forecast.spending.sectors import FOR_PROFIT, SECTORS
from rcc_forecast.tables.homes import open_on

FEWEST_HOMES = 5
"""Homes of a kind in an area under which nothing is said about who dominates."""

FEWEST_PRIVATE = 5
"""Private homes of a kind in an area under which no margin proxy is given."""

_CONCENTRATED, _HIGHLY = 1_000.0, 2_000.0
"""Index above which a market is concentrated, and highly: Competition and Markets Authority,
*Merger Assessment Guidelines* (CC2/OFT1254), paragraph 5.3.5."""

_Z80 = 1.2816
"""Normal score of the ends of an 80% interval."""


def market_rows(
    areas: list[Area],
    *,
    months: pd.DatetimeIndex,
    homes: pd.DataFrame,
    authorities: list[str],
    kinds: list[str],
    children: FloatArray,
    comparisons: dict[str, Comparison],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Describe the market of every area and kind with any home or child.

    Parameters
    ----------
    areas : list of Area
        Members are those of the first month ahead; for a co-operative that has none yet, of
        its first month with any.
    months : DatetimeIndex
        Month ends that the areas' members are about.
    homes : DataFrame
        A `HOMES` table.
    authorities, kinds : list of str
        Axes of `children`.
    children : ndarray, shape (n_authorities, n_kinds, n_sectors)
        Own children in care on the as-of day.
    comparisons : dict of str to Comparison
        Prices like for like, by kind.
    as_of : Timestamp
        Homes open on this day count.
    """
    now = homes.loc[open_on(homes, as_of)]
    held = _held(now, authorities, kinds)
    margins = {
        k: _margins(comparisons[kind], authorities)
        for k, kind in enumerate(kinds)
        if kind in comparisons and comparisons[kind].fit is not None
    }
    parts = [_rows_of(place, area, held, children, margins) for place, area in enumerate(areas)]
    rows = table_of(parts, areas=areas, months=months, names={"placement_type": kinds})
    rows["note"] = _notes(rows)
    some = (rows["homes"] > 0) | (rows["own_children"] > 0)
    return rows[some].drop(columns="month").reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Held:
    """Places by authority, kind and provider; which providers are bought from; homes; private."""

    places: FloatArray
    is_bought: NDArray[np.bool_]
    homes: FloatArray
    private: FloatArray


def _held(now: pd.DataFrame, authorities: list[str], kinds: list[str]) -> _Held:
    place = pd.Index(authorities).get_indexer(pd.Index(now["local_authority"]))
    kind = pd.Index(kinds).get_indexer(pd.Index(now["placement_type"]))
    sector = now["sector"].astype("object").to_numpy()
    bought = np.isin(sector.astype(str), ["private", "voluntary"])
    # A home without a provider's name stands for a provider of its own.
    named = now["provider"].fillna(now["home_id"]).astype("str").to_numpy()
    provider, names = pd.factorize(pd.Series(np.where(bought, "bought ", "own ") + named))
    free = now["places_available"].astype("float64")
    room = now["places_approved"].astype("float64").fillna(free).fillna(0.0).to_numpy()
    there = (place >= 0) & (kind >= 0)
    at = (place[there], kind[there], provider[there])
    shape = (len(authorities), len(kinds))
    places = np.zeros((*shape, max(len(names), 1)))
    homes, private = np.zeros(shape), np.zeros(shape)
    np.add.at(places, at, room[there])
    np.add.at(homes, at[:2], 1.0)
    np.add.at(private, at[:2], np.where(sector == "private", room, 0.0)[there])
    is_bought = np.array([name.startswith("bought ") for name in names] or [False])
    return _Held(places, is_bought, homes, private)


def _rows_of(
    place: int,
    area: Area,
    held: _Held,
    children: FloatArray,
    margins: dict[int, _Margins],
) -> Part:
    month = int(np.argmax(area.members.any(axis=0)))
    who = area.members[:, month]
    places = held.places[who].sum(axis=0)
    homes = held.homes[who].sum(axis=0)
    own = children[who].sum(axis=0)
    every, bought = concentration(places), concentration(places[:, held.is_bought])
    enough = homes >= FEWEST_HOMES
    proxy = np.full((len(homes), len(_PROXY)), np.nan)
    for kind, margin in margins.items():
        proxy[kind] = _pooled(margin, who)
    return {
        "area": np.full(len(homes), place),
        "month": np.full(len(homes), month),
        "placement_type": np.arange(len(homes)),
        "homes": homes.astype(np.int64),
        "places": places.sum(axis=1),
        "providers": every.holders,
        "largest_share": np.where(enough, every.largest, np.nan),
        "hhi": np.where(enough, every.hhi, np.nan),
        "bought_providers": bought.holders,
        "bought_largest_share": np.where(enough, bought.largest, np.nan),
        "bought_hhi": np.where(enough, bought.hhi, np.nan),
        "for_profit_places_share": _share(held.private[who].sum(axis=0), places.sum(axis=1)),
        "own_children": own.sum(axis=1),
        "for_profit_children_share": _share(
            own[:, FOR_PROFIT], own[:, : len(SECTORS) - 1].sum(axis=1)
        ),
        **{name: proxy[:, column] for column, name in enumerate(_PROXY)},
    }


_PROXY = [
    "private_weekly_cost_gbp",
    "like_for_like_weekly_cost_gbp",
    "margin_proxy_pct",
    "margin_proxy_q10",
    "margin_proxy_q90",
]


@dataclass(frozen=True, slots=True)
class _Margins:
    """Private homes: authority, price, log price above an own home's, and its standard error."""

    authority: IntArray
    price: FloatArray
    gap: FloatArray
    error: FloatArray


def _margins(found: Comparison, authorities: list[str]) -> _Margins:
    """Compare each private home with what an authority's own would cost.

    The gap of an authority is the register's, moved towards what its own homes show as far
    as they are many (the empirical Bayes estimate of a normal mean).
    """
    premium, error = found.effect(PRIVATE)
    sector = found.homes["sector"].astype("object").to_numpy()
    private, own = sector == "private", sector == "local_authority"
    residual = np.zeros(len(sector)) if found.fit is None else found.fit.residual
    place = pd.Index(authorities).get_indexer(pd.Index(found.homes["local_authority"]))
    stray, doubt = _own_gaps(residual, place, private, own, len(authorities))
    at = place[private]
    return _Margins(
        authority=at,
        price=np.exp(found.homes["log_price"].to_numpy(float)[private]),
        gap=premium + np.where(at >= 0, stray[at], 0.0),
        error=np.sqrt(error**2 + np.where(at >= 0, doubt[at], 0.0)),
    )


def _own_gaps(
    residual: FloatArray,
    place: IntArray,
    private: NDArray[np.bool_],
    own: NDArray[np.bool_],
    n: int,
) -> tuple[FloatArray, FloatArray]:
    """Give what each authority's private homes cost beyond the register's gap; and its variance."""
    variance = float(np.var(residual, ddof=1))
    count = [np.bincount(place[who & (place >= 0)], minlength=n) for who in (private, own)]
    total = [
        np.bincount(place[who & (place >= 0)], weights=residual[who & (place >= 0)], minlength=n)
        for who in (private, own)
    ]
    both = (count[0] > 0) & (count[1] > 0)
    gap = np.where(both, total[0] / np.maximum(count[0], 1) - total[1] / np.maximum(count[1], 1), 0)
    noise = variance * (1.0 / np.maximum(count[0], 1) + 1.0 / np.maximum(count[1], 1))
    # Method of moments: what the gaps vary beyond their noise.
    between = float(np.maximum((gap[both] ** 2 - noise[both]).mean(), 0.0)) if both.any() else 0.0
    weight = np.where(both, between / np.maximum(between + noise, 1e-12), 0.0)
    return weight * gap, between * (1.0 - weight)


def _pooled(margin: _Margins, who: NDArray[np.bool_]) -> list[float]:
    """Give the proxy over an area's private homes; missing where they are too few."""
    here = (margin.authority >= 0) & who[margin.authority]
    if here.sum() < FEWEST_PRIVATE or np.isnan(margin.gap).all():
        return [np.nan] * len(_PROXY)
    price = float(margin.price[here].mean())
    gap, error = float(margin.gap[here].mean()), float(margin.error[here].mean())
    like = float((margin.price[here] * np.exp(-margin.gap[here])).mean())
    low, high = (100.0 * -np.expm1(-(gap + z * error)) for z in (-_Z80, _Z80))
    return [price, like, 100.0 * (1.0 - like / price), float(low), float(high)]


def _notes(rows: pd.DataFrame) -> list[str]:
    columns = ["homes", "bought_hhi", "bought_largest_share", "margin_proxy_pct"]
    return [_note(*row) for row in zip(*(rows[name].tolist() for name in columns), strict=True)]


def _note(homes: int, hhi: float, largest: float, proxy: float) -> str:
    if homes < FEWEST_HOMES:
        return f"Fewer than {FEWEST_HOMES} homes: too few to say who dominates."
    said = "No bought places."
    if not np.isnan(hhi):
        word = "highly concentrated" if hhi > _HIGHLY else "concentrated"
        word = word if hhi > _CONCENTRATED else "not concentrated"
        said = f"Bought places are {word}; the largest provider has {largest:.0%} of them."
    if np.isnan(proxy):
        said += " Too few priced homes of both sectors for a margin proxy."
    return said


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
