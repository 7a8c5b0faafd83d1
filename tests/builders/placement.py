"""Children, homes and small regions to place: a builder gives only what the test is about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.placement import plan_placements, tidy_children, tidy_homes
from rcc_forecast.results.placement import PlacementPlan

BOLTON, BURY = "E08000001", "E08000002"
EAST, NORTH = 370_000.0, 410_000.0
METRES_A_MILE = 1609.3
TODAY = pd.Timestamp("2026-06-01")


def a_child(child_id: str = "C1", *, miles_east: float = 0.0, **given: object) -> dict[str, object]:
    """A girl of nine from Bolton who needs a home."""
    return {
        "child_id": child_id,
        "local_authority": BOLTON,
        "easting": EAST + miles_east * METRES_A_MILE,
        "northing": NORTH,
        "age": 9,
        "sex": "F",
        **given,
    }


def a_foster_home(
    home_id: str = "H1", *, miles_east: float = 1.0, **given: object
) -> dict[str, object]:
    """A foster home of the authority in Bolton with one place, free of charge."""
    return {
        "home_id": home_id,
        "sector": "local_authority",
        "placement_type": "foster",
        "local_authority": BOLTON,
        "easting": EAST + miles_east * METRES_A_MILE,
        "northing": NORTH,
        "places_available": 1,
        "age_min": 0,
        "age_max": 17,
        "needs_met": 3,
        "ofsted_rating": "good",
        "weekly_cost_gbp": 0.0,
        **given,
    }


def children_table(*children: dict[str, object]) -> pd.DataFrame:
    """Children as they are read."""
    return tidy_children(pd.DataFrame(list(children)))[0]


def homes_table(*homes: dict[str, object]) -> pd.DataFrame:
    """Homes as they are read."""
    return tidy_homes(pd.DataFrame(list(homes)))[0]


def a_plan(
    children: list[dict[str, object]], homes: list[dict[str, object]], **asked: object
) -> PlacementPlan:
    """Plan for some children and homes, today."""
    return plan_placements(children_table(*children), homes_table(*homes), **{"on": TODAY, **asked})  # type: ignore[arg-type]


def homes_by_child(plan: PlacementPlan) -> dict[str, str | None]:
    """The home proposed for each child, None for none."""
    homes = plan.plan["home_id"].astype(object)
    return dict(zip(plan.plan["child_id"], homes.where(homes.notna(), None), strict=True))


def points_by_child(plan: PlacementPlan) -> dict[str, float]:
    """The points of each child."""
    return dict(zip(plan.plan["child_id"], plan.plan["points"], strict=True))


def an_invented_region(
    *, n_children: int, n_places: int, seed: int, side_miles: float = 61.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Children with siblings, twins and needs, and homes of three kinds, spread over a square.

    Shares follow the published picture: about three homes in four for single
    children foster homes, near half of the children with a sibling to place.
    """
    rng = np.random.default_rng(seed)
    homes = _invented_homes(rng, n_places, side_miles)
    children = _invented_children(rng, n_children, side_miles, homes)
    return tidy_children(children)[0], tidy_homes(homes)[0]


def _authority(east: np.ndarray, north: np.ndarray, side_miles: float) -> np.ndarray:
    """Nine authorities as a chequerboard."""
    codes = np.array([f"E0800000{number}" for number in range(1, 10)])
    column = np.minimum((3 * east / side_miles).astype(int), 2)
    row = np.minimum((3 * north / side_miles).astype(int), 2)
    return codes[3 * row + column]


