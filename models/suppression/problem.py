"""A table to be published: its figures, how they add up, and which of them are too small to show.

Cells of any number of dimensions, hierarchies and tables come down to the same
thing: non-negative figures and linear equations between them. Figures that are
shown or held back together (a scenario and its base, a count and the money
made from it) form one group, and there is one decision a group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.errors import ModelError
from models.forecast import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

_TOLERANCE = 1e-6
"""Relative error that an equation may have: sums of many means are not exact."""


class UnprotectableError(ModelError):
    """Figures that must be shown give away one that must not be."""

    def __init__(self, *, exposed: int) -> None:
        self.exposed = exposed
        super().__init__(
            f"{exposed} figures can be worked out from figures that have to be shown. "
            f"Allow more of the table's totals to be withheld."
        )


@dataclass(frozen=True, slots=True)
class SuppressionProblem:
    """What stands in the tables, and what nobody may be able to work out.

    Attributes
    ----------
    value : ndarray of float, shape (n_figures,)
        The figures, exact.
    equations : sparse array, shape (n_equations, n_figures)
        Each row is a sum that everybody knows to hold: +1 for the total, -1 for
        each part. A row times `value` may be any constant.
    group : ndarray of int, shape (n_figures,)
        Which figures are shown or withheld together: 0 to n_groups - 1.
    primary : ndarray of bool, shape (n_groups,)
        Groups withheld for their own sake.
    weight : ndarray of int, shape (n_groups,)
        What withholding a group loses.
    low, high : ndarray of float, shape (n_figures,)
        What everybody knows of a withheld figure before looking; `high` may be inf.
    protection : ndarray of float, shape (n_figures,)
        How wide the interval must be to which a withheld figure can be narrowed
        down; 0 where a figure needs none.
    slack : ndarray of float, shape (n_figures,)
        Half the rounding base of a figure that is shown rounded; 0 where exact.
    keep : ndarray of bool, shape (n_groups,)
        Groups that have to be shown.
    hidden : ndarray of bool, shape (n_groups,)
        Groups that are in no table and only complete an equation.
    implied : ndarray of int, shape (n_pairs, 2)
        Withholding the first group means withholding the second.
    bridge : ndarray of bool, shape (n_groups,)
        Groups that tie together parts of the tables that are otherwise apart, such as
        the totals of regions. An attack looks at each part by itself first; this
        changes its speed and nothing else.
    """

    value: FloatArray
    equations: sparse.csr_array
    group: IntArray
    primary: BoolArray
    weight: IntArray
    low: FloatArray
    high: FloatArray
    protection: FloatArray
    slack: FloatArray
    keep: BoolArray
    hidden: BoolArray
    implied: IntArray
    bridge: BoolArray

    @property
    def n_groups(self) -> int:
        """Number of decisions."""
        return len(self.primary)


def suppression_problem(
    value: FloatArray,
    equations: sparse.csr_array,
    *,
    primary: BoolArray,
    protection: float | FloatArray,
    low: float | FloatArray = 0.0,
    high: float | FloatArray = np.inf,
    slack: float | FloatArray = 0.0,
    group: IntArray | None = None,
    weight: IntArray | None = None,
    keep: BoolArray | None = None,
    hidden: BoolArray | None = None,
    implied: IntArray | None = None,
    bridge: BoolArray | None = None,
) -> SuppressionProblem:
    """State a problem of suppression, with defaults for what a plain table does not need.

    Parameters
    ----------
    value : ndarray, shape (n_figures,)
        The figures.
    equations : sparse array, shape (n_equations, n_figures)
        Sums that hold between them; their constants are taken from `value`.
    primary : ndarray of bool, shape (n_groups,)
        Withheld for their own sake.
    protection, low, high, slack : float or ndarray, shape (n_figures,)
        As in `SuppressionProblem`.
    group : ndarray of int, shape (n_figures,), optional
        Default: each figure on its own.
    weight : ndarray of int, shape (n_groups,), optional
        Default: one more than the group's greatest figure, so that few and small
        figures are lost.
    keep, hidden, bridge : ndarray of bool, shape (n_groups,), optional
        Default: none.
    implied : ndarray of int, shape (n_pairs, 2), optional
        Default: none.

    Raises
    ------
    ModelError
        A figure lies outside what is said to be known of it.
    """
    value = np.asarray(value, dtype=np.float64)
    n = len(value)
    group = np.arange(n) if group is None else np.asarray(group, dtype=np.int64)
    n_groups = len(primary)
    low, high = _spread(low, n), _spread(high, n)
    room = _TOLERANCE * (1.0 + np.abs(value))
    if ((value < low - room) | (value > high + room)).any():
        raise ModelError("A figure lies outside the range that is said to be known of it.")
    if weight is None:
        weight = _greatest(value, group, n_groups).astype(np.int64) + 1
    none = np.zeros(n_groups, dtype=bool)
    return SuppressionProblem(
        value=value,
        equations=sparse.csr_array(equations, dtype=np.float64),
        group=group,
        primary=np.asarray(primary, dtype=bool),
        weight=weight,
        low=np.minimum(low, value),
        high=np.maximum(high, value),
        protection=_spread(protection, n),
        slack=_spread(slack, n),
        keep=none if keep is None else keep & ~primary,
        hidden=none if hidden is None else hidden,
        implied=np.zeros((0, 2), dtype=np.int64) if implied is None else implied,
        bridge=none if bridge is None else bridge,
    )


def _spread(number: float | FloatArray, n: int) -> FloatArray:
    return np.broadcast_to(np.asarray(number, dtype=np.float64), (n,)).copy()


def _greatest(value: FloatArray, group: IntArray, n_groups: int) -> FloatArray:
    greatest = np.zeros(n_groups)
    np.maximum.at(greatest, group, np.rint(np.abs(value)))
    return greatest
