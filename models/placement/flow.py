"""Single children to homes at the least points, all at once, by minimum-cost flow."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from models.placement.problem import FloatArray, IntArray


def flow_of_pairs(
    child: IntArray, home: IntArray, points: FloatArray, without: FloatArray, free: IntArray
) -> IntArray:
    """Give the pairs that place single children at the least points.

    Parameters
    ----------
    child, home : ndarray of int, shape (n_pairs,)
        Pairs that are allowed.
    points : ndarray, shape (n_pairs,)
        Whole numbers.
    without : ndarray, shape (n_kids,)
        Points of each child without a home; infinite where a home is a must.
    free : ndarray of int, shape (n_homes,)
        Places left.

    Returns
    -------
    ndarray of int
        Rows of the pairs used, rising; children in none of them stay without a home.
    """
    n_kids, n_homes = without.size, free.size
    none, sink = n_kids + n_homes, n_kids + n_homes + 1
    every_child, every_home = np.arange(n_kids), np.arange(n_homes)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.r_[child, every_child, n_kids + every_home, [none]].astype(np.int32),
        np.r_[n_kids + home, np.full(n_kids, none), np.full(n_homes, sink), [sink]].astype(
            np.int32
        ),
        np.r_[np.ones(child.size + n_kids), free, [n_kids]].astype(np.int64),
        np.r_[points, _finite(without, points), np.zeros(n_homes + 1)].astype(np.int64),
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:n_kids], supply[sink] = 1, -n_kids
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("A flow in which every child may stay without a home has a solution.")
    return np.flatnonzero(flow.flows(np.arange(child.size, dtype=np.int32)) > 0)


def _finite(without: FloatArray, points: FloatArray) -> FloatArray:
    """Give a child who must have a home more points without one than any plan could save."""
    must = np.isinf(without)
    if not must.any():
        return without
    others = without[~must]
    most = float(np.abs(points).max(initial=0.0)) + float(np.abs(others).max(initial=0.0)) + 1.0
    return np.where(must, 2.0 * without.size * most, without)
