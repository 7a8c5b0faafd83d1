"""Children who live in one kind of home and wait for another.

Returns show where children were placed, which is what was to be had. The words
of the Placements Data Standard (preferred, suitable, unsuitable) say what each
needs; with them demand is counted by need, wherever the children live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, ALL
from rcc_forecast.sufficiency.residents import positions

_POOLED = 10.0
"""Children's worth of the kind's own pattern over all ages that each age band leans on."""

_NOBODY_ASKED = 0.5
"""Children's worth of living in the kind that is needed, before anybody was asked (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Shares of children by the kind they need, of those who live in each kind.

    Attributes
    ----------
    draws : ndarray of float, shape (n_paths, n_bands, n_kinds, n_kinds)
        In each future: of those who live in the first kind, the share who need the second.
    mean : ndarray of float, shape (n_bands, n_kinds, n_kinds)
        What the draws average to.
    asked : ndarray of float, shape (n_bands, n_kinds)
        Children the shares were learned from.
    source : str
        In words.
    """

    draws: FloatArray
    mean: FloatArray
    asked: FloatArray
    source: str


def kinds_needed(cohort: pd.DataFrame, *, kinds: list[str]) -> FloatArray:
    """Give the kind that each child needs: the preferred one, shared evenly where there are more.

    Parameters
    ----------
    cohort : DataFrame
        A `CHILDREN_TO_PLACE` table.
    kinds : list of str
        Columns of the result.

    Returns
    -------
    ndarray of float, shape (n_children, n_kinds)
        Rows add up to 1, or to 0 where no kind is preferred.
    """
    preferred = np.stack([(cohort[f"suit_{kind}"] == "preferred").to_numpy() for kind in kinds], 1)
    number = preferred.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(preferred, number, out=np.zeros(preferred.shape), where=number > 0))


def substitution_of(
    cohort: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    kinds: list[str],
    n_paths: int,
    rng: np.random.Generator,
) -> Substitution:
    """Learn from a cohort who waits for another kind, with the doubt of its size.

    Parameters
    ----------
    cohort : DataFrame
        A `CHILDREN_TO_PLACE` table: suitability words, and where each child
        lives: ``current_home_id``, or a column ``placement_type``.
    homes : DataFrame
        The `HOMES` table that ``current_home_id`` names.
    kinds : list of str
        Placement types.
    n_paths : int
        Futures.
    rng : numpy.random.Generator
        Draws the doubt.

    Returns
    -------
    Substitution
        Dirichlet draws. An age band leans on its kind's pattern over all ages;
        a kind in which no child of the cohort lives stays as placed.

    Notes
    -----
    Of a child for whom no kind is preferred, or whose home is not known,
    nothing is learned.
    """
    need = kinds_needed(cohort, kinds=kinds)
    lived = _kind_lived_in(cohort, homes, kinds)
    band = _band_of(cohort["age"])
    known = (need.sum(axis=1) > 0) & (lived >= 0)
    n_bands, n_kinds = len(AGE_BAND_STARTS), len(kinds)
    counts = np.zeros((n_bands, n_kinds, n_kinds))
    np.add.at(counts, (band[known], lived[known]), need[known])
    over_ages = counts.sum(axis=0) + _NOBODY_ASKED * np.eye(n_kinds)
    pattern = over_ages / over_ages.sum(axis=1, keepdims=True)
    alpha = counts + _POOLED * pattern
    alpha = np.where(counts.sum(axis=(0, 2))[:, None] > 0, alpha, np.eye(n_kinds))
    gammas = rng.standard_gamma(np.broadcast_to(alpha, (n_paths, *alpha.shape)))
    # A share of nought is drawn as nought, and a kind nobody was asked about stays itself.
    draws = gammas / np.maximum(gammas.sum(axis=-1, keepdims=True), 1e-300)
    mean = alpha / alpha.sum(axis=-1, keepdims=True)
    return Substitution(
        draws=draws,
        mean=mean,
        asked=counts.sum(axis=2),
        source=f"learned from {int(known.sum()):,} children with a known home and preferred kind",
    )


def assumed_substitution(
    waiting: dict[tuple[str, str], tuple[float, float]],
    *,
    kinds: list[str],
    n_paths: int,
    rng: np.random.Generator,
) -> Substitution:
    """Take the shares who wait for another kind as given, each as an interval.

    Parameters
    ----------
    waiting : dict of (str, str) to (float, float)
        By kind lived in and kind needed: the lowest and highest share, 0 to 1.
    kinds, n_paths, rng
        As for `substitution_of`.

    Returns
    -------
    Substitution
        Drawn evenly from each interval, the same for all ages.
    """
    n_bands, n_kinds = len(AGE_BAND_STARTS), len(kinds)
    shares = np.zeros((n_paths, n_kinds, n_kinds))
    middle = np.zeros((n_kinds, n_kinds))
    for (lived, needed), (low, high) in waiting.items():
        at = kinds.index(lived), kinds.index(needed)
        # Evenly spread and then shuffled: the draws have the middle as their mean.
        even = (rng.permutation(n_paths) + 0.5) / n_paths
        shares[:, *at] = low + (high - low) * even
        middle[at] = (low + high) / 2.0
    for one in (shares, middle):
        diagonal = np.arange(n_kinds)
        one[..., diagonal, diagonal] = 1.0 - one.sum(axis=-1)
    return Substitution(
        draws=np.repeat(shares[:, None], n_bands, axis=1),
        mean=np.repeat(middle[None], n_bands, axis=0),
        asked=np.zeros((n_bands, n_kinds)),
        source="assumed: shares given as intervals",
    )


def children_by_need(
    children: NDArray[np.floating[Any]], found: Substitution
) -> NDArray[np.float32]:
    """Give the futures of one area by the kind that is needed.

    Parameters
    ----------
    children : ndarray of float, shape (n_paths, n_kinds, n_bands, horizon)
        By the kind lived in.
    found : Substitution

    Returns
    -------
    ndarray of float32, same shape
        Its mean is the mean of `children` moved by the mean shares, so that
        areas add up.
    """
    moved = np.einsum("pibh,pbij->pjbh", children, found.draws.astype(np.float32), optimize=True)
    mean = children.mean(axis=0, dtype=np.float64)
    wanted = np.einsum("ibh,bij->jbh", mean, found.mean)
    now = moved.mean(axis=0, dtype=np.float64)
    moved *= np.divide(wanted, now, out=np.ones_like(now), where=now > 0)[None].astype(np.float32)
    return np.asarray(moved, dtype=np.float32)


def substitution_rows(
    children: NDArray[np.floating[Any]], found: Substitution, *, kinds: list[str], bands: list[str]
) -> pd.DataFrame:
    """Say how many of the children of one area live in one kind and need another.

    Parameters
    ----------
    children : ndarray of float, shape (n_paths, n_kinds, n_bands)
        In one month, by the kind lived in.
    found : Substitution
    kinds, bands : list of str

    Returns
    -------
    DataFrame
        Columns lived_in, needed, age_band (All too), share_mean, share_q10,
        share_q90, children_mean, children_q10, children_q90; pairs that hold nobody left out.
    """
    moved = children.transpose(0, 2, 1)[..., None] * found.draws
    wanted = children.mean(axis=0).T[..., None] * found.mean
    now = moved.mean(axis=0)
    moved = moved * np.divide(wanted, now, out=np.ones_like(now), where=now > 0)
    moved = np.concatenate([moved, moved.sum(axis=1, keepdims=True)], axis=1)
    of_kind = moved.sum(axis=-1, keepdims=True)
    # In a future in which nobody lives in the kind, the share is the usual one.
    usual = moved.sum(axis=0) / np.maximum(of_kind.sum(axis=0), 1e-300)
    share = np.broadcast_to(usual, moved.shape).copy()
    np.divide(moved, of_kind, out=share, where=of_kind > 0)
    shown = np.argwhere(moved.mean(axis=0) > 0)
    band, lived, needed = shown.T
    names = [*bands, ALL]
    columns: dict[str, object] = {
        "lived_in": np.array(kinds)[lived],
        "needed": np.array(kinds)[needed],
        "age_band": np.array(names)[band],
    }
    at = (slice(None), band, lived, needed)
    for name, values in (("share", share[at]), ("children", moved[at])):
        low, high = np.quantile(values, [0.1, 0.9], axis=0)
        mean = values.mean(axis=0)
        columns |= {f"{name}_mean": mean, f"{name}_q10": low, f"{name}_q90": high}
    return pd.DataFrame(columns)


def _kind_lived_in(cohort: pd.DataFrame, homes: pd.DataFrame, kinds: list[str]) -> IntArray:
    kind_of = homes.drop_duplicates("home_id").set_index("home_id")["placement_type"]
    lived = cohort["current_home_id"].map(kind_of)
    if "placement_type" in cohort:
        lived = lived.fillna(cohort["placement_type"])
    return positions(kinds, lived)


def _band_of(age: pd.Series[int]) -> IntArray:
    # An unborn child and a blank age are age 0, as in placing.
    years = age.astype("float64").fillna(0.0).clip(0, ADULT_AGE - 1).to_numpy()
    return np.asarray(np.searchsorted(AGE_BAND_STARTS, years, side="right") - 1)
