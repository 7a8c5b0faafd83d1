"""What changed a total that is a sum of products: each factor's part, and no remainder.

A spend is children x kinds x providers x prices. How much of its change is due
to each factor depends on which is changed first; the Shapley value is the mean
over all orders, and adds up exactly (Shorrocks, *Decomposition procedures for
distributional analysis*, Journal of Economic Inequality 11, 2013). Unlike the
log-mean Divisia form it holds where a cell is empty before or after.
"""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np

from models.forecast import FloatArray


def attribute_product(before: list[FloatArray], after: list[FloatArray]) -> list[FloatArray]:
    """Part the change of a sum of products by factor.

    Parameters
    ----------
    before, after : list of ndarray
        One array a factor; all broadcast to (..., n_rows, n_columns). The total is
        the sum of their product over the last two axes.

    Returns
    -------
    list of ndarray, shape (...)
        One a factor; they add up to the total after less the total before.
    """
    n = len(before)
    totals = {
        which: _total([after[f] if which[f] else before[f] for f in range(n)])
        for which in product((False, True), repeat=n)
    }
    return [_mean_over_orders(totals, factor, n) for factor in range(n)]


def _mean_over_orders(
    totals: dict[tuple[bool, ...], FloatArray], factor: int, n: int
) -> FloatArray:
    parts = []
    for which, total in totals.items():
        if which[factor]:
            without = tuple(changed and f != factor for f, changed in enumerate(which))
            already = sum(which) - 1
            weight = factorial(already) * factorial(n - already - 1) / factorial(n)
            parts.append(weight * (total - totals[without]))
    return np.asarray(sum(parts))


def _total(factors: list[FloatArray]) -> FloatArray:
    found = factors[0]
    for factor in factors[1:]:
        found = found * factor
    return np.asarray(found.sum(axis=(-2, -1)))
