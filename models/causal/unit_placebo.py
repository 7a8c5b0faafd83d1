"""Placebos in other units: whether untreated units would show as large a gap.

Abadie, Diamond & Hainmueller (2010), *JASA* 105, section 2.4: every choice of
units is treated in turn as the treated ones were. The share of choices, the true
one among them, whose gap grew by as much is a p-value; it is exact where any of
the units might as well have been treated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.causal.base import BoolArray, Estimator, Fit, FloatArray, IntArray, Panel
from models.causal.randomisation import Assignments
from models.errors import ModelError

_FEWEST_FOR_A_SPREAD = 3


@dataclass(frozen=True, slots=True)
class Placebos:
    """What a weighing estimator finds under every assignment.

    Attributes
    ----------
    chosen : Assignments
        The true one among them.
    estimates, ratios : ndarray, shape (n_assignments,)
        Effect in the unit of the outcome, and root mean square gap after over that
        before, infinite where it was 0; NaN where an assignment could not be fitted.
    slopes : ndarray, shape (n_assignments,)
        By how much each estimate moves with a true effect of 1; NaN where it
        does not move in a straight line.
    """

    chosen: Assignments
    estimates: FloatArray
    ratios: FloatArray
    slopes: FloatArray

    @property
    def spread_of_untreated(self) -> float:
        """Standard deviation of placebos that hold no treated unit; NaN where they are few.

        After Arkhangelsky et al. (2021), *AER* 111, algorithm 4; unlike there, the
        treated stay among the donors, so that a true effect makes it a little wider.
        """
        treated = self.chosen.rows[self.chosen.observed]
        untreated = ~np.isin(self.chosen.rows, treated).any(axis=1)
        found = self.estimates[untreated]
        found = found[~np.isnan(found)]
        return float(found.std(ddof=1)) if found.size >= _FEWEST_FOR_A_SPREAD else math.nan


def fit_placebos(
    estimator: Estimator,
    panel: Panel,
    chosen: Assignments,
    *,
    base: IntArray,
    post: IntArray,
    true: Fit,
) -> Placebos:
    """Fit every assignment; the true one is given.

    Parameters
    ----------
    estimator : Estimator
        A weighing one.
    panel : Panel
        With the units that are truly treated.
    chosen : Assignments
        Of its rows, the true one among them.
    base, post : ndarray of int
        Columns before and after.
    true : Fit
        Of the true one.

    Returns
    -------
    Placebos
    """
    fits = [
        true
        if place == chosen.observed
        else _fit(estimator, panel.reassigned(rows), base=base, post=post)
        for place, rows in enumerate(chosen.rows)
    ]
    starts = panel.treated_from[panel.treated]
    ratios = [
        math.nan if fit is None else _misfit_ratio(fit, panel, rows, starts, base=base)
        for fit, rows in zip(fits, chosen.rows, strict=True)
    ]
    return Placebos(
        chosen,
        np.array([math.nan if fit is None else fit.att for fit in fits]),
        np.array(ratios),
        np.array([_slope(fit, panel) for fit in fits]),
    )


def _fit(estimator: Estimator, panel: Panel, *, base: IntArray, post: IntArray) -> Fit | None:
    try:
        return estimator(panel, base=base, post=post)
    except ModelError:
        return None


def _slope(fit: Fit | None, panel: Panel) -> float:
    """Give by how much an estimate moves with a true effect of 1.

    Weights that look at the base alone do not move with an effect after it: the
    estimate then moves by what the truly treated are to it, as targets and as donors.
    """
    starts = np.unique(panel.treated_from[panel.treated])
    if fit is None or starts.size > 1 or fit.period_weights.any():
        return math.nan
    true = np.zeros(panel.n_units)
    true[panel.treated] = 1.0
    return float(fit.share @ (true[fit.treated] - fit.donor_weights @ true))


def _misfit_ratio(
    fit: Fit, panel: Panel, rows: IntArray, starts: IntArray, *, base: IntArray
) -> float:
    """Give the root mean square gap after over that before."""
    in_base = np.zeros(panel.n_periods, dtype=bool)
    in_base[base] = True
    start_of = dict(zip(rows.tolist(), starts.tolist(), strict=True))
    own = np.array([start_of[int(row)] for row in fit.treated])
    earlier = in_base & (np.arange(panel.n_periods) < own[:, None])
    after, before = (_mean_where(fit.gaps**2, where) for where in (fit.counted, earlier))
    return math.sqrt(after / before) if before > 0 else math.inf


def _mean_where(values: FloatArray, where: BoolArray) -> float:
    used = values[where & ~np.isnan(values)]
    return float(used.mean()) if used.size else math.nan
