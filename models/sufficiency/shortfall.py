"""Demand against capacity, future by future: how likely a shortage is, and how large.

The mean gap hides what planners need: two futures of 90 and 110 children
against 100 places have no gap on average, and one of them is ten places short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.sufficiency.hall import sets_by_size

SHORT_FROM = 0.5
"""Children without a place from which a future is short: capacity may be a part of a place,
and less than half a child is nobody."""

ROUNDINGS: FloatArray = np.array([0.125, 0.375, 0.625, 0.875])
"""Where each future's children are rounded to whole ones, in turn.

Counts are whole and calibrated futures are not. 10.4 children are 10 in about
six of ten cases and 11 in four, so that the mean stays: four roundings a
future, spread evenly, stand for all of them (systematic sampling: Madow, Annals
of Mathematical Statistics 20, 1949).
"""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What many futures say about children who cannot be placed at once.

    A kind is short where, in some set of bands, there are more children than
    places whose ages touch the set. The smallest such set with the most
    children too many shares what is missing by their number.

    Attributes
    ----------
    probability, expected : ndarray of float, shape (n_kinds, n_bands + 1, horizon)
        Share of futures that are short, 0 to 1, and mean over all futures of
        the places missing. The last band is all of them: its ``expected`` is
        the sum, its ``probability`` that of any shortage in the kind.
    any_probability : ndarray of float, shape (n_bands + 1, horizon)
        Share of futures in which some counted kind is short.
    missing : ndarray of float, shape (n_paths, n_kinds, horizon)
        Places missing in each future, for what is asked of single futures.
    """

    probability: FloatArray
    expected: FloatArray
    any_probability: FloatArray
    missing: FloatArray


def shortfall(
    children: NDArray[np.floating[Any]],
    *,
    touching: FloatArray,
    scale: FloatArray | None = None,
    counted: NDArray[np.bool_] | None = None,
) -> Shortfall:
    """Place each future's children, whole ones, in what homes there are.

    Parameters
    ----------
    children : ndarray of float, shape (n_paths, n_kinds, n_bands, horizon)
        One joint future a path, not negative, at most six bands.
    touching : ndarray of float, shape (2 ** n_bands, n_kinds, horizon)
        Usable places whose ages touch each set of bands (`hall.places_touching`).
    scale : ndarray of float, shape (n_paths, n_kinds, horizon), optional
        By how much places are more or fewer in each future; 1 when absent.
    counted : ndarray of bool, shape (n_kinds,), optional
        Kinds that `any_probability` is about; all when absent.

    Returns
    -------
    Shortfall
        More places never raise a figure of a kind.
    """
    n_paths, n_kinds, n_bands, horizon = children.shape
    order = sets_by_size(n_bands)
    probability = np.zeros((n_kinds, n_bands + 1, horizon))
    expected = np.zeros((n_kinds, n_bands + 1, horizon))
    any_probability = np.zeros((n_bands + 1, horizon))
    missing = np.zeros((n_paths, n_kinds, horizon))
    _place_whole_children(
        np.ascontiguousarray(children, dtype=np.float32),
        # Sets last: those of one kind and month are read together, again and again.
        np.ascontiguousarray(touching.transpose(1, 2, 0), dtype=np.float64),
        np.ones((1, n_kinds, horizon)) if scale is None else np.asarray(scale, dtype=np.float64),
        np.ones(n_kinds, dtype=np.bool_) if counted is None else np.asarray(counted),
        order,
        _lowest_band(n_bands),
        ROUNDINGS,
        (probability, expected, any_probability, missing),
    )
    return Shortfall(probability, expected, any_probability, missing)


def _lowest_band(n_bands: int) -> IntArray:
    # The empty set has none, and is never asked.
    sets = np.arange(2**n_bands)
    return np.asarray(np.round(np.log2(np.maximum(sets & -sets, 1))), dtype=np.int64)


@njit(nogil=True, cache=True)
def _place_whole_children(
    children: NDArray[np.float32],
    touching: FloatArray,
    scale: FloatArray,
    counted: NDArray[np.bool_],
    order: IntArray,
    lowest: IntArray,
    roundings: FloatArray,
    out: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> None:
    probability, expected, any_probability, missing = out
    n_paths, n_kinds, n_bands, horizon = children.shape
    whole = np.zeros(n_bands)
    demand = np.zeros(2**n_bands)
    in_any = np.zeros(n_bands + 1, dtype=np.bool_)
    share = 1.0 / (n_paths * len(roundings))
    for path in range(n_paths):
        of_path = min(path, scale.shape[0] - 1)
        for month in range(horizon):
            for rounding in roundings:
                in_any[:] = False
                for kind in range(n_kinds):
                    _round_in_step(children[path, kind, :, month], rounding, whole)
                    fitted = scale[of_path, kind, month]
                    most, tightest = _tightest(
                        whole, touching[kind, month], fitted, order, lowest, demand
                    )
                    if most <= 0.0:
                        continue
                    missing[path, kind, month] += most / len(roundings)
                    expected[kind, n_bands, month] += most * share
                    is_short = most >= SHORT_FROM
                    for band in range(n_bands):
                        if (tightest >> band) & 1 and whole[band] > 0.0:
                            expected[kind, band, month] += (
                                most * whole[band] / demand[tightest] * share
                            )
                            if is_short:
                                probability[kind, band, month] += share
                                in_any[band] = in_any[band] or counted[kind]
                    if is_short:
                        probability[kind, n_bands, month] += share
                        in_any[n_bands] = in_any[n_bands] or counted[kind]
                for band in range(n_bands + 1):
                    if in_any[band]:
                        any_probability[band, month] += share


@njit(nogil=True, cache=True)
def _round_in_step(children: NDArray[np.float32], rounding: float, whole: FloatArray) -> None:
    """Whole children of each band, so that their sum is the whole sum too."""
    total, before = 0.0, 0.0
    for band in range(len(children)):
        total += children[band]
        upto = np.floor(total + rounding)
        whole[band] = upto - before
        before = upto


@njit(nogil=True, cache=True)
def _tightest(
    whole: FloatArray,
    touching: FloatArray,
    fitted: float,
    order: IntArray,
    lowest: IntArray,
    demand: FloatArray,
) -> tuple[float, int]:
    """Most children too many in any set of bands, and the smallest such set."""
    for one in range(1, len(demand)):
        # The set without its lowest band is known already.
        demand[one] = demand[one & (one - 1)] + whole[lowest[one]]
    most, tightest = 0.0, 0
    for one in order:
        excess = demand[one] - touching[one] * fitted
        if excess > most + 1e-9:
            most, tightest = excess, one
    return most, tightest
