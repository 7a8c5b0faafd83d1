"""Which leaves each total sums: what "adding up" means, stated once.

Nodes stand in one order everywhere in this room: totals first, then leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.forecast import FloatArray, PathArray


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Totals over leaves, in any number of levels that may cross.

    Attributes
    ----------
    adding : csr_array of float, shape (n_totals, n_leaves)
        Ones over the leaves of a total. Two totals may sum the same leaves,
        and a total may be a single leaf.
    """

    adding: sparse.csr_array

    @property
    def n_totals(self) -> int:
        """Number of nodes that sum others."""
        return int(self.adding.shape[0])

    @property
    def n_leaves(self) -> int:
        """Number of nodes that are summed."""
        return int(self.adding.shape[1])

    @property
    def n_nodes(self) -> int:
        """Number of all nodes."""
        return self.n_totals + self.n_leaves

    def leaves_under(self) -> FloatArray:
        """Count the leaves of each node, shape (n_nodes,); a leaf counts 1."""
        under = np.asarray(self.adding.sum(axis=1)).ravel()
        return np.concatenate([under, np.ones(self.n_leaves)])

    def added(self, leaves: PathArray) -> PathArray:
        """Give all nodes from leaves, shape (n_nodes, ...) from (n_leaves, ...)."""
        flat = np.asarray(leaves).reshape(self.n_leaves, -1)
        totals = np.asarray(self.adding @ flat).reshape(self.n_totals, *leaves.shape[1:])
        return np.concatenate([totals, leaves])

    def gaps(self, nodes: FloatArray) -> FloatArray:
        """Give each total less the sum of its leaves, shape (n_totals, n_columns)."""
        gap: FloatArray = nodes[: self.n_totals] - self.adding @ nodes[self.n_totals :]
        return gap
