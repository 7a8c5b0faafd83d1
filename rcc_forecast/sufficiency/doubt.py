"""How far usable places may stray from today's: learned from how they came and went before.

Homes close undated, staff leave, other regions come and go, and a council's
children are placed now in one authority's homes, now in another's. The
returns' Ofsted numbers show how many of an authority's own children lived in
its homes in past years; what strays beyond its number of children is taken for
the doubt of the places ahead. Places come and go one by one, so their variance
grows with their number: a region's doubt is relatively smaller, not nothing.

Places and children are drawn apart. In truth they err together at region level:
places are counted from the children that live in them, and providers open where
children come. Where both are above what was expected, the gap strays less than is
drawn here, and where children come because places opened, it hardly strays at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.results.areas import Area
from rcc_forecast.sufficiency.assumptions import PLANNED_TYPES
from rcc_forecast.sufficiency.residents import (
    YEARS_BEFORE,
    parted_by_home,
    plain_urn,
    positions,
)

TURNOVER = np.array([1.0, 1.5, 2.0])
"""Variance of usable places, per place, one, two and three years on, before any return is seen.

A judgement: places that are won and lost one by one at the pace at which children move (a
placement lasts about a year) vary like a Poisson count in the first year, and half that after.
"""

_PRIOR_CELLS = 6.0
"""Authorities that the judgement counts for beside those seen."""

_MOST = 6.0
_FEWEST_CHILDREN = 3.0

SHARED = 0.04
"""Standard deviation, a square root of a year, of what moves all of a region's places of a kind
together: others' demand, staffing, providers. A judgement, small beside a single authority's."""


@dataclass(frozen=True, slots=True)
class SupplyDoubt:
    """Futures of usable places about what is expected.

    Attributes
    ----------
    own : ndarray, shape (n_paths, n_authorities, n_kinds, horizon)
        Each authority's places lost and won, over the square root of its places.
    shared : ndarray, shape (n_paths, n_kinds, horizon)
        Relative change that all authorities have in common.
    turnover : ndarray of float, shape (n_kinds, horizon)
        Variance of `own`.
    """

    own: NDArray[np.float32]
    shared: FloatArray
    turnover: FloatArray

    def at(self, months: IntArray) -> SupplyDoubt:
        """Give the same for some months alone, counted from 0."""
        return replace(
            self,
            own=self.own[..., months],
            shared=self.shared[..., months],
            turnover=self.turnover[..., months],
        )

    def of_area(self, area: Area, *, places: FloatArray, whole: FloatArray) -> FloatArray:
        """Give the relative change of an area's places, shape (n_paths, n_kinds, horizon).

        Parameters
        ----------
        places : ndarray of float, shape (n_authorities, n_kinds)
            Places by authority, for their shares.
        whole : ndarray of float, shape (n_kinds, horizon)
            Usable places of the area.
        """
        ever = np.flatnonzero(area.members.any(axis=1))
        weight = places[ever][:, :, None] * area.members[ever][:, None, :]
        total = weight.sum(axis=0)
        part = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
        by_root = np.sqrt(part / np.maximum(whole, 1.0)).astype(np.float32)
        found = np.einsum("pakh,akh->pkh", self.own[:, ever], by_root, dtype=np.float64)
        return np.asarray(found + self.shared)


def doubt_of(
    residents: pd.DataFrame | None,
    homes: pd.DataFrame,
    *,
    authorities: list[str],
    kinds: list[str],
    n_paths: int,
    horizon: int,
    rng: np.random.Generator,
) -> SupplyDoubt | None:
    """Draw how usable places stray.

    Parameters
    ----------
    residents : DataFrame, optional
        As `residents.residents_of` gives it, years before and all.
    homes : DataFrame
        A `HOMES` table.
    authorities, kinds : list of str
        Axes of the result; only planned kinds are in doubt.
    n_paths, horizon : int
    rng : numpy.random.Generator
        The only source of chance: the same draws whatever a scenario does to homes.

    Returns
    -------
    SupplyDoubt, optional
        None where the residents of past years are not given.
    """
    if residents is None or f"before_{YEARS_BEFORE[-1]}" not in residents:
        return None
    yearly = turnover_of(residents, homes, authorities=authorities, kinds=kinds)
    month = np.arange(1, horizon + 1) / 12.0
    by_month = np.stack([_at(month, one) for one in yearly])
    planned = {kind.value for kind in PLANNED_TYPES}
    by_month[[kind not in planned for kind in kinds]] = 0.0
    step = np.sqrt(np.diff(by_month, axis=1, prepend=0.0)).astype(np.float32)
    drawn = rng.standard_normal((n_paths, len(authorities), len(kinds), horizon), np.float32)
    drawn *= step
    common = rng.standard_normal((n_paths, len(kinds), horizon)) * (SHARED / np.sqrt(12.0))
    common[:, [kind not in planned for kind in kinds]] = 0.0
    return SupplyDoubt(np.cumsum(drawn, axis=3), np.cumsum(common, axis=2), by_month)


def turnover_of(
    residents: pd.DataFrame, homes: pd.DataFrame, *, authorities: list[str], kinds: list[str]
) -> FloatArray:
    """Estimate the variance of usable places, per place, one, two and three years on.

    Returns
    -------
    ndarray of float, shape (n_kinds, 3)
        Not falling; `TURNOVER` where the past does not show it.
    """
    share, own = _own_share(residents, homes, authorities=authorities, kinds=kinds)
    found = np.tile(TURNOVER, (len(kinds), 1))
    for kind in range(len(kinds)):
        for lag in YEARS_BEFORE:
            seen, cells = 0.0, 0.0
            for late in range(len(YEARS_BEFORE) + 1 - lag):
                fewest = np.minimum(own[late, :, kind], own[late + lag, :, kind])
                known = fewest >= _FEWEST_CHILDREN
                change = share[late, known, kind] - share[late + lag, known, kind]
                usual = 0.5 * (own[late, known, kind] + own[late + lag, known, kind])
                seen += float((change**2 * usual).sum())
                cells += float(known.sum())
            prior = _PRIOR_CELLS * TURNOVER[lag - 1]
            found[kind, lag - 1] = min((prior + seen) / (_PRIOR_CELLS + cells), _MOST)
    return np.asarray(np.maximum.accumulate(found, axis=1))


def _own_share(
    residents: pd.DataFrame, homes: pd.DataFrame, *, authorities: list[str], kinds: list[str]
) -> tuple[FloatArray, FloatArray]:
    """Log share of children with a number who live in their authority's homes, and their count."""
    homes = homes.reset_index(drop=True)
    weights = np.asarray(homes["places_approved"].astype("float64").fillna(0.0), dtype=np.float64)
    located = residents[plain_urn(residents["urn"]).notna()]
    parted = parted_by_home(located, homes, weights=weights)
    lies_in = homes["local_authority"].to_numpy()[parted["home"].to_numpy()]
    kind_of = homes["placement_type"].to_numpy()[parted["home"].to_numpy()]
    at_home = parted.assign(placement_type=kind_of)[lies_in == parted["local_authority"].to_numpy()]
    names = ["children", *(f"before_{years}" for years in YEARS_BEFORE)]

    def counted(rows: pd.DataFrame) -> FloatArray:
        total = np.zeros((len(names), len(authorities), len(kinds)))
        authority = positions(authorities, rows["local_authority"])
        kind = positions(kinds, rows["placement_type"])
        known = (authority >= 0) & (kind >= 0)
        for at, name in enumerate(names):
            np.add.at(total[at], (authority[known], kind[known]), rows[name].to_numpy(float)[known])
        return total

    own, every = counted(at_home), counted(located)
    return np.log((own + 0.5) / (every + 0.5)), own


def _at(years: FloatArray, yearly: FloatArray) -> FloatArray:
    """Variance by month: straight between years, and on as between the last two."""
    inside = np.interp(years, [0.0, 1.0, 2.0, 3.0], [0.0, *yearly])
    return np.asarray(inside + np.maximum(years - 3.0, 0.0) * (yearly[2] - yearly[1]))
