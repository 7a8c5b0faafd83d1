"""Joint futures of the cohort core, laid out by leaf, and how wide they are at every node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.forecast import FloatArray, Forecast, IntArray
from models.forecasting.cohort import Expected, Paths, draw_paths
from models.scores import QUANTILE_LEVELS
from rcc_forecast.codes import AgeBand, Measure
from rcc_forecast.codes import Population as Stream
from rcc_forecast.forecasting.cohort_runs import CohortToday
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.tables.forecast import QUANTILES

SPREAD_LEVELS: FloatArray = np.unique(
    np.concatenate([QUANTILE_LEVELS, list(QUANTILES.values())]).round(3)
)
"""Levels of published and of scored quantiles."""

_STREAMS = list(Stream)
_OTHER, _UASC = _STREAMS.index(Stream.OTHER), _STREAMS.index(Stream.UASC)
_N_BANDS = len(AgeBand)


@dataclass(frozen=True, slots=True)
class StructuralSpread:
    """How far quantiles of nodes lie from their mean, as a share of it.

    Attributes
    ----------
    relative : ndarray of 32 bits, shape (n_levels, n_nodes, horizon)
        At `SPREAD_LEVELS`; NaN where the intervals of a node rest on past
        errors alone.
    """

    relative: NDArray[np.float32]

    def at(self, leads: IntArray) -> StructuralSpread:
        """Give the spread of some leads alone, counted from 0."""
        return StructuralSpread(self.relative[:, :, leads])

    def around(self, mean: FloatArray, levels: FloatArray) -> NDArray[np.float32]:
        """Give quantiles less the mean, shape (n_levels, n_nodes, horizon)."""
        place = np.searchsorted(SPREAD_LEVELS, np.asarray(levels).round(3))
        return np.asarray(self.relative[place] * mean.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Futures:
    """Joint futures of whole children by leaf of a history.

    Attributes
    ----------
    paths : Paths
        Of the cohort core.
    leaf : ndarray of int, shape (n_drawn,)
        Leaf of the history that each drawn leaf is.
    n_leaves : int
        Leaves of the history.
    """

    paths: Paths
    leaf: IntArray
    n_leaves: int

    def children(self) -> NDArray[np.float32]:
        """Give futures of every leaf, shape (n_paths, n_leaves, horizon)."""
        n_paths, _, horizon = self.paths.children.shape
        found = np.zeros((n_paths, self.n_leaves, horizon), dtype=np.float32)
        found[:, self.leaf] = self.paths.children
        return found

    def spread(
        self, summing: sparse.csr_array, measure: str, *, only: NDArray[np.bool_] | None = None
    ) -> StructuralSpread:
        """Give how wide the futures of nodes are.

        Parameters
        ----------
        summing : csr_array, shape (n_nodes, n_leaves)
            Ones over the leaves of a node.
        measure : str
            ``children``, ``entries`` or ``exits``.
        only : ndarray of bool, shape (n_nodes,), optional
            Nodes wanted; the rest is NaN. All when absent.
        """
        drawn, leaf = self._of(measure)
        wanted = np.ones(summing.shape[0], dtype=bool) if only is None else only
        shape = (len(SPREAD_LEVELS), summing.shape[0], drawn.shape[2])
        relative = np.full(shape, np.nan, dtype=np.float32)
        if wanted.any():
            totals = sparse.csr_array(summing[np.flatnonzero(wanted)][:, leaf])
            quantiles = Forecast(drawn).node_quantiles(totals, SPREAD_LEVELS)
            mean = np.asarray(totals @ drawn.mean(axis=0, dtype=np.float64))
            off = quantiles - mean
            share = np.divide(off, mean, out=np.zeros_like(off), where=mean > 0)
            relative[:, wanted] = share
        return StructuralSpread(relative)

    def _of(self, measure: str) -> tuple[NDArray[np.float32], IntArray]:
        """Futures of a measure, and a leaf of the history under each."""
        if measure == Measure.CHILDREN.value:
            return self.paths.children, self.leaf
        flows = self.paths.entries
        if measure == Measure.EXITS.value:
            flows = self.paths.exits.copy()
            flows[:, :, _N_BANDS - 1] += self.paths.aged_out
        n_paths, n_areas, n_bands, horizon = flows.shape
        a_leaf = self.n_leaves // n_areas * np.arange(n_areas)[:, None] + len(_STREAMS) * np.arange(
            n_bands
        )
        return flows.reshape(n_paths, -1, horizon), a_leaf.ravel()


def draw_futures(
    history: DemandHistory,
    today: CohortToday,
    *,
    n_paths: int,
    seed: int,
    ahead: Expected | None = None,
) -> Futures:
    """Draw joint futures of the leaves of a history.

    Parameters
    ----------
    history : DemandHistory
        Whose leaves they are.
    today : CohortToday
        Rates, entries and expected values.
    n_paths : int
        Futures.
    seed : int
        The same seed gives the same chance, whatever the levers.
    ahead : Expected, optional
        Under levers; as things are when absent.
    """
    rng = np.random.default_rng([seed, 0])
    paths = draw_paths(
        ahead or today.expected, today.entries, today.rates, n_paths=n_paths, rng=rng
    )
    return Futures(paths, leaf_of(paths, n_kinds=today.rates.n_kinds), len(history.leaves))


def leaf_of(paths: Paths, *, n_kinds: int) -> IntArray:
    """Give the leaf of a history that each drawn leaf is."""
    stream = np.where(paths.stream == 1, _UASC, _OTHER)
    cell = (paths.area.astype(np.int64) * n_kinds + paths.kind) * _N_BANDS + paths.band
    return np.asarray(cell * len(_STREAMS) + stream)
