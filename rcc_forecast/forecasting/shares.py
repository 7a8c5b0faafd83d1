"""Means of leaves: cells and populations of an area shared out so that both add up."""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray
from rcc_forecast.codes import Measure, Population
from rcc_forecast.forecasting.nodes import MeasureNodes

_PASSES = 30
_LEAST = 1e-9
_OTHER = list(Population).index(Population.OTHER)


def leaf_means(
    means: FloatArray, nodes: MeasureNodes, measure: str, *, like: FloatArray
) -> FloatArray:
    """Share the forecast of nodes out over leaves.

    Parameters
    ----------
    means : ndarray, shape (n_nodes, horizon)
        Coherent forecasts.
    nodes : MeasureNodes
        Of the measure.
    measure : str
        Of children, every leaf has its share; entries and exits, which are
        not forecast by type, stand on one leaf of their cell.
    like : ndarray, shape (n_leaves, horizon)
        What the shares start from: the cohort's leaves.

    Returns
    -------
    ndarray, shape (n_leaves, horizon)
        Sums over cells are `means`, exactly; sums over populations are as
        near to theirs as the cells allow.

    Notes
    -----
    Iterative proportional fitting: Deming & Stephan (1940), *Annals of
    Mathematical Statistics* 11.
    """
    cells = nodes.cells(means)
    if measure != Measure.CHILDREN.value:
        found = np.zeros((len(nodes.cell_of_leaf), means.shape[1]))
        _, first = np.unique(nodes.cell_of_leaf, return_index=True)
        found[first] = cells
        return found
    n_populations, horizon = len(Population), means.shape[1]
    n_areas = int((nodes.frame["level"] == "authority/total").sum())
    of_leaf = nodes.cell_of_leaf.reshape(n_areas, -1, n_populations)
    by_cell = cells[of_leaf[:, :, 0]][:, :, None, :]
    by_population = _populations(means, nodes, n_areas)[:, None]
    share = like.reshape(n_areas, -1, n_populations, horizon).astype(np.float64)
    # A cell that the cohort holds empty: its children are taken for other than UASC.
    share[:, :, _OTHER] += _LEAST
    for _ in range(_PASSES):
        share = _scaled(share, by_population, axis=1)
        share = _scaled(share, by_cell, axis=2)
    # A cell that its populations left without anybody keeps its children all the same.
    share[:, :, _OTHER] += (by_cell - share.sum(axis=2, keepdims=True))[:, :, 0].clip(min=0.0)
    return share.reshape(-1, horizon)


def _populations(means: FloatArray, nodes: MeasureNodes, n_areas: int) -> FloatArray:
    """Give authorities' populations in the order of leaves, shape (n_areas, 2, horizon)."""
    rows = np.flatnonzero(nodes.frame["level"] == "authority/population")
    a_leaf = nodes.summing[rows].sorted_indices()
    first = a_leaf.indices[a_leaf.indptr[:-1]].astype(np.int64)
    found = np.empty((n_areas, len(Population), means.shape[1]))
    found[first * n_areas // len(nodes.cell_of_leaf), first % len(Population)] = means[rows]
    return found


def _scaled(share: FloatArray, wanted: FloatArray, *, axis: int) -> FloatArray:
    now = share.sum(axis=axis, keepdims=True)
    ratio = np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)
    return np.asarray(share * ratio)
