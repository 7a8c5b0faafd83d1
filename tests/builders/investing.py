"""A small invented area whose demand grows, with possible sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.codes import AgeBand, PlacementType
from rcc_forecast.investing import Held, tidy_sites
from rcc_forecast.placement import plan_placements, tidy_homes
from tests.builders.register import BOLTON, BURY

KINDS = [kind.value for kind in PlacementType]
DAY, LATER = pd.Timestamp(2026, 3, 31), pd.Timestamp(2028, 3, 31)


def site_rows(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give sites as a person writes them; each row says what differs."""
    usual = {
        "placement_type": "foster",
        "places": 2,
        "local_authority": BOLTON,
        "easting": 371_000,
        "northing": 409_000,
        "cost_gbp": 10_000,
    }
    return pd.DataFrame([{"site_id": f"S{n}", **usual, **row} for n, row in enumerate(rows, 1)])


def sites(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give sites as they are weighed up."""
    return tidy_sites(site_rows(*rows), tidy_homes=tidy_homes)[0]


def leaves_of(authorities: tuple[str, ...] = (BOLTON, BURY)) -> pd.DataFrame:
    """Give every leaf of some authorities."""
    every = pd.MultiIndex.from_product(
        [authorities, KINDS, [band.value for band in AgeBand], ["other"]],
        names=["local_authority", "placement_type", "age_band", "population"],
    )
    return every.to_frame(index=False).assign(region="North West")


def children_in(leaves: pd.DataFrame, counts: dict[tuple[str, str, str], float]) -> np.ndarray:
    """Give children by leaf: authority, kind and age band to a number."""
    keys = zip(leaves["local_authority"], leaves["placement_type"], leaves["age_band"], strict=True)
    return np.array([counts.get(key, 0.0) for key in keys])


def held(children_now: np.ndarray, *, own: float = 0.0, taken: float = 0.0) -> Held:
    """Give who has a place today, the same number in each authority and kind."""
    shape = (2, len(KINDS))
    return Held(children_now, np.full(shape, own), np.full(shape, taken), KINDS)


def entries(count: int = 12) -> pd.DataFrame:
    """Give recent entries of Bolton, two by two from one postcode on one day."""
    number = np.arange(count)
    return pd.DataFrame(
        {
            "child": [f"C{n}" for n in number],
            "local_authority": BOLTON,
            "decom": pd.Timestamp(2025, 1, 1) + pd.to_timedelta(number // 2, unit="D"),
            "dob": pd.Timestamp(2018, 6, 1),
            "rne": "S",
            "sex": "F",
            "ethnic": "WBRI",
            "placement_type": "foster",
            "home_post": "BL1 9PS",
        }
    )


def engine(children: pd.DataFrame, homes: pd.DataFrame):
    """Place children as `rcc-forecast place` does."""
    return plan_placements(children, homes, on=LATER, seed=0)
