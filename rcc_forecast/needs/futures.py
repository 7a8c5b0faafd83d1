"""Futures by authority, and how figures of authorities become those of areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class AuthorityFutures:
    """Joint futures of every authority that filed.

    Attributes
    ----------
    areas : list of Area
        England, regions, co-operatives and authorities.
    authorities : list of str
        ONS codes, the first axis of `children` and `oldest`.
    months : DatetimeIndex
        Month ends of the horizon.
    told : ndarray of int, shape (n_told,)
        Months ahead at which profiles are told: each year's end, and the last.
    children : ndarray, shape (n_authorities, n_paths, n_kinds, n_bands, n_told)
        Each authority's futures, as wide as its published forecast.
    oldest : ndarray, shape (n_authorities, n_paths, n_kinds, horizon)
        Those aged 16 and 17, every month.
    """

    areas: list[Area]
    authorities: list[str]
    months: pd.DatetimeIndex
    told: IntArray
    children: FloatArray
    oldest: FloatArray

    @property
    def today(self) -> pd.Timestamp:
        """Month end before the first of the horizon."""
        return self.months[0] - pd.offsets.MonthEnd(1)


def authority_futures(futures: AreaFutures) -> AuthorityFutures:
    """Lay out the futures of each authority by itself; only what is told is kept.

    Parameters
    ----------
    futures : AreaFutures
        England's are a gigabyte.
    """
    horizon = len(futures.months)
    told = np.union1d(np.arange(_MONTHS_A_YEAR, horizon + 1, _MONTHS_A_YEAR), [horizon])
    single = {area.local_authority: area for area in futures.areas if area.local_authority != ALL}
    codes = futures.authorities["local_authority"].tolist()
    children, oldest = [], []
    for code in codes:
        of_authority = futures.children(single[code])
        children.append(of_authority[..., told - 1].astype(np.float64))
        oldest.append(of_authority[:, :, -1].astype(np.float64))
    months = futures.months
    return AuthorityFutures(
        futures.areas, codes, months, told, np.stack(children), np.stack(oldest)
    )


def summed(values: NDArray[np.floating], area: Area, *, months: IntArray) -> FloatArray:
    """Add up an area's authorities.

    Parameters
    ----------
    values : ndarray, shape (n_authorities, ..., n_months)
        By authority; put the axis of paths after it.
    months : ndarray of int, shape (n_months,)
        Months ahead, from 0 for today, when those of the first month belong.

    Returns
    -------
    ndarray, shape (..., n_months)
    """
    member = area.members[:, np.maximum(months - 1, 0)]
    ever = np.flatnonzero(member.any(axis=1))
    weight = member[ever].astype(values.dtype)
    return np.asarray(np.einsum("a...h,ah->...h", values[ever], weight), dtype=np.float64)


def founded(area: Area, months: IntArray) -> NDArray[np.bool_]:
    """Say in which months an area has members: a co-operative has no row before its first."""
    return np.asarray(area.members[:, np.maximum(months - 1, 0)].any(axis=0))


def with_totals(values: FloatArray, *, axes: tuple[int, ...]) -> FloatArray:
    """Put the sum over each axis before its values, as the rows that read All."""
    for axis in axes:
        values = np.concatenate([values.sum(axis=axis, keepdims=True), values], axis=axis)
    return values


class Rows:
    """Rows of one table, gathered as columns so that one frame is made at the end.

    Parameters
    ----------
    futures : AuthorityFutures
        Areas and months.
    months : ndarray of int
        Months ahead of the table, from 0 for today.
    """

    def __init__(self, futures: AuthorityFutures, months: IntArray) -> None:
        self._futures, self._months = futures, months
        self._at: list[IntArray] = []
        self._columns: dict[str, list[NDArray[Any]]] = {}

    def add(self, area: int, month: IntArray, **columns: NDArray[Any] | str) -> None:
        """Take rows of one area: place in the months of each, and the columns of the table."""
        self._at.append(area * len(self._months) + month)
        for name, values in columns.items():
            if isinstance(values, str):
                values = np.full(len(month), values, dtype=object)
            self._columns.setdefault(name, []).append(values)

    def frame(self) -> pd.DataFrame:
        """Give all rows, with the columns that name area and month."""
        at = np.concatenate(self._at)
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        names = self._names()
        return pd.DataFrame({name: value[at] for name, value in names.items()} | columns)

    def _names(self) -> dict[str, NDArray[Any]]:
        """Region, authority, co-operative and month of every area and month."""
        areas, n_months = self._futures.areas, len(self._months)
        member = np.maximum(self._months - 1, 0)
        dates = [self._futures.today, *self._futures.months]
        names = [
            ALL if area.local_authority == ALL else name_of(area.local_authority) for area in areas
        ]
        return {
            "region": _each([area.region for area in areas], n_months),
            "local_authority": _each([area.local_authority for area in areas], n_months),
            "rcc": np.array([area.rcc[month] for area in areas for month in member], dtype=object),
            "month": np.tile(
                np.array([dates[month].date().isoformat() for month in self._months], dtype=object),
                len(areas),
            ),
            "horizon": np.tile(self._months, len(areas)),
            "local_authority_name": _each(names, n_months),
        }


def _each(names: list[str], times: int) -> NDArray[np.object_]:
    return np.repeat(np.array(names, dtype=object), times)


def quantiles(paths: FloatArray, levels: tuple[float, ...] = (0.1, 0.9)) -> FloatArray:
    """Give quantiles over the first axis, shape (n_levels, ...), to a millionth of a child."""
    return np.asarray(np.round(np.quantile(paths, levels, axis=0), 6))
