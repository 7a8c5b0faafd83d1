"""Invented regions of any size: children and homes as tables, and as the arrays of the optimiser.

Every region is drawn from a seed and nothing else (`tests.builders.region_drawing`), with a
full plan known beforehand (`Region.planted`): the optimum can only be better.

    region = a_region("dense", children=6_000, seed=1)
    children, homes = region_tables(region)        # as a council would file them
    problem = region_problem(region)               # the same, without tables: fast for England
    write_region(region, folder)                   # children.csv and homes.csv
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from models.placement.problem import (
    ELSEWHERE,
    FREE,
    UNPLACED,
    Children,
    Homes,
    PlacementProblem,
    Rules,
)
from rcc_forecast.codes import PlacementType
from tests.builders.region_drawing import (
    CHILDRENS_HOME,
    METRES_A_MILE,
    SHAPES,
    Region,
    a_region,
)

__all__ = [
    "METRES_A_MILE",
    "SHAPES",
    "TODAY",
    "Region",
    "a_region",
    "planted_plan",
    "region_problem",
    "region_tables",
    "write_region",
]

TODAY = pd.Timestamp("2026-06-01")

KINDS = np.array(["foster", "childrens_home", "supported"])
SECTORS = np.array(["local_authority", "private", "voluntary"])
GRADES = np.array(["inadequate", "requires_improvement", "good", "outstanding"])
SUITABILITY = np.array(["preferred", "suitable", "unsuitable", "unspecified"])
SEXES = np.array(["any", "F", "M"])
ETHNICITIES = np.array(["WBRI", "MWBC", "APKN", "BAFR", "OOTH", "WOTH"])
"""Words of the codes that regions are drawn in."""


def region_tables(region: Region) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give children and homes as a council would file them, every column of the contract.

    Returns
    -------
    tuple of DataFrame
        For `tidy_children` and `tidy_homes`, or for CSV files.
    """
    kids, n = region.children, region.n_children
    home_id, child_id = _home_ids(region), _references("C", n, width=6)
    size = np.bincount(kids["group"])[kids["group"]]
    group = _references("G", int(kids["group"].max()) + 1, width=6)[kids["group"]]
    twin = kids["twin"] >= 0
    lives_in = np.append(home_id, ["OUTSIDE", ""])[kids["present"]]
    children = pd.DataFrame(
        {
            "child_id": child_id,
            "local_authority": kids["authority"],
            "easting": kids["easting"],
            "northing": kids["northing"],
            "school_easting": kids["school_easting"],
            "school_northing": kids["school_northing"],
            "age": kids["age"],
            "sex": SEXES[kids["sex"]],
            "ethnicity": ETHNICITIES[kids["ethnicity"]],
            "needs": kids["needs"],
            "solo": kids["solo"].astype(int),
            **{
                f"suit_{kind}": SUITABILITY[kids["suitability"][:, column]]
                for column, kind in enumerate(KINDS)
            },
            "sibling_group": np.where(size > 1, group, ""),
            "sibling_plan": np.select(
                [kids["apart"], size > 1], ["apart", "together"], default="none"
            ),
            "twin_of": np.where(twin, child_id[kids["twin"]], ""),
            "avoid_home_ids": np.where(kids["avoid"] >= 0, home_id[kids["avoid"]], ""),
            "current_home_id": lives_in,
            "settled": kids["settled"].astype(int),
        }
    )
    return children, _homes_table(region)


def _homes_table(region: Region) -> pd.DataFrame:
    homes, lived = region.homes, region.children["present"]
    residents = np.bincount(lived[lived >= 0], minlength=region.n_homes)
    return pd.DataFrame(
        {
            "home_id": _home_ids(region),
            "sector": SECTORS[homes["sector"]],
            "placement_type": KINDS[homes["kind"]],
            "local_authority": homes["authority"],
            "easting": homes["easting"],
            "northing": homes["northing"],
            "places_approved": homes["places"] + residents,
            "places_available": homes["places"],
            "age_min": homes["age_min"],
            "age_max": homes["age_max"],
            "sex": SEXES[homes["sex"]],
            "needs_met": homes["needs_met"],
            "sibling_exemption": homes["exempt"].astype(int),
            "solo": 0,
            "ofsted_rating": GRADES[homes["grade"]],
            "weekly_cost_gbp": homes["weekly_cost_gbp"],
            "closed": np.where(homes["closed"], "2026-03-31", ""),
        }
    )


def _home_ids(region: Region) -> np.ndarray:
    return _references("H", region.n_homes, width=5)


def _references(letter: str, count: int, *, width: int) -> np.ndarray:
    return np.char.add(letter, np.char.zfill(np.arange(count).astype(str), width))


