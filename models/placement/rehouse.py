"""Compiled: take groups out, house them again, keep what costs less.

Books of who lives where are kept by home, so that a group's rivals for a home
are found without a search. One block of groups is worked on at a time; blocks
share no child and no place, so that several may run at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.placement.choice import WAITING, Choices, chance, take_cheapest, work_arrays
from models.placement.partition import cheapest_partitions
from models.placement.problem import BoolArray, FloatArray, IntArray

_SPARE_ROOM = 8
"""Groups that one trial may take out beyond the number of children asked for."""

REACH = 12
"""Choices of a group whose homes are looked at for rivals, the cheapest first."""

_NO_CHANGE = 1e-9
"""Below this, a side row is broken no more and no less than before."""


class Limits(NamedTuple):
    """Side rows by choice: entries of choice c are ``begin[c]:begin[c + 1]``.

    Attributes
    ----------
    begin : ndarray of int64, shape (n_choices + 1,)
    row : ndarray of int32, shape (n_entries,)
    coefficient : ndarray of float64, shape (n_entries,)
    unplaced : ndarray of float64, shape (n_rows, n_children)
    scale, most : ndarray of float64, shape (n_rows,)
        As in `models.placement.restricted.SideRows`.
    """

    begin: IntArray
    row: NDArray[np.int32]
    coefficient: FloatArray
    unplaced: FloatArray
    scale: FloatArray
    most: FloatArray


class Block(NamedTuple):
    """One block of groups and what it may use.

    Attributes
    ----------
    groups : ndarray of int64
        Groups of the block.
    seeds : ndarray of int64
        Groups that half of the trials begin with: those with a share of the gap.
    mine : ndarray of bool, shape (n_groups,)
        Is in the block.
    group_of : ndarray of int64, shape (n_children,)
        Group of each child.
    spare : ndarray of float64, shape (n_rows,)
        What the block may use of each side row beyond what it uses now.
    """

    groups: IntArray
    seeds: IntArray
    mine: BoolArray
    group_of: IntArray
    spare: FloatArray


class _Books(NamedTuple):
    """Who lives where: bundles of home h are ``slot[begin[h]:begin[h] + held[h]]``."""

    free: IntArray
    choice_of: IntArray
    saved: IntArray
    slot: IntArray
    begin: IntArray
    held: IntArray


@njit(nogil=True, cache=True)
def rehouse(
    choices: Choices,
    limits: Limits,
    block: Block,
    free: IntArray,
    choice_of: IntArray,
    slot_begin: IntArray,
    trials: int,
    most_out: int,
    heat: tuple[float, float],
    state: NDArray[np.uint64],
) -> float:  # pragma: no cover - compiled
    """Take groups of one block out and house them again, many times.

    Parameters
    ----------
    choices : Choices
    limits : Limits
    block : Block
    free : ndarray of int64, shape (n_homes,)
        Places that are empty and belong to the block; written.
    choice_of : ndarray of int64, shape (n_children,)
        Choice of each child; the block's are written: the best plan found.
    slot_begin : ndarray of int64, shape (n_homes + 1,)
        Places of all homes, added up.
    trials : int
    most_out : int
        Children taken out in one trial, at most about.
    heat : tuple of float
        Hundredths that a worse plan may cost more on average, at the first
        trial and at the last.
    state : ndarray of uint64, shape (1,)
        Of `chance`; not 0.

    Returns
    -------
    float
        Change of the cost, hundredths of a point.
    """
    groups, n_rows = block.groups, block.spare.size
    books = _Books(
        free,
        choice_of,
        choice_of.copy(),
        np.empty(slot_begin[-1], np.int64),
        slot_begin,
        np.zeros(slot_begin.size - 1, np.int64),
    )
    for g in groups:
        _enter(choices, books, g)
    best_of, work = choice_of.copy(), work_arrays()
    out, key = np.empty(most_out + _SPARE_ROOM, np.int64), np.empty(most_out + _SPARE_ROOM)
    is_out = np.zeros(block.mine.size, np.bool_)
    use, tried = np.zeros(n_rows), np.zeros(n_rows)
    over = _broken(use, block.spare, limits)
    now, best, best_over = 0.0, 0.0, over
    for trial in range(trials):
        warmth = heat[0] * (heat[1] / heat[0]) ** (trial / trials)
        n_out = _pick(choices, books, block, most_out, out, is_out, state)
        tried[:] = use
        change = 0.0
        for i in range(n_out):
            if n_rows:
                _count_sides(choices, limits, books, out[i], tried, -1.0)
            change -= _leave(choices, books, out[i])
        _shuffle(choices, out, key, n_out, state)
        skip = 0.0
        if chance(state) < 0.7:
            skip = 0.3 * chance(state) * chance(state)
        for i in range(n_out):
            change += take_cheapest(choices, out[i], free, choice_of, skip, state, work)
        new_over = over
        if n_rows:
            for i in range(n_out):
                _count_sides(choices, limits, books, out[i], tried, 1.0)
            change += _missed(tried, block.spare, limits) - _missed(use, block.spare, limits)
            new_over = _broken(tried, block.spare, limits)
        if abs(new_over - over) > _NO_CHANGE:
            keep = new_over < over
        else:
            keep = change <= 0.0 or chance(state) < np.exp(-change / warmth)
        if keep:
            now += change
            use[:] = tried
            over = new_over
        for i in range(n_out):
            if not keep:
                _put_back(choices, books, out[i])
            _enter(choices, books, out[i])
            is_out[out[i]] = False
        fewer_broken = over < best_over - _NO_CHANGE
        if fewer_broken or (over < best_over + _NO_CHANGE and now < best - 0.5):
            best, best_over = now, over
            _copy(choices, groups, choice_of, best_of)
    _copy(choices, groups, best_of, choice_of)
    return best


@njit(nogil=True, cache=True)
def _pick(
    choices: Choices,
    books: _Books,
    block: Block,
    most_out: int,
    out: IntArray,
    is_out: BoolArray,
    state: NDArray[np.uint64],
) -> int:  # pragma: no cover - compiled
    """Choose the groups to take out: one, and others who hold homes that those chosen want."""
    wanted = 2 + int(chance(state) * (most_out - 1))
    from_seeds = block.seeds.size > 0 and chance(state) < 0.5
    pool = block.seeds if from_seeds else block.groups
    group = pool[int(chance(state) * pool.size)]
    n_out, children = 0, 0
    for _ in range(4 * wanted):
        if block.mine[group] and not is_out[group]:
            out[n_out], is_out[group] = group, True
            n_out += 1
            children += choices.group_size[group]
        if children >= wanted or n_out == out.size:
            break
        near = out[int(chance(state) * n_out)]
        listed = choices.begin[near + 1] - choices.begin[near]
        if listed:
            rank = int(chance(state) * chance(state) * min(listed, REACH))
            home = choices.home[choices.begin[near] + rank]
            if books.held[home]:
                at = books.begin[home] + int(chance(state) * books.held[home])
                group = block.group_of[books.slot[at]]
    return n_out


@njit(nogil=True, cache=True)
def _shuffle(
    choices: Choices, out: IntArray, key: FloatArray, n_out: int, state: NDArray[np.uint64]
) -> None:  # pragma: no cover - compiled
    """Put the groups in an order of chance, in half of the trials the largest first."""
    largest_first = chance(state) < 0.5
    for i in range(n_out):
        key[i] = chance(state) - (choices.group_size[out[i]] if largest_first else 0)
    for i in range(1, n_out):
        group, mine = out[i], key[i]
        j = i - 1
        while j >= 0 and key[j] > mine:
            out[j + 1], key[j + 1] = out[j], key[j]
            j -= 1
        out[j + 1], key[j + 1] = group, mine


@njit(nogil=True, cache=True)
def _copy(
    choices: Choices, groups: IntArray, one: IntArray, other: IntArray
) -> None:  # pragma: no cover - compiled
    for g in groups:
        for child in range(choices.first_child[g], choices.first_child[g] + choices.group_size[g]):
            other[child] = one[child]


@njit(nogil=True, cache=True)
def _enter(choices: Choices, books: _Books, group: int) -> None:  # pragma: no cover - compiled
    """Write a group's bundles into the books of their homes, by their first child."""
    child, seen = choices.first_child[group], 0
    for j in range(choices.group_size[group]):
        c = books.choice_of[child + j]
        if c >= 0 and not seen >> j & 1:
            seen |= choices.members[c]
            home = choices.home[c]
            books.slot[books.begin[home] + books.held[home]] = child + j
            books.held[home] += 1


