"""Which places can stand in for which, and for which ages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, AgeBand, PlacementType

STANDS_IN = {
    PlacementType.FOSTER: (PlacementType.CHILDRENS_HOME,),
    PlacementType.RESIDENTIAL_OTHER: (PlacementType.CHILDRENS_HOME,),
    PlacementType.SUPPORTED: (PlacementType.FOSTER, PlacementType.CHILDRENS_HOME),
}
"""Other kinds that may take a child for whom the first is planned: more support, never less."""

BANDS = [band.value for band in AgeBand]

_SHARE_OF_BAND = 0.5
"""Part of an age band's years that a home must take to count for the band."""


def kinds_served(places: list[str]) -> list[str]:
    """Give the kinds of demand that places of some kinds can meet."""
    offered = set(places)
    return [
        kind.value
        for kind in PlacementType
        if offered & {kind.value, *(other.value for other in STANDS_IN.get(kind, ()))}
    ]


def takes_kind(place: str, demand: str) -> bool:
    """Say whether a place of one kind may take a child for whom another is planned."""
    return place == demand or place in STANDS_IN.get(PlacementType(demand), ())


def bands_taken(age_min: NDArray[np.float64], age_max: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which age bands homes count for, shape (n_homes, n_bands)."""
    starts = np.array(AGE_BAND_STARTS, dtype=float)
    ends = np.append(starts[1:], ADULT_AGE)
    years = np.minimum(age_max[:, None] + 1, ends) - np.maximum(age_min[:, None], starts)
    return np.asarray(years >= _SHARE_OF_BAND * (ends - starts))
