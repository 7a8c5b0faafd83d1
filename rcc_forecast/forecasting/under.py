"""The cohort under a what-if: stepped at a few plain numbers, and weighed future by future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from models.forecast import FloatArray, PathArray
from models.forecasting.cohort import Balance, Expected, Levers, expected
from models.reconciliation.paths import MOST_STRETCH
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.cohort_runs import CohortToday, leaves_of_balance
from rcc_forecast.results.forecast import DrawnFutures


@dataclass(frozen=True, slots=True)
class Under:
    """What the core says under levers.

    Attributes
    ----------
    ahead : tuple of Expected
        Of each run of the levers; one, where no assumption is an interval.
    weights : ndarray, shape (n_paths, n_runs)
        What each run counts in each future; rows sum to 1.
    """

    ahead: tuple[Expected, ...]
    weights: FloatArray

    @property
    def on_average(self) -> FloatArray:
        """What each run counts over all futures, shape (n_runs,)."""
        return np.asarray(self.weights.mean(axis=0))

    def expected(self) -> Expected:
        """Give the children and flows that all futures together expect."""
        if len(self.ahead) == 1:
            return self.ahead[0]
        today = [one.today for one in self.ahead]
        entrants = [one.entrants for one in self.ahead if one.entrants is not None]
        return Expected(
            today=_averaged(today, self.on_average),
            entrants=_averaged(entrants, self.on_average) if entrants else None,
        )


def stepped_under(
    today: CohortToday, levers: Sequence[Levers], *, weights: FloatArray | None = None
) -> Under:
    """Step today's children and the entrants forward under each run of some levers.

    Parameters
    ----------
    today : CohortToday
        The core as things are.
    levers : sequence of Levers
        Of each run.
    weights : ndarray, shape (n_paths, n_runs), optional
        What each counts in each future; may be absent for a single run.
    """
    ahead = tuple(today.under(one) for one in levers)
    return Under(ahead, np.ones((1, 1)) if weights is None else weights)


def children_together(today: CohortToday, levers: Levers | None = None) -> FloatArray:
    """Give the cohort's children of every leaf, shape (n_leaves, horizon), by the shortest way.

    Today's children and entrants are stepped together, in half the time of
    `stepped_under`; the same to 1e-9, for lack of what explains it. Where levers do
    nothing, it is the same as without them to the last bit.
    """
    horizon = today.expected.today.horizon
    ahead = expected(
        today.rates, today.stock, today.entries.mean, horizon=horizon, levers=levers, apart=False
    )
    return of_cohort(ahead, Measure.CHILDREN.value)


def moved_leaves(leaf_means: FloatArray, under: FloatArray, *, like: FloatArray) -> FloatArray:
    """Move leaves by as much as the cohort's move, never below nobody."""
    return np.asarray(np.maximum(leaf_means + (under - like), 0.0))


def of_cohort(ahead: Expected, measure: str) -> FloatArray:
    """Give one measure of the core by leaf, shape (n_leaves, horizon)."""
    return leaves_of_balance(ahead.together())[measure].astype(np.float64)


def _averaged(balances: Sequence[Balance], weights: FloatArray) -> Balance:
    return Balance(
        *(
            np.einsum("r,r...->...", weights, [getattr(one, part.name) for one in balances])
            for part in fields(Balance)
        )
    )


@dataclass(frozen=True, slots=True)
class FuturesUnder:
    """Joint futures of leaves, each with its own draw of the assumptions that are intervals.

    Attributes
    ----------
    futures : DrawnFutures
        As things are.
    runs : tuple of ndarray, each of shape (n_leaves, horizon)
        Leaf means of each run of the levers.
    under : Under
        How futures weigh the runs.
    """

    futures: DrawnFutures
    runs: tuple[FloatArray, ...]
    under: Under

    def children(self) -> PathArray:
        """Give futures of every leaf, shape (n_paths, n_leaves, horizon)."""
        found = self.futures.children()
        usual = np.einsum("r,rlh->lh", self.under.on_average, self.runs)
        for future, weights in zip(found, self.under.weights, strict=True):
            own = np.einsum("r,rlh->lh", weights, self.runs)
            share = np.divide(own, usual, out=np.ones_like(own), where=usual > 0)
            future *= np.clip(share, 0.0, MOST_STRETCH).astype(np.float32)
        return found
