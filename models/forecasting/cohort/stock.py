"""Today's children, gathered into the cells that the recursion steps forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import ADULT_MONTHS, N_CLASSES, N_STREAMS, class_of
from models.forecasting.cohort.population import Population
from models.forecasting.cohort.rates import Clock


@dataclass(frozen=True, slots=True)
class Stock:
    """Children at one month end, one row a cell that has any.

    Attributes
    ----------
    area, stream, age, kind, time : ndarray of int, shape (n_cells,)
        The cell: `age` in completed months, `time` the class of time in care
        or in placement. Sorted by area.
    children : ndarray of float, shape (n_cells,)
        Expected number of children: whole, save where an end may yet be
        recorded.
    n_areas, n_kinds : int
        Sizes.
    """

    area: IntArray
    stream: IntArray
    age: IntArray
    kind: IntArray
    time: IntArray
    children: FloatArray
    n_areas: int
    n_kinds: int


def stock_at(population: Population, origin: int, *, clock: Clock) -> Stock:
    """Give the children of the last month that a forecast at `origin` may see.

    Parameters
    ----------
    population : Population
        The history.
    origin : int
        Columns seen: the stock is that of column origin - 1.
    clock : Clock
        The clock that the rates go by.

    Returns
    -------
    Stock
        Cells sorted by area.
    """
    now = population.rows.at(origin - 1, origin)
    months = now.in_care if clock is Clock.IN_CARE else now.in_placement
    shape = (population.n_areas, N_STREAMS, ADULT_MONTHS, population.n_kinds, N_CLASSES)
    age = np.clip(now.age, 0, ADULT_MONTHS - 1)
    cell = np.ravel_multi_index(
        tuple(_wide(part) for part in (now.area, now.stream, age, now.kind, class_of(months))),
        shape,
    )
    cells, which = np.unique(cell, return_inverse=True)
    children = np.bincount(which, now.weight, minlength=len(cells)).astype(float)
    area, stream, age_of, kind, time = np.unravel_index(cells, shape)
    return Stock(
        area=area,
        stream=stream,
        age=age_of,
        kind=kind,
        time=time,
        children=children,
        n_areas=population.n_areas,
        n_kinds=population.n_kinds,
    )


def _wide(part: NDArray[np.integer]) -> IntArray:
    return part.astype(np.int64)
