"""Each group of children set against all others, area by area."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray
from rcc_forecast.tables.disparity import UNKNOWN

BoolArray = NDArray[np.bool_]

FEWEST_CHILDREN = 10
"""Children below whom a share is not given: one child more or less would move it by a tenth."""

COUNTS = ("numerator", "denominator", "numerator_low", "numerator_high")
"""Columns of counts, those with withheld ones at their ends last."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One outcome's groups of one characteristic, set against the others, area by area.

    Attributes
    ----------
    groups : tuple of str
        Names, sorted; `UNKNOWN` last where there is any.
    numerator, denominator : ndarray, shape (n_areas, n_groups)
        Of the group; 0 where the area has no such row.
    other_numerator, other_denominator : ndarray, shape (n_areas, n_groups)
        Of all other known children of the area.
    low, high, other_low, other_high : ndarray, shape (n_areas, n_groups)
        Numerators with withheld counts at their ends.
    imputed : ndarray of bool, shape (n_areas, n_groups)
        Where the count was withheld.
    areas : tuple of str
        Codes, sorted.
    """

    groups: tuple[str, ...]
    numerator: FloatArray
    denominator: FloatArray
    other_numerator: FloatArray
    other_denominator: FloatArray
    low: FloatArray
    high: FloatArray
    other_low: FloatArray
    other_high: FloatArray
    imputed: BoolArray
    areas: tuple[str, ...] = field(default=())

    def of_areas(self, kept: BoolArray) -> Sides:
        """Give some areas alone."""
        names = tuple(area for area, keep in zip(self.areas, kept, strict=True) if keep)
        return Sides(
            self.groups,
            numerator=self.numerator[kept],
            denominator=self.denominator[kept],
            other_numerator=self.other_numerator[kept],
            other_denominator=self.other_denominator[kept],
            low=self.low[kept],
            high=self.high[kept],
            other_low=self.other_low[kept],
            other_high=self.other_high[kept],
            imputed=self.imputed[kept],
            areas=names,
        )


def sides_of(rows: pd.DataFrame) -> Sides:
    """Lay rows of one outcome, characteristic and period out, each group against the others.

    Parameters
    ----------
    rows : DataFrame
        Of `Groups.frame`.
    """
    names = sorted(set(rows["group"]), key=lambda group: (group == UNKNOWN, group))
    areas = sorted(set(rows["la_code"]))
    row, column = (
        pd.Categorical(rows[label], categories=of).codes
        for label, of in (("la_code", areas), ("group", names))
    )

    def laid_out(figure: str) -> FloatArray:
        array = np.zeros((len(areas), len(names)))
        array[row, column] = rows[figure].to_numpy(dtype=float)
        return array

    known = np.array([name != UNKNOWN for name in names])

    def others(array: FloatArray) -> FloatArray:
        return np.asarray(array[:, known].sum(axis=1, keepdims=True) - array)

    numerator, denominator, low, high = (laid_out(figure) for figure in COUNTS)
    return Sides(
        groups=tuple(names),
        numerator=numerator,
        denominator=denominator,
        other_numerator=others(numerator),
        other_denominator=others(denominator),
        low=low,
        high=high,
        other_low=others(low),
        other_high=others(high),
        imputed=laid_out("imputed").astype(bool),
        areas=tuple(areas),
    )
