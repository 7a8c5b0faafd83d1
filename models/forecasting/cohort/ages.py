"""The clocks of the cohort core: ages in months, bands, and time-in-care classes.

Ages are exact months, so that turning 18 is a head count. Rates are learned by
groups of age, which are nested in the bands that results are told in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import IntArray

ADULT_MONTHS = 216
"""Eighteen years: a child of 215 completed months ages out in the next."""

BAND_EDGES: tuple[int, ...] = (0, 12, 60, 120, 192, ADULT_MONTHS)
"""Months of age at which the bands 0, 1-4, 5-9, 10-15 and 16-17 begin; the last ends them."""

GROUP_EDGES: tuple[int, ...] = (0, 12, 60, 120, 156, 192, 204, ADULT_MONTHS)
"""The groups that rates are learned by: 10-12 and 13-15, 16 and 17 leave care differently."""

CLASS_EDGES: tuple[int, ...] = (0, 1, 3, 6, 12, 24, 36, 60)
"""Completed months at which the classes of time in care (or in placement) begin."""

N_BANDS = len(BAND_EDGES) - 1
N_GROUPS = len(GROUP_EDGES) - 1
N_CLASSES = len(CLASS_EDGES)

N_STREAMS = 2
OTHER, UASC = 0, 1
"""The two streams: unaccompanied asylum-seeking children have entries and rates of their own."""


def _index_by_month(edges: tuple[int, ...]) -> IntArray:
    return np.repeat(np.arange(len(edges) - 1), np.diff(edges))


BAND_OF_AGE: IntArray = _index_by_month(BAND_EDGES)
"""Band of each month of age, shape (216,)."""

GROUP_OF_AGE: IntArray = _index_by_month(GROUP_EDGES)
"""Rate group of each month of age, shape (216,)."""

BAND_OF_GROUP: IntArray = np.searchsorted(BAND_EDGES, GROUP_EDGES[:-1], side="right") - 1
"""Band that each rate group lies in, shape (7,)."""

_CLASS_OF_MONTH: IntArray = (
    np.searchsorted(CLASS_EDGES, np.arange(CLASS_EDGES[-1] + 1), side="right") - 1
)


def class_of(months: NDArray[np.integer]) -> IntArray:
    """Give the time class of each number of completed months (any shape)."""
    return np.asarray(_CLASS_OF_MONTH[np.clip(months, 0, CLASS_EDGES[-1])])
