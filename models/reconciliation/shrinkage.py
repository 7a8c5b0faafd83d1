"""How far correlations of past errors are to be believed.

Schäfer & Strimmer (2005), "A shrinkage approach to large-scale covariance matrix
estimation", *Statistical Applications in Genetics and Molecular Biology* 4,
target D (diagonal, unequal variances). With fewer periods than nodes the sums
over pairs of nodes are had from pairs of periods: O(n T^2), never n x n.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray


def correlation_shrinkage(residuals: FloatArray) -> float:
    """Give λ, the weight of "uncorrelated" against the correlations seen.

    Parameters
    ----------
    residuals : ndarray, shape (n_nodes, n_periods)
        Past errors, centred; without variation a node takes no part. NaN
        where a period is not known.

    Returns
    -------
    float
        Σ Var(r_ij) / Σ r_ij² over pairs i ≠ j, within 0 to 1; 1 where there is
        nothing to learn from.
    """
    known = np.isfinite(residuals)
    filled = np.where(known, residuals, 0.0)
    n_periods = filled.shape[1]
    spread = np.sqrt((filled**2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    live = spread > 1e-9 * max(float(spread.max(initial=0.0)), 1e-12)
    if n_periods < 3 or live.sum() < 2:
        return 1.0
    x = filled[live] / spread[live, None]
    # Σ_ij r_ij² is the squared norm of the T x T Gram matrix; pairs i = i are taken off.
    own = (x**2).mean(axis=1)
    squares = float(((x.T @ x) ** 2).sum()) / n_periods**2 - float((own**2).sum())
    # Σ_ij Σ_t (x_it x_jt)², likewise.
    products = float(((x**2).sum(axis=0) ** 2).sum()) - float((x**4).sum())
    variances = (products - n_periods * squares) / (n_periods * (n_periods - 1))
    return float(np.clip(variances / squares, 0.0, 1.0)) if squares > 0 else 1.0
