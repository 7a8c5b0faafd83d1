"""What the program knows of itself and of the map: models, regions, health."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as


class ModelCard(BaseModel):
    """One forecaster."""

    name: str
    what_it_is: str
    handed_out: bool = Field(description="Whether forecasts consist of it; others are scored")
    knows: str = Field(description="What it learns from")
    does_not_know: str = Field(description="What it cannot see")


class Models(BaseModel):
    """Every forecaster that is scored or handed out."""

    model_config = shown_as(
        {
            "items": [
                {
                    "name": "seasonal_naive",
                    "what_it_is": "The same month of last year again.",
                    "handed_out": False,
                    "knows": "The last twelve months.",
                    "does_not_know": "Any level but last year's.",
                }
            ]
        }
    )

    items: list[ModelCard]


class Authority(BaseModel):
    """An authority of today."""

    local_authority: str = Field(description="ONS code")
    name: str


class RegionOut(BaseModel):
    """A region and its authorities."""

    region: str
    authorities: list[Authority]


class Member(BaseModel):
    """An authority's membership of a co-operative."""

    local_authority: str
    name: str
    since: str = Field(description="First day")
    until: str | None = Field(description="Last day; null while it lasts")


class Cooperative(BaseModel):
    """A Regional Care Cooperative and its dated members."""

    rcc: str
    members: list[Member]


class Regions(BaseModel):
    """Regions, their authorities, and the co-operatives with their dated members."""

    model_config = shown_as(
        {
            "regions": [
                {
                    "region": "North West",
                    "authorities": [{"local_authority": "E08000003", "name": "Manchester"}],
                }
            ],
            "rccs": [
                {
                    "rcc": "Greater Manchester",
                    "members": [
                        {
                            "local_authority": "E08000003",
                            "name": "Manchester",
                            "since": "2025-04-01",
                            "until": None,
                        }
                    ],
                }
            ],
        }
    )

    regions: list[RegionOut]
    rccs: list[Cooperative]


class Health(BaseModel):
    """Whether the service lives, or can take work."""

    model_config = shown_as({"status": "ok"})

    status: str
