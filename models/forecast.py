"""What every forecaster takes and gives: a panel of series in, sample paths out.

Paths, not quantiles: only paths can be summed up a hierarchy and set against
capacity jointly (docs/adr/0003).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PathArray = NDArray[np.floating[Any]]
"""Paths may be of 32 bits: England's 15,300 series would not fit a laptop in 64."""

_BLOCK_VALUES = 16_000_000
"""Path values held at once while nodes are summed: 64 MB."""

OUTSIDE = -1
"""The state of a child who is not looked after, in `Flows`."""


@dataclass(frozen=True, slots=True)
class Flows:
    """The moves behind a panel of stocks, one row a kind of move in a period.

    Attributes
    ----------
    period : ndarray of int, shape (n_rows,)
        Column of the panel in which the move happened.
    origin, destination : ndarray of int, shape (n_rows,)
        Row of the panel that lost and that gained; `OUTSIDE` for an entry's
        origin and an exit's destination. A birthday that changes the series
        is a move like any other.
    count : ndarray of float, shape (n_rows,)
        Children who made the move in the period.
    """

    period: IntArray
    origin: IntArray
    destination: IntArray
    count: FloatArray

    def until(self, n_periods: int) -> Flows:
        """Give the moves of the first `n_periods` periods alone."""
        seen = self.period < n_periods
        return Flows(self.period[seen], self.origin[seen], self.destination[seen], self.count[seen])


@dataclass(frozen=True, slots=True)
class SeriesPanel:
    """Series that share their periods and are forecast together.

    Attributes
    ----------
    y : ndarray of float, shape (n_series, n_periods)
        Observed values, children, oldest first, without gaps.
    season : int
        Periods that make a year: 12 months, 4 quarters, 1 year.
    group : ndarray of int, shape (n_series,)
        Index of the area each series belongs to; moves stay inside an area.
    flows : Flows, optional
        The moves behind `y`, where it is a stock and they are known.
    state : ndarray of int, shape (n_series,), optional
        Which kind of series each is within its area; series of the same kind
        in other areas may lend it strength.
    breaks : tuple of int
        Columns whose change from the column before is one of definition; no
        model may take it for a change of the world.
    """

    y: FloatArray
    season: int
    group: IntArray
    flows: Flows | None = None
    state: IntArray | None = None
    breaks: tuple[int, ...] = ()

    @property
    def n_series(self) -> int:
        """Number of series."""
        return int(self.y.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of observed periods."""
        return int(self.y.shape[1])

    def until(self, n_periods: int) -> SeriesPanel:
        """Give the panel as it was after `n_periods`: what a forecast made then may see."""
        flows = None if self.flows is None else self.flows.until(n_periods)
        breaks = tuple(column for column in self.breaks if column < n_periods)
        return replace(self, y=self.y[:, :n_periods], flows=flows, breaks=breaks)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Many possible futures of a panel.

    Attributes
    ----------
    paths : ndarray of float, shape (n_paths, n_series, horizon)
        Each path is one joint future of all series, in the unit of the panel,
        never negative.
    """

    paths: PathArray

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return int(self.paths.shape[2])

    def mean(self) -> FloatArray:
        """Give the expected value, shape (n_series, horizon).

        Means add up: the mean of a sum of series is the sum of their means.
        """
        return np.asarray(self.paths.mean(axis=0, dtype=np.float64))

    def quantile(self, levels: FloatArray) -> FloatArray:
        """Give quantiles over the paths, shape (n_levels, n_series, horizon)."""
        return np.asarray(np.quantile(self.paths, levels, axis=0))

    def summed(self, totals: FloatArray) -> Forecast:
        """Add series up inside every path.

        Parameters
        ----------
        totals : ndarray or sparse array, shape (n_nodes, n_series)
            Row of ones over the series that a node sums.

        Returns
        -------
        Forecast
            Paths of shape (n_paths, n_nodes, horizon); coherent by construction.
        """
        return Forecast(np.stack([np.asarray(totals @ path) for path in self.paths]))

    def node_quantiles(self, totals: Any, levels: FloatArray) -> FloatArray:
        """Give quantiles of sums of series, a block of leads at a time.

        Parameters
        ----------
        totals : sparse array, shape (n_nodes, n_series)
            Row of ones over the series that a node sums.
        levels : ndarray, shape (n_levels,)
            Between 0 and 1.

        Returns
        -------
        ndarray, shape (n_levels, n_nodes, horizon)
            Linear between order statistics. No more than a block of node
            paths is ever held.
        """
        n_paths, n_series, horizon = self.paths.shape
        rows = totals.astype(np.float32)
        width = max(1, _BLOCK_VALUES // (n_paths * max(n_series, rows.shape[0])))
        quantiles = np.empty((len(levels), rows.shape[0], horizon))
        for first in range(0, horizon, width):
            block = self.paths[:, :, first : first + width].astype(np.float32, copy=False)
            block = np.ascontiguousarray(block.transpose(1, 2, 0)).reshape(n_series, -1)
            summed = np.asarray(rows @ block).reshape(rows.shape[0], -1, n_paths)
            quantiles[:, :, first : first + width] = _quantiles_of_sorted(
                np.sort(summed, axis=2), levels
            )
        return quantiles


def _quantiles_of_sorted(ordered: PathArray, levels: FloatArray) -> FloatArray:
    position = np.asarray(levels) * (ordered.shape[-1] - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    share = position - below
    found = ordered[..., below] * (1 - share) + ordered[..., above] * share
    return np.moveaxis(found.astype(np.float64), -1, 0)


@dataclass(frozen=True, slots=True)
class QuantileForecast:
    """Expected values and quantiles of series, each by itself.

    Attributes
    ----------
    mean : ndarray, shape (n_series, horizon)
        In the unit of the panel.
    quantiles : ndarray, shape (n_levels, n_series, horizon)
        Ordered, in the order of `levels`.
    levels : ndarray, shape (n_levels,)
        Between 0 and 1, ascending.
    """

    mean: FloatArray
    quantiles: FloatArray
    levels: FloatArray


@dataclass(frozen=True, slots=True)
class RolledForecast:
    """One candidate's forecasts from many past origins.

    Attributes
    ----------
    origins : ndarray of int, shape (n_origins,)
        Periods that each forecast had seen, ascending.
    mean : ndarray, shape (n_origins, n_series, horizon)
        Expected values.
    quantiles : ndarray, shape (n_levels, n_origins, n_series, horizon)
        At `models.scores.QUANTILE_LEVELS`.
    """

    origins: IntArray
    mean: PathArray
    quantiles: PathArray
