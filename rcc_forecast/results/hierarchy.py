"""The hierarchy: which leaves each total sums, for every area and every breakdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from rcc_forecast.codes import ALL, AgeBand, Measure, PlacementType, Population

AUTHORITY, REGION, RCC, ENGLAND = "authority", "region", "rcc", "england"
"""Levels of area."""

TOTAL, TYPE, AGE, TYPE_AGE, POPULATION = "total", "type", "age", "type_age", "population"
"""Levels of detail within an area."""

FLOW_DETAILS = (TOTAL, AGE)
"""Entries and exits are forecast in total and by age band only."""

DIMENSIONS = (
    "region",
    "local_authority",
    "placement_type",
    "age_band",
    "population",
    "rcc",
)
"""Columns that name a node."""

_DETAILS = {
    TOTAL: (),
    TYPE: ("placement_type",),
    AGE: ("age_band",),
    TYPE_AGE: ("placement_type", "age_band"),
    POPULATION: ("population",),
}
_CATEGORIES = {
    "placement_type": [kind.value for kind in PlacementType],
    "age_band": [band.value for band in AgeBand],
    "population": [population.value for population in Population],
}


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of the hierarchy and the leaves that each one sums.

    Attributes
    ----------
    frame : DataFrame
        One row a node: region, local_authority, placement_type, age_band,
        population, rcc, then ``area_level`` (authority, region, rcc, england),
        ``detail`` (total, type, age, type_age, population) and ``level``, the
        two with a slash between. A summed dimension reads "All".
    summing : csr_array of float, shape (n_nodes, n_leaves)
        Ones over the leaves of a node: ``summing @ leaves`` gives the nodes.
    """

    frame: pd.DataFrame
    summing: sparse.csr_array

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.frame)

    def select(self, levels: Iterable[str]) -> Nodes:
        """Give the nodes of some levels.

        Parameters
        ----------
        levels : iterable of str
            Area levels (``region``), details (``type``) or both
            (``region/type``); a node is kept where any fits.
        """
        wanted = set(levels)
        kept = np.zeros(len(self.frame), dtype=bool)
        for column in ("area_level", "detail", "level"):
            kept |= self.frame[column].isin(wanted).to_numpy()
        return self._only(kept)

    def for_measure(self, measure: str) -> Nodes:
        """Give the nodes that a forecast of a measure has.

        Children at every level; entries and exits in total and by age band.
        The history of demand has every level for every measure.
        """
        return self if measure == Measure.CHILDREN else self.select(FLOW_DETAILS)

    def _only(self, kept: NDArray[np.bool_]) -> Nodes:
        rows = np.flatnonzero(kept)
        return Nodes(self.frame.take(rows).reset_index(drop=True), self.summing[rows])


def nodes_on(leaves: pd.DataFrame, *, membership: dict[str, str]) -> Nodes:
    """Build the hierarchy over the leaves.

    Parameters
    ----------
    leaves : DataFrame, shape (n_leaves, ...)
        Columns local_authority, region, placement_type, age_band, population.
    membership : dict of str to str
        Co-operative of each member authority (`geography.Membership`).

    Returns
    -------
    Nodes
        For every authority, region, co-operative and England: the total, each
        placement type, age band, type by age band and population. Regions and
        England sum the authorities that are among the leaves.
    """
    areas = _areas(leaves, membership)
    area_of_leaf = _areas_by_leaf(leaves, areas, membership)
    cells = _cells()
    cell_of_leaf = _cells_by_leaf(leaves, cells)
    n_leaves, n_cells = len(leaves), len(cells)
    # Every leaf lies in several areas and several cells: one entry for each pair of the two.
    node = area_of_leaf[:, :, None] * n_cells + cell_of_leaf[:, None, :]
    leaf = np.broadcast_to(np.arange(n_leaves)[:, None, None], node.shape)
    real = np.broadcast_to(area_of_leaf[:, :, None] >= 0, node.shape)
    summing = sparse.csr_array(
        (np.ones(int(real.sum())), (node[real], leaf[real])),
        shape=(len(areas) * n_cells, n_leaves),
    )
    frame = areas.merge(cells, how="cross")
    frame["level"] = frame["area_level"] + "/" + frame["detail"]
    return Nodes(frame[[*DIMENSIONS, "area_level", "detail", "level"]], summing)


def _areas(leaves: pd.DataFrame, membership: dict[str, str]) -> pd.DataFrame:
    """One row an area: authorities by region, then regions, co-operatives, England."""
    authorities = (
        leaves[["region", "local_authority"]]
        .drop_duplicates()
        .sort_values(["region", "local_authority"], ignore_index=True)
    )
    authorities["rcc"] = [membership.get(code, "") for code in authorities["local_authority"]]
    regions = sorted(authorities["region"].unique())
    co_operatives = sorted(set(authorities["rcc"]) - {""})
    parts = [
        authorities.assign(area_level=AUTHORITY),
        pd.DataFrame({"region": regions, "local_authority": ALL, "rcc": "", "area_level": REGION}),
        pd.DataFrame(
            {"region": ALL, "local_authority": ALL, "rcc": co_operatives, "area_level": RCC}
        ),
        pd.DataFrame(
            {"region": [ALL], "local_authority": [ALL], "rcc": [""], "area_level": [ENGLAND]}
        ),
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _areas_by_leaf(
    leaves: pd.DataFrame, areas: pd.DataFrame, membership: dict[str, str]
) -> NDArray[np.int64]:
    """Give the areas of each leaf, shape (n_leaves, 4); -1 where it is in no co-operative."""
    keys = {
        AUTHORITY: (leaves["local_authority"], "local_authority"),
        REGION: (leaves["region"], "region"),
        RCC: (leaves["local_authority"].map(membership), "rcc"),
    }
    columns = []
    for level, (key, name) in keys.items():
        rows = areas[areas["area_level"] == level]
        number = dict(zip(rows[name], rows.index, strict=True))
        columns.append(key.map(number).fillna(-1).to_numpy(np.int64))
    columns.append(np.full(len(leaves), len(areas) - 1, dtype=np.int64))
    return np.stack(columns, axis=1)


def _cells() -> pd.DataFrame:
    """One row a breakdown: total, types, bands, types by bands, populations."""
    parts = []
    for detail, shown in _DETAILS.items():
        values = [_CATEGORIES[name] if name in shown else [ALL] for name in _CATEGORIES]
        product = pd.MultiIndex.from_product(values, names=list(_CATEGORIES))
        parts.append(product.to_frame(index=False).assign(detail=detail))
    return pd.concat(parts, ignore_index=True)


def _cells_by_leaf(leaves: pd.DataFrame, cells: pd.DataFrame) -> NDArray[np.int64]:
    """Give the cell of each detail that a leaf belongs to, shape (n_leaves, 5)."""
    names = list(_CATEGORIES)
    known = pd.MultiIndex.from_frame(cells[names])
    columns = []
    for shown in _DETAILS.values():
        asked = leaves[names].assign(**{name: ALL for name in names if name not in shown})
        columns.append(known.get_indexer(pd.MultiIndex.from_frame(asked)))
    return np.stack(columns, axis=1).astype(np.int64)
