"""Bottom-up: leaves are believed, totals are not.

The yardstick of reconciliation. On public tourism data it loses at the top
what leaves do not know of each other: never the method of a region alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray
from models.reconciliation.base import Reconciled, reconciliation
from models.reconciliation.hierarchy import Hierarchy


@dataclass(frozen=True, slots=True)
class BottomUp:
    """A `Reconciler` that adds leaves up."""

    hierarchy: Hierarchy

    def __call__(self, base: FloatArray) -> Reconciled:
        """Reconcile `base`, shape (n_nodes, n_columns): its totals are not read."""
        leaves = np.asarray(base[self.hierarchy.n_totals :], dtype=np.float64)
        return Reconciled.of_leaves(leaves, self.hierarchy)


@reconciliation("bottom_up")
def bottom_up(hierarchy: Hierarchy, *, residuals: FloatArray | None = None) -> BottomUp:
    """Add the leaves up; `residuals` are not needed."""
    del residuals
    return BottomUp(hierarchy)
