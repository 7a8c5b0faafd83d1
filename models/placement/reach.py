"""Who competes with whom: children reached through homes that could take them.

From a child without a home to every home that could take the child, to the
children who live there, and on, until nobody new is reached. Homes that ask
the same of a child are looked at together, so that a country is a sweep.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.placement.problem import UNPLACED, IntArray, PlacementProblem
from models.placement.tables import PairTables, allowed_at, suits


def reached_from(
    problem: PlacementProblem, tables: PairTables, home: IntArray
) -> tuple[IntArray, IntArray]:
    """Give the sets of children and homes that hang together behind those without a home.

    Parameters
    ----------
    problem : PlacementProblem
    tables : PairTables
    home : ndarray of int, shape (n_children,)
        The plan.

    Returns
    -------
    tuple of ndarray of int, shapes (n_children,) and (n_homes,)
        Number of the set, 0 upward; -1 for children and homes in none.
    """
    usable = np.flatnonzero(tables.home["usable"])
    alike = ("age_min", "age_max", "sex", "needs_met", "kind")
    asks = np.column_stack([tables.home[name][usable] for name in alike]).astype(np.int64)
    _, first, kind = np.unique(asks, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(kind.ravel(), kind="stable")
    begin = np.searchsorted(kind.ravel()[order], np.arange(first.size + 1)).astype(np.int64)
    resident_order = np.argsort(home, kind="stable").astype(np.int64)
    resident_begin = np.searchsorted(home[resident_order], np.arange(problem.n_homes + 1)).astype(
        np.int64
    )
    label_of_child, label_of_home = _sweep(
        tables,
        home,
        usable[order].astype(np.int64),
        begin,
        usable[first].astype(np.int64),
        resident_order,
        resident_begin,
    )
    both = np.concatenate([label_of_child, label_of_home])
    number = np.unique(both[both >= 0], return_inverse=True)[1]
    both[both >= 0] = number
    return both[: home.size], both[home.size :]


@njit(nogil=True, cache=True)
def _root(parent: IntArray, one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


@njit(nogil=True, cache=True)
def _sweep(
    t: PairTables,
    home: IntArray,
    listed: IntArray,
    begin: IntArray,
    example: IntArray,
    resident: IntArray,
    resident_begin: IntArray,
) -> tuple[IntArray, IntArray]:
    n_children, n_homes, n_kinds = home.size, t.home.size, example.size
    of_child, of_home = np.full(n_children, -1), np.full(n_homes, -1)
    # Of each kind, homes from `begin` up to `fresh` are not reached yet, the rest are.
    fresh = begin[1:].copy()
    # The set that all homes reached of a kind belong to; -1 for none, -2 for several.
    owner = np.full(n_kinds, -1)
    parent = np.arange(n_children)
    queue = np.empty(n_children, np.int64)
    for seed in range(n_children):
        if home[seed] != UNPLACED or of_child[seed] >= 0:
            continue
        of_child[seed] = seed
        queue[0], done, n = seed, 0, 1
        while done < n:
            child = queue[done]
            done += 1
            mine = _root(parent, seed)
            for kind in range(n_kinds):
                if not suits(t, t.child[child], t.home[example[kind]]):
                    continue
                others = owner[kind] == -2 or (
                    owner[kind] >= 0 and _root(parent, owner[kind]) != mine
                )
                if others:
                    several = False
                    for at in range(fresh[kind], begin[kind + 1]):
                        h = listed[at]
                        theirs = _root(parent, of_home[h])
                        if theirs == mine:
                            continue
                        if allowed_at(t, child, h):
                            parent[max(theirs, mine)] = min(theirs, mine)
                            mine = min(theirs, mine)
                        else:
                            several = True
                    owner[kind] = -2 if several else seed
                at = begin[kind]
                while at < fresh[kind]:
                    h = listed[at]
                    if not allowed_at(t, child, h):
                        at += 1
                        continue
                    fresh[kind] -= 1
                    listed[at], listed[fresh[kind]] = listed[fresh[kind]], h
                    of_home[h] = seed
                    if owner[kind] == -1:
                        owner[kind] = seed
                    elif owner[kind] != -2 and _root(parent, owner[kind]) != mine:
                        owner[kind] = -2
                    for i in range(resident_begin[h], resident_begin[h + 1]):
                        if of_child[resident[i]] < 0:
                            of_child[resident[i]] = seed
                            queue[n] = resident[i]
                            n += 1
    for child in range(n_children):
        if of_child[child] >= 0:
            of_child[child] = _root(parent, of_child[child])
    for h in range(n_homes):
        if of_home[h] >= 0:
            of_home[h] = _root(parent, of_home[h])
    return of_child, of_home
