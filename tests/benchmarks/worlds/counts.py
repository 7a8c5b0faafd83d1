"""True monthly counts of a world: children in care at the end of each month's last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.worlds.lives import Lives
from tests.benchmarks.worlds.nature import (
    AUTHORITIES,
    FIRST_DAY,
    TYPE_OF_KIND,
    UASC,
    YEARS,
    FloatArray,
    IntArray,
)

TYPES = tuple(dict.fromkeys(TYPE_OF_KIND))
BANDS = ("0", "1-4", "5-9", "10-15", "16-17")
BAND_STARTS = (0, 1, 5, 10, 16)
POPULATIONS = ("other", "uasc")


@dataclass(frozen=True, slots=True)
class Counts:
    """The truth of a world.

    Attributes
    ----------
    months : DatetimeIndex
        Month ends, from 31 March 2016.
    children : ndarray, shape (n_authorities, n_types, n_bands, n_populations, n_months)
        In the order of `AUTHORITIES`, `TYPES`, `BANDS` and `POPULATIONS`.
    """

    months: pd.DatetimeIndex
    children: FloatArray

    def months_until(self, day: pd.Timestamp) -> int:
        """Month ends up to a day, the day counted."""
        return int((self.months <= day).sum())


def counts_of(lives: Lives) -> Counts:
    """Count every cell at every month end of a world."""
    months = pd.date_range(pd.Timestamp(FIRST_DAY), periods=12 * YEARS + 1, freq="ME")
    size = (len(AUTHORITIES), len(TYPES), len(BANDS), len(POPULATIONS))
    kind_to_type = np.array([TYPES.index(name) for name in TYPE_OF_KIND])
    row = lives.child
    authority, population = lives.authority[row], (lives.stream[row] == UASC).astype(np.int64)
    kind, born = kind_to_type[lives.kind], lives.born[row].astype("datetime64[D]")
    children = np.zeros((*size, len(months)))
    for column, day in enumerate(months.to_numpy().astype("datetime64[D]")):
        today = int(day.astype(int))
        there = np.flatnonzero((lives.start <= today) & (today < lives.end))
        band = np.searchsorted(BAND_STARTS, completed_years(born[there], day), side="right") - 1
        cell = np.ravel_multi_index((authority[there], kind[there], band, population[there]), size)
        children[..., column] = np.bincount(cell, minlength=int(np.prod(size))).reshape(size)
    return Counts(months, children)


def completed_years(born: NDArray[np.datetime64], day: np.datetime64) -> IntArray:
    """Give ages on a day, by month and day of the month."""
    months = (day.astype("datetime64[M]") - born.astype("datetime64[M]")).astype(np.int64)
    day_of_month = int((day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(int))
    born_on = (born - born.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    # Whoever is born on 29 February has the birthday on 1 March in a common year.
    return np.asarray((months - (born_on > day_of_month)) // 12)
