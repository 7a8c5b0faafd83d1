"""The series that are forecast for each measure, and the nodes that they add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import OUTSIDE, FloatArray, Flows, IntArray, SeriesPanel
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.forecast import Kinds
from rcc_forecast.results.hierarchy import Nodes

LEAD_BUCKETS = (6, 12, 24)
"""Last leads of the ranges that are scored and calibrated together; then all beyond."""

_STATE = ["placement_type", "age_band", "population"]
_LEAF = ["local_authority", *_STATE]


@dataclass(frozen=True, slots=True)
class Rows:
    """Series of one measure.

    Attributes
    ----------
    labels : DataFrame
        One row a series: local_authority, region, placement_type, age_band, population.
    of_leaf : ndarray of int, shape (n_leaves,)
        Series that each leaf of the history belongs to.
    first_leaf : ndarray of int, shape (n_series,)
        A leaf of each series, which has the same totals as its others.
    """

    labels: pd.DataFrame
    of_leaf: IntArray
    first_leaf: IntArray

    def totals(self, nodes: Nodes) -> Any:
        """Give the summing matrix of nodes over these series, sparse."""
        return nodes.summing[:, self.first_leaf]

    def added(self, by_leaf: FloatArray) -> FloatArray:
        """Add leaves up to series, shape (n_series, ...)."""
        if len(self.first_leaf) == len(self.of_leaf):
            return by_leaf
        total = np.zeros((len(self.first_leaf), *by_leaf.shape[1:]))
        np.add.at(total, self.of_leaf, by_leaf)
        return total

    def panel(self, history: DemandHistory, measure: str) -> SeriesPanel:
        """Give the panel of a history with these leaves, as forecasters see it."""
        panel = history.panel(measure)
        area, state = _areas_and_states(self.labels)
        return replace(
            panel,
            y=self.added(np.asarray(panel.y, dtype=np.float64)),
            group=area,
            state=state,
            breaks=_break_columns(history) if measure == Measure.CHILDREN.value else (),
        )

    def taking(self, panel: SeriesPanel, *, of: Rows) -> SeriesPanel:
        """Bring the panel of other rows to these: a row that is new was empty before.

        Moves from or to a row that is gone count as entries and exits.
        """
        if of.labels[_LEAF].equals(self.labels[_LEAF]):
            return panel
        here = pd.MultiIndex.from_frame(self.labels[_LEAF])
        place = here.get_indexer(pd.MultiIndex.from_frame(of.labels[_LEAF])).astype(np.int64)
        y = np.zeros((len(self.labels), panel.n_periods))
        y[place[place >= 0]] = panel.y[place >= 0]
        place_or_outside = np.append(place, OUTSIDE)
        flows = panel.flows and Flows(
            panel.flows.period,
            place_or_outside[panel.flows.origin],
            place_or_outside[panel.flows.destination],
            panel.flows.count,
        )
        area, state = _areas_and_states(self.labels)
        return replace(panel, y=y, flows=flows, group=area, state=state)


def rows_of(leaves: pd.DataFrame, measure: str) -> Rows:
    """Give the series of a measure: every leaf, or entries and exits over all types.

    Entries and exits are handed out in total and by age band only; a leaf by
    placement type would hold a few a year.
    """
    if measure == Measure.CHILDREN.value:
        every = np.arange(len(leaves), dtype=np.int64)
        return Rows(leaves.reset_index(drop=True), every, every)
    by = ["local_authority", "age_band", "population"]
    of_leaf: IntArray = np.asarray(leaves.groupby(by, sort=False).ngroup(), dtype=np.int64)
    _, first_leaf = np.unique(of_leaf, return_index=True)
    labels = leaves.iloc[first_leaf].assign(placement_type=ALL).reset_index(drop=True)
    return Rows(labels, of_leaf, np.asarray(first_leaf, dtype=np.int64))


def kinds_of(nodes: Nodes) -> Kinds:
    """Tell apart nodes by area and detail, such as an authority's types."""
    of_node, names = pd.factorize(nodes.frame["level"].astype(str))
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


def _areas_and_states(labels: pd.DataFrame) -> tuple[IntArray, IntArray]:
    _, area = np.unique(labels["local_authority"].to_numpy(dtype=object), return_inverse=True)
    state = np.asarray(labels.groupby(_STATE, sort=True).ngroup(), dtype=np.int64)
    return np.asarray(area, dtype=np.int64), state


def _break_columns(history: DemandHistory) -> tuple[int, ...]:
    of_months = history.months.to_period("M")
    columns = [
        of_months.get_indexer(pd.PeriodIndex([pd.Timestamp(found.month)], freq="M"))[0]
        for found in history.breaks
    ]
    return tuple(sorted({int(column) for column in columns if column > 0}))
