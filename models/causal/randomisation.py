"""Randomisation inference: how often other regions, called treated, would show a gap this big.

With two pathfinders no asymptotics hold; giving "treated" to every other pair of
regions does, if before treatment any pair could as well have been the one. A p-value
can then be no smaller than one in the number of pairs. Fisher, *The Design of
Experiments* (1935); intervals by inversion as in Rosenbaum, *Observational Studies*
(2nd ed., 2002), section 2.6.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import numpy as np
from scipy.optimize import brentq

from models.causal.base import (
    NEVER,
    Columns,
    Effect,
    Estimator,
    FloatArray,
    IntArray,
    Panel,
    UnsuitablePanelError,
)

MOST_ASSIGNMENTS = 9_999
"""All assignments are tried up to here; beyond, as many are drawn."""

_TIE = 1e-12
_SEARCH_STEPS = 60


@dataclass(frozen=True, slots=True)
class Assignments:
    """Who could have been treated in the place of those who were.

    Attributes
    ----------
    rows : ndarray of int, shape (n, n_treated)
        Rows of the panel; the k-th takes the start of the k-th treated unit.
    observed : int
        Number of the assignment that came true.
    complete : bool
        Whether all are here, or only draws beside the true one.
    """

    rows: IntArray
    observed: int
    complete: bool

    @property
    def n(self) -> int:
        """Number of assignments, the true one among them."""
        return int(self.rows.shape[0])

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that so many assignments can give."""
        return 1.0 / self.n

    def attainable(self, alpha: float) -> bool:
        """Whether any outcome at all could be significant at a level."""
        return self.smallest_p <= alpha

    @property
    def unattainable(self) -> str:
        """Why nothing can be significant, in words."""
        return f"not attainable: {self.n} assignments give p no smaller than {self.smallest_p:.3f}"


@dataclass(frozen=True, slots=True)
class Randomised:
    """An effect judged by randomisation, with the placebos that judged it.

    Attributes
    ----------
    effect : Effect
        With the p-value, and the interval of effects that are not rejected.
    placebos : ndarray, shape (n_assignments,)
        Estimate under every assignment, the true one among them.
    smallest_p : float
        The smallest p-value that was possible.
    """

    effect: Effect
    placebos: FloatArray
    smallest_p: float


def assignments(
    treated: IntArray,
    *,
    candidates: IntArray,
    starts: IntArray | None = None,
    most: int = MOST_ASSIGNMENTS,
    rng: np.random.Generator | None = None,
) -> Assignments:
    """List every way to choose the treated among the candidates.

    Parameters
    ----------
    treated : ndarray of int, shape (n_treated,)
        Rows that were treated, ascending.
    candidates : ndarray of int, shape (n_candidates,)
        Rows that could have been, the treated among them.
    starts : ndarray of int, shape (n_treated,), optional
        First treated period of each: units that start together are interchangeable,
        and each start keeps its number of units. Together, if not given.
    most : int
        Assignments up to which all are listed; beyond, so many are drawn.
    rng : numpy.random.Generator, optional
        Only for draws.

    Returns
    -------
    Assignments

    Raises
    ------
    UnsuitablePanelError
        No unit is treated, a treated one is no candidate, or draws are needed
        and there is no generator.
    """
    treated, candidates = np.sort(treated), np.unique(candidates)
    starts = np.zeros(treated.size, dtype=np.int64) if starts is None else starts
    if treated.size == 0 or not np.isin(treated, candidates).all():
        raise UnsuitablePanelError(
            estimator="The permutation of regions",
            reason="the treated must be some of the candidates, and at least one.",
        )
    places = [np.flatnonzero(starts == start) for start in np.unique(starts)]
    if _number_of(candidates.size, places) <= most:
        rows = np.array(list(_every(candidates, places, treated.size)), dtype=np.int64)
        observed = int(np.flatnonzero((rows == treated).all(axis=1))[0])
        return Assignments(rows, observed, complete=True)
    if rng is None:
        raise UnsuitablePanelError(
            estimator="The permutation of regions",
            reason=f"there are more than {most} assignments, and no generator to draw them.",
        )
    shuffled = rng.permuted(np.tile(candidates, (most, 1)), axis=1)[:, : treated.size]
    for columns in places:
        shuffled[:, columns] = np.sort(shuffled[:, columns], axis=1)
    return Assignments(np.vstack([treated, shuffled]), 0, complete=False)


def number_of_assignments(n_candidates: int, starts: IntArray) -> int:
    """Give in how many ways the treated could have been chosen.

    Parameters
    ----------
    n_candidates : int
        Units that could have been, the treated among them.
    starts : ndarray of int, shape (n_treated,)
        First treated period of each.
    """
    places = [np.flatnonzero(starts == start) for start in np.unique(starts)]
    return _number_of(n_candidates, places)


