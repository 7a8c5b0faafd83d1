"""What-ifs: what can be asked of a region, its answers, and scenarios side by side."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as
from api.schemas.forecasts import SCENARIO_EXAMPLE, ForecastRequest, Id
from api.schemas.rows import page_of, row_of
from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.scenario import COMPARISON, KEYS, SCENARIO_DRAWS, WATERFALL

AS_IS = "as-is"
"""Name of the answers as things are, where a scenario is meant."""

MOST_COMPARED = 20
"""Scenarios beside the first in one comparison."""

FORM_OF_IDS = f"^(?:{AS_IS}|[0-9a-f]{{16}})(?:,[0-9a-f]{{16}}){{1,{MOST_COMPARED}}}$"

_DATASET_ID, _HOMES_ID = "5f0c6f0c2b9d4a17", "0b8f6f4c2b9d4a17"
_SCENARIO_ID, _AS_IS_ID, _WATERFALL_ID = "6be1c04f6f3c2d18", "e3d07a5c9b1d4f26", "90a17c4be5d2f863"
_COMPARISON_ID = "4c77e9d0a2b85f13"

_ANSWERS = Table(
    "answers",
    "One answer under a scenario",
    (
        *KEYS,
        Column("mean", "Mean over all futures", Kind.NUMBER, unit="children, places, GBP a week"),
        Column("q10", "One future in ten has less", Kind.NUMBER),
        Column("q90", "One future in ten has more", Kind.NUMBER),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
)


class ScenarioRequest(ForecastRequest):
    """A what-if: the returns, the homes, and what would be other than it is."""

    model_config = shown_as(
        {
            "dataset_id": _DATASET_ID,
            "homes_id": _HOMES_ID,
            "name": "Two more homes in Manchester",
            "scenario": SCENARIO_EXAMPLE,
            "horizon": 24,
            "seed": 903,
        },
        extra="forbid",
    )

    homes_id: Id
    scenario: Annotated[
        str | dict[str, Any],
        Field(
            description="The scenario file's TOML as text, or the same keys as JSON; a number "
            "may be an interval [low, high], and a scenario without keys is as things are",
            examples=[SCENARIO_EXAMPLE],
        ),
    ]
    name: str = Field(
        "scenario",
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="What the scenario is called in comparisons",
    )


class ScenarioFacts(BaseModel):
    """A scenario as a whole."""

    model_config = shown_as(
        {
            "id": _SCENARIO_ID,
            "name": "Two more homes in Manchester",
            "as_is_id": _AS_IS_ID,
            "dataset_id": _DATASET_ID,
            "homes_id": _HOMES_ID,
            "horizon": 24,
            "as_of": "2026-03-31",
            "seed": 903,
            "paths": 200,
            "scenario": {"name": "scenario", "blocks": [{"where": "[[homes.add]] 1"}]},
            "not_used": [],
        }
    )

    id: str = Field(description="Run id: hash of data, homes, code, configuration and seed")
    name: str
    as_is_id: str = Field(description="The same region as things are; `as-is` in a comparison")
    dataset_id: str
    homes_id: str
    horizon: int
    as_of: str
    seed: int
    paths: int = Field(description="Futures, the same for every scenario of these settings")
    scenario: dict[str, Any] = Field(description="Its blocks as they were read")
    not_used: list[str] = Field(description="Blocks that change nothing here, and why")


class WaterfallFacts(BaseModel):
    """What moved a scenario, as a whole."""

    model_config = shown_as({"id": _WATERFALL_ID, "scenario_id": _SCENARIO_ID})

    id: str = Field(description="Run id: hash of the scenario and of the program")
    scenario_id: str


class Compared(BaseModel):
    """One scenario of a comparison."""

    model_config = shown_as({"id": _SCENARIO_ID, "name": "Two more homes in Manchester"})

    id: str
    name: str


class ComparisonFacts(BaseModel):
    """Scenarios side by side, as a whole."""

    model_config = shown_as(
        {
            "id": _COMPARISON_ID,
            "base": {"id": _AS_IS_ID, "name": AS_IS},
            "scenarios": [{"id": _SCENARIO_ID, "name": "Two more homes in Manchester"}],
            "notes": ["Every scenario has the same 200 futures as as-is."],
        }
    )

    id: str = Field(description="Run id: hash of the scenarios and of the program")
    base: Compared = Field(description="What the others are compared with")
    scenarios: list[Compared]
    notes: list[str] = Field(description="What to know beside the figures")


_KEY = {
    "region": "North West",
    "local_authority": "E08000003",
    "placement_type": "childrens_home",
    "month": "2027-03-31",
    "horizon": 12,
    "measure": "gap",
    "rcc": "Greater Manchester",
}
_NAME = {"local_authority_name": "Manchester"}

AnswerRow = row_of(
    "AnswerRow", _ANSWERS, example={**_KEY, "mean": 6.2, "q10": -5.9, "q90": 18.3, **_NAME}
)
WaterfallRow = row_of(
    "WaterfallRow",
    WATERFALL,
    example={
        **_KEY,
        "step": 1,
        "block": "[[homes.add]] 1",
        "mean": -6.0,
        "q10": -6.0,
        "q90": -6.0,
        "after": 0.2,
        "share_of_spread": 0.0,
        "method": "Shapley value over every set of blocks",
        **_NAME,
    },
)
DrawRow = row_of(
    "DrawRow",
    SCENARIO_DRAWS,
    example={
        **_KEY,
        "assumption": "[entries] change_pct",
        "low": -10.0,
        "high": 0.0,
        "drawn_mean": -5.0,
        "adds_low": -4.1,
        "adds_high": -1.2,
        "share_of_spread": 0.18,
        **_NAME,
    },
)
ComparedRow = row_of(
    "ComparedRow",
    COMPARISON,
    example={
        **_KEY,
        "scenario": _SCENARIO_ID,
        "base_mean": 6.2,
        "mean": 0.2,
        "difference_mean": -6.0,
        "difference_q10": -6.0,
        "difference_q90": -6.0,
        "p_below_0": 1.0,
        "p_above_0": 0.0,
        **_NAME,
        "scenario_name": "Two more homes in Manchester",
    },
)
ScenarioPage = page_of(AnswerRow, base=ScenarioFacts, what="A scenario and rows of its answers.")
WaterfallPage = page_of(
    WaterfallRow, base=WaterfallFacts, what="What each block of a scenario adds to each answer."
)
DrawPage = page_of(
    DrawRow, base=WaterfallFacts, what="How much of each answer's spread an interval explains."
)
ComparisonPage = page_of(
    ComparedRow, base=ComparisonFacts, what="Scenarios beside the first, future by future."
)
