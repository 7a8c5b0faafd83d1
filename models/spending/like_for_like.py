"""Prices compared like for like: regression of the logarithm, with doubt that knows of groups.

Homes of one provider are priced together, so they are fewer than they look:
standard errors are clustered (Liang and Zeger, Biometrika 73, 1986) with the
small-sample factor and the t distribution of Cameron and Miller, *A
practitioner's guide to cluster-robust inference*, Journal of Human Resources
50, 2015, section VI.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from models.forecast import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class LikeForLike:
    """Coefficients of a regression.

    Attributes
    ----------
    effect, error : ndarray of float, shape (n_terms,)
        Coefficients and their clustered standard errors; missing where a term cannot be
        told from the others.
    degrees : int
        Of freedom, clusters less one.
    residual : ndarray of float, shape (n_rows,)
        Observed less fitted.
    """

    effect: FloatArray
    error: FloatArray
    degrees: int
    residual: FloatArray

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Give the ends of the central interval of `level` (0 to 1), each of shape (n_terms,)."""
        half = student.ppf(0.5 + level / 2.0, self.degrees) * self.error
        return self.effect - half, self.effect + half


def like_for_like(y: FloatArray, x: FloatArray, *, group: IntArray) -> LikeForLike | None:
    """Regress `y` on `x`.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
        Such as log prices.
    x : ndarray, shape (n_rows, n_terms)
        With a column of ones where there is an intercept.
    group : ndarray of int, shape (n_rows,)
        Who sets the price.

    Returns
    -------
    LikeForLike or None
        None with fewer than three groups, or no more rows than terms: too few to say.
    """
    kept = _independent(x)
    n, terms = len(y), int(kept.sum())
    names, member = np.unique(group, return_inverse=True)
    if len(names) < 3 or n <= terms:
        return None
    used = x[:, kept]
    inverse = np.linalg.inv(used.T @ used)
    effect = inverse @ (used.T @ y)
    residual = y - used @ effect
    scores = np.zeros((len(names), terms))
    np.add.at(scores, member, used * residual[:, None])
    small = len(names) / (len(names) - 1) * (n - 1) / (n - terms)
    variance = small * inverse @ (scores.T @ scores) @ inverse
    every = np.full(x.shape[1], np.nan)
    errors = every.copy()
    every[kept], errors[kept] = effect, np.sqrt(np.maximum(np.diag(variance), 0.0))
    return LikeForLike(every, errors, len(names) - 1, residual)


def _independent(x: FloatArray) -> NDArray[np.bool_]:
    """Say which columns add something to those before them."""
    kept = np.zeros(x.shape[1], dtype=bool)
    for column in range(x.shape[1]):
        kept[column] = True
        chosen = x[:, kept]
        if np.linalg.matrix_rank(chosen) < chosen.shape[1]:
            kept[column] = False
    return kept