def permutation_p(statistics: FloatArray, observed: int) -> float:
    """Give the share of assignments whose statistic is at least as far from 0.

    Parameters
    ----------
    statistics : ndarray, shape (n_assignments,)
        One that could not be made (NaN) counts as far: the p-value errs upward.
    observed : int
        The true assignment's place; it counts too, so p is never below 1 / n.

    Returns
    -------
    float
        NaN where the true statistic is.
    """
    size = np.abs(statistics)
    if np.isnan(size[observed]):
        return float("nan")
    if np.isinf(size[observed]):
        return float((~(size < np.inf)).mean())
    as_far = ~(size < size[observed] - _TIE * max(1.0, size[observed]))
    return float(as_far.mean())


def region_mean_estimates(differences: FloatArray, rows: IntArray) -> FloatArray:
    """Give mean difference of the chosen less that of the others, for every assignment.

    Parameters
    ----------
    differences : ndarray, shape (..., n_regions)
        Each region's mean after the start less its mean before.
    rows : ndarray of int, shape (n_assignments, n_treated)
        Regions called treated.

    Returns
    -------
    ndarray, shape (..., n_assignments)
    """
    n_regions, n_treated = differences.shape[-1], rows.shape[1]
    chosen = differences[..., rows].sum(axis=-1)
    others = differences.sum(axis=-1, keepdims=True) - chosen
    return np.asarray(chosen / n_treated - others / (n_regions - n_treated))


def region_mean_slopes(rows: IntArray, *, observed: int, n_regions: int) -> FloatArray:
    """Give by how much each estimate of `region_mean_estimates` moves with a true effect of 1."""
    effect = np.zeros(n_regions)
    effect[rows[observed]] = 1.0
    return region_mean_estimates(effect, rows)


