"""One forecast from the cohort, the panel and today held flat, that adds up at every level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray
from models.forecasting.combination import Weights, combined, combined_as_known, learn_weights
from models.reconciliation import (
    LEAST_COLUMNS,
    OVERLAPPING_SHRINKAGE,
    Reconciler,
    mint_shrink,
    reconciled_as_known,
    reconciler_from,
)
from models.scores import seasonal_naive_scale
from rcc_forecast.forecasting.nodes import MeasureNodes, lead_buckets
from rcc_forecast.forecasting.points import COHORT, HOLD_FLAT, PANEL
from rcc_forecast.forecasting.rolled import Points, Rolled
from rcc_forecast.results.demand import MONTHS_A_YEAR
from rcc_forecast.results.hierarchy import TOTAL

COMBINATION = "combination"
"""The forecast that is handed out."""

MEMBERS = (HOLD_FLAT, PANEL, COHORT)
"""What it is made of. The sector's method and single models are scored beside it."""

_COHORT_PRIOR, _COHORT_PRIOR_OF_TOTALS = 0.7, 0.85
_FLAT_SHARE = 1 / 3
"""Weights before the past is asked: the cohort's, hold flat's share of the rest; the panel has
what is left. Totals have little chance in them: there the cohort did best on simulated worlds."""

_CHANGE_MONTHS = (3, 6, 12)
"""Changes over so many months stand in for errors where no forecast has been judged yet."""


@dataclass(frozen=True, slots=True)
class Blend:
    """How members are weighed and reconciled.

    Attributes
    ----------
    members : tuple of str
        Those that could run.
    weights : Weights
        By kind of node and range of leads.
    reconciler : Reconciler
        Of totals and cells.
    """

    members: tuple[str, ...]
    weights: Weights
    reconciler: Reconciler

    def means(
        self, points: Mapping[str, NDArray[np.floating[Any]]], nodes: MeasureNodes
    ) -> FloatArray:
        """Give the combined forecast of every node, coherent and not negative.

        Parameters
        ----------
        points : dict of str to ndarray, shape (n_nodes, horizon)
            Of every member.
        nodes : MeasureNodes
            The nodes.

        Returns
        -------
        ndarray, shape (n_nodes, horizon)
            Cells sum to totals. An area's populations share its total in the
            proportion that they were forecast in.
        """
        stacked = np.stack([points[name] for name in self.members])
        bucket = lead_buckets(stacked.shape[2])
        base = combined(stacked, self.weights, kind=nodes.kinds.of_node, bucket=bucket)
        coherent = self.reconciler(base[: nodes.n_coherent]).non_negative(nodes.hierarchy).nodes
        populations = np.maximum(base[nodes.n_coherent :], 0.0)
        return np.concatenate([coherent, _shared(populations, coherent, nodes)])


@dataclass(frozen=True, slots=True)
class Blended:
    """A blend, and what it would have said.

    Attributes
    ----------
    blend : Blend
        For today's forecast.
    past : ndarray of 32 bits, shape (n_origins, n_nodes, horizon)
        From past origins, each with what was known then.
    """

    blend: Blend
    past: Points


def learn_blend(rolled: Rolled, y: FloatArray, nodes: MeasureNodes) -> Blended:
    """Learn weights from past forecasts, and how to make their sum coherent.

    Parameters
    ----------
    rolled : Rolled
        Forecasts from past origins; without any, weights are the prior ones.
    y : ndarray, shape (n_nodes, n_months)
        What is known.
    nodes : MeasureNodes
        The nodes.

    Returns
    -------
    Blended
        How today's forecast is made, and the past ones as they would have
        been: with weights and errors that were known at each origin.
    """
    members = tuple(name for name in MEMBERS if name in rolled.now)
    kinds = nodes.kinds
    scale, _ = seasonal_naive_scale(y, season=MONTHS_A_YEAR)
    points = np.stack([rolled.past[name] for name in members])
    learning: dict[str, Any] = {
        "scale": scale,
        "kind": kinds.of_node,
        "bucket": lead_buckets(rolled.actual.shape[2]),
        "prior": _prior(members, kinds.names),
        "spacing": rolled.spacing,
    }
    weights = learn_weights(points, rolled.actual, **learning)
    base = combined_as_known(points, rolled.actual, **learning)
    n = nodes.n_coherent
    early = _from_changes(y[:n, : _first(rolled, y)], nodes)
    coherent = reconciled_as_known(
        base[:, :n], rolled.actual[:, :n], nodes.hierarchy, spacing=rolled.spacing, early=early
    )
    past = [
        np.concatenate([known, _shared(np.maximum(others, 0.0), known, nodes)])
        for known, others in zip(coherent, base[:, n:], strict=True)
    ]
    errors = rolled.actual[:, :n] - base[:, :n]
    blend = Blend(members, weights, reconciler_from(errors, nodes.hierarchy, early=early))
    return Blended(blend, np.array(past, dtype=np.float32).reshape(rolled.actual.shape))


def _first(rolled: Rolled, y: FloatArray) -> int:
    return int(rolled.origins[0]) if len(rolled.origins) else y.shape[1]


def _from_changes(y: FloatArray, nodes: MeasureNodes) -> Reconciler | None:
    """Weigh nodes by how they changed before any forecast was made; None where too little is known.

    The changes are the errors of holding flat.
    """
    changes = [y[:, lag:] - y[:, :-lag] for lag in _CHANGE_MONTHS if y.shape[1] > lag]
    columns = np.concatenate(changes, axis=1) if changes else np.empty((len(y), 0))
    if columns.shape[1] < LEAST_COLUMNS:
        return None
    return mint_shrink(nodes.hierarchy, residuals=columns, least_shrinkage=OVERLAPPING_SHRINKAGE)


def _shared(
    populations: NDArray[np.floating[Any]],
    coherent: NDArray[np.floating[Any]],
    nodes: MeasureNodes,
) -> NDArray[np.floating[Any]]:
    """Scale an area's populations so that they sum to its total."""
    of = nodes.total_of_population
    wanted = coherent[of]
    together = np.zeros_like(wanted)
    for area in np.unique(of):
        rows = of == area
        together[rows] = populations[rows].sum(axis=0)
    even = np.full_like(wanted, 0.5)
    share = np.divide(populations, together, out=even, where=together > 0)
    return np.asarray(share * wanted)


def _prior(members: tuple[str, ...], kinds: tuple[str, ...]) -> FloatArray:
    prior = np.zeros((len(members), len(kinds)))
    for column, kind in enumerate(kinds):
        cohort = _COHORT_PRIOR_OF_TOTALS if kind.endswith(f"/{TOTAL}") else _COHORT_PRIOR
        flat = (1.0 - cohort) * _FLAT_SHARE
        of_member = {COHORT: cohort, HOLD_FLAT: flat, PANEL: 1.0 - cohort - flat}
        prior[:, column] = [of_member[name] for name in members]
    return prior
