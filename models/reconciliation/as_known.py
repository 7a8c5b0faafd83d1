"""Past forecasts reconciled as they would have been, with no error of the future.

A covariance of thousands of nodes learned from a hundred columns of errors fits
those very errors: forecasts reconciled by it look better in the past than they
will be, and intervals learned from them are too narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import PathArray
from models.reconciliation.base import Reconciler
from models.reconciliation.hierarchy import Hierarchy
from models.reconciliation.least_squares import wls_structural
from models.reconciliation.min_trace import OVERLAPPING_SHRINKAGE, mint_shrink
from models.reconciliation.variances import errors_as_columns, taken_leads

LEAST_COLUMNS = 12
"""Columns of errors under which another way to weigh nodes is taken."""


def reconciler_from(
    errors: PathArray, hierarchy: Hierarchy, *, early: Reconciler | None = None
) -> Reconciler:
    """Learn MinT from errors of past origins, or do without where they are few.

    Parameters
    ----------
    errors : ndarray, shape (n_origins, n_nodes, horizon)
        Actual minus base forecast; NaN where not known.
    hierarchy : Hierarchy
        Its nodes, totals first.
    early : Reconciler, optional
        For errors of fewer than `LEAST_COLUMNS` columns; `wls_structural`
        when absent.

    Returns
    -------
    Reconciler
        MinT with shrinkage, or `early`.
    """
    columns = errors_as_columns(errors)
    if columns.shape[1] < LEAST_COLUMNS:
        return wls_structural(hierarchy) if early is None else early
    return mint_shrink(hierarchy, residuals=columns, least_shrinkage=OVERLAPPING_SHRINKAGE)


def reconciled_as_known(
    points: PathArray,
    actual: PathArray,
    hierarchy: Hierarchy,
    *,
    spacing: int,
    early: Reconciler | None = None,
    every: int = 6,
) -> NDArray[np.float32]:
    """Reconcile each past forecast with what was known when it was made.

    Parameters
    ----------
    points : ndarray, shape (n_origins, n_nodes, horizon)
        Base forecasts, totals first, oldest origin first.
    actual : ndarray, same shape
        What came; NaN where not known.
    hierarchy : Hierarchy
        Its nodes.
    spacing : int
        Periods between origins.
    early : Reconciler, optional
        For the first origins, which know no errors yet, as for `reconciler_from`.
    every : int
        Origins between one learning of the covariance and the next.

    Returns
    -------
    ndarray of 32 bits, shape (n_origins, n_nodes, horizon)
        They add up, and no leaf is negative.
    """
    found = np.empty(points.shape, dtype=np.float32)
    leads = taken_leads(points.shape[2])
    errors = actual[:, :, leads] - points[:, :, leads]
    for first in range(0, len(points), every):
        age = (first - np.arange(first)) * spacing
        passed = (leads < age[:, None])[:, None, :]
        known = np.where(passed, errors[:first], np.nan)
        reconcile = reconciler_from(known, hierarchy, early=early)
        for origin in range(first, min(first + every, len(points))):
            found[origin] = reconcile(points[origin]).non_negative(hierarchy).nodes
    return found
