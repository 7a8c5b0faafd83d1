"""The combined forecast of a measure at its nodes and on its leaves, as levers move it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray
from models.forecasting.cohort import Expected, Levers
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.cohort_runs import leaves_of_balance
from rcc_forecast.forecasting.engine import Engine, MeasureEngine
from rcc_forecast.forecasting.shares import leaf_means


@dataclass(frozen=True, slots=True)
class Means:
    """Combined forecast of one measure.

    Attributes
    ----------
    nodes : ndarray, shape (n_nodes, horizon)
        Of every node of the measure.
    leaves : ndarray, shape (n_leaves, horizon)
        See `leaf_means`.
    """

    nodes: FloatArray
    leaves: FloatArray


def combined_means(engine: Engine, measure: str, *, levers: Levers | None = None) -> Means:
    """Give the combined forecast of a measure, as levers move it.

    Parameters
    ----------
    engine : Engine
        Everything forecast.
    measure : str
        ``children``, ``entries`` or ``exits``.
    levers : Levers, optional
        They move each leaf's children by as much as they move the cohort's,
        entries and exits in the same proportion: a tenth more stays a tenth.
    """
    found = engine.measures[measure]
    if engine.cohort is None:
        last = engine.history.corrected[measure][:, -1:]
        like = np.repeat(last, engine.horizon, axis=1)
    else:
        like = _of_cohort(engine.cohort.today.expected, measure)
    leaves = leaf_means(found.mean, found.nodes, measure, like=like)
    if levers is not None and engine.cohort is not None:
        under = _of_cohort(engine.cohort.today.under(levers), measure)
        if measure == Measure.CHILDREN.value:
            leaves = np.maximum(leaves + (under - like), 0.0)
        else:
            leaves = _in_proportion(leaves, _on_cells(under, found), _on_cells(like, found))
    nodes: FloatArray = np.asarray(found.nodes.summing @ leaves)
    return Means(nodes, leaves)


def _of_cohort(ahead: Expected, measure: str) -> FloatArray:
    return leaves_of_balance(ahead.together())[measure].astype(np.float64)


def _in_proportion(leaves: FloatArray, under: FloatArray, like: FloatArray) -> FloatArray:
    share = np.divide(under, like, out=np.ones_like(like), where=like > 0)
    return leaves * share


def _on_cells(by_leaf: FloatArray, found: MeasureEngine) -> FloatArray:
    """Sum the leaves of each cell on its first one."""
    cell = found.nodes.cell_of_leaf
    _, first = np.unique(cell, return_index=True)
    summed = np.zeros((len(first), by_leaf.shape[1]))
    np.add.at(summed, cell, by_leaf)
    found_leaves = np.zeros_like(by_leaf)
    found_leaves[first] = summed
    return found_leaves