@njit(nogil=True, cache=True)
def _leave(choices: Choices, books: _Books, group: int) -> float:  # pragma: no cover - compiled
    """Take a group out; give the cost that goes with it."""
    child, seen, removed = choices.first_child[group], 0, 0.0
    for j in range(choices.group_size[group]):
        c = books.choice_of[child + j]
        books.saved[child + j], books.choice_of[child + j] = c, WAITING
        if c < 0:
            removed += choices.unplaced_cost[child + j]
        elif not seen >> j & 1:
            seen |= choices.members[c]
            home = choices.home[c]
            books.free[home] += choices.places[c]
            removed += choices.cost[c]
            last = books.begin[home] + books.held[home] - 1
            for k in range(books.begin[home], last):
                if books.slot[k] == child + j:
                    books.slot[k] = books.slot[last]
                    break
            books.held[home] -= 1
    return removed


@njit(nogil=True, cache=True)
def _put_back(choices: Choices, books: _Books, group: int) -> None:  # pragma: no cover - compiled
    """Undo what a group took, and give it what it had."""
    child, size = choices.first_child[group], choices.group_size[group]
    for sign in (1, -1):
        seen = 0
        for j in range(size):
            c = books.choice_of[child + j]
            if c >= 0 and not seen >> j & 1:
                seen |= choices.members[c]
                books.free[choices.home[c]] += sign * choices.places[c]
        for j in range(size):
            books.choice_of[child + j] = books.saved[child + j]


