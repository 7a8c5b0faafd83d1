"""Randomisation by t: the same pairs of regions, with the size of each region allowed for.

A region of few authorities has a noisy mean, so that a pair of small regions shows a
large gap more often than a pair of large ones. Beside the plain estimate stands the t of
the authorities' mean change with region-clustered (CRV1) errors: MacKinnon and Webb,
"Randomization inference for difference-in-differences with few treated clusters",
*Journal of Econometrics* 218 (2020), section 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.causal.base import (
    NEVER,
    Effect,
    FloatArray,
    IntArray,
    Panel,
    UnsuitablePanelError,
)
from models.causal.randomisation import Assignments, last_kept, permutation_p

_NAME = "The permutation of regions by t"

_FEWEST_REGIONS = 3
"""One treated and one untreated region leave no spread to set their gap against."""

_CLOSE = 1e-4
"""Of the standard error: how near the ends of the interval are to where p crosses alpha."""


@dataclass(frozen=True, slots=True)
class RegionChanges:
    """What the authorities of each region changed by, summed.

    Attributes
    ----------
    sums : ndarray, shape (n_starts, n_regions)
        Of the units' mean after each start less their mean before, times their weight.
    sizes : ndarray, shape (n_regions,)
        Sum of the units' weights, whose mean over all units is 1.
    moved : ndarray, shape (n_starts, n_regions)
        By how much each sum moves with an effect of 1 on the treated from their start on.
    starts : ndarray of int, shape (n_treated,)
        Row of `sums` that is for the k-th treated region.
    """

    sums: FloatArray
    sizes: FloatArray
    moved: FloatArray
    starts: IntArray

    def without(self, effect: float) -> RegionChanges:
        """Give the changes with a constant effect taken off the treated."""
        return replace(self, sums=self.sums - effect * self.moved)


def region_changes(
    panel: Panel,
    region: IntArray,
    *,
    n_regions: int,
    treated: IntArray,
    base: IntArray,
    post: IntArray,
) -> RegionChanges:
    """Sum the changes of units by region, for every start of the treated.

    Parameters
    ----------
    panel : Panel
        One row an authority, `treated_from` that of its region; units without a
        value in every column compared are left out.
    region : ndarray of int, shape (n_units,)
        Number of each unit's region, from 0.
    n_regions : int
        Regions that are compared.
    treated : ndarray of int, shape (n_treated,)
        Numbers of the treated regions, in the order of the assignments.
    base, post : ndarray of int
        Columns before and after.

    Raises
    ------
    UnsuitablePanelError
        A region has no unit with all values, or there are under three regions.
    """
    if n_regions <= max(treated.size, _FEWEST_REGIONS - 1):
        raise UnsuitablePanelError(
            estimator=_NAME, reason="it needs three regions, one of them untreated."
        )
    columns = np.concatenate([base, post])
    seen = ~np.isnan(panel.y[:, columns]).any(axis=1)
    y, region, weight = panel.y[seen], region[seen], panel.weight[seen]
    if not np.isin(np.arange(n_regions), region).all():
        raise UnsuitablePanelError(
            estimator=_NAME, reason="a region has no authority with a value in every period."
        )
    weight = weight / weight.mean()
    own_start = panel.treated_from[seen]
    after_own = (own_start != NEVER)[:, None] & (np.arange(y.shape[1]) >= own_start[:, None])
    first = np.array([own_start[region == one][0] for one in treated])
    starts = np.unique(first)

    def summed(values: FloatArray) -> FloatArray:
        changes = [_change(values, int(start), base, post) for start in starts]
        return np.array([np.bincount(region, weight * each, n_regions) for each in changes])

    sizes = np.bincount(region, weight, n_regions).astype(np.float64)
    return RegionChanges(
        summed(y), sizes, summed(after_own.astype(float)), np.searchsorted(starts, first)
    )


def _change(y: FloatArray, start: int, base: IntArray, post: IntArray) -> FloatArray:
    before, after = base[base < start], post[post >= start]
    if before.size == 0 or after.size == 0:
        side = "before" if before.size == 0 else "after"
        raise UnsuitablePanelError(
            estimator=_NAME, reason=f"a treated region has no period {side} its start."
        )
    return np.asarray(y[:, after].mean(axis=1) - y[:, before].mean(axis=1))


def t_by_assignment(changes: RegionChanges, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Give gap and region-clustered t of the units' mean change, for every assignment.

    Where starts differ, an untreated region's number is its mean over the windows of
    the treated, and a treated one's is put beside those, so that the gap is still the
    mean of what each treated region shows in its own window.

    Parameters
    ----------
    changes : RegionChanges
        By start and region.
    rows : ndarray of int, shape (n_assignments, n_treated)
        Regions called treated; the k-th takes the start of the k-th treated region.

    Returns
    -------
    gap, t : ndarray, shape (n_assignments,)
        t is NaN where nothing varies.
    """
    sums, sizes, starts = changes.sums, changes.sizes, changes.starts
    own_size = sizes[rows]
    size_treated = own_size.sum(axis=1)
    size_others = sizes.sum() - size_treated
    others_by_start = (sums.sum(axis=1)[:, None] - sums[:, rows].sum(axis=2)).T / size_others[
        :, None
    ]
    others = others_by_start[:, starts].mean(axis=1)
    own = sums[starts[None, :], rows] - own_size * (others_by_start[:, starts] - others[:, None])
    mean = own.sum(axis=1) / size_treated
    spread = np.square(own - own_size * mean[:, None]).sum(axis=1) / size_treated**2
    number = sums[starts].mean(axis=0)
    # Squares of (number - size * mean) over those not treated, multiplied out.
    parts = [
        whole.sum() - whole[rows].sum(axis=1) for whole in (number**2, number * sizes, sizes**2)
    ]
    beside = parts[0] - 2 * others * parts[1] + others**2 * parts[2]
    spread = spread + np.maximum(beside, 0.0) / size_others**2
    n_regions, n_units = sizes.size, float(sizes.sum())
    correction = n_regions / (n_regions - 1) * (n_units - 1) / max(n_units - 2, 1.0)
    gap = mean - others
    with np.errstate(divide="ignore", invalid="ignore"):
        return gap, np.asarray(gap / np.sqrt(spread * correction))


