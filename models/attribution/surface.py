"""An answer as a quadratic in its assumptions, so that a few runs serve every future.

A forecast under assumptions that differ from future to future would take a run
a future. Over the range of a planner's interval the answer bends little: a
quadratic through its ends and middle, with products of pairs, gives each
future's answer as a weighted sum of a few runs. Box & Wilson, *Journal of the
Royal Statistical Society* B 13 (1951), section 3, on second-order designs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.forecast import FloatArray


@dataclass(frozen=True, slots=True)
class Surface:
    """Where an answer must be worked out, and how those answers are weighed.

    Attributes
    ----------
    nodes : ndarray, shape (n_nodes, n_keys)
        Values of the assumptions at which to run.
    weights : ndarray, shape (n_points, n_nodes)
        The answer at a point is the sum of answers at nodes, so weighed; each
        row sums to 1. One node has the weight 1, exactly.
    """

    nodes: FloatArray
    weights: FloatArray


def surface_of(
    low: FloatArray, high: FloatArray, points: FloatArray, *, whole: Sequence[bool]
) -> Surface:
    """Choose nodes inside a box, and weigh them at points of it.

    Parameters
    ----------
    low, high : ndarray, shape (n_keys,)
        Ends of each assumption, low < high.
    points : ndarray, shape (n_points, n_keys)
        Where answers are wanted.
    whole : sequence of bool
        Which assumptions are counted: their nodes are whole numbers.

    Returns
    -------
    Surface
        (n_keys + 1)(n_keys + 2) / 2 nodes; one, without keys. An assumption
        of two whole values has no middle, and enters as a straight line.
    """
    levels = [
        _levels(start, end, is_whole) for start, end, is_whole in zip(low, high, whole, strict=True)
    ]
    nodes = _nodes(levels)
    if len(nodes) == 1:
        return Surface(nodes, np.ones((len(points), 1)))
    bends = [len(level) == 3 for level in levels]
    at_nodes = _terms(_scaled(nodes, low, high), bends)
    at_points = _terms(_scaled(points, low, high), bends)
    weights = np.linalg.solve(at_nodes.T, at_points.T).T
    return Surface(nodes, np.asarray(weights, dtype=np.float64))


def _levels(low: float, high: float, is_whole: bool) -> list[float]:
    """Give the first value of an assumption, then the others; two where there is no middle."""
    middle = (low + high) / 2.0
    if not is_whole:
        return [middle, low, high]
    return [float(round(middle)), low, high] if high - low >= 2.0 else [low, high]


def _nodes(levels: list[list[float]]) -> FloatArray:
    first = [level[0] for level in levels]
    nodes = [first]
    for key, level in enumerate(levels):
        nodes += [_with(first, {key: value}) for value in level[1:]]
    for one, other in combinations(range(len(levels)), 2):
        nodes.append(_with(first, {one: levels[one][-1], other: levels[other][-1]}))
    return np.array(nodes).reshape(len(nodes), len(levels))


def _with(values: list[float], changed: dict[int, float]) -> list[float]:
    return [changed.get(key, value) for key, value in enumerate(values)]


def _scaled(values: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.asarray((2.0 * values - low - high) / (high - low))


def _terms(t: FloatArray, bends: list[bool]) -> FloatArray:
    """Lay out 1, each, the squares of those that bend, and products of pairs."""
    squares = [t[:, key] ** 2 for key, bent in enumerate(bends) if bent]
    products = [t[:, one] * t[:, other] for one, other in combinations(range(t.shape[1]), 2)]
    return np.stack([np.ones(len(t)), *t.T, *squares, *products], axis=1)
