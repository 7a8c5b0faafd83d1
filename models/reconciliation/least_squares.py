"""Least squares: every node weighed by itself, errors taken for uncorrelated.

Hyndman & Athanasopoulos, *Forecasting: Principles and Practice* (3rd ed.),
section 11.3.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray
from models.reconciliation.base import ResidualsNeededError, reconciliation
from models.reconciliation.hierarchy import Hierarchy
from models.reconciliation.projection import ErrorCovariance, Projection, projection
from models.reconciliation.variances import centred, error_variances


@reconciliation("ols")
def ols(hierarchy: Hierarchy, *, residuals: FloatArray | None = None) -> Projection:
    """Weigh every node the same; `residuals` are not needed."""
    del residuals
    return projection(hierarchy, ErrorCovariance(np.ones(hierarchy.n_nodes)))


@reconciliation("wls_structural")
def wls_structural(hierarchy: Hierarchy, *, residuals: FloatArray | None = None) -> Projection:
    """Let a node's variance be its number of leaves; `residuals` are not needed."""
    del residuals
    return projection(hierarchy, ErrorCovariance(hierarchy.leaves_under()))


@reconciliation("wls_variance")
def wls_variance(hierarchy: Hierarchy, *, residuals: FloatArray | None = None) -> Projection:
    """Weigh every node by the variance of its past errors.

    Raises
    ------
    ResidualsNeededError
        There is nothing to learn variances from.
    """
    if residuals is None:
        raise ResidualsNeededError(method="wls_variance")
    return projection(hierarchy, ErrorCovariance(error_variances(centred(residuals), hierarchy)))
