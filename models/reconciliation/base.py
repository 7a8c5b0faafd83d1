"""What reconciliation is: forecasts that do not add up in, forecasts that do out.

A method learns from past errors how far each node is to be trusted, once; the
`Reconciler` that it gives is then used for every month and every path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from models.errors import ModelError
from models.forecast import FloatArray
from models.reconciliation.hierarchy import Hierarchy


class ResidualsNeededError(ModelError):
    """A method that learns from past errors was given none."""

    def __init__(self, *, method: str) -> None:
        self.method = method
        super().__init__(
            f"{method} learns from past errors of every node and was given none. "
            f"Give it residuals or choose wls_structural, which needs none."
        )


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Forecasts of nodes that add up.

    Attributes
    ----------
    totals : ndarray, shape (n_totals, n_columns)
        Sums of leaves.
    leaves : ndarray, shape (n_leaves, n_columns)
        In the unit of the forecasts.
    """

    totals: FloatArray
    leaves: FloatArray

    @classmethod
    def of_leaves(cls, leaves: FloatArray, hierarchy: Hierarchy) -> Reconciled:
        """Add leaves up."""
        return cls(np.asarray(hierarchy.adding @ leaves), leaves)

    @property
    def nodes(self) -> FloatArray:
        """All nodes, totals first, shape (n_nodes, n_columns)."""
        return np.concatenate([self.totals, self.leaves])

    def non_negative(self, hierarchy: Hierarchy) -> Reconciled:
        """Set leaves below zero to zero, then add up again.

        Di Fonzo & Girolimetto (2023), "Spatio-temporal reconciliation of solar
        forecasts", *Solar Energy* 251 ("sntz"). Totals rise by what was cut.
        """
        return Reconciled.of_leaves(np.maximum(self.leaves, 0.0), hierarchy)


class Reconciler(Protocol):
    """One call: forecasts of all nodes in, forecasts that add up out."""

    def __call__(self, base: FloatArray) -> Reconciled:
        """Reconcile `base`, shape (n_nodes, n_columns): a column a month, or a month of a path."""
        ...


class ReconciliationMethod(Protocol):
    """How far each node is trusted."""

    def __call__(self, hierarchy: Hierarchy, *, residuals: FloatArray | None = None) -> Reconciler:
        """Learn from `residuals`, shape (n_nodes, n_periods), where the method needs them."""
        ...


Method = TypeVar("Method", bound=ReconciliationMethod)

RECONCILIATIONS: dict[str, ReconciliationMethod] = {}
"""Every method by its name, in the order in which their files are imported."""


def reconciliation(name: str) -> Callable[[Method], Method]:
    """Enter a method in the register; its contract tests then find it.

    Parameters
    ----------
    name : str
        Its name in results and configuration.

    Raises
    ------
    ValueError
        Two methods may not share a name.
    """

    def register(method: Method) -> Method:
        if name in RECONCILIATIONS:
            raise ValueError(f"There is already a reconciliation named {name!r}. Choose another.")
        RECONCILIATIONS[name] = method
        return method

    return register
