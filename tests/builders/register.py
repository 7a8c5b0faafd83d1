"""Homes of a provision register: a builder gives only what the test is about."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.tables.contract import Kind
from rcc_forecast.tables.homes import HOMES

BOLTON, BURY, LEEDS = "E08000001", "E08000002", "E08000035"


def a_home(home_id: str = "H1", **given: object) -> pd.DataFrame:
    """One home, long open, with three places of which one is free, in Bolton."""
    row: dict[str, object] = {
        "home_id": home_id,
        "urn": None,
        "provider": "Provider",
        "sector": "private",
        "placement_type": "childrens_home",
        "local_authority": BOLTON,
        "postcode": None,
        "easting": 370_000.0,
        "northing": 409_000.0,
        "places_approved": 3,
        "places_available": 1,
        "age_min": 8,
        "age_max": 17,
        "sex": "any",
        "needs_met": 2,
        "sibling_exemption": 0,
        "solo": 0,
        "ofsted_rating": "good",
        "weekly_cost_gbp": 5_000.0,
        "opened": None,
        "closed": None,
        **given,
    }
    frame = pd.DataFrame({name: [row[name]] for name in HOMES.names})
    return frame.astype(
        {
            column.name: {
                Kind.DATE: "datetime64[us]",
                Kind.INTEGER: "Int64",
                Kind.FLAG: "Int64",
                Kind.NUMBER: "float64",
            }.get(column.kind, "str")
            for column in HOMES.columns
        }
    )


def a_register(*homes: pd.DataFrame) -> pd.DataFrame:
    """Several homes as one register."""
    return pd.concat(homes, ignore_index=True)
