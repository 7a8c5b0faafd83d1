"""How concentrated a market is: who holds how much of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of the holders in each market.

    Attributes
    ----------
    hhi : ndarray of float, shape (n_markets,)
        Herfindahl-Hirschman index, the sum of squared shares in per cent: 10,000
        where one holds all; missing where nobody holds anything.
    largest : ndarray of float, shape (n_markets,)
        Share of the largest holder, 0 to 1; missing likewise.
    holders : ndarray of int, shape (n_markets,)
        Holders with anything.
    """

    hhi: FloatArray
    largest: FloatArray
    holders: IntArray


def concentration(held: FloatArray) -> Concentration:
    """Measure how concentrated each market is.

    Parameters
    ----------
    held : ndarray, shape (n_markets, n_holders)
        What each holder has of it, such as places; not negative.

    Notes
    -----
    Hirschman, *The paternity of an index*, American Economic Review 54, 1964.
    """
    total = held.sum(axis=1, keepdims=True)
    share = np.divide(held, total, out=np.full(held.shape, np.nan), where=total > 0)
    return Concentration(
        hhi=np.asarray((100.0 * share) ** 2 @ np.ones(held.shape[1])),
        largest=np.asarray(share.max(axis=1, initial=0.0)) + np.where(total[:, 0] > 0, 0.0, np.nan),
        holders=np.asarray((held > 0).sum(axis=1)),
    )
