"""Whole children that add up, where a plan or one future needs them.

Largest remainder, from the top down: the total is rounded, then each level is
shared out among the next. Means of a forecast are never rounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.forecast import FloatArray, IntArray

_ROUNDING = 1e-9
"""Values this near to a whole number are that number."""


def rounded_nested(values: FloatArray, *, levels: Sequence[IntArray] = ()) -> IntArray:
    """Round cells to whole numbers, exact at every level above them.

    Parameters
    ----------
    values : ndarray, shape (n_cells,) or (n_cells, n_columns)
        Not negative; columns are rounded each by itself.
    levels : sequence of ndarray of int, each of shape (n_cells,)
        Groups of the cells from coarse to fine, such as region then authority;
        each level lies within the one before.

    Returns
    -------
    ndarray of int, same shape
        The total is the rounded total; every group at every level is the sum
        of its cells, and no cell, group or total moved by 1 or more.
    """
    columns = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    total = np.floor(columns.sum(axis=0, keepdims=True) + 0.5 + _ROUNDING).astype(np.int64)
    parent = np.zeros(len(columns), dtype=np.int64)
    for level in (*levels, np.arange(len(columns))):
        _, first, of_cell = np.unique(level, return_index=True, return_inverse=True)
        sums = np.zeros((len(first), columns.shape[1]))
        np.add.at(sums, of_cell, columns)
        total = _shared_out(sums, total, group=parent[first])
        parent = of_cell.astype(np.int64)
    return np.asarray(total.reshape(np.shape(values)))


def _shared_out(values: FloatArray, totals: IntArray, *, group: IntArray) -> IntArray:
    """Round values so that each group sums to its total, most remainder first."""
    whole = np.floor(values + _ROUNDING)
    remainder = np.maximum(values - whole, 0.0)
    given = np.zeros(totals.shape)
    np.add.at(given, group, whole)
    left = (totals - given)[group]
    place = np.empty(values.shape, dtype=np.int64)
    size = np.bincount(group, minlength=len(totals))
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    for column in range(values.shape[1]):
        order = np.lexsort((-remainder[:, column], group))
        place[order, column] = np.arange(len(values)) - start[group[order]]
    return (whole + (place < left)).astype(np.int64)
