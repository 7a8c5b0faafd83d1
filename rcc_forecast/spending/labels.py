"""How rows of every table of spend name their area, month and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, PathArray
from rcc_forecast.codes import ALL
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area

Part = dict[str, NDArray[Any]]
"""Rows of one area: columns of figures, and of places in lists of names."""


def table_of(
    parts: Sequence[Part],
    *,
    areas: Sequence[Area],
    months: pd.DatetimeIndex,
    names: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Put rows of all areas together and write their names out once.

    Parameters
    ----------
    parts : sequence of Part
        The same columns each. ``area`` and ``month`` (from 0) give region, authority,
        co-operative and name; columns in `names` hold places in those lists.
    areas : sequence of Area
        What ``area`` counts.
    months : DatetimeIndex
        What ``month`` counts.
    names : mapping of str to sequence of str
        Names of the columns that hold places.

    Returns
    -------
    DataFrame
        The columns of `parts` with ``region, local_authority, rcc, local_authority_name``
        and ``month`` as an ISO date.
    """
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    area, month = found.pop("area"), found.pop("month")
    pools = sorted({pool for each in areas for pool in each.rcc})
    which = np.stack([pd.Index(pools).get_indexer(pd.Index(each.rcc)) for each in areas])
    named = {column: _written(found.pop(column), listed) for column, listed in names.items()}
    return pd.DataFrame(
        {
            "region": _written(area, [each.region for each in areas]),
            "local_authority": _written(area, [each.local_authority for each in areas]),
            "month": _written(month, months.strftime("%Y-%m-%d").tolist()),
            **named,
            **found,
            "rcc": _written(which[area, month], pools),
            "local_authority_name": _written(area, [_name(each) for each in areas]),
        }
    )


def _written(places: NDArray[Any], names: Sequence[str]) -> Any:
    return pd.array(list(names), dtype="str").take(places)


def _name(area: Area) -> str:
    return "" if area.local_authority == ALL else name_of(area.local_authority)


def founded(area: Area) -> IntArray:
    """Give the months in which the area has any member, from 0."""
    return np.asarray(np.flatnonzero(area.members.any(axis=0)))


def years_of(months: pd.DatetimeIndex) -> tuple[list[str], IntArray]:
    """Give the financial years of the months, in words, and which year each month is in."""
    starts = np.asarray(months.year - (months.month < 4), dtype=np.int64)
    first, which = np.unique(starts, return_inverse=True)
    return [f"{start}-{(start + 1) % 100:02d}" for start in first], np.asarray(which)


def weeks_of(months: pd.DatetimeIndex, which: IntArray) -> FloatArray:
    """Give the weeks of each month within its year, shape (horizon, n_years)."""
    weeks = np.zeros((len(months), int(which.max()) + 1))
    weeks[np.arange(len(months)), which] = months.days_in_month.to_numpy() / 7.0
    return weeks


def spread_of(paths: PathArray, levels: tuple[float, ...]) -> list[FloatArray]:
    """Give quantiles over the first axis, linear between neighbours."""
    # Sorting whole columns in single precision is several times faster than np.quantile.
    ordered = np.sort(paths, axis=0)
    found = []
    for level in levels:
        at = level * (len(paths) - 1)
        low = int(np.floor(at))
        high = min(low + 1, len(paths) - 1)
        found.append(ordered[low] + (ordered[high] - ordered[low]) * (at - low))
    return found
