"""Moves between leaves from one month's end to the next, which make the stock exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import OUTSIDE

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def moves_of(segments: pd.DataFrame, *, n_leaves: int, n_months: int) -> pd.DataFrame:
    """Count the moves of children between month ends.

    Parameters
    ----------
    segments : DataFrame
        By child and start, with ``first`` and ``until``: the child is in the
        leaf at the ends of months first, ..., until - 1.

    Returns
    -------
    DataFrame
        ``month, origin, destination, count``; see `DemandHistory.moves`.
    """
    seen = segments[(segments["first"] < segments["until"]).to_numpy()]
    child, leaf, first, until = (
        seen[name].to_numpy() for name in ("child", "leaf", "first", "until")
    )
    follows = np.zeros(len(seen) + 1, dtype=bool)
    follows[1:-1] = (child[1:] == child[:-1]) & (first[1:] == until[:-1])
    arrives = follows[:-1]
    came_from = np.where(arrives, np.roll(leaf, 1), OUTSIDE)
    # The opening stock came before the first month: it is no move.
    into = (first > 0) & (came_from != leaf)
    out = ~follows[1:] & (until < n_months)
    return counted_moves(
        month=np.concatenate([first[into], until[out]]),
        origin=np.concatenate([came_from[into], leaf[out]]),
        destination=np.concatenate([leaf[into], np.full(int(out.sum()), OUTSIDE)]),
        count=np.ones(int(into.sum() + out.sum())),
        n_leaves=n_leaves,
    )


def counted_moves(
    *,
    month: IntArray,
    origin: IntArray,
    destination: IntArray,
    count: FloatArray,
    n_leaves: int,
) -> pd.DataFrame:
    """Add up moves of one kind in one month, in the order of month, origin, destination."""
    states = n_leaves + 1
    key = (month * states + origin + 1) * states + destination + 1
    kinds, place = np.unique(key, return_inverse=True)
    return pd.DataFrame(
        {
            "month": kinds // states // states,
            "origin": kinds // states % states - 1,
            "destination": kinds % states - 1,
            "count": np.bincount(place, weights=count, minlength=len(kinds)),
        }
    )
