"""What every forecaster takes and gives: a panel of series in, sample paths out.

Paths, not quantiles: only paths can be summed up a hierarchy and set against
capacity jointly (docs/adr/0003).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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
        return Flows(
            self.period[seen], self.origin[seen], self.destination[seen], self.count[seen]
        )


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
    """

    y: FloatArray
    season: int
    group: IntArray
    flows: Flows | None = None

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
        return replace(self, y=self.y[:, :n_periods], flows=flows)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Many possible futures of a panel.

    Attributes
    ----------
    paths : ndarray of float, shape (n_paths, n_series, horizon)
        Each path is one joint future of all series, in the unit of the panel,
        never negative.
    """

    paths: FloatArray

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return int(self.paths.shape[2])

    def mean(self) -> FloatArray:
        """Give the expected value, shape (n_series, horizon).

        Means add up: the mean of a sum of series is the sum of their means.
        """
        return np.asarray(self.paths.mean(axis=0))

    def quantile(self, levels: FloatArray) -> FloatArray:
        """Give quantiles over the paths, shape (n_levels, n_series, horizon)."""
        return np.asarray(np.quantile(self.paths, levels, axis=0))

    def probability_above(self, level: FloatArray) -> FloatArray:
        """Give the share of paths above `level` (n_series, horizon), same shape."""
        return np.asarray((self.paths > level).mean(axis=0))

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