def inverted_interval(
    estimates: FloatArray, slopes: FloatArray, *, observed: int, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Give the effects that randomisation does not reject, exactly.

    With an effect t taken off the treated, the estimates are e_a - t c_a, and the
    true one e - t. Assignment a is as far as the true one between the two points
    where these sizes are equal, (e - e_a) / (1 - c_a) and (e + e_a) / (1 + c_a),
    and e lies between them. So p falls away from e on either side, and
    the interval ends at an order statistic of those points.

    Parameters
    ----------
    estimates : ndarray, shape (..., n_assignments)
        Under no effect.
    slopes : ndarray, shape (n_assignments,)
        By how much each moves with a true effect of 1; the true assignment's is 1.
    observed : int
        The true assignment's place.
    alpha : float
        The interval covers with probability 1 - alpha or more.

    Returns
    -------
    low, high : ndarray, shape (...)
        Infinite where no effect at all could be rejected.
    """
    estimate = estimates[..., observed, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (estimate - estimates) / (1 - slopes)
        other = (estimate + estimates) / (1 + slopes)
    # Estimates that move as much as the true one, or more, are as far on both sides for ever.
    bounded = (np.abs(slopes) < 1 - 1e-9) & ~np.isnan(estimates)
    low = np.where(bounded, np.fmin(one, other), -np.inf)
    high = np.where(bounded, np.fmax(one, other), np.inf)
    # Rejected where no more than this many assignments are as far.
    few = math.floor(alpha * estimates.shape[-1] + 1e-9)
    if few >= estimates.shape[-1]:
        return estimate[..., 0], estimate[..., 0]
    return (
        np.partition(low, few, axis=-1)[..., few],
        -np.partition(-high, few, axis=-1)[..., few],
    )


def effect_removed(panel: Panel, effect: float) -> Panel:
    """Give the panel with a constant effect taken off the treated cells."""
    begun = panel.treated_from != NEVER
    since = begun[:, None] & (np.arange(panel.n_periods) >= panel.treated_from[:, None])
    return replace(panel, y=panel.y - effect * since)


def by_randomisation(
    estimator: Estimator,
    panel: Panel,
    chosen: Assignments,
    *,
    base: Columns,
    post: Columns,
    alpha: float = 0.05,
    linear: bool = False,
    interval: bool = True,
    close: float = 1e-6,
) -> Randomised:
    """Judge an estimate by what the other assignments give.

    Parameters
    ----------
    estimator : Estimator
        Any of the register.
    panel : Panel
        As it is.
    chosen : Assignments
        Of the panel's rows.
    base, post : slice or ndarray of int
        Columns before and after.
    alpha : float
        The interval covers with probability 1 - alpha.
    linear : bool
        Whether the estimate is linear in the outcome, as region-mean difference
        in differences is: the interval is then exact, else searched for.
    interval : bool
        Whether to make the interval.
    close : float
        How near a searched interval's ends are to where p crosses alpha, as a
        share of the placebos' spread.

    Returns
    -------
    Randomised
        The note says "not attainable" where so few assignments cannot give a
        p-value of `alpha`.
    """

    def estimates_at(effect: float) -> FloatArray:
        return estimator.estimates(effect_removed(panel, effect), chosen.rows, base=base, post=post)

    placebos = estimates_at(0.0)
    estimate = float(placebos[chosen.observed])
    p_value = permutation_p(placebos, chosen.observed)
    if not chosen.attainable(alpha):
        effect = Effect(estimate, p_value=p_value, note=chosen.unattainable)
        return Randomised(effect, placebos, chosen.smallest_p)
    low = high = float("nan")
    if interval and not np.isnan(estimate):
        low, high = (
            _exact_interval(placebos, placebos - estimates_at(1.0), chosen.observed, alpha)
            if linear
            else _searched_interval(estimates_at, placebos, chosen.observed, alpha, close)
        )
    return Randomised(
        Effect(estimate, low=low, high=high, p_value=p_value), placebos, chosen.smallest_p
    )


def _exact_interval(
    placebos: FloatArray, slopes: FloatArray, observed: int, alpha: float
) -> tuple[float, float]:
    low, high = inverted_interval(placebos, slopes, observed=observed, alpha=alpha)
    return float(low), float(high)


def _searched_interval(
    estimates_at: Callable[[float], FloatArray],
    placebos: FloatArray,
    observed: int,
    alpha: float,
    close: float,
) -> tuple[float, float]:
    """Walk out from the estimate until an effect is rejected, then find where it begins to be."""
    estimate = float(placebos[observed])
    step = 2 * float(np.nanstd(placebos)) or 1.0
    few = math.floor(alpha * placebos.size + 1e-9)

    @cache
    def margin(effect: float) -> float:
        # Rejected where fewer than `few` others are as far as the true one.
        size = np.abs(estimates_at(effect))
        size[np.isnan(size)] = 2 * float(np.nanmax(size))
        others = np.delete(size, observed)
        return float(-np.partition(-others, few - 1)[few - 1] - size[observed])

    return (
        _crossing(margin, estimate, -step, close=close),
        _crossing(margin, estimate, step, close=close),
    )


def _crossing(
    margin: Callable[[float], float], start: float, step: float, *, close: float
) -> float:
    """Give where a margin falls below 0, going out; infinite where it never does."""
    inside, outside = start, start + step
    for _ in range(_SEARCH_STEPS):
        if margin(outside) < -_TIE:
            break
        inside, outside = outside, outside + 2 * (outside - inside)
    else:
        return math.copysign(math.inf, step)
    if margin(inside) <= 0:
        return inside
    return float(brentq(margin, inside, outside, xtol=close * abs(step)))


def last_kept(
    kept: Callable[[float], bool], start: float, step: float, *, close: float = 1e-6
) -> float:
    """Walk out from where an effect is kept until one is not, then halve to the edge.

    Parameters
    ----------
    kept : callable
        Whether an effect is not rejected.
    start : float
        An effect that is kept.
    step : float
        First step out; its sign says to which side.
    close : float
        Of the step: how near to the edge.

    Returns
    -------
    float
        The last effect kept; infinite where none is ever rejected.
    """
    inside, outside = start, start + step
    for _ in range(_SEARCH_STEPS):
        if not kept(outside):
            break
        inside, outside = outside, outside + 2 * (outside - inside)
    else:
        return math.copysign(math.inf, step)
    for _ in range(_SEARCH_STEPS):
        middle = 0.5 * (inside + outside)
        if abs(outside - inside) <= close * abs(step):
            break
        inside, outside = (middle, outside) if kept(middle) else (inside, middle)
    return inside


def _number_of(n_candidates: int, places: list[IntArray]) -> int:
    number, left = 1, n_candidates
    for columns in places:
        number *= math.comb(left, columns.size)
        left -= columns.size
    return number


def _every(candidates: IntArray, places: list[IntArray], n_treated: int) -> Iterator[IntArray]:
    """Fill the columns of one start after another, in order of the rows."""
    if not places:
        yield np.full(n_treated, NEVER, dtype=np.int64)
        return
    for rest in _every(candidates, places[:-1], n_treated):
        free = np.setdiff1d(candidates, rest)
        for taken in combinations(free, places[-1].size):
            row = rest.copy()
            row[places[-1]] = taken
            yield row
