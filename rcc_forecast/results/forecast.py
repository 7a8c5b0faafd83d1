"""Forecasts of demand with their labels, and how the same models did in the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, PathArray
from models.reconciliation import shifted_paths
from rcc_forecast.codes import Measure


@dataclass(frozen=True, slots=True)
class Kinds:
    """Nodes and leads that are alike, and so scored and calibrated together.

    Attributes
    ----------
    names : tuple of str
        Level of each kind, such as ``authority/type``.
    of_node : ndarray of int, shape (n_nodes,)
        Kind of each node.
    totals : ndarray of bool, shape (n_kinds,)
        Whether it is one of regions and above, of which there are few: their
        intervals are calibrated with more caution (`models.conformal`).
    """

    names: tuple[str, ...]
    of_node: IntArray
    totals: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DemandBacktest:
    """How every candidate did on the past.

    Attributes
    ----------
    frame : DataFrame
        A `BACKTEST` table.
    origins : tuple of Timestamp
        Past as-of days, oldest first.
    horizon : int
        Months ahead that were asked for.
    notes : tuple of str
        What a reader of the scores should know.
    pooling : DataFrame, optional
        A `POOLING` table: whether the region's children help each authority.
    pooling_losses : DataFrame, optional
        A `POOLING_LOSSES` table: the errors behind it, by origin and lead.
    """

    frame: pd.DataFrame
    origins: tuple[pd.Timestamp, ...]
    horizon: int
    notes: tuple[str, ...]
    pooling: pd.DataFrame | None = None
    pooling_losses: pd.DataFrame | None = None

    def table(self) -> pd.DataFrame:
        """Give the scores, a row a candidate, level and range of leads."""
        return self.frame


class DrawnFutures(Protocol):
    """Joint futures of every leaf, by whoever drew them."""

    def children(self) -> PathArray:
        """Give futures of shape (n_paths, n_leaves, horizon)."""
        ...


@dataclass(frozen=True, slots=True)
class DemandForecast:
    """Futures of demand at every level.

    Attributes
    ----------
    frame : DataFrame
        A `FORECAST` table.
    futures : DrawnFutures, optional
        Joint futures before they are moved to the means; None where returns
        were too short for rates.
    leaf_means : dict of str to ndarray, shape (n_leaves, horizon)
        By measure. Entries and exits are not forecast by type and population:
        they stand on one leaf of their authority and band.
    leaves : DataFrame
        Labels of the leaves: local_authority, region, placement_type,
        age_band, population.
    months : DatetimeIndex
        Month ends of the horizon.
    backtest : DemandBacktest
        How the same method did on the past.
    explanation : DataFrame, optional
        An `EXPLANATION` table: what changes each month; None where returns
        were too short for rates.
    meta : dict
        Provenance in words that JSON knows: what `<name>.meta.json` holds.
    """

    frame: pd.DataFrame
    futures: DrawnFutures | None
    leaf_means: dict[str, FloatArray]
    leaves: pd.DataFrame
    months: pd.DatetimeIndex
    backtest: DemandBacktest
    explanation: pd.DataFrame | None
    meta: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """Give the forecast table, a row a node, measure and month."""
        return self.frame

    def children_paths(self) -> PathArray:
        """Give joint futures of children, shape (n_paths, n_leaves, horizon).

        They average to `leaf_means` and add up in every future. Made when
        asked for: England's are half a gigabyte.
        """
        mean = self.leaf_means[Measure.CHILDREN.value]
        if self.futures is None:
            return mean[None].astype(np.float32)
        return shifted_paths(self.futures.children(), mean=mean)