def write_region(region: Region, folder: Path) -> tuple[Path, Path]:
    """Write children.csv and homes.csv, for timing whole commands."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "children.csv", folder / "homes.csv"
    for table, path in zip(region_tables(region), paths, strict=True):
        table.to_csv(path, index=False, lineterminator="\n")
    return paths


def region_problem(region: Region, rules: Rules | None = None) -> PlacementProblem:
    """Give the optimiser's arrays, equal to those built from `region_tables`.

    Parameters
    ----------
    region : Region
    rules : Rules, optional
        None switched on by default.
    """
    kids, homes = region.children, region.homes
    is_open = np.flatnonzero(~homes["closed"])
    row_of_home = np.full(region.n_homes, ELSEWHERE)
    row_of_home[is_open] = np.arange(is_open.size)
    group = _groups_without_apart(kids["group"], kids["apart"])
    order = np.argsort(group, kind="stable")
    row_of_child = np.empty(order.size, dtype=np.int64)
    row_of_child[order] = np.arange(order.size)
    lived = kids["present"]
    present = np.where(lived >= 0, row_of_home[lived], lived)
    places = homes["places"][is_open]
    if region.replan:
        places = places + np.bincount(present[present >= 0], minlength=is_open.size)
    authorities = np.unique(np.concatenate([kids["authority"], homes["authority"]]))
    avoid = np.flatnonzero((kids["avoid"] >= 0) & (row_of_home[kids["avoid"]] >= 0))
    avoid = avoid[np.argsort(row_of_child[avoid])]
    return PlacementProblem(
        children=_children_arrays(kids, order, group[order], present[order], authorities),
        homes=_homes_arrays(homes, is_open, places, authorities),
        twins=_sorted_pairs(row_of_child[_twin_pairs(kids)]),
        apart=_sorted_pairs(row_of_child[_rivals(kids)]),
        avoid=np.column_stack([row_of_child[avoid], row_of_home[kids["avoid"][avoid]]]),
        rules=rules or Rules(),
    )


def planted_plan(region: Region) -> np.ndarray:
    """Give the planted plan by the problem's rows: a row of its homes, `UNPLACED` for none."""
    kids, row_of_home = region.children, np.cumsum(~region.homes["closed"]) - 1
    order = np.argsort(_groups_without_apart(kids["group"], kids["apart"]), kind="stable")
    home = region.planted[order]
    return np.where(home < 0, UNPLACED, row_of_home[home])


def _groups_without_apart(group: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """A child whose plan is apart is a group alone; groups go by their first child."""
    n = group.size
    rows = np.arange(n)
    first = np.full(int(group.max()) + 1, n)
    np.minimum.at(first, group[~apart], rows[~apart])
    label = np.where(apart, rows, first[group])
    return np.asarray(np.unique(label, return_inverse=True)[1])


def _twin_pairs(kids: dict[str, np.ndarray]) -> np.ndarray:
    one = np.flatnonzero(kids["twin"] > np.arange(kids["twin"].size))
    pairs = np.column_stack([one, kids["twin"][one]])
    return pairs[~kids["apart"][pairs].any(axis=1)]


def _rivals(kids: dict[str, np.ndarray]) -> np.ndarray:
    group = kids["group"]
    pairs = [
        (min(row, other), max(row, other))
        for row in np.flatnonzero(kids["apart"]).tolist()
        for other in range(
            int(np.searchsorted(group, group[row])),
            int(np.searchsorted(group, group[row], side="right")),
        )
        if other != row
    ]
    return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def _sorted_pairs(pairs: np.ndarray) -> np.ndarray:
    ordered = np.sort(pairs, axis=1)
    return ordered[np.lexsort((ordered[:, 1], ordered[:, 0]))]


def _children_arrays(
    kids: dict[str, np.ndarray],
    order: np.ndarray,
    group: np.ndarray,
    present: np.ndarray,
    authorities: np.ndarray,
) -> Children:
    n = order.size
    kinds = [kind.value for kind in PlacementType]
    suitability = np.full((n, len(kinds)), 3, dtype=np.int64)
    for column, kind in enumerate(KINDS):
        suitability[:, kinds.index(kind)] = kids["suitability"][order, column]
    school = np.column_stack([kids["school_easting"], kids["school_northing"]])[order]
    arrays = {
        "xy": np.column_stack([kids["easting"], kids["northing"]])[order] / METRES_A_MILE,
        "school_xy": school / METRES_A_MILE,
        "age": kids["age"][order].astype(np.int64),
        "sex": kids["sex"][order].astype(np.int64),
        "needs": kids["needs"][order].astype(np.int64),
        "solo": kids["solo"][order],
        "group": group,
        "authority": np.searchsorted(authorities, kids["authority"][order]),
        "suitability": suitability,
        "present_home": present,
        "settled": kids["settled"][order],
        "fixed_home": np.full(n, FREE, dtype=np.int64),
        "ethnicity": np.unique(ETHNICITIES[kids["ethnicity"]], return_inverse=True)[1][order],
    }
    return Children(**{field.name: arrays[field.name] for field in fields(Children)})


def _homes_arrays(
    homes: dict[str, np.ndarray], is_open: np.ndarray, places: np.ndarray, authorities: np.ndarray
) -> Homes:
    kinds = [kind.value for kind in PlacementType]
    of_kind = np.array([kinds.index(kind) for kind in KINDS])
    kind = homes["kind"][is_open]
    whole = {name: homes[name][is_open].astype(np.int64) for name in ("age_min", "age_max", "sex")}
    return Homes(
        xy=np.column_stack([homes["easting"], homes["northing"]])[is_open] / METRES_A_MILE,
        kind=of_kind[kind],
        childrens_home=kind == CHILDRENS_HOME,
        places=places.astype(np.int64),
        exempt=homes["exempt"][is_open],
        needs_met=homes["needs_met"][is_open].astype(np.int64),
        grade=homes["grade"][is_open].astype(np.int64),
        for_profit=homes["sector"][is_open] == 1,
        weekly_cost_gbp=homes["weekly_cost_gbp"][is_open],
        authority=np.searchsorted(authorities, homes["authority"][is_open]),
        **whole,
    )
