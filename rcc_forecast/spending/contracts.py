"""Block against spot: places paid for whether used or not, set against buying one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, PathArray
from rcc_forecast.spending.sectors import BOUGHT
from rcc_forecast.tables.homes import open_on

FEWEST_HOMES = 10
"""Homes of a kind from which the share of filled places is taken."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What all authorities together buy of each kind from private and voluntary providers.

    Attributes
    ----------
    children, money : ndarray, shape (n_paths, n_kinds, horizon)
        Children, and GBP a week at the price of the day.
    of_authority : ndarray, shape (n_authorities, n_kinds, horizon)
        Children expected of each authority.
    """

    children: FloatArray
    money: FloatArray
    of_authority: FloatArray


@dataclass(frozen=True, slots=True)
class BlockContract:
    """One contract, future by future.

    Attributes
    ----------
    provider, placement_type : str
        As given.
    kind : int
        Place of the kind.
    active : ndarray of bool, shape (horizon,)
        Months in which it runs.
    places, used, block, spot : ndarray, shape (n_paths, horizon)
        Places paid for; children in them; GBP a week paid; what those children would have
        cost at the price of the day (missing without a price).
    filled : float
        Most that is used of the places: as full as such homes are.
    filled_is_seen : bool
        Whether the register shows that.
    """

    provider: str
    placement_type: str
    kind: int
    active: NDArray[np.bool_]
    places: FloatArray
    used: FloatArray
    block: FloatArray
    spot: FloatArray
    filled: float
    filled_is_seen: bool


@dataclass(frozen=True, slots=True)
class BlockEffect:
    """What contracts add to the spend of each authority.

    Attributes
    ----------
    contracts : tuple of BlockContract
        In the order given.
    share : ndarray, shape (n_authorities, n_kinds, horizon)
        Each authority's part of a contract: its part of the children bought for.
    """

    contracts: tuple[BlockContract, ...]
    share: FloatArray

    def added_to(self, money: PathArray, authority: int) -> PathArray:
        """Give the money of an authority with its part of the contracts, as private."""
        found = money.copy()
        for contract in self.contracts:
            more = np.nan_to_num(contract.block - contract.spot)
            part = self.share[authority, contract.kind]
            found[:, contract.kind, BOUGHT[0]] += (more * part).astype(money.dtype)
        return found


def block_effect(
    contracts: Sequence[Mapping[str, Any]],
    *,
    bought: Bought,
    homes: pd.DataFrame,
    kinds: list[str],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    rng: np.random.Generator,
) -> BlockEffect:
    """Follow block contracts through every future.

    Parameters
    ----------
    contracts : sequence of mapping
        Keys ``provider, placement_type, places, weekly_cost_gbp`` and optional ``from, to``;
        places and cost may be pairs, drawn evenly between.
    bought : Bought
        What is bought without them.
    homes : DataFrame
        A `HOMES` table: how full homes of the kind are.
    kinds : list of str
        Placement types.
    months : DatetimeIndex
        Month ends.
    as_of : Timestamp
        The day the register describes.
    rng : Generator
        Draws within intervals.

    Returns
    -------
    BlockEffect
        Places are filled as far as children are bought for, and no fuller than homes of
        the kind in the register are. A later contract of a kind gets whom the earlier
        ones leave.
    """
    total = bought.of_authority.sum(axis=0, keepdims=True)
    even = np.full_like(bought.of_authority, 1.0 / len(bought.of_authority))
    share = np.divide(bought.of_authority, total, out=even, where=total > 0)
    left = bought.children.astype(float)
    spot_price = np.divide(
        bought.money, bought.children, out=np.full(left.shape, np.nan), where=left > 0
    )
    found = []
    for given in contracts:
        kind = kinds.index(given["placement_type"])
        filled, is_seen = _filled(homes, given["placement_type"], as_of)
        active = _active(given, months)
        places = _drawn(given.get("places", 0), left.shape[0], rng)[:, None] * active
        price = _drawn(given.get("weekly_cost_gbp", np.nan), left.shape[0], rng)[:, None]
        used = np.minimum(places * filled, left[:, kind])
        left[:, kind] -= used
        found.append(
            BlockContract(
                provider=str(given.get("provider", "")),
                placement_type=given["placement_type"],
                kind=kind,
                active=active,
                places=places,
                used=used,
                block=places * price,
                spot=np.where(used > 0, used * spot_price[:, kind], 0.0),
                filled=filled,
                filled_is_seen=is_seen,
            )
        )
    return BlockEffect(tuple(found), share)


def _filled(homes: pd.DataFrame, kind: str, as_of: pd.Timestamp) -> tuple[float, bool]:
    """Share of bought places of a kind that are taken, and whether the register shows it."""
    alike = homes.loc[
        open_on(homes, as_of)
        & (homes["placement_type"] == kind)
        & homes["sector"].isin(["private", "voluntary"])
        & homes["places_approved"].notna()
        & homes["places_available"].notna()
    ]
    approved = float(alike["places_approved"].astype("float64").sum())
    if len(alike) < FEWEST_HOMES or approved == 0:
        return 1.0, False
    free = alike["places_available"].astype("float64")
    free = free.clip(upper=alike["places_approved"].astype("float64"))
    return 1.0 - float(free.sum()) / approved, True


def _active(given: Mapping[str, Any], months: pd.DatetimeIndex) -> NDArray[np.bool_]:
    start, end = given.get("from"), given.get("to")
    active = np.ones(len(months), dtype=bool)
    if start is not None:
        active &= np.asarray(months >= pd.Timestamp(start))
    if end is not None:
        active &= np.asarray(months <= pd.Timestamp(end) + pd.offsets.MonthEnd(0))
    return active


def _drawn(
    given: float | tuple[float, float] | FloatArray, n: int, rng: np.random.Generator
) -> FloatArray:
    """One value a future: as given, the number, or evenly between the ends of an interval."""
    if isinstance(given, np.ndarray):
        return given
    at = rng.permutation((np.arange(n) + 0.5) / n)
    low, high = given if isinstance(given, tuple | list) else (given, given)
    return np.asarray(float(low) + (float(high) - float(low)) * at)
