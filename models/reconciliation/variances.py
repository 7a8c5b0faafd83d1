"""Variances of past errors that can be divided by: none missing, none zero.

A node that never erred would be held exactly where its base forecast is, and
one without a past could not be weighed at all.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray
from models.reconciliation.hierarchy import Hierarchy

_LEADS = 6

LEAST_SHARE = 1e-3
"""Of the pooled variance a leaf: no node is trusted more than that allows."""


def taken_leads(horizon: int) -> IntArray:
    """Give the leads, counted from 0, whose errors stand for those of all: 6, evenly spread."""
    evenly = np.linspace(0, horizon - 1, min(_LEADS, horizon))
    return np.unique(evenly.round().astype(np.int64))


def errors_as_columns(errors: PathArray) -> FloatArray:
    """Lay errors of past forecasts side by side, as methods of reconciliation learn from them.

    Parameters
    ----------
    errors : ndarray, shape (n_origins, n_nodes, horizon)
        Actual minus base forecast; NaN where not known.

    Returns
    -------
    ndarray, shape (n_nodes, at most 6 n_origins)
        Errors at `taken_leads`, without the columns in which nothing is known.
        Errors at many leads gave better totals than those of one month ahead:
        what nodes share grows with the lead.
    """
    taken = errors[:, :, taken_leads(errors.shape[2])]
    columns = np.moveaxis(taken, 1, 0).reshape(errors.shape[1], -1)
    return np.asarray(columns[:, np.isfinite(columns).any(axis=0)], dtype=np.float64)


def centred(residuals: FloatArray) -> FloatArray:
    """Take each node's mean off its known errors; a node without any stays NaN."""
    known = np.isfinite(residuals)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, residuals, 0.0).sum(axis=1, keepdims=True) / count
    return np.asarray(residuals - mean)


def error_variances(residuals: FloatArray, hierarchy: Hierarchy) -> FloatArray:
    """Give the variance of each node's errors, with a pooled floor.

    Parameters
    ----------
    residuals : ndarray, shape (n_nodes, n_periods)
        Past errors about their mean, or about zero where bias is to count; NaN
        where a period is not known.
    hierarchy : Hierarchy
        Its nodes.

    Returns
    -------
    ndarray, shape (n_nodes,)
        Mean square. A node with fewer than two errors has the median variance
        a leaf, times its leaves; no node has less than `LEAST_SHARE` of that.
    """
    known = np.isfinite(residuals)
    count = known.sum(axis=1)
    square = (np.where(known, residuals, 0.0) ** 2).sum(axis=1) / np.maximum(count, 1)
    under = hierarchy.leaves_under()
    moved = (count >= 2) & (square > 0)
    pooled = float(np.median(square[moved] / under[moved])) if moved.any() else 1.0
    found = np.where(count >= 2, square, pooled * under)
    return np.asarray(np.maximum(found, LEAST_SHARE * pooled * under))
