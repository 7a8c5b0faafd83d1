"""Miles as the Department for Education counts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

KILOMETRES_A_MILE = 1.6093
"""The DfE's own figure in PL_DISTANCE, not the statute mile's 1.609344."""


def miles_between(
    easting_a: ArrayLike, northing_a: ArrayLike, easting_b: ArrayLike, northing_b: ArrayLike
) -> NDArray[np.float64]:
    """Give straight-line distances: sqrt(dE² + dN²) / 1000 / 1.6093.

    Parameters
    ----------
    easting_a, northing_a, easting_b, northing_b : array_like
        OSGB36 metres; shapes broadcast. Missing gives missing.

    Returns
    -------
    ndarray of float
        Miles, unrounded.

    Notes
    -----
    DfE, *Guide to the SSDA903 collection*, PL_DISTANCE.
    """
    east = np.asarray(easting_a, dtype=float) - np.asarray(easting_b, dtype=float)
    north = np.asarray(northing_a, dtype=float) - np.asarray(northing_b, dtype=float)
    return np.asarray(np.hypot(east, north) / 1000.0 / KILOMETRES_A_MILE)