def _invented_homes(rng: np.random.Generator, n_places: int, side: float) -> pd.DataFrame:
    kind = rng.choice(3, n_places, p=[0.885, 0.062, 0.053])
    wanted = np.select(
        [kind == 0, kind == 1],
        [rng.choice([1, 2, 3], n_places, p=[0.55, 0.3, 0.15]), rng.integers(2, 7, n_places)],
        rng.integers(1, 5, n_places),
    )
    keep = np.cumsum(wanted) <= n_places
    kind, places, n = kind[keep], wanted[keep], int(keep.sum())
    east, north = rng.uniform(0, side, (2, n))
    foster, residential = kind == 0, kind == 1
    age_min = np.select([foster, residential], [rng.choice([0, 0, 0, 5, 8], n), 8], 16)
    cost = np.select([foster, residential], [700.0, 5200.0], 1700.0) * rng.lognormal(0, 0.2, n)
    return pd.DataFrame(
        {
            "home_id": [f"H{number:04d}" for number in range(n)],
            "sector": rng.choice(["local_authority", "private", "voluntary"], n, p=[0.5, 0.4, 0.1]),
            "placement_type": np.array(["foster", "childrens_home", "supported"])[kind],
            "local_authority": _authority(east, north, side),
            "easting": EAST + east * METRES_A_MILE,
            "northing": NORTH + north * METRES_A_MILE,
            "places_approved": places,
            "places_available": places,
            "age_min": age_min,
            "age_max": np.where(foster, np.minimum(17, age_min + rng.integers(7, 18, n)), 17),
            "sex": rng.choice(["any", "F", "M"], n, p=[0.82, 0.09, 0.09]),
            "needs_met": np.select(
                [foster, residential], [rng.choice(3, n, p=[0.4, 0.4, 0.2]), 3], 1
            ),
            "sibling_exemption": (foster & (places >= 2) & (rng.random(n) < 0.15)).astype(int),
            "solo": 0,
            "ofsted_rating": rng.choice(
                ["outstanding", "good", "requires_improvement"], n, p=[0.17, 0.7, 0.13]
            ),
            "weekly_cost_gbp": cost.round(2),
        }
    )


def _invented_children(
    rng: np.random.Generator, n: int, side: float, homes: pd.DataFrame
) -> pd.DataFrame:
    sizes = rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.745, 0.155, 0.062, 0.026, 0.009, 0.003])
    group = np.repeat(np.arange(n), sizes)[:n]
    size = np.bincount(group)[group]
    east, north = (side * rng.beta(2, 2, (2, n)))[:, group]
    age = rng.integers(0, 18, n)
    first = np.r_[True, group[1:] != group[:-1]]
    twin = np.zeros(n, dtype=bool)
    twin[1:] = ~first[1:] & (rng.random(n - 1) < 0.04)
    age[1:] = np.where(twin[1:], age[:-1], age[1:])
    names = np.array([f"C{number:05d}" for number in range(n)])
    current = rng.choice(homes["home_id"], n)
    return pd.DataFrame(
        {
            "child_id": names,
            "local_authority": _authority(east, north, side),
            "easting": EAST + east * METRES_A_MILE,
            "northing": NORTH + north * METRES_A_MILE,
            "school_easting": EAST + (east + rng.normal(0, 1.5, n)) * METRES_A_MILE,
            "school_northing": NORTH + (north + rng.normal(0, 1.5, n)) * METRES_A_MILE,
            "age": age,
            "sex": rng.choice(["F", "M"], n),
            "needs": rng.choice(4, n, p=[0.5, 0.3, 0.14, 0.06]),
            "solo": (rng.random(n) < 0.02).astype(int),
            "suit_foster": rng.choice(["preferred", "suitable", "unspecified"], n),
            "suit_supported": np.where(age < 16, "unsuitable", "suitable"),
            "sibling_group": np.where(size > 1, [f"G{number}" for number in group], ""),
            "sibling_plan": np.where(rng.random(n) < 0.03, "apart", "together"),
            "twin_of": np.where(twin, np.r_[names[:1], names[:-1]], ""),
            "avoid_home_ids": np.where(rng.random(n) < 0.1, current, ""),
            "current_home_id": np.where(rng.random(n) < 0.3, rng.choice(homes["home_id"], n), ""),
            "settled": (rng.random(n) < 0.4).astype(int),
        }
    )
