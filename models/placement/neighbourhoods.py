"""Blocks of groups that want the same homes, so that a plan can be bettered block by block.

The mathematics knows no map: two groups are near when their best choices share
homes. Blocks are made by halving: walk outward from a far group until half of
the groups are reached, and again inside each half.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.choice import Choices
from models.placement.problem import IntArray

LINKS = 8
"""Best choices of a group that tie it to others."""


def blocks_of_groups(choices: Choices, *, n_homes: int, n_blocks: int, start: int) -> IntArray:
    """Share the groups out among blocks of about equal numbers of children.

    Parameters
    ----------
    choices : Choices
    n_homes : int
    n_blocks : int
        A power of two.
    start : int
        Group that the first walk begins near; another start gives other borders.

    Returns
    -------
    ndarray of int64, shape (n_groups,)
        Block of each group.
    """
    home_begin, group_of_link = _links(choices.begin, choices.home, n_homes)
    block = np.zeros(choices.group_size.size, dtype=np.int64)
    n_now = 1
    while n_now < n_blocks:
        for half in range(n_now):
            _halve(
                choices.begin,
                choices.home,
                choices.group_size,
                home_begin,
                group_of_link,
                block,
                half,
                half + n_now,
                start,
            )
        n_now *= 2
    return block


@njit(nogil=True, cache=True)
def _links(
    begin: IntArray, home: NDArray[np.int32], n_homes: int
) -> tuple[IntArray, IntArray]:  # pragma: no cover - compiled
    """List groups by the homes of their best choices."""
    count = np.zeros(n_homes + 1, np.int64)
    for g in range(begin.size - 1):
        for c in range(begin[g], min(begin[g] + LINKS, begin[g + 1])):
            count[home[c] + 1] += 1
    home_begin = np.cumsum(count)
    at, group = home_begin[:-1].copy(), np.empty(home_begin[-1], np.int64)
    for g in range(begin.size - 1):
        for c in range(begin[g], min(begin[g] + LINKS, begin[g + 1])):
            group[at[home[c]]] = g
            at[home[c]] += 1
    return home_begin, group


@njit(nogil=True, cache=True)
def _halve(
    begin: IntArray,
    home: NDArray[np.int32],
    group_size: IntArray,
    home_begin: IntArray,
    group_of_link: IntArray,
    block: IntArray,
    old: int,
    new: int,
    start: int,
) -> None:  # pragma: no cover - compiled
    """Move half of a block's children into a new block: those met last on a walk from afar."""
    n_groups = block.size
    mine = np.flatnonzero(block == old)
    if mine.size < 2:
        return
    order, seen = np.empty(mine.size, np.int64), np.zeros(n_groups, np.int64)
    first = mine[start % mine.size]
    for walk in range(1, 3):  # the end of the first walk is far from its beginning
        n_seen, at, fresh = 0, 0, 0
        seen[first] = walk
        order[0] = first
        n_seen = 1
        while n_seen < mine.size:
            if at == n_seen:  # nothing more is tied to those met: go on with any other
                while seen[mine[fresh]] == walk:
                    fresh += 1
                seen[mine[fresh]] = walk
                order[n_seen] = mine[fresh]
                n_seen += 1
            g = order[at]
            at += 1
            for c in range(begin[g], min(begin[g] + LINKS, begin[g + 1])):
                for link in range(home_begin[home[c]], home_begin[home[c] + 1]):
                    other = group_of_link[link]
                    if block[other] == old and seen[other] != walk:
                        seen[other] = walk
                        order[n_seen] = other
                        n_seen += 1
        first = order[mine.size - 1]
    total = 0
    for g in mine:
        total += group_size[g]
    reached = 0
    for g in order:
        reached += group_size[g]
        if 2 * reached > total:
            block[g] = new