@njit(nogil=True, cache=True)
def _count_sides(
    choices: Choices, limits: Limits, books: _Books, group: int, use: FloatArray, sign: float
) -> None:  # pragma: no cover - compiled
    """Add what a group uses of the side rows, or take it off."""
    child, seen = choices.first_child[group], 0
    for j in range(choices.group_size[group]):
        c = books.choice_of[child + j]
        if c < 0:
            for r in range(use.size):
                use[r] += sign * limits.unplaced[r, child + j]
        elif not seen >> j & 1:
            seen |= choices.members[c]
            for e in range(limits.begin[c], limits.begin[c + 1]):
                use[limits.row[e]] += sign * limits.coefficient[e]


@njit(nogil=True, cache=True)
def _broken(
    use: FloatArray, spare: FloatArray, limits: Limits
) -> float:  # pragma: no cover - compiled
    """Say how far hard rows are broken, each in units of its largest coefficient."""
    total = 0.0
    for r in range(use.size):
        if limits.most[r] == np.inf and use[r] > spare[r]:
            total += (use[r] - spare[r]) / limits.scale[r]
    return total


@njit(nogil=True, cache=True)
def _missed(
    use: FloatArray, spare: FloatArray, limits: Limits
) -> float:  # pragma: no cover - compiled
    """Give the hundredths of a point for rows that may be missed."""
    total = 0.0
    for r in range(use.size):
        if limits.most[r] < np.inf and use[r] > spare[r]:
            total += limits.most[r] * (use[r] - spare[r])
    return total


@njit(nogil=True, cache=True)
def shares_of_gap(
    begin: IntArray,
    members: NDArray[np.uint8],
    value: FloatArray,
    used: BoolArray,
    first_child: IntArray,
    group_size: IntArray,
    unplaced_value: FloatArray,
) -> FloatArray:  # pragma: no cover - compiled
    """Give how far each group is above its cheapest partition, at cost plus price.

    Parameters
    ----------
    begin, members, value : ndarray
        Columns, or choices, by group, and their cost plus price.
    used : ndarray of bool, shape of `value`
        Is in the plan.
    first_child, group_size : ndarray of int64, shape (n_groups,)
    unplaced_value : ndarray of float64, shape (n_children,)

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        Hundredths of a point.
    """
    best, cheapest, block, _ = work_arrays()
    share = np.zeros(group_size.size)
    for g in range(share.size):
        size, full, housed = group_size[g], (1 << group_size[g]) - 1, 0
        best[: full + 1] = np.inf
        for c in range(begin[g], begin[g + 1]):
            best[members[c]] = min(best[members[c]], value[c])
            if used[c]:
                housed |= members[c]
                share[g] += value[c]
        for j in range(size):
            alone = unplaced_value[first_child[g] + j]
            best[1 << j] = min(best[1 << j], alone)
            if not housed >> j & 1:
                share[g] += alone
        share[g] -= cheapest_partitions(full, best, cheapest, block)
    return share
