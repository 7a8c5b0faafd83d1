"""Region-mean difference in differences: the treated's change less the others' change.

The primary estimate. A unit's change is its mean over the later periods less
its mean over the base; the effect is the mean change of the treated less the
mean change of the untreated, units equal unless the panel weighs them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.base import (
    Case,
    Columns,
    FloatArray,
    IntArray,
    Panel,
    WeighingEstimator,
    Weights,
    column_numbers,
    enter,
)


def even_weights(case: Case) -> Weights:
    """Weigh every base period the same, and every donor by its share of the panel's weight.

    Parameters
    ----------
    case : Case
        The target and its donors.
    """
    return Weights(case.donor_share, np.full(case.n_base, 1.0 / case.n_base))


@dataclass(frozen=True, slots=True)
class DifferenceInDifferences(WeighingEstimator):
    """Even weights; every assignment at once where the panel is complete."""

    def estimates(
        self, panel: Panel, assignments: IntArray, *, base: Columns, post: Columns
    ) -> FloatArray:
        """Give the effect for every row of `assignments`.

        Parameters
        ----------
        panel : Panel
            Complete panels take one pass; with gaps each row is fitted by itself.
        assignments : ndarray of int, shape (n_assignments, n_treated)
            The k-th entry takes the start of the k-th treated unit.
        base, post : slice or ndarray of int
            Columns before and after.

        Returns
        -------
        ndarray, shape (n_assignments,)
            In the unit of the outcome.
        """
        base, post = (column_numbers(columns, panel.n_periods) for columns in (base, post))
        starts = panel.treated_from[panel.treated]
        begun = starts <= post[-1]
        earliest, latest = (starts[begun].min(), starts[begun].max()) if begun.any() else (0, 0)
        can_pass_once = begun.any() and (base < earliest).any() and (post >= latest).any()
        if not can_pass_once or np.isnan(panel.y[:, np.concatenate([base, post])]).any():
            return WeighingEstimator.estimates(self, panel, assignments, base=base, post=post)
        taken = assignments[:, begun]
        treated_weight = panel.weight[taken].sum(axis=1)
        found = np.zeros(assignments.shape[0])
        for start in np.unique(starts[begun]):
            own = taken[:, starts[begun] == start]
            contrast = _contrasts(_changes(panel.y, start, base, post), panel.weight, taken, own)
            found += contrast / treated_weight
        return found


def _changes(y: FloatArray, start: int, base: IntArray, post: IntArray) -> FloatArray:
    after = y[:, post[post >= start]].mean(axis=1)
    return np.asarray(after - y[:, base[base < start]].mean(axis=1))


def _contrasts(
    changes: FloatArray, weight: FloatArray, taken: IntArray, own: IntArray
) -> FloatArray:
    """Sum, over the units `own`, their weighed change less that of the units not taken."""
    weighed = changes * weight
    donor_weight = weight.sum() - weight[taken].sum(axis=1)
    donors = (weighed.sum() - weighed[taken].sum(axis=1)) / donor_weight
    return np.asarray(weighed[own].sum(axis=1) - weight[own].sum(axis=1) * donors)


did = enter("did", DifferenceInDifferences(name="did", weigh=even_weights, pooled=False))
