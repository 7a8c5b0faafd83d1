"""Joint futures of areas, taken as drawn: a test gives the children, and nothing moves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.geography import Membership, read_membership
from rcc_forecast.results.areas import Area, areas_of
from rcc_forecast.results.futures import BANDS, KINDS, AreaFutures
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.spending import weekly_costs
from rcc_forecast.sufficiency import balance


@dataclass(frozen=True, slots=True)
class FuturesAsDrawn(AreaFutures):
    """Futures whose spread is that of the paths given, not of past errors."""

    def children(self, area: Area) -> NDArray[np.float32]:
        """Sum the members of an area, path by path."""
        weight = area.members.astype(np.float32)
        summed = np.einsum("pakbh,ah->pkbh", self.paths, weight)
        return np.asarray(summed, dtype=np.float32)


def futures_as_drawn(
    paths: np.ndarray,
    leaves: pd.DataFrame,
    *,
    months: pd.DatetimeIndex,
    membership: Membership | None = None,
    age_band: str = "10-15",
    seed: int = 903,
) -> AreaFutures:
    """Lay paths of shape (n_paths, n_leaves, horizon) out by area.

    Leaves have local_authority, region, placement_type and may have age_band; else all
    children are of `age_band`.
    """
    authorities = leaves[["local_authority", "region"]].drop_duplicates(ignore_index=True)
    codes = authorities["local_authority"].tolist()
    bands = leaves["age_band"] if "age_band" in leaves else [age_band] * len(leaves)
    shape = (len(paths), len(codes), len(KINDS), len(BANDS), len(months))
    laid = np.zeros(shape, dtype=np.float32)
    labels = zip(leaves["local_authority"], leaves["placement_type"], bands, strict=True)
    for leaf, (code, kind, band) in enumerate(labels):
        laid[:, codes.index(code), KINDS.index(kind), BANDS.index(band)] += paths[:, leaf]
    return FuturesAsDrawn(
        areas=areas_of(authorities, months=months, membership=membership or read_membership()),
        authorities=authorities,
        months=months,
        paths=laid,
        published={},
        seed=seed,
    )


def a_balance(
    futures: AreaFutures, *, homes: pd.DataFrame, as_of: pd.Timestamp, **more: Any
) -> SufficiencyBalance:
    """Set futures against homes, at what the homes or the council's outturn say they cost."""
    cost = weekly_costs(homes, authorities=futures.authorities, kinds=futures.kinds, as_of=as_of)
    return balance(futures, homes=homes, as_of=as_of, weekly_cost=cost, **more)
