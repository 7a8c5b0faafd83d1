"""The nodes that are forecast for each measure, and how they add up.

Three kinds stand in one order: totals, then the cells that totals sum (an
authority's types by bands, or bands), then an area's populations, which cut
across the cells and follow the cohort's shares. Co-operatives are sums of the
same cells under a membership that changes by date, and are added at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from models.forecast import FloatArray, IntArray
from models.reconciliation import Hierarchy
from rcc_forecast.codes import Measure
from rcc_forecast.results.forecast import Kinds
from rcc_forecast.results.hierarchy import POPULATION, TOTAL, nodes_on

LEAD_BUCKETS = (6, 12, 24)
"""Last leads of the ranges that are scored and calibrated together; then all beyond."""

_CELLS = {
    Measure.CHILDREN.value: "authority/type_age",
    Measure.ENTRIES.value: "authority/age",
    Measure.EXITS.value: "authority/age",
}


@dataclass(frozen=True, slots=True)
class MeasureNodes:
    """Nodes of one measure over the leaves of a history.

    Attributes
    ----------
    frame : DataFrame
        Labels, one row a node: totals, cells, populations.
    summing : csr_array, shape (n_nodes, n_leaves)
        Ones over the leaves of a node.
    hierarchy : Hierarchy
        How totals sum cells.
    cell_of_leaf : ndarray of int, shape (n_leaves,)
        Cell of each leaf, counted from the first cell.
    total_of_population : ndarray of int, shape (n_populations,)
        Node of the total of each population's area.
    """

    frame: pd.DataFrame
    summing: sparse.csr_array
    hierarchy: Hierarchy
    cell_of_leaf: IntArray
    total_of_population: IntArray

    @property
    def n_coherent(self) -> int:
        """Totals and cells: the nodes that are reconciled."""
        return self.hierarchy.n_nodes

    @property
    def kinds(self) -> Kinds:
        """Nodes that are alike: area and detail."""
        return kinds_of(self.frame)

    def added(self, by_leaf: NDArray[np.floating[Any]]) -> FloatArray:
        """Sum leaves to nodes, shape (n_nodes, ...)."""
        flat = np.asarray(by_leaf).reshape(by_leaf.shape[0], -1)
        return np.asarray(self.summing @ flat).reshape(len(self.frame), *by_leaf.shape[1:])

    def cells(self, nodes: FloatArray) -> FloatArray:
        """Take the cells out of all nodes."""
        return nodes[self.hierarchy.n_totals : self.n_coherent]


def measure_nodes(leaves: pd.DataFrame, measure: str) -> MeasureNodes:
    """Give the nodes of a measure: authorities, regions and England.

    Parameters
    ----------
    leaves : DataFrame
        Of a history.
    measure : str
        ``children``, ``entries`` or ``exits``; the last two have no types.
    """
    every = nodes_on(leaves, membership={}).for_measure(measure)
    level, detail = (every.frame[name].astype(str).to_numpy() for name in ("level", "detail"))
    is_cell, is_population = level == _CELLS[measure], detail == POPULATION
    cells = np.flatnonzero(is_cell)
    totals = np.flatnonzero(~is_cell & ~is_population)
    order = np.concatenate([totals, cells, np.flatnonzero(is_population)])
    of_cells = sparse.csc_array(every.summing[cells])
    cell_of_leaf = np.asarray(of_cells.indices, dtype=np.int64)  # each leaf lies in one cell
    _, first_leaf = np.unique(cell_of_leaf, return_index=True)
    adding = sparse.csr_array(sparse.csc_array(every.summing[totals])[:, first_leaf])
    frame = every.frame.take(order).reset_index(drop=True)
    return MeasureNodes(
        frame=frame,
        summing=sparse.csr_array(every.summing[order]),
        hierarchy=Hierarchy(adding),
        cell_of_leaf=cell_of_leaf,
        total_of_population=_totals_of_populations(frame),
    )


def _totals_of_populations(frame: pd.DataFrame) -> IntArray:
    area = ["area_level", "region", "local_authority"]
    total = frame[frame["detail"] == TOTAL]
    place = pd.Series(total.index, pd.MultiIndex.from_frame(total[area]))
    populations = frame.loc[frame["detail"] == POPULATION, area]
    return place.reindex(pd.MultiIndex.from_frame(populations)).to_numpy(np.int64)


def kinds_of(frame: pd.DataFrame) -> Kinds:
    """Tell apart nodes by area and detail, such as an authority's types."""
    of_node, names = pd.factorize(frame["level"].astype(str))
    totals = np.array([not name.startswith("authority/") for name in names])
    return Kinds(tuple(names), of_node.astype(np.int64), totals)


def lead_buckets(horizon: int) -> IntArray:
    """Give the range of leads that each lead belongs to, shape (horizon,)."""
    return np.searchsorted(LEAD_BUCKETS, np.arange(1, horizon + 1)).astype(np.int64)


def bucket_name(bucket: int, horizon: int) -> str:
    """Give a range of leads in words: ``1-6``."""
    first = 1 if bucket == 0 else LEAD_BUCKETS[bucket - 1] + 1
    last = LEAD_BUCKETS[bucket] if bucket < len(LEAD_BUCKETS) else horizon
    return f"{first}-{min(last, horizon)}"
