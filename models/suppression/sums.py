"""Which figures add up to which: a table with totals in any number of dimensions, as equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.forecast import FloatArray, IntArray

Sum = tuple[int, tuple[int, ...]]
"""A total of one dimension and its parts, by their places in that dimension."""

_NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Sums:
    """Equations between figures, and the remainders that no figure shows.

    Attributes
    ----------
    equations : sparse array, shape (n_equations, n_figures + n_remainders)
        A total less its parts less its remainder is 0.
    remainder : ndarray of float, shape (n_remainders,)
        What is left of totals whose parts are not all there; above 0.
    """

    equations: sparse.csr_array
    remainder: FloatArray


def sums_of(coordinates: IntArray, sums: Sequence[Sequence[Sum]], *, value: FloatArray) -> Sums:
    """Find every equation between the figures of one table, or of tables with shared figures.

    Parameters
    ----------
    coordinates : ndarray of int, shape (n_figures, n_dimensions)
        Where each figure stands; no two at the same place.
    sums : sequence, one a dimension, of (total, parts)
        Totals of the dimension; a total may be part of another (a hierarchy),
        and one place may be part of several totals (regions and co-operatives).
    value : ndarray of float, shape (n_figures,)
        The figures. Where parts are missing from the tables but the others give
        the total all the same, the missing ones are 0 and anybody may guess so;
        where something is left over, the equation holds with a remainder.

    Returns
    -------
    Sums
        A total of whose parts none is there gives no equation, and so does one that is
        less than its parts: nobody can say what holds between them.
    """
    places = _Places(coordinates)
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    signs: list[FloatArray] = []
    remainder: list[float] = []
    n, m = len(coordinates), 0
    for dimension, totals in enumerate(sums):
        for total, parts in totals:
            whole = np.flatnonzero(coordinates[:, dimension] == total)
            if not len(whole):
                continue
            part = np.stack([places.moved(whole, dimension, to=p) for p in parts], axis=1)
            some = (part >= 0).any(axis=1)
            whole, part = whole[some], part[some]
            there = part >= 0
            left = value[whole] - np.where(there, value[part], 0.0).sum(axis=1)
            adds_up = left >= -_NOTHING * (1.0 + np.abs(value[whole])) - _NOTHING
            whole, part, there, left = whole[adds_up], part[adds_up], there[adds_up], left[adds_up]
            number = m + np.arange(len(whole))
            at, _ = np.nonzero(there)
            over = np.flatnonzero(left > _NOTHING * (1.0 + np.abs(value[whole])))
            rows += [number, number[at], number[over]]
            columns += [whole, part[there], n + len(remainder) + np.arange(len(over))]
            signs += [np.ones(len(whole)), np.full(len(at), -1.0), np.full(len(over), -1.0)]
            remainder += left[over].tolist()
            m += len(whole)
    shape = (m, n + len(remainder))
    if not m:
        return Sums(sparse.csr_array(shape, dtype=np.float64), np.zeros(0))
    entries = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
    return Sums(sparse.csr_array(sparse.coo_array(entries, shape=shape)), np.array(remainder))


class _Places:
    """Finds a figure by where it stands."""

    def __init__(self, coordinates: IntArray) -> None:
        self.coordinates = coordinates
        self.base = coordinates.max(axis=0, initial=0) + 1
        self.step = np.concatenate([np.cumprod(self.base[::-1])[::-1][1:], [1]])
        self.key = coordinates @ self.step
        self.order = np.argsort(self.key, kind="stable")
        self.sorted = self.key[self.order]

    def moved(self, figures: IntArray, dimension: int, *, to: int) -> IntArray:
        """Give the figures that stand at `to` in one dimension, else the same; -1 where none."""
        if to >= self.base[dimension]:
            return np.full(len(figures), -1)
        away = to - self.coordinates[figures, dimension]
        wanted = self.key[figures] + away * self.step[dimension]
        at = np.minimum(np.searchsorted(self.sorted, wanted), len(self.sorted) - 1)
        found = self.sorted[at] == wanted
        return np.asarray(np.where(found, self.order[at], -1))
