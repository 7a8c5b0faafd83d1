"""Whose doubt widens the answer: the share of its variance that each assumption explains.

First-order indices of Sobol' (1993), estimated from the futures themselves: the
part of an answer's variance that a curve in one assumption accounts for. What
no assumption explains is chance, and doubt that all answers share.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray

_LEAST_VARIANCE = 1e-12
"""Of an answer's square; below it nothing varies, and there is nothing to share out."""


def shares_of_spread(
    values: FloatArray, answers: FloatArray, *, whole: FloatArray | None = None
) -> FloatArray:
    """Give the share of each answer's variance that each assumption explains by itself.

    Parameters
    ----------
    values : ndarray, shape (n_futures, n_keys)
        What was drawn of each assumption; no two keys drawn alike.
    answers : ndarray, shape (n_futures, n_answers)
        What came out, or the part of it that the assumptions can have moved:
        the less else there is in it, the surer the shares.
    whole : ndarray, shape (n_futures, n_answers), optional
        The answers whose variance is shared out; `answers` when absent.

    Returns
    -------
    ndarray, shape (n_keys, n_answers)
        From 0 to 1; 0 where an answer does not vary. All keys enter one
        regression, each with a line and a square; what so many terms would
        explain of mere chance is taken off.
    """
    n, n_keys = values.shape
    if n_keys == 0:
        return np.zeros((0, answers.shape[1]))
    terms = _terms(values)
    off = answers - answers.mean(axis=0)
    fitted, *_ = np.linalg.lstsq(terms, off, rcond=None)
    shared_out = answers if whole is None else whole
    variance = shared_out.var(axis=0)
    left = (off - terms @ fitted).var(axis=0) * n / max(n - terms.shape[1] - 1, 1)
    of_each = np.stack(
        [
            (terms[:, 2 * key : 2 * key + 2] @ fitted[2 * key : 2 * key + 2]).var(axis=0)
            for key in range(n_keys)
        ]
    )
    explained = np.maximum(of_each - 2.0 * left / n, 0.0)
    level = np.square(shared_out).mean(axis=0)
    varies = variance > _LEAST_VARIANCE * np.maximum(level, _LEAST_VARIANCE)
    share = np.divide(explained, variance, out=np.zeros_like(explained), where=varies)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _terms(values: FloatArray) -> FloatArray:
    """Lay out each key's line and square, centred: shape (n_futures, 2 n_keys)."""
    off = values - values.mean(axis=0)
    spread = off.std(axis=0)
    line = np.divide(off, spread, out=np.zeros_like(off), where=spread > 0)
    square = line**2 - (line**2).mean(axis=0)
    return np.stack([line, square], axis=2).reshape(len(values), -1)
