"""Kinds of place: a kind of home in one authority, for one age band and one level of need.

Prices of places and places to hold back are told by these, since nobody plans by single homes.
"""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, AgeBand
from rcc_forecast.geography import name_of

_NEEDS = range(4)
_BAND_ENDS = (*(start - 1 for start in AGE_BAND_STARTS[1:]), ADULT_AGE - 1)
_KEYS = ["placement_type", "local_authority", "age_band", "needs"]


def by_kind_of_place(
    homes: pd.DataFrame, /, *, dearest: str, **figures: tuple[str, str]
) -> pd.DataFrame:
    """Sum homes up by kind of place; a home stands in each that it could give.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table with ``places`` and what is to be summed up; homes
        without a place are left out.
    dearest : str
        Figure by which rows stand, highest first.
    **figures
        Columns to give: the column of `homes` and how it is summed up.

    Returns
    -------
    DataFrame
        placement_type, local_authority, age_band, needs, the figures, and
        local_authority_name; fractions to two digits.
    """
    homes = homes[homes["places"] > 0]
    parts = [
        homes[_takes(homes, start, end) & (homes["needs_met"] >= needs)].assign(
            age_band=band.value, needs=needs
        )
        for band, start, end in zip(AgeBand, AGE_BAND_STARTS, _BAND_ENDS, strict=True)
        for needs in _NEEDS
    ]
    table = pd.concat(parts).groupby(_KEYS, as_index=False, sort=True).agg(**figures)
    table = table.round(2).assign(local_authority_name=table["local_authority"].map(name_of))
    return table.sort_values(dearest, ascending=False, kind="stable", ignore_index=True)


def _takes(homes: pd.DataFrame, start: int, end: int) -> pd.Series[bool]:
    return (homes["age_min"] <= end) & (homes["age_max"] >= start)
