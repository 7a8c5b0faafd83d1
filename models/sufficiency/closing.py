"""What would have to be true: the least change that makes a shortage unlikely, from the futures.

A future is short where the children of some set of age bands outnumber the
places that take them. Places added help every future by as much; fewer
children help each in proportion. Both are quantiles of the futures, and need
no search; a lever is then as long as its effect on the expected children.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.forecast import FloatArray
from models.sufficiency.hall import members
from models.sufficiency.shortfall import ROUNDINGS, SHORT_FROM

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Needed:
    """An amount with its 80% interval.

    Attributes
    ----------
    value, low, high : float
        ``inf`` where no amount in range is enough.
    """

    value: float
    low: float
    high: float

    def within(self, most: float) -> Needed:
        """Give the same with amounts beyond a range as ``inf``."""
        return Needed(*(part if part <= most else np.inf for part in self.parts()))

    def parts(self) -> tuple[float, float, float]:
        """Give value, low and high."""
        return self.value, self.low, self.high


@dataclass(frozen=True, slots=True)
class Competition:
    """Children of one kind in one month, and the places they compete for.

    Attributes
    ----------
    children : ndarray, shape (n_paths, n_bands)
        In each future; not whole.
    touching : ndarray, shape (2 ** n_bands,)
        Places whose ages touch each set of bands (`hall.places_touching`).
    scale : ndarray, shape (n_paths,) or (1,)
        By how much places are more or fewer in each future.
    """

    children: FloatArray
    touching: FloatArray
    scale: FloatArray

    def probability(self) -> float:
        """Give the share of futures that are short, as `shortfall` counts them."""
        return float((self.too_many() >= SHORT_FROM - _ROUNDING).mean())

    def too_many(self) -> FloatArray:
        """Give the most children too many in any set of bands, for each future and rounding."""
        upto = np.floor(np.cumsum(self.children, axis=1)[:, None] + ROUNDINGS[:, None])
        whole = np.diff(upto, axis=2, prepend=0.0)
        demand = whole @ self._sets().T
        return np.asarray((demand - self._places()[:, None]).max(axis=2).ravel())

    def bearable(self) -> FloatArray:
        """Give the share of each future's children, and rounding, from which it is short."""
        demand = self.children @ self._sets().T
        fewest = np.ceil(self._places() + SHORT_FROM - _ROUNDING)
        room = np.maximum(fewest[:, None] - ROUNDINGS[:, None], 0.0)
        share = np.divide(
            room,
            demand[:, None],
            out=np.full(room.shape, np.inf),
            where=demand[:, None] > 0,
        )
        return np.asarray(share.min(axis=2).ravel())

    def _sets(self) -> FloatArray:
        """All sets but the empty one, shape (n_sets - 1, n_bands)."""
        return members(self.children.shape[1])[1:].astype(np.float64)

    def _places(self) -> FloatArray:
        places = self.scale[:, None] * self.touching[1:]
        return np.asarray(np.broadcast_to(places, (len(self.children), len(self.touching) - 1)))


def places_needed(found: Competition, *, target: float) -> Needed:
    """Give the whole places, for any age, that bring the probability below a target.

    Parameters
    ----------
    found : Competition
        As things are.
    target : float
        Probability, between 0 and 1.

    Returns
    -------
    Needed
        0 where nothing is needed. The interval is that of the quantile, as so
        many futures place it.
    """
    worst_first = np.sort(found.too_many())[::-1]
    each = [
        max(float(np.floor(worst_first[place] + 1.0 - SHORT_FROM + _ROUNDING)), 0.0)
        for place in _places_in_order(len(worst_first), len(found.children), target)
    ]
    return Needed(*each)


def share_needed(found: Competition, *, target: float) -> Needed:
    """Give the share by which children must be fewer to bring the probability below a target.

    Parameters
    ----------
    found, target
        As for `places_needed`.

    Returns
    -------
    Needed
        Between 0 and 1; all bands are taken to shrink alike.
    """
    tightest_first = np.sort(found.bearable())
    each = [
        float(np.clip(1.0 - tightest_first[place] + _ROUNDING, 0.0, 1.0))
        if tightest_first[place] <= 1.0
        else 0.0
        for place in _places_in_order(len(tightest_first), len(found.children), target)
    ]
    return Needed(*each)


def lever_needed(effect: FloatArray, *, size: FloatArray, wanted: Needed) -> Needed:
    """Give the size of lever that takes a share of the children away.

    Parameters
    ----------
    effect : ndarray, shape (n_sizes,)
        Share of the expected children that a lever of each size takes away.
    size : ndarray, shape (n_sizes,)
        Rising, above 0.
    wanted : Needed
        Shares, from `share_needed`.

    Returns
    -------
    Needed
        Straight between sizes; ``inf`` beyond the largest.
    """
    reached = np.maximum.accumulate(np.append(0.0, effect))
    sizes = np.append(0.0, size)

    def long_enough(share: float) -> float:
        if share > reached[-1]:
            return float("inf")
        place = int(np.searchsorted(reached, share))
        if place == 0:
            return 0.0
        width = reached[place] - reached[place - 1]
        along = (share - reached[place - 1]) / width
        return float(sizes[place - 1] + along * (sizes[place] - sizes[place - 1]))

    return Needed(*(long_enough(share) for share in wanted.parts()))


def _places_in_order(n: int, n_paths: int, target: float) -> list[int]:
    """Rank that leaves fewer than the target's share beyond; the same for less and more doubt.

    The doubt is that of so many futures: roundings of one future are no trials of their own.
    """
    doubt = norm.ppf(0.9) * np.sqrt(target * (1.0 - target) / n_paths)
    shares = (target, target + doubt, target - doubt)
    return [int(np.clip(np.ceil(share * n - _ROUNDING) - 1, 0, n - 1)) for share in shares]
