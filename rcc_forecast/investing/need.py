"""Children who will need a place: futures of demand, less those who already have one nearby.

A child counts who lives outside the area's homes today, or comes on top of today's number: the
same as the gap of `sufficiency` before free places. Where an authority's number falls, the places
that its own children leave are free for others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.investing.kinds import BANDS


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a place in the area's homes today.

    Attributes
    ----------
    children_now : ndarray, shape (n_leaves,)
        Children looked after today.
    own : ndarray, shape (n_authorities, n_kinds)
        Each authority's children in homes of the register; missing where it cannot be seen.
    taken : ndarray, shape (n_authorities, n_kinds)
        Places taken in homes in each authority, by anybody.
    kinds : list of str
        Columns of `own` and `taken`.
    """

    children_now: FloatArray
    own: FloatArray
    taken: FloatArray
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class Need:
    """Children who need a place, and places left behind, by future.

    Attributes
    ----------
    authorities, kinds : list of str
        Axes; the last is `BANDS`.
    children, freed : ndarray, shape (n_futures, n_authorities, n_kinds, n_bands)
        At most one of the two is above 0.
    """

    authorities: list[str]
    kinds: list[str]
    children: FloatArray
    freed: FloatArray


def need_of(paths: FloatArray, *, leaves: pd.DataFrame, held: Held, kinds: list[str]) -> Need:
    """Set futures against the places that an area's own children hold.

    Parameters
    ----------
    paths : ndarray, shape (n_futures, n_leaves)
        Children looked after on the day for which is planned.
    leaves : DataFrame
        local_authority, placement_type, age_band of each leaf; other columns are summed over.
    held : Held
    kinds : list of str
        Kinds of placement to be weighed up.
    """
    authorities = list(dict.fromkeys(leaves["local_authority"]))
    shape = (len(authorities), len(kinds), len(BANDS))
    at = np.stack(
        [
            pd.Index(names).get_indexer(pd.Index(leaves[column]))
            for names, column in (
                (authorities, "local_authority"),
                (kinds, "placement_type"),
                (BANDS, "age_band"),
            )
        ]
    )
    listed = (at >= 0).all(axis=0)
    cell = np.ravel_multi_index(tuple(at[:, listed]), shape)

    def by_cell(children: FloatArray) -> FloatArray:
        summed = np.zeros((len(children), int(np.prod(shape))))
        np.add.at(summed.T, cell, children[:, listed].T)
        return summed.reshape(len(children), *shape)

    now = by_cell(held.children_now[None])[0]
    change = by_cell(np.asarray(paths, dtype=np.float64)) - now * _share_held(now, held, kinds)
    return Need(authorities, kinds, np.maximum(change, 0.0), np.maximum(-change, 0.0))


def _share_held(now: FloatArray, held: Held, kinds: list[str]) -> FloatArray:
    """Give the share of today's children with a place in the area, (n_authorities, n_kinds, 1).

    Where it cannot be seen who lives where, the area's children are taken to hold as many of
    its taken places as there are such children.
    """
    column = [held.kinds.index(kind) for kind in kinds]
    children = now.sum(axis=2)
    everybody = np.maximum(children.sum(axis=0), 1e-9)
    at_most = np.minimum(held.taken[:, column].sum(axis=0) / everybody, 1.0)
    seen = held.own[:, column] / np.maximum(children, 1e-9)
    share = np.where(np.isnan(seen), at_most, np.minimum(seen, 1.0))
    return np.asarray(share[:, :, None])
