"""What is behind a change: entries, exits, birthdays and moves at any node.

An identity, not an attribution: the lines of a node add up to its change to
1e-9, for today's children and future entrants apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.forecast import FloatArray
from models.forecasting.cohort.recursion import Balance, Expected

SIGNED_FLOWS: tuple[tuple[str, int], ...] = (
    ("entries", 1),
    ("exits", -1),
    ("aged_out", -1),
    ("band_in", 1),
    ("band_out", -1),
    ("moved_in", 1),
    ("moved_out", -1),
)
"""The flows in the order of the identity, with the sign by which each changes the stock."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The identity at nodes, by month.

    Attributes
    ----------
    start : ndarray, shape (n_nodes,)
        Children before the first month.
    stock : ndarray, shape (n_nodes, horizon)
        Children at each month's end.
    flows : ndarray, shape (2, n_flows, n_nodes, horizon)
        Signed flows of the month, of today's children and of future
        entrants, in the order of `SIGNED_FLOWS`.
    """

    start: FloatArray
    stock: FloatArray
    flows: FloatArray

    def since_start(self) -> FloatArray:
        """Give the flows added up from the first month, in the shape of `flows`.

        At every node and month the sum over parts and flows is stock - start.
        """
        return np.asarray(np.cumsum(self.flows, axis=3))


def explain(forecast: Expected, totals: Any) -> Explanation:
    """Add the identity up at nodes.

    Parameters
    ----------
    forecast : Expected
        Today's children and entrants apart.
    totals : ndarray or sparse array, shape (n_nodes, n_cells)
        Row of ones over the cells that a node sums; cells are the flattened
        (area, kind, band, stream) of `Balance`, last index fastest.

    Returns
    -------
    Explanation
        Where a node sums both sides of a birthday or move, the two cancel in
        the sum of its lines, not within each line.

    Raises
    ------
    ValueError
        Today's children and entrants were not kept apart.
    """
    if forecast.entrants is None:
        raise ValueError("An explanation needs today's children and entrants apart: apart=True.")
    parts = (forecast.today, forecast.entrants)
    whole = forecast.together()
    return Explanation(
        start=np.asarray(totals @ whole.start.ravel()),
        stock=_at_nodes(whole.stock, totals),
        flows=np.stack([_signed(part, totals) for part in parts]),
    )


def _signed(part: Balance, totals: Any) -> FloatArray:
    return np.stack([sign * _at_nodes(getattr(part, name), totals) for name, sign in SIGNED_FLOWS])


def _at_nodes(flow: FloatArray, totals: Any) -> FloatArray:
    return np.asarray(totals @ flow.reshape(len(flow), -1).T)
