"""Placement plans: advice to people, with the caller's own references."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as
from api.schemas.forecasts import Id, Scenario
from api.schemas.rows import page_of, row_of
from rcc_forecast.tables.placement import ALTERNATIVES, EQUITY, GROUPS, PLAN, PRICES, SHORTAGES

_CHILDREN_ID, _HOMES_ID, _PLAN_ID = "77d0a51c6d3e4b90", "0b8f6f4c2b9d4a17", "c2d4b7a9e8f01356"
_ROW_EXAMPLE = {
    "row": "9c1185a5c5e9fc54612808977ee8f548",
    "child_id": "SYN000123",
    "home_id": "SYN-H-0042",
    "placement_type": "foster",
    "distance_miles": 3.42,
    "school_miles": 1.1,
    "over_20_miles": 0,
    "in_authority": 1,
    "siblings_together": 1,
    "moved": 1,
    "weekly_cost_gbp": 520.0,
    "points": 96.4,
    "reason": "The nearest foster home with room for both sisters.",
    "wish": "To stay near school.",
}


class PlacementRequest(BaseModel):
    """Which children, which homes, and on which day."""

    model_config = shown_as(
        {"children_id": _CHILDREN_ID, "homes_id": _HOMES_ID, "on": "2026-04-20", "seed": 1},
        extra="forbid",
    )

    children_id: Id
    homes_id: Id
    on: date = Field(description="The day on which homes must be open")
    replan: bool = Field(
        False, strict=True, description="Whether every present home is to be won again"
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, strict=True, description="Of all chance")
    time_limit: float | None = Field(
        None, gt=0, le=600, description="Seconds at most; a plan that was cut short says so"
    )
    scenario: Scenario = None


class Plan(BaseModel):
    """A plan as a whole; the rows are at /rows."""

    model_config = shown_as(
        {
            "id": _PLAN_ID,
            "children_id": _CHILDREN_ID,
            "homes_id": _HOMES_ID,
            "on": "2026-04-20",
            "replan": False,
            "seed": 1,
            "summary": {
                "status": "optimal",
                "children": 240,
                "placed": 236,
                "unplaced": 4,
                "mean_miles": 6.3,
                "advice": "Advice to people, never a decision.",
            },
        }
    )

    id: str = Field(description="Run id: hash of children, homes, code, configuration and seed")
    children_id: str
    homes_id: str
    on: str
    replan: bool
    seed: int
    summary: dict[str, Any] = Field(
        description="Status, children placed and unplaced, siblings together, miles, cost, "
        "objective and bound; the same for homes as they are and for the greedy yardstick"
    )


_PlanRow = row_of("PlanColumns", PLAN, example=_ROW_EXAMPLE)


class PlanRow(_PlanRow):  # type: ignore[misc,valid-type]  # made from the table
    """One child and the home proposed."""

    model_config = shown_as(_ROW_EXAMPLE, extra="allow")

    row: str = Field(description="Token of this row in this plan, for addresses")
    wish: str | None = Field(default=None, description="The child's own wish: shown, never scored")


_ALTERNATIVE_EXAMPLE = {
    "rank": 1,
    "home_id": "SYN-H-0107",
    "distance_miles": 5.1,
    "points_more": 34.0,
    "worth_to_others": 0.0,
    "has_room": 1,
    "what_it_means": "34 points worse than the home proposed; places are left there.",
}
AlternativeRow = row_of(
    "AlternativeRow", ALTERNATIVES, example=_ALTERNATIVE_EXAMPLE, without=("child_id",)
)


class PlanRowInFull(PlanRow):
    """One child, the home proposed, and the best other homes."""

    model_config = shown_as({**_ROW_EXAMPLE, "alternatives": [_ALTERNATIVE_EXAMPLE]}, extra="allow")

    alternatives: list[AlternativeRow] = Field(  # type: ignore[valid-type]  # made from the table
        description="Other homes for the child, the best first; empty where there is none"
    )


PriceRow = row_of(
    "PriceRow",
    PRICES,
    example={
        "placement_type": "foster",
        "local_authority": "E08000003",
        "age_band": "10-15",
        "needs": 2,
        "price": 310.0,
        "highest_price": 420.0,
        "homes": 14,
        "places": 21,
        "filled": 21,
        "local_authority_name": "Manchester",
    },
)
GroupRow = row_of(
    "GroupRow",
    GROUPS,
    example={
        "sibling_group": "SYN-G-017",
        "children": 3,
        "homes_used": 1,
        "without_home": 0,
        "together": 1,
        "price_of_together": 140.5,
        "why": "One home has three places for them.",
        "first_child_id": "SYN000123",
    },
)
ShortageRow = row_of(
    "ShortageRow",
    SHORTAGES,
    example={
        "shortage": 1,
        "children": 5,
        "places": 3,
        "without_home": 2,
        "homes": 2,
        "ages": "14-16",
        "needs": "3",
        "sexes": "M",
        "local_authorities": "E08000003",
        "why": "Five children for three places.",
    },
)
EquityRow = row_of(
    "EquityRow",
    EQUITY,
    example={
        "by": "authority",
        "group": "E08000003",
        "name": "Manchester",
        "outcome": "over_20_miles",
        "count": 120,
        "with_outcome": 9,
        "value": 0.075,
        "all_children": 0.06,
        "gap": 0.015,
        "low": 0.04,
        "high": 0.137,
        "note": "",
    },
)


PlanRowPage = page_of(PlanRow, what="Rows of a plan, in the caller's order of children.")
PricePage = page_of(PriceRow, what="Values of one more place.")
GroupPage = page_of(GroupRow, what="Groups of brothers and sisters.")
ShortagePage = page_of(ShortageRow, what="Shortages.")
EquityPage = page_of(EquityRow, what="Outcomes of each group of children, against all.")
