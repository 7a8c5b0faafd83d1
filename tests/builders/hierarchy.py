"""Hierarchies of authorities, types and bands, and errors that share shocks; all invented."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.reconciliation import Hierarchy

REGIONS = 9


def an_english_hierarchy(
    *, authorities: int = 153, types: int = 8, bands: int = 5
) -> tuple[Hierarchy, np.ndarray]:
    """Give every area by every breakdown, and each node's kind.

    Leaves are authority by type by band; totals are everything above. With
    153 authorities, 8 types and 5 bands there are 2,682 totals over 6,120
    leaves. Kinds are 4 areas' breakdowns (total, type, band, type by band):
    0-3 of authorities, 4-7 of regions, 8-11 of England; leaves are kind 3.
    """
    n_leaves = authorities * types * bands
    leaf = np.arange(n_leaves)
    authority, kind, band = np.unravel_index(leaf, (authorities, types, bands))
    areas = [np.zeros(n_leaves, dtype=int), authority % REGIONS, authority]
    details = [np.zeros(n_leaves, dtype=int), kind, band, kind * bands + band]
    rows, columns, kinds, first = [], [], [], 0
    for above, area in zip((8, 4, 0), areas, strict=True):
        for detail, cell in enumerate(details):
            if above == 0 and detail == 3:
                continue  # the leaves themselves
            names, of_leaf = np.unique(area * 1000 + cell, return_inverse=True)
            rows.append(first + of_leaf)
            columns.append(leaf)
            kinds.append(np.full(len(names), above + detail))
            first += len(names)
    at = (np.concatenate(rows), np.concatenate(columns))
    adding = sparse.csr_array((np.ones(len(at[0])), at), shape=(first, n_leaves))
    return Hierarchy(adding), np.concatenate([*kinds, np.full(n_leaves, 3)])


def a_small_hierarchy() -> Hierarchy:
    """Give England, two regions and three bands over six leaves (region by band)."""
    leaf = np.arange(6)
    rows = [np.zeros(6, dtype=int), 1 + leaf // 3, 3 + leaf % 3]
    at = (np.concatenate(rows), np.tile(leaf, 3))
    return Hierarchy(sparse.csr_array((np.ones(18), at), shape=(6, 6)))


def shared_errors(hierarchy: Hierarchy, *, n_periods: int = 40, seed: int = 1) -> np.ndarray:
    """Give errors that share a shock and do not add up, shape (n_nodes, n_periods)."""
    rng = np.random.default_rng(seed)
    size = np.sqrt(hierarchy.leaves_under())[:, None] * rng.uniform(0.5, 2, (hierarchy.n_nodes, 1))
    own = rng.standard_normal((hierarchy.n_nodes, n_periods))
    return size * (own + 0.7 * rng.standard_normal(n_periods))
