"""Exact mean and variance of children who move on their own, with Poisson entries.

Independent children who move by a monthly matrix, and Poisson entrants who do
the same, give counts whose first two moments are known without simulation:
each child is in a state or not (binomial), and thinned Poisson stays Poisson.
Bartholomew (1982), *Stochastic Models for Social Processes*, chapter 3.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray


def markov_poisson_moments(
    stock: FloatArray,
    *,
    transition: FloatArray,
    entries: FloatArray,
    horizon: int,
    sets: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Give mean and variance of the children in each state, or set of states.

    Parameters
    ----------
    stock : ndarray, shape (..., n_states)
        Children in each state today.
    transition : ndarray, shape (..., n_states, n_states)
        Probability to be in a state (column) one period after another (row);
        what a row lacks to 1 leaves care.
    entries : ndarray, shape (..., n_states)
        Expected entrants a period, who are counted in their state at its end.
    horizon : int
        Periods to look ahead.
    sets : ndarray, shape (n_sets, n_states), optional
        Ones over the states of each set; every state by itself when absent.
        Everyone in care is a set like any other.

    Returns
    -------
    mean, variance : ndarray, shape (..., n_sets, horizon)
        Covariances between the states of a set are included exactly. Chance
        alone: not knowing the rates comes on top.

    Notes
    -----
    With P_T the T-th power of the matrix and E = entries · (I + P + ... +
    P_{T-1}): mean_j = Σ_i n_i P_T[i,j] + E_j, variance_j = Σ_i n_i P_T[i,j]
    (1 − P_T[i,j]) + E_j. For a set G, sum P_T and E over its states first.
    """
    n_states = stock.shape[-1]
    members = np.eye(n_states) if sets is None else np.asarray(sets, dtype=float)
    # Probability to be in each set after T periods, from each state; T = 0 is membership.
    inside = np.broadcast_to(members.T, (*transition.shape[:-2], n_states, len(members)))
    arrived = np.zeros((*stock.shape[:-1], len(members)))
    means, variances = [], []
    for _ in range(horizon):
        arrived = arrived + np.einsum("...i,...ij->...j", entries, inside)
        inside = transition @ inside
        kept = np.einsum("...i,...ij->...j", stock, inside)
        doubtful = np.einsum("...i,...ij->...j", stock, inside * (1 - inside))
        means.append(kept + arrived)
        variances.append(doubtful + arrived)
    return np.stack(means, axis=-1), np.stack(variances, axis=-1)
