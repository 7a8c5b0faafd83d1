"""Whole children drawn by inverse distribution functions: one uniform, one count.

With the same uniforms two runs that differ by a lever draw counts that differ
by that lever alone; a generator's own binomial and Poisson fall out of step.
Arrays are of 32 bits with paths as the last axis: England's futures are 150
million draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Float32Array = NDArray[np.float32]

_LARGE_MEAN = 4.0
"""From here the normal limit, rounded to whole children, is near enough."""

_TERMS_OF_ALL = 2
"""Terms that are summed for every cell; the few that need more are taken out and finished."""

_MOST_TERMS = 16
"""Terms of the sum below that mean: a seventeenth child has a chance of one in a million."""

_MOST_CHANCE = np.float32(0.95)

_ALMOST_ONE = np.float32(0.999)
"""Uniforms end here where they are added to whole numbers: 32 bits would round up to a child."""


def binomial(n: Float32Array, p: Float32Array, u: Float32Array) -> Float32Array:
    """Give how many of `n` whole children meet a chance `p`, at quantile `u`.

    Parameters
    ----------
    n : ndarray of float32
        Whole numbers, not negative.
    p : ndarray of float32
        Chances that broadcast to `n`; over 0.95 count as 0.95.
    u : ndarray of float32
        Uniform numbers, shape of `n`.

    Returns
    -------
    ndarray of float32
        Whole numbers between 0 and `n`, rising in `p`.
    """
    p = np.minimum(p, _MOST_CHANCE)
    odds = p / (1 - p)
    none = np.exp(n * np.log1p(-p))
    mean = n * p
    drawn = _summed(none, u, mean, odds, n)
    _draw_large(drawn, mean, np.broadcast_to(1 - p, mean.shape), u)
    return np.minimum(drawn, n, out=drawn)


def poisson(mean: Float32Array, u: Float32Array) -> Float32Array:
    """Give a Poisson count of a mean at quantile `u`, shape of both."""
    none = np.exp(-np.minimum(mean, np.float32(80.0)))
    drawn = _summed(none, u, mean, mean, None)
    _draw_large(drawn, mean, np.ones_like(mean), u)
    return drawn


def _summed(
    none: Float32Array,
    u: Float32Array,
    mean: Float32Array,
    odds: Float32Array,
    n: Float32Array | None,
) -> Float32Array:
    """Sum the chances of 0, 1, 2, ... until they pass the uniform, where the mean is small."""
    term, below = none, none.copy()
    open_ = (u > below) & (mean < _LARGE_MEAN)
    drawn = open_.astype(np.float32)
    for count in range(_TERMS_OF_ALL):
        term *= _next(odds, n, count)
        below += term
        open_ &= u > below
        drawn += open_
    left = np.flatnonzero(open_)
    if len(left):
        where = np.unravel_index(left, open_.shape)
        more_odds = np.broadcast_to(odds, open_.shape)[where]
        more_n = None if n is None else n[where]
        drawn[where] += _finished(term[where], below[where], u[where], more_odds, more_n)
    return drawn


def _finished(
    term: Float32Array,
    below: Float32Array,
    u: Float32Array,
    odds: Float32Array,
    n: Float32Array | None,
) -> Float32Array:
    drawn = np.zeros_like(term)
    open_ = np.ones(term.shape, dtype=bool)
    for count in range(_TERMS_OF_ALL, _MOST_TERMS):
        term = term * _next(odds, n, count)
        below = below + term
        open_ &= u > below
        if not open_.any():
            break
        drawn += open_
    return drawn


def _next(odds: Float32Array, n: Float32Array | None, count: int) -> Float32Array:
    """Ratio of the chance of `count` + 1 to that of `count`."""
    share = odds * np.float32(1.0 / (count + 1))
    return share if n is None else np.asarray(share * (n - np.float32(count)))


def _draw_large(
    drawn: Float32Array, mean: Float32Array, variance_a_mean: Float32Array, u: Float32Array
) -> None:
    large = np.flatnonzero(mean >= _LARGE_MEAN)
    if len(large) == 0:
        return
    where = np.unravel_index(large, mean.shape)
    middle = mean[where]
    normal = ndtri(np.clip(u[where], 1e-7, 1 - 1e-7))
    wanted = middle + np.sqrt(middle * variance_a_mean[where]) * normal
    drawn[where] = np.maximum(np.rint(wanted), 0.0)


def divided(total: Float32Array, steps: Float32Array, u: Float32Array) -> Float32Array:
    """Divide whole totals by shares, so that every part is whole and none is lost.

    Parameters
    ----------
    total : ndarray of float32, shape (..., n_paths)
        Whole numbers.
    steps : ndarray of float32, shape (..., n_parts, 1 or n_paths)
        Shares added up over parts, as `steps_of` gives them.
    u : ndarray of float32, shape (..., n_paths)
        Uniform numbers: where the rounding starts.

    Returns
    -------
    ndarray of float32, shape (..., n_parts, n_paths)
        Expected part = total · share; systematic rounding, so that a part is
        never a whole child off.
    """
    edges = total[..., None, :] * steps
    edges += np.minimum(u, _ALMOST_ONE)[..., None, :]
    return _differences(np.floor(edges, out=edges))


def steps_of(share: Float32Array) -> Float32Array:
    """Add shares up over parts and scale them to end at exactly 1 (all 0 where there are none).

    `share` has shape (..., n_parts, 1 or n_paths), and so has the result.
    """
    steps = np.cumsum(share, axis=-2)
    whole = steps[..., -1:, :].copy()
    np.divide(steps, whole, out=steps, where=whole > 0)
    # The last step is the total itself: 32 bits must not lose a child at the end.
    steps[..., -1:, :] = whole > 0
    return np.minimum(steps, np.float32(1.0), out=steps)


def rounded(expected: Float32Array, u: Float32Array) -> Float32Array:
    """Round expected parts to whole children so that their sum is kept within one.

    Parameters
    ----------
    expected : ndarray of float32, shape (..., n_parts, n_paths)
        Not negative.
    u : ndarray of float32, shape (..., n_paths)
        Uniform numbers.

    Returns
    -------
    ndarray of float32, shape (..., n_parts, n_paths)
        Whole; each part's expectation is `expected`.
    """
    edges = np.cumsum(expected, axis=-2)
    edges += u[..., None, :]
    return _differences(np.floor(edges, out=edges))


def _differences(edges: Float32Array) -> Float32Array:
    parts = edges.copy()
    parts[..., 1:, :] -= edges[..., :-1, :]
    return parts