def by_clustered_t(
    changes: RegionChanges, chosen: Assignments, *, alpha: float = 0.05, interval: bool = True
) -> tuple[Effect, FloatArray]:
    """Judge the authorities' mean change by the t that other regions would show.

    Parameters
    ----------
    changes : RegionChanges
        By start and region.
    chosen : Assignments
        Of the regions.
    alpha : float
        The interval covers with probability 1 - alpha.
    interval : bool
        Whether to make the interval.

    Returns
    -------
    effect : Effect
        Of authorities, each by its weight; the interval is of effects that are
        not rejected, an end infinite where none is.
    statistics : ndarray, shape (n_assignments,)
        t under every assignment.
    """
    gap, statistics = t_by_assignment(changes, chosen.rows)
    estimate, t = float(gap[chosen.observed]), float(statistics[chosen.observed])
    effect = Effect(estimate, p_value=permutation_p(statistics, chosen.observed))
    if not chosen.attainable(alpha):
        return replace(effect, note=chosen.unattainable), statistics
    error = abs(estimate / t) if t else math.nan
    if not interval or not error > 0:
        return effect, statistics

    def kept(removed: float) -> bool:
        _, under = t_by_assignment(changes.without(removed), chosen.rows)
        return permutation_p(under, chosen.observed) > alpha

    low, high = _ends(kept, estimate, error)
    return replace(effect, low=low, high=high), statistics


def _ends(kept: Callable[[float], bool], estimate: float, error: float) -> tuple[float, float]:
    return (
        last_kept(kept, estimate, -error, close=_CLOSE),
        last_kept(kept, estimate, error, close=_CLOSE),
    )
