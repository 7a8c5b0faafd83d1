"""Who moved the answer: the Shapley value, by which contributions sum to the whole change.

A contribution that depends on what else has changed is averaged over the orders
in which the changes could have come. Shapley, "A value for n-person games",
*Contributions to the Theory of Games* II (1953); by drawn orders beyond a few:
Castro, Gómez & Tejada, *Computers & Operations Research* 36 (2009).
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np

from models.forecast import FloatArray, IntArray

Worth = Callable[[frozenset[int]], FloatArray]
"""Gives the answer when these changes are made and no others, always of one shape."""

MOST_EXACT = 7
"""Changes whose every subset is asked: 128 answers. Beyond, orders are drawn."""

_ORDERS = 32
"""Orders drawn beyond that, half of them the other half backwards."""


def fair_shares(
    n_changes: int, worth: Worth, *, rng: np.random.Generator, most_exact: int = MOST_EXACT
) -> FloatArray:
    """Share the difference between all changes and none out among the changes.

    Parameters
    ----------
    n_changes : int
        Changes, counted from 0.
    worth : callable
        Asked once for each set of changes that is needed.
    rng : numpy.random.Generator
        Draws the orders where there are more than `most_exact` changes.
    most_exact : int
        Changes up to which every subset is asked.

    Returns
    -------
    ndarray, shape (n_changes, ...)
        They sum to ``worth(all) - worth(none)``, to rounding: exactly fair
        up to `most_exact` changes, and fair on average over orders beyond.
    """
    known: dict[frozenset[int], FloatArray] = {}

    def asked(changes: frozenset[int]) -> FloatArray:
        if changes not in known:
            known[changes] = np.asarray(worth(changes), dtype=np.float64)
        return known[changes]

    found = np.zeros((n_changes, *asked(frozenset()).shape))
    if n_changes <= most_exact:
        _over_subsets(found, n_changes, asked)
    else:
        _over_orders(found, _orders(n_changes, rng), asked)
    return found


def _over_subsets(found: FloatArray, n_changes: int, asked: Worth) -> None:
    for code in range(1 << n_changes):
        without = frozenset(change for change in range(n_changes) if code >> change & 1)
        size = len(without)
        if size == n_changes:
            continue
        weight = factorial(size) * factorial(n_changes - size - 1) / factorial(n_changes)
        before = asked(without)
        for change in set(range(n_changes)) - without:
            found[change] += weight * (asked(without | {change}) - before)


def _orders(n_changes: int, rng: np.random.Generator) -> IntArray:
    drawn = np.stack([rng.permutation(n_changes) for _ in range(_ORDERS // 2)])
    return np.concatenate([drawn, drawn[:, ::-1]])


def _over_orders(found: FloatArray, orders: IntArray, asked: Worth) -> None:
    for order in orders:
        made: frozenset[int] = frozenset()
        before = asked(made)
        for change in order.tolist():
            made |= {change}
            after = asked(made)
            found[change] += (after - before) / len(orders)
            before = after
