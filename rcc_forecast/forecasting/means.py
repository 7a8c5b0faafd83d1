"""The combined forecast of a measure at its nodes and on its leaves, as levers move it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.engine import Engine, MeasureEngine
from rcc_forecast.forecasting.shares import leaf_means
from rcc_forecast.forecasting.under import Under, moved_leaves, of_cohort


@dataclass(frozen=True, slots=True)
class Means:
    """Combined forecast of one measure.

    Attributes
    ----------
    nodes : ndarray, shape (n_nodes, horizon)
        Of every node of the measure.
    leaves : ndarray, shape (n_leaves, horizon)
        See `leaf_means`.
    runs : tuple of ndarray, each of shape (n_leaves, horizon)
        Of each run of a what-if whose assumptions are intervals; else empty.
    """

    nodes: FloatArray
    leaves: FloatArray
    runs: tuple[FloatArray, ...] = ()


def combined_means(engine: Engine, measure: str, *, under: Under | None = None) -> Means:
    """Give the combined forecast of a measure, as levers move it.

    Parameters
    ----------
    engine : Engine
        Everything forecast.
    measure : str
        ``children``, ``entries`` or ``exits``.
    under : Under, optional
        The cohort under levers: each leaf's children move by as much as the
        cohort's, entries and exits in the same proportion: a tenth more stays
        a tenth. Where assumptions are intervals, the mean over all futures.
    """
    found = engine.measures[measure]
    if engine.cohort is None:
        last = engine.history.corrected[measure][:, -1:]
        like = np.repeat(last, engine.horizon, axis=1)
    else:
        like = of_cohort(engine.cohort.today.expected, measure)
    leaves = leaf_means(found.mean, found.nodes, measure, like=like)
    runs: tuple[FloatArray, ...] = ()
    if under is not None:
        runs = tuple(
            _moved(leaves, of_cohort(ahead, measure), like, found, measure) for ahead in under.ahead
        )
        leaves = runs[0]
        if len(runs) > 1:
            leaves = np.maximum(np.einsum("r,rlh->lh", under.on_average, runs), 0.0)
    nodes: FloatArray = np.asarray(found.nodes.summing @ leaves)
    return Means(nodes, leaves, runs if len(runs) > 1 else ())


def _moved(
    leaves: FloatArray, under: FloatArray, like: FloatArray, found: MeasureEngine, measure: str
) -> FloatArray:
    if measure == Measure.CHILDREN.value:
        return moved_leaves(leaves, under, like=like)
    return _in_proportion(leaves, _on_cells(under, found), _on_cells(like, found))


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
