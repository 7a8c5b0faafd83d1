"""Looking more than once: spend the chance of a false finding over the looks, by permutation.

Twelve looks at a naive 5% find an effect that is not there in one panel of eight. Here
every look takes its share of the assignments out, those with the largest statistics,
and the true one is found where it goes. Whatever happens, at most a share alpha of
assignments ever leaves, so over all looks the chance of a false finding is alpha or
less. The spending functions are those of Lan and DeMets, "Discrete sequential
boundaries for clinical trials", *Biometrika* 70 (1983).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from models.causal.base import FloatArray, IntArray

_TIE = 1e-12
_WHOLE = 1e-9


def linear_spending(fractions: FloatArray, *, alpha: float) -> FloatArray:
    """Spend in proportion to the information so far."""
    return alpha * np.asarray(fractions, dtype=np.float64)


def obrien_fleming_spending(fractions: FloatArray, *, alpha: float) -> FloatArray:
    """Spend little early: 2 - 2 Phi(z / sqrt(t)), z the two-sided normal quantile of alpha.

    With 91 pairs of regions the first looks of such a plan can never find anything:
    at a quarter of the information it spends .00009 of .05.
    """
    quantile = norm.ppf(1 - alpha / 2)
    return np.asarray(2 * norm.sf(quantile / np.sqrt(np.asarray(fractions, dtype=np.float64))))


SPENDING: dict[str, Callable[..., FloatArray]] = {
    "linear": linear_spending,
    "obrien_fleming": obrien_fleming_spending,
}
"""Spending functions by their name in a specification."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What every look so far could find, and found.

    Attributes
    ----------
    spent : ndarray, shape (n_looks,)
        Chance of a false finding planned to be spent by each look, cumulated.
    allowed : ndarray of int, shape (n_looks,)
        Assignments that may be out by then.
    removed : ndarray of int, shape (n_assignments,)
        Look (from 0) at which each was taken out; -1 for still in.
    threshold : ndarray, shape (n_looks,)
        Size of statistic at or above which an assignment was taken out at that
        look; infinite where none could be.
    found_at : int
        Look at which the true assignment went; -1 for not found.
    """

    spent: FloatArray
    allowed: IntArray
    removed: IntArray
    threshold: FloatArray
    found_at: int

    @property
    def found(self) -> bool:
        """Whether the effect was found at any look so far."""
        return self.found_at >= 0


def alpha_spending(
    statistics: FloatArray,
    *,
    observed: int,
    fractions: FloatArray,
    alpha: float = 0.05,
    spending: str = "linear",
) -> Looks:
    """Take out the largest statistics, look by look, within what may be spent.

    Assignments that tie go together or stay together, so that no order of rows
    decides.

    Parameters
    ----------
    statistics : ndarray, shape (n_looks, n_assignments)
        Of the looks so far, the same assignments at each. NaN counts as largest,
        and as smallest where it is the true one's.
    observed : int
        The true assignment's place.
    fractions : ndarray, shape (n_looks,)
        Information at each look, as a fraction of that at the last planned one:
        rising, at most 1.
    alpha : float
        To be spent over all planned looks.
    spending : {"linear", "obrien_fleming"}
        How.

    Returns
    -------
    Looks
    """
    n_looks, n = statistics.shape
    spent = SPENDING[spending](fractions[:n_looks], alpha=alpha)
    allowed = np.floor(spent * n + _WHOLE).astype(np.int64)
    size = np.abs(statistics)
    size = np.where(np.isnan(size), np.inf, size)
    size[np.isnan(statistics[:, observed]), observed] = -np.inf
    removed = np.full(n, -1, dtype=np.int64)
    threshold = np.full(n_looks, np.inf)
    for look in range(n_looks):
        left = np.flatnonzero(removed < 0)
        room = int(allowed[look]) - (n - left.size)
        leaving = left[_largest(size[look, left], room)]
        removed[leaving] = look
        if leaving.size:
            threshold[look] = size[look, leaving].min()
    return Looks(spent, allowed, removed, threshold, int(removed[observed]))


def spending_p(
    statistics: FloatArray, *, observed: int, fractions: FloatArray, spending: str = "linear"
) -> float:
    """Give the smallest alpha at which the looks so far would have found the effect.

    Parameters
    ----------
    statistics, observed, fractions, spending
        As in `alpha_spending`.

    Returns
    -------
    float
        In steps of 1 / n_assignments, never below one; 1 where no alpha finds it.
    """
    n = statistics.shape[1]

    def found(out_of_n: int) -> bool:
        looks = alpha_spending(
            statistics,
            observed=observed,
            fractions=fractions,
            alpha=out_of_n / n,
            spending=spending,
        )
        return looks.found

    # A larger alpha takes out whatever a smaller one does, so halving finds the edge.
    edge: int = bisect_left(range(1, n), True, key=found)
    return float((1 + edge) / n)


def first_possible_look(
    fractions: FloatArray, *, n_assignments: int, alpha: float = 0.05, spending: str = "linear"
) -> int:
    """Give the first look (from 0) that can find anything with so many assignments; -1 for none."""
    spent = SPENDING[spending](fractions, alpha=alpha)
    possible = np.flatnonzero(np.floor(spent * n_assignments + _WHOLE) >= 1)
    return int(possible[0]) if possible.size else -1


def found_at(
    statistics: FloatArray,
    *,
    observed: int,
    fractions: FloatArray,
    alpha: float = 0.05,
    spending: str = "linear",
) -> IntArray:
    """Say for many panels at once at which look the true assignment goes.

    Parameters
    ----------
    statistics : ndarray, shape (n_looks, n_panels, n_assignments)
        As in `alpha_spending`, which gives the same panel by panel; without NaN.
    observed, fractions, alpha, spending
        As in `alpha_spending`.

    Returns
    -------
    ndarray of int, shape (n_panels,)
        Look from 0; -1 for not found.
    """
    n_looks, n_panels, n = statistics.shape
    spent = SPENDING[spending](fractions[:n_looks], alpha=alpha)
    allowed = np.floor(spent * n + _WHOLE).astype(np.int64)
    most = min(int(allowed.max(initial=0)), n - 1)
    gone = np.zeros((n_panels, n), dtype=bool)
    looked = np.full(n_panels, -1, dtype=np.int64)
    for look in range(n_looks):
        size = np.where(gone, -1.0, np.abs(statistics[look]))
        room = np.minimum(allowed[look] - gone.sum(axis=1), most)
        # The largest that has to stay: those that tie with it stay as well.
        largest = -np.sort(np.partition(-size, most, axis=1)[:, : most + 1], axis=1)
        stays = np.take_along_axis(largest, np.maximum(room, 0)[:, None], axis=1)
        goes = (size > stays + _TIE * np.maximum(1.0, stays)) & (room > 0)[:, None]
        looked[goes[:, observed] & (looked < 0)] = look
        gone |= goes
    return looked


def _largest(size: FloatArray, room: int) -> NDArray[np.int64]:
    """Places of the largest sizes that fit, those that tie all or none."""
    if room <= 0 or size.size == 0:
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(-size, kind="stable")
    if room >= size.size:
        return np.asarray(order)
    first_left = size[order[room]]
    tie = _TIE * max(1.0, first_left) if np.isfinite(first_left) else 0.0
    return np.asarray(order[:room][size[order[:room]] > first_left + tie])
