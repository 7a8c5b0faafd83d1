"""An interval for every period: the effects that would not make its gap stand out.

Suppose the effect in a period is t, take it off, fit the comparison over all earlier
periods and this one, and ask whether this residual stands out when the residuals are
shifted round in time. The t that do not stand out are the interval. Chernozhukov,
Wüthrich and Zhu, "An exact and robust conformal inference method for counterfactual
and synthetic controls", *JASA* 116 (2021).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.causal.base import Columns, FloatArray, IntArray, column_numbers

FEWEST_BEFORE = 15
"""Earlier periods under which shifted residuals say too little."""

_TIE = 1e-12
_SEARCH_STEPS = 60
_FINE = 1e-5

Residuals = Callable[[FloatArray, FloatArray], FloatArray]
"""(target (n_hypotheses, n_times), donors (n_donors, n_times)) -> residuals, shaped as the target,
of the comparison fitted over all the times given."""


@dataclass(frozen=True, slots=True)
class PeriodIntervals:
    """An interval for the effect in every period after the start.

    Attributes
    ----------
    columns : ndarray of int, shape (n_post,)
        Of the panel.
    gap : ndarray, shape (n_post,)
        Seen less the comparison fitted on the periods before.
    low, high : ndarray, shape (n_post,)
        Infinite where no effect at all could be rejected; NaN where not made.
    p_value : ndarray, shape (n_post,)
        Of no effect in that period.
    joint_p : float
        Of no effect in any: moving blocks as long as the periods after.
    note : str
        Why there are no intervals, where there are none.
    """

    columns: IntArray
    gap: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    joint_p: float
    note: str


def mean_difference_residuals(target: FloatArray, donors: FloatArray) -> FloatArray:
    """Give residuals from the donors' mean plus a constant: difference in differences."""
    gap = target - donors.mean(axis=0)
    return np.asarray(gap - gap.mean(axis=-1, keepdims=True))


def conformal_intervals(
    target: FloatArray,
    donors: FloatArray,
    *,
    base: Columns,
    post: Columns,
    residuals: Residuals = mean_difference_residuals,
    alpha: float = 0.05,
) -> PeriodIntervals:
    """Give an interval for the effect in every period after the start.

    Parameters
    ----------
    target : ndarray, shape (n_periods,)
        The treated unit, or the treated units' mean.
    donors : ndarray, shape (n_donors, n_periods)
        Without missing values in these columns.
    base, post : slice or ndarray of int
        Columns before and after.
    residuals : callable
        How the comparison is fitted.
    alpha : float
        Each interval covers with probability 1 - alpha, if the residuals would
        have been alike at all times.

    Returns
    -------
    PeriodIntervals
        With n periods before, p is no smaller than 1 / (n + 1): intervals at 95%
        need 19, and at 90% nine, but under fifteen none is made.
    """
    before, after = (column_numbers(columns, target.size) for columns in (base, post))
    before = before[~np.isnan(target[before])]
    after = after[~np.isnan(target[after])]
    missing = np.full(after.size, np.nan)
    if before.size < FEWEST_BEFORE:
        note = f"needs {FEWEST_BEFORE} periods before the start and has {before.size}"
        return PeriodIntervals(after, missing, missing, missing, missing, float("nan"), note)
    gap, low, high, p_value = (missing.copy() for _ in range(4))
    for place, column in enumerate(after):
        times = np.append(before, column)
        one = _OnePeriod(target[times], donors[:, times], residuals)
        gap[place], p_value[place] = one.point(), float(one.p_values(np.zeros(1))[0])
        low[place], high[place] = one.interval(gap[place], alpha)
    smallest = 1 / (before.size + 1)
    note = "" if smallest <= alpha else f"not attainable: p is no smaller than {smallest:.3f}"
    joint = _joint_p(target, donors, before, after, residuals)
    return PeriodIntervals(after, gap, low, high, p_value, joint, note)


@dataclass(frozen=True, slots=True)
class _OnePeriod:
    """The periods before and one after, which stands last."""

    target: FloatArray
    donors: FloatArray
    residuals: Residuals

    def p_values(self, effects: FloatArray) -> FloatArray:
        """Share of shifts whose last residual is at least as large, for every effect supposed."""
        supposed = np.tile(self.target, (effects.size, 1))
        supposed[:, -1] -= effects
        size = np.abs(self.residuals(supposed, self.donors))
        last = size[:, [-1]]
        return np.asarray((size >= last - _TIE * np.maximum(1.0, last)).mean(axis=1))

    def point(self) -> float:
        """Give the effect that leaves no residual: the fit then owes nothing to this period."""
        # The residual is close to linear in the effect, so a few secant steps find its root.
        first, second = 0.0, float(self._last(0.0))
        off_first, off_second = self._last(first), self._last(second)
        for _ in range(_SEARCH_STEPS):
            if abs(off_second - off_first) <= _TIE:
                break
            step = off_second * (second - first) / (off_second - off_first)
            first, off_first = second, off_second
            second -= step
            off_second = self._last(second)
            if abs(step) <= _TIE * max(1.0, abs(second)):
                break
        return second

    def _last(self, effect: float) -> float:
        supposed = self.target.copy()
        supposed[-1] -= effect
        return float(self.residuals(supposed[None], self.donors)[0, -1])

    def interval(self, point: float, alpha: float) -> tuple[float, float]:
        if 1 / self.target.size > alpha:
            return -math.inf, math.inf
        supposed = self.target.copy()
        supposed[-1] -= point
        spread = float(np.abs(self.residuals(supposed[None], self.donors)).max()) or 1.0
        return (
            self._last_kept(point, -spread, alpha),
            self._last_kept(point, spread, alpha),
        )

    def _last_kept(self, point: float, step: float, alpha: float) -> float:
        """Walk out in a row of effects until one is rejected, then look closer at the edge."""
        inside, outside = point, point + step
        for _ in range(_SEARCH_STEPS):
            if self.p_values(np.array([outside]))[0] <= alpha:
                break
            inside, outside = outside, outside + 2 * (outside - inside)
        else:
            return math.copysign(math.inf, step)
        while abs(outside - inside) > _FINE * abs(step):
            effects = np.linspace(inside, outside, 17)[1:-1]
            kept = np.flatnonzero(self.p_values(effects) > alpha)
            last = int(kept[-1]) if kept.size else -1
            edge = np.concatenate([[inside], effects, [outside]])
            inside, outside = float(edge[last + 1]), float(edge[last + 2])
        return inside


def _joint_p(
    target: FloatArray,
    donors: FloatArray,
    before: IntArray,
    after: IntArray,
    residuals: Residuals,
) -> float:
    """Set the last residuals, as a block, among all blocks of that length round the clock."""
    if after.size == 0:
        return float("nan")
    times = np.concatenate([before, after])
    size = np.abs(residuals(target[times][None], donors[:, times])[0])
    running = np.cumsum(np.concatenate([[0.0], size, size[: after.size - 1]]))
    blocks = (running[after.size :] - running[: -after.size]) / after.size
    own = blocks[before.size]
    return float((blocks >= own - _TIE * max(1.0, own)).mean())
