"""Runs of neighbouring rows: where the entries of some groups, columns or homes stand.

Lists of unequal length are kept end to end, list g from ``begin[g]`` on.
"""

from __future__ import annotations

import numpy as np

from models.placement.problem import IntArray


def rows_of_runs(begin: IntArray, count: IntArray) -> IntArray:
    """Give the rows of some runs, one run after the other.

    Parameters
    ----------
    begin, count : ndarray of int64, shape (n_runs,)
        First row of each run, and how many rows it has.

    Returns
    -------
    ndarray of int64, shape (sum of count,)
    """
    before = np.cumsum(count) - count
    rows: IntArray = np.arange(int(count.sum())) + np.repeat(begin - before, count)
    return rows
