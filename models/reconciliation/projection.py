"""The nearest forecasts that add up, seen through the covariance of errors.

The constraint form: with C = [I, -A] over (totals, leaves) and W the covariance
of base errors,

    y~ = y - W C' (C W C')^-1 C y

Wickramasuriya, Athanasopoulos & Hyndman (2019), "Optimal forecast
reconciliation for hierarchical and grouped time series through trace
minimization", *JASA* 114. It equals their S (S'W^-1 S)^-1 S'W^-1 y.

With W = D + U U', D diagonal and U of a few columns, C D C' stays sparse: areas
share no leaves. It is factored sparsely, and U enters by Woodbury's identity,
so that no matrix of nodes by nodes is ever held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from models.forecast import FloatArray
from models.reconciliation.base import Reconciled
from models.reconciliation.hierarchy import Hierarchy

_COLUMNS_AT_ONCE = 1024
"""Months and paths reconciled together: 90 MB at 11,000 totals."""


@dataclass(frozen=True, slots=True)
class ErrorCovariance:
    """W = D + U U', the covariance of errors of base forecasts.

    Attributes
    ----------
    diagonal : ndarray, shape (n_nodes,)
        D, positive.
    factor : ndarray, shape (n_nodes, rank), optional
        U; None where errors are taken for uncorrelated.
    """

    diagonal: FloatArray
    factor: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """A `Reconciler` that is factored once; make it with `projection`."""

    hierarchy: Hierarchy
    covariance: ErrorCovariance
    _sparse: Any
    _gap_factor: FloatArray | None
    _solved_factor: FloatArray | None
    _small: Any

    def __call__(self, base: FloatArray) -> Reconciled:
        """Reconcile `base`, shape (n_nodes, n_columns), totals first."""
        leaves = np.empty((self.hierarchy.n_leaves, base.shape[1]))
        for first in range(0, base.shape[1], _COLUMNS_AT_ONCE):
            block = np.asarray(base[:, first : first + _COLUMNS_AT_ONCE], dtype=np.float64)
            leaves[:, first : first + _COLUMNS_AT_ONCE] = self._moved_leaves(block)
        # Totals are added up anew, so that nothing is left of the solver's rounding.
        return Reconciled.of_leaves(leaves, self.hierarchy)

    def _moved_leaves(self, base: FloatArray) -> FloatArray:
        pull = self._solve(self.hierarchy.gaps(base))
        n_totals = self.hierarchy.n_totals
        # The leaves' rows of W C', with C' = [I; -A'].
        leaf_diagonal = self.covariance.diagonal[n_totals:, None]
        shift = -leaf_diagonal * (self.hierarchy.adding.T @ pull)
        if self.covariance.factor is not None and self._gap_factor is not None:
            shift += self.covariance.factor[n_totals:] @ (self._gap_factor.T @ pull)
        moved: FloatArray = base[n_totals:] - shift
        return moved

    def _solve(self, gaps: FloatArray) -> FloatArray:
        found: FloatArray = self._sparse.solve(gaps)
        if self._gap_factor is None or self._solved_factor is None:
            return found
        shared = linalg.cho_solve(self._small, self._gap_factor.T @ found, check_finite=False)
        return np.asarray(found - self._solved_factor @ shared)


def projection(hierarchy: Hierarchy, covariance: ErrorCovariance) -> Projection:
    """Factor C W C' once, for any number of months and paths.

    Parameters
    ----------
    hierarchy : Hierarchy
        What must add up.
    covariance : ErrorCovariance
        Of the nodes, totals first.

    Returns
    -------
    Projection
        Its results add up to rounding.
    """
    n_totals, adding = hierarchy.n_totals, hierarchy.adding
    of_totals, of_leaves = covariance.diagonal[:n_totals], covariance.diagonal[n_totals:]
    gap = sparse.diags_array(of_totals) + adding @ sparse.diags_array(of_leaves) @ adding.T
    # Minimum degree on a symmetric matrix: the fill stays that of areas and their totals.
    factored = splu(
        sparse.csc_matrix(gap),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    if covariance.factor is None:
        return Projection(hierarchy, covariance, factored, None, None, None)
    gap_factor = hierarchy.gaps(covariance.factor)
    solved = factored.solve(gap_factor)
    small = np.eye(gap_factor.shape[1]) + gap_factor.T @ solved
    return Projection(
        hierarchy,
        covariance,
        factored,
        gap_factor,
        solved,
        linalg.cho_factor(small, lower=True, check_finite=False),
    )
