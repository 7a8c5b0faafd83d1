"""Who competes for which homes: Hall's theorem on sets of age bands.

A home takes several bands, so places cannot be counted band by band. Children
who cannot be placed at once are, by Hall's theorem in Ore's form, the largest
excess of a set of bands over the places whose ages touch it: five bands are 31
sets, however many homes there are. Ore, *Graphs and matching theorems*, Duke
Mathematical Journal 22 (1955); Fujishige, *Lexicographically optimal base of a
polymatroid with respect to a weight vector*, Mathematics of Operations
Research 5 (1980).

A set of bands is a number whose bit b says whether band b is in it; arrays over
sets have ``2 ** n_bands`` rows, the first being the empty set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray

_NO_PLACES = 1e-9
"""Places below which a set of bands has none."""


def sets_by_size(n_bands: int) -> IntArray:
    """Give every set of bands but the empty one, small sets first.

    In this order the first set that reaches a maximum is the smallest that does.
    """
    sets = np.arange(1, 2**n_bands)
    return np.asarray(sorted(sets.tolist(), key=lambda one: (one.bit_count(), one)))


def members(n_bands: int) -> NDArray[np.bool_]:
    """Say which bands each set holds, shape (n_sets, n_bands)."""
    sets = np.arange(2**n_bands)
    return np.asarray((sets[:, None] >> np.arange(n_bands)) & 1, dtype=bool)


def sum_over_sets(by_band: FloatArray) -> FloatArray:
    """Add bands up over every set of them.

    Parameters
    ----------
    by_band : ndarray of float, shape (n_bands, ...)

    Returns
    -------
    ndarray of float, shape (2 ** n_bands, ...)
    """
    return np.asarray(np.tensordot(members(len(by_band)).astype(float), by_band, axes=1))


def places_touching(places: FloatArray) -> FloatArray:
    """Give the places whose ages touch each set of bands.

    Parameters
    ----------
    places : ndarray of float, shape (n_sets, ...)
        Places by the set of bands that a home takes; homes that take none do not count.

    Returns
    -------
    ndarray of float, shape (n_sets, ...)
        A rank function: it grows with the set, and ever more slowly.
    """
    within = places.copy()
    within[0] = 0.0
    whole = within.sum(axis=0)
    # Sums over subsets, a band at a time.
    for band in range(len(places).bit_length() - 1):
        with_band = (np.arange(len(places)) >> band) & 1 == 1
        within[with_band] += within[~with_band]
    return np.asarray(whole - within[::-1])


def filled_by(children: FloatArray, *, touching: FloatArray) -> FloatArray:
    """Give the children of each set of bands who can be placed at once, were they alone.

    Parameters
    ----------
    children : ndarray of float, shape (n_bands, ...)
        Children who come.
    touching : ndarray of float, shape (n_sets, ...)
        From `places_touching`.

    Returns
    -------
    ndarray of float, shape (n_sets, ...)
        Again a rank function; the last row is for all bands together.
    """
    filled = touching.copy()
    # Sets are nested band by band: a band's children fill at most their own number.
    for band, number in enumerate(children):
        with_band = (np.arange(len(touching)) >> band) & 1 == 1
        filled[with_band] = np.minimum(filled[with_band], filled[~with_band] + number)
    return filled


def fair_split(rank: FloatArray, *, weights: FloatArray) -> FloatArray:
    """Split places that several bands could use: the worst-off band first.

    Parameters
    ----------
    rank : ndarray of float, shape (n_sets, n_cells)
        Places that each set of bands can use; from `places_touching` or `filled_by`.
    weights : ndarray of float, shape (n_bands, n_cells)
        Expected children.

    Returns
    -------
    ndarray of float, shape (n_bands, n_cells)
        Places of each band; they add up to the last row of `rank`, and no set of
        bands is given more than it can use.

    Notes
    -----
    Places per child of the worst-off bands are made as many as possible, then
    those of the next, and so on (Fujishige 1980). Bands without expected
    children share, evenly, what only they can use.
    """
    n_bands, n_cells = weights.shape
    holds = members(n_bands)
    sizes = sets_by_size(n_bands)[::-1]  # larger sets first: of equals the largest is settled
    split = np.zeros((n_bands, n_cells))
    settled = np.zeros(n_cells, dtype=np.int64)
    # A band that nobody is expected in weighs next to nothing: it comes last.
    weighing = np.maximum(weights, 1e-9 * np.maximum(weights.sum(axis=0), 1.0))
    cells = np.arange(n_cells)
    for _ in range(n_bands):
        open_cells = settled < len(rank) - 1
        if not open_cells.any():
            break
        best = np.full(n_cells, np.inf)
        chosen = settled.copy()
        for one in sizes:
            union = settled | one
            fresh = (settled & one) == 0
            weight = holds[one].astype(float) @ weighing
            ratio = (rank[union, cells] - rank[settled, cells]) / weight
            better = fresh & (ratio < best - 1e-12)
            best = np.where(better, ratio, best)
            chosen = np.where(better, union, chosen)
        now = holds[chosen].T & ~holds[settled].T
        split += np.where(now & open_cells, np.maximum(best, 0.0) * weighing, 0.0)
        settled = np.where(open_cells, chosen, settled)
    return split
