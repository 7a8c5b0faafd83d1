"""Weights of several forecasts by kind of node and range of leads, never by series.

A winner per series would mostly be luck. Weights minimise the absolute error of
the weighted forecast on past origins, all nodes of a kind together, and are
drawn to prior weights as far as the past is short: Bates & Granger (1969), "The
combination of forecasts", *Operational Research Quarterly* 20, with the
shrinkage of Diebold & Pauly (1990), *International Journal of Forecasting* 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from models.forecast import FloatArray, IntArray, PathArray

PRIOR_ORIGINS = 6.0
"""Origins that the prior weights count for."""

_MOST_NODES, _MOST_LEADS, _MOST_ERRORS = 400, 3, 12_000
"""What a kind and range of leads is learned from: evenly chosen, a few thousand errors place
a handful of weights."""

_PASSES = 30
_SMALLEST = 1e-3
"""Scaled errors below it count as it: the absolute value is rounded off at zero."""

_SUM_TO_ONE = 1e4
"""Weight of "the weights sum to 1" beside errors of weight 1."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of members.

    Attributes
    ----------
    values : ndarray, shape (n_members, n_kinds, n_buckets)
        Not negative; they sum to 1 over members.
    origins : ndarray, shape (n_kinds, n_buckets)
        Non-overlapping origins that they were learned from; 0 where they are
        the prior.
    """

    values: FloatArray
    origins: FloatArray


def learn_weights(
    points: PathArray,
    actual: PathArray,
    *,
    scale: FloatArray,
    kind: IntArray,
    bucket: IntArray,
    prior: FloatArray,
    spacing: int,
) -> Weights:
    """Learn weights from forecasts of past origins.

    Parameters
    ----------
    points : ndarray, shape (n_members, n_origins, n_nodes, horizon)
        Every member's expected values; NaN where a member has none.
    actual : ndarray, shape (n_origins, n_nodes, horizon)
        What came; NaN where it is not known.
    scale : ndarray, shape (n_nodes,)
        Unit of error of each node, such as its seasonal-naive error; a node
        with NaN or 0 takes no part.
    kind : ndarray of int, shape (n_nodes,)
        Nodes that share weights.
    bucket : ndarray of int, shape (horizon,)
        Leads that share weights.
    prior : ndarray, shape (n_members, n_kinds)
        Weights before any error was seen; brought to sum to 1.
    spacing : int
        Periods between origins.

    Returns
    -------
    Weights
        (n w + n0 prior) / (n + n0), with w the weights of least mean scaled
        absolute error, n the origins whose errors do not overlap and n0 =
        `PRIOR_ORIGINS`.
    """
    n_kinds, n_buckets = prior.shape[1], int(bucket.max()) + 1
    usual = prior / prior.sum(axis=0)
    values = np.repeat(usual[:, :, None], n_buckets, axis=2)
    origins = np.zeros((n_kinds, n_buckets))
    for k in range(n_kinds):
        nodes = _evenly(np.flatnonzero((kind == k) & (scale > 0)), _MOST_NODES)
        for b in range(n_buckets):
            leads = _evenly(np.flatnonzero(bucket == b), _MOST_LEADS)
            chosen = np.ix_(np.arange(len(actual)), nodes, leads)
            came = actual[chosen]
            seen = np.asarray(np.isfinite(came).any(axis=(1, 2)))
            if not seen.any():
                continue
            origins[k, b] = _non_overlapping(seen, spacing=spacing, lead=int(leads.mean()) + 1)
            of_members = np.stack([member[chosen] for member in points])
            learned = _of_least_error(of_members, came, scale[nodes], start=usual[:, k])
            n = origins[k, b]
            values[:, k, b] = (n * learned + PRIOR_ORIGINS * usual[:, k]) / (n + PRIOR_ORIGINS)
    return Weights(values, origins)


def combined(
    points: PathArray, weights: Weights, *, kind: IntArray, bucket: IntArray
) -> FloatArray:
    """Give the weighted forecast.

    Parameters
    ----------
    points : ndarray, shape (n_members, n_nodes, horizon)
        In the members' order when learning. A member that is NaN somewhere
        leaves its weight to the others there.
    weights : Weights
        Learned.
    kind : ndarray of int, shape (n_nodes,)
        As when learning.
    bucket : ndarray of int, shape (horizon,)
        As when learning; a lead beyond those learned takes the last.

    Returns
    -------
    ndarray, shape (n_nodes, horizon)
        NaN where no member has a forecast.
    """
    column = np.minimum(bucket, weights.values.shape[2] - 1)[None, :]
    total = np.zeros(points.shape[1:])
    given = np.zeros(points.shape[1:])
    for member, weight in zip(points, weights.values, strict=True):
        known = np.isfinite(member)
        share = np.where(known, weight[kind[:, None], column], 0.0)
        total += share * np.where(known, member, 0.0)
        given += share
    unknown = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, given, out=unknown, where=given > 0))


def combined_as_known(
    points: PathArray,
    actual: PathArray,
    *,
    scale: FloatArray,
    kind: IntArray,
    bucket: IntArray,
    prior: FloatArray,
    spacing: int,
    every: int = 6,
) -> NDArray[np.float32]:
    """Combine past forecasts with the weights that were known at each origin.

    Parameters
    ----------
    points, actual, scale, kind, bucket, prior, spacing
        As for `learn_weights`.
    every : int
        Origins between one learning of weights and the next.

    Returns
    -------
    ndarray of 32 bits, shape (n_origins, n_nodes, horizon)
        What the combination would have said: an error counts once its month
        has passed. The first origins have the prior's weights.
    """
    found = np.empty(actual.shape, dtype=np.float32)
    lead = np.arange(1, actual.shape[2] + 1)
    for first in range(0, len(actual), every):
        age = (first - np.arange(first)) * spacing
        passed = lead <= age[:, None]
        weights = learn_weights(
            points[:, :first],
            np.where(passed[:, None, :], actual[:first], np.nan),
            scale=scale,
            kind=kind,
            bucket=bucket,
            prior=prior,
            spacing=spacing,
        )
        for origin in range(first, min(first + every, len(actual))):
            found[origin] = combined(points[:, origin], weights, kind=kind, bucket=bucket)
    return found


def _evenly(rows: IntArray, most: int) -> IntArray:
    if len(rows) <= most:
        return rows
    return np.asarray(rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)])


def _non_overlapping(seen: NDArray[np.bool_], *, spacing: int, lead: int) -> float:
    at = np.flatnonzero(seen)
    return float(min(1 + (at[-1] - at[0]) * spacing // lead, len(at)))


def _of_least_error(
    points: PathArray, actual: PathArray, scale: FloatArray, *, start: FloatArray
) -> FloatArray:
    """Give the simplex weights of least mean scaled absolute error."""
    x = (points / scale[:, None]).reshape(len(points), -1).T.astype(np.float64)
    y = (actual / scale[:, None]).ravel().astype(np.float64)
    came = np.isfinite(y)
    runs = np.isfinite(x[came]).any(axis=0)
    rows = np.flatnonzero(came & np.isfinite(x[:, runs]).all(axis=1))
    rows = _evenly(rows, _MOST_ERRORS)
    if not runs.any() or not len(rows):
        return start
    weights = np.zeros(len(points))
    # Errors of members: with weights that sum to 1, theirs is the combination's error.
    errors = x[rows][:, runs] - y[rows, None]
    first = start[runs] if start[runs].sum() > 0 else np.ones(int(runs.sum()))
    weights[runs] = _least_absolute(errors, first / first.sum())
    return weights


def _least_absolute(errors: FloatArray, start: FloatArray) -> FloatArray:
    """Minimise Σ|errors @ w| over the simplex by reweighted least squares."""
    w = start
    for _ in range(_PASSES):
        weight = 1 / np.maximum(np.abs(errors @ w), _SMALLEST)
        gram = (errors * (weight / weight.sum())[:, None]).T @ errors
        w = _simplex_least_squares(gram)
    return w


def _simplex_least_squares(gram: FloatArray) -> FloatArray:
    """Minimise w' gram w over w >= 0 that sum to 1."""
    n = len(gram)
    size = max(float(np.trace(gram)) / n, 1e-12)
    root = np.linalg.cholesky(gram / size + 1e-10 * np.eye(n)).T
    rows = np.vstack([root, np.full((1, n), _SUM_TO_ONE)])
    target = np.concatenate([np.zeros(n), [_SUM_TO_ONE]])
    found = np.asarray(nnls(rows, target)[0])
    return np.asarray(found / found.sum())
