"""Joint futures of one area at a time, as wide as past errors say they must be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from models.forecast import FloatArray, IntArray, PathArray
from models.sufficiency import at_quantiles
from rcc_forecast.codes import ALL, AgeBand, Measure, PlacementType
from rcc_forecast.geography import Membership
from rcc_forecast.results.areas import Area, areas_of
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.tables.forecast import QUANTILES

KINDS = [kind.value for kind in PlacementType]
BANDS = [band.value for band in AgeBand]
_LEVELS: FloatArray = np.array(list(QUANTILES.values()))
_KEYS = ["region", "local_authority", "rcc"]


@dataclass(frozen=True, slots=True)
class AreaFutures:
    """Children by kind of placement and age band in every future of an area.

    Attributes
    ----------
    areas : list of Area
        England, regions, co-operatives and authorities.
    authorities : DataFrame
        Columns local_authority, region; the rows that `Area.members` is about.
    months : DatetimeIndex
        Month ends of the horizon.
    kinds, bands : list of str
        Axes of `children`.
    paths : ndarray, shape (n_paths, n_authorities, n_kinds, n_bands, horizon)
        Coherent futures of the structural model, before they are calibrated.
    published : dict
        By (region, local_authority, rcc) of an area: quantiles of its children by kind,
        shape (n_levels, n_kinds, horizon).
    seed : int
        Of the order of equal futures.
    """

    areas: list[Area]
    authorities: pd.DataFrame
    months: pd.DatetimeIndex
    paths: NDArray[np.float32]
    published: dict[tuple[str, str, str], FloatArray]
    seed: int
    kinds: list[str] = field(default_factory=lambda: list(KINDS))
    bands: list[str] = field(default_factory=lambda: list(BANDS))

    def children(self, area: Area) -> NDArray[np.float32]:
        """Give the futures of one area, shape (n_paths, n_kinds, n_bands, horizon).

        Each kind's total has the quantiles of the published forecast; its bands
        are the structural model's, scaled with it. Means are the published
        means. In a month without members all is 0.
        """
        ever = np.flatnonzero(area.members.any(axis=1))
        weight = area.members[ever].astype(np.float32)
        summed = np.einsum("pakbh,ah->pkbh", self.paths[:, ever], weight, optimize=True)
        total = summed.sum(axis=2, dtype=np.float64)
        calibrated = at_quantiles(
            total,
            levels=_LEVELS,
            quantiles=self.published[area_key(area)],
            mean=total.mean(axis=0),
            rng=np.random.default_rng([self.seed, 1]),
        )
        found = _shares(summed, total) * calibrated[:, :, None, :]
        # A band's share varies with the total, so its mean has moved a little: put it back.
        now, mean = found.mean(axis=0), summed.mean(axis=0, dtype=np.float64)
        found *= np.divide(mean, now, out=np.zeros_like(now), where=now > 0)
        return np.asarray(found, dtype=np.float32)


def area_futures(forecast: DemandForecast, *, membership: Membership, seed: int) -> AreaFutures:
    """Lay the futures of a forecast out by area.

    Parameters
    ----------
    forecast : DemandForecast
        With its table: the quantiles are taken from it.
    membership : Membership
        Co-operatives and their members, by date.
    seed : int
        Of the run.
    """
    leaves = forecast.leaves
    authorities = leaves[["local_authority", "region"]].drop_duplicates(ignore_index=True)
    areas = areas_of(authorities, months=forecast.months, membership=membership)
    return AreaFutures(
        areas=areas,
        authorities=authorities,
        months=forecast.months,
        paths=_by_authority(forecast.children_paths(), leaves, authorities),
        published=_published(forecast.table(), areas, len(forecast.months)),
        seed=seed,
    )


def area_key(area: Area) -> tuple[str, str, str]:
    """Give what tells an area from the others: region, authority, and the co-operative's name."""
    is_pool = area.region == ALL and area.local_authority == ALL
    return area.region, area.local_authority, area.rcc[0] if is_pool else ""


def _by_authority(
    paths: PathArray, leaves: pd.DataFrame, authorities: pd.DataFrame
) -> NDArray[np.float32]:
    """Sum leaves to authority, kind and band."""
    authority = _places(authorities["local_authority"], leaves["local_authority"])
    kind = _places(KINDS, leaves["placement_type"])
    band = _places(BANDS, leaves["age_band"])
    cell = (authority * len(KINDS) + kind) * len(BANDS) + band
    shape = (len(authorities), len(KINDS), len(BANDS))
    ones = (np.ones(len(leaves), dtype=np.float32), (cell, np.arange(len(leaves))))
    summing = sparse.csr_array(ones, shape=(int(np.prod(shape)), len(leaves)))
    summed = np.stack([summing @ path.astype(np.float32) for path in paths])
    return summed.reshape(len(paths), *shape, -1)


def _published(
    table: pd.DataFrame, areas: list[Area], horizon: int
) -> dict[tuple[str, str, str], FloatArray]:
    """Quantiles of each area's children by kind, from the forecast table."""
    rows = table[
        (table["measure"] == Measure.CHILDREN.value)
        & (table["age_band"] == ALL)
        & (table["population"] == ALL)
        & table["placement_type"].isin(KINDS)
    ]
    # An authority's rows name its co-operative; only a co-operative's own rows are told by it.
    of_pool = (rows["region"] == ALL) & (rows["local_authority"] == ALL)
    rows = rows.assign(rcc=rows["rcc"].astype("str").where(of_pool, ""))
    kind = _places(KINDS, rows["placement_type"])
    month = rows["horizon"].to_numpy() - 1
    values = rows[list(QUANTILES)].to_numpy(float)
    found = {area_key(area): np.zeros((len(_LEVELS), len(KINDS), horizon)) for area in areas}
    for key, at in rows.groupby(_KEYS, sort=False).indices.items():
        if key in found:
            found[key][:, kind[at], month[at]] = values[at].T
    return found


def _shares(summed: NDArray[np.float32], total: FloatArray) -> FloatArray:
    """Each band's share of its kind in each future; the mean's where a future has nobody."""
    mean = summed.mean(axis=0, dtype=np.float64)
    usual = np.divide(
        mean,
        mean.sum(axis=1, keepdims=True),
        out=np.full_like(mean, 1.0 / mean.shape[1]),
        where=mean.sum(axis=1, keepdims=True) > 0,
    )
    share = np.broadcast_to(usual, summed.shape).copy()
    np.divide(summed, total[:, :, None, :], out=share, where=total[:, :, None, :] > 0)
    return share


def _places(names: list[str] | pd.Series[str], wanted: pd.Series[str]) -> IntArray:
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)))
