"""Leaves: the finest series that are counted, the full product for every authority."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import AgeBand, PlacementType, Population
from rcc_forecast.geography import region_of

TYPES = [kind.value for kind in PlacementType]
BANDS = [band.value for band in AgeBand]
POPULATIONS = [population.value for population in Population]

CLASSES = len(TYPES) * len(BANDS) * len(POPULATIONS)
"""Leaves of one authority; a leaf's class is its number within its authority."""


def leaves_of(authorities: list[str]) -> pd.DataFrame:
    """Give the leaves of some authorities, in the order of `leaf_numbers`."""
    product = pd.MultiIndex.from_product(
        [authorities, TYPES, BANDS, POPULATIONS],
        names=["local_authority", "placement_type", "age_band", "population"],
    ).to_frame(index=False)
    region = product["local_authority"].map({code: region_of(code) for code in authorities})
    product.insert(1, "region", region)
    return product


def leaf_numbers(
    authority: NDArray[np.int64],
    placement_type: NDArray[np.int64],
    age_band: NDArray[np.int64] | int,
    uasc: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Give the row of `leaves_of` for positions in the lists of this file."""
    population = np.where(
        uasc, POPULATIONS.index(Population.UASC), POPULATIONS.index(Population.OTHER)
    )
    kind = authority * len(TYPES) + placement_type
    return np.asarray((kind * len(BANDS) + age_band) * len(POPULATIONS) + population)
