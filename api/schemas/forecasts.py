"""History, forecasts and sufficiency: what can be asked, and the rows that come back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as
from api.schemas.rows import page_of, row_of
from rcc_forecast.tables.demand import DEMAND
from rcc_forecast.tables.explanation import EXPLANATION
from rcc_forecast.tables.forecast import BACKTEST, FORECAST
from rcc_forecast.tables.sufficiency import BALANCE

Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
_DATASET_ID, _HOMES_ID, _FORECAST_ID = "5f0c6f0c2b9d4a17", "0b8f6f4c2b9d4a17", "a41be04f6f3c2d18"
_SUFFICIENCY_ID = "3d9e7a505b1c48f2"

SCENARIO_EXAMPLE = {
    "homes": {
        "add": [
            {
                "placement_type": "childrens_home",
                "places": 3,
                "number": 2,
                "local_authority": "E08000003",
                "opens": "2027-04-01",
            }
        ]
    }
}

Scenario = Annotated[
    str | dict[str, Any] | None,
    Field(
        description="What if: the scenario file's TOML as text, or the same keys as JSON",
        examples=[SCENARIO_EXAMPLE],
    ),
]


class ForecastRequest(BaseModel):
    """What a forecast can be asked for."""

    model_config = shown_as({"dataset_id": _DATASET_ID, "horizon": 24, "seed": 903}, extra="forbid")

    dataset_id: Id
    horizon: int = Field(24, ge=1, le=120, strict=True, description="Months ahead")
    as_of: date | None = Field(
        default=None, description="Last day that may be seen; default 31 March"
    )
    origins: int = Field(
        24, ge=1, le=60, strict=True, description="Past forecasts to judge by, a quarter apart"
    )
    paths: int = Field(200, ge=20, le=2000, strict=True, description="Futures drawn")
    seed: int = Field(0, ge=0, le=2**32 - 1, strict=True, description="Of all chance")
    forecasters: list[str] | None = Field(
        None,
        min_length=1,
        max_length=40,
        description="Candidates to score, by name of GET /v1/models; the usual few when absent",
    )


class ForecastFacts(BaseModel):
    """A forecast as a whole."""

    model_config = shown_as(
        {
            "id": _FORECAST_ID,
            "dataset_id": _DATASET_ID,
            "horizon": 24,
            "as_of": "2026-03-31",
            "seed": 903,
            "meta": {"models": {"children": "combination"}, "findings": 41},
        }
    )

    id: str = Field(description="Run id: hash of data, code, configuration and seed")
    dataset_id: str
    horizon: int
    as_of: str | None
    seed: int
    meta: dict[str, Any] = Field(
        description="Data hash, version, settings, scores and coverage in backtest, breaks handled"
    )


class SufficiencyRequest(BaseModel):
    """Demand of a forecast against a register of homes."""

    model_config = shown_as(
        {
            "forecast_id": _FORECAST_ID,
            "homes_id": _HOMES_ID,
            "scenario": SCENARIO_EXAMPLE,
        },
        extra="forbid",
    )

    forecast_id: Id
    homes_id: Id
    scenario: Scenario = None


class SufficiencyFacts(BaseModel):
    """A sufficiency result as a whole."""

    model_config = shown_as(
        {
            "id": _SUFFICIENCY_ID,
            "forecast_id": _FORECAST_ID,
            "homes_id": _HOMES_ID,
            "as_of": "2026-03-31",
            "scenario": None,
            "assumptions": {"red_from": 0.5, "amber_from": 0.2},
            "homes_elsewhere": 0,
        }
    )

    id: str = Field(description="Run id: hash of forecast, homes, code and scenario")
    forecast_id: str
    homes_id: str
    as_of: str
    scenario: dict[str, Any] | None
    assumptions: dict[str, Any] = Field(description="Thresholds of the rating")
    homes_elsewhere: int = Field(description="Homes outside the authorities that filed, left out")


_NODE = {
    "region": "North West",
    "local_authority": "E08000003",
    "placement_type": "childrens_home",
    "age_band": "All",
    "population": "All",
    "measure": "children",
    "month": "2027-03-31",
}
_AREA = {"rcc": "Greater Manchester", "local_authority_name": "Manchester"}

DemandRow = row_of(
    "DemandRow",
    DEMAND,
    example={**_NODE, "month": "2026-03-31", "value": 180, "value_corrected": 178.6, **_AREA},
)
ForecastRow = row_of(
    "ForecastRow",
    FORECAST,
    example={
        **_NODE,
        "horizon": 12,
        "mean": 191.2,
        "q025": 172.0,
        "q05": 175.1,
        "q10": 179.0,
        "q25": 185.0,
        "q50": 191.0,
        "q75": 197.2,
        "q90": 203.1,
        "q95": 206.8,
        "q975": 210.4,
        "model": "stock_flow_24",
        **_AREA,
    },
)
BalanceRow = row_of(
    "BalanceRow",
    BALANCE,
    example={
        **_NODE,
        "horizon": 12,
        "demand_mean": 191.2,
        "capacity_approved": 240.0,
        "capacity_usable": 185.0,
        "occupied_by_others": 55.0,
        "gap_mean": 6.2,
        "gap_q10": -5.9,
        "gap_q90": 18.3,
        "p_shortfall": 0.74,
        "expected_shortfall": 8.1,
        "rag": "red",
        "rag_reason": "Short in 74 of 100 futures.",
        "weekly_cost_mean": 1051600.0,
        "weekly_cost_q10": 984500.0,
        "weekly_cost_q90": 1117100.0,
        **_AREA,
    },
)


BacktestRow = row_of(
    "BacktestRow",
    BACKTEST,
    example={
        "measure": "children",
        "level": "authority/total",
        "placement_type": "All",
        "age_band": "All",
        "horizon": "All",
        "model": "combination",
        "chosen": "yes",
        "origins": 24,
        "series": 10,
        "mase": 0.61,
        "scrps": 0.034,
        "coverage_80": 0.81,
        "coverage_95": 0.95,
        "skill_vs_hold_flat": 0.12,
    },
)
ExplanationRow = row_of(
    "ExplanationRow",
    EXPLANATION,
    example={
        "region": "North West",
        "local_authority": "E08000003",
        "placement_type": "foster",
        "age_band": "All",
        "population": "All",
        "month": "2026-09-30",
        "horizon": 6,
        "before": 512.4,
        "entries": 9.8,
        "exits": 8.1,
        "aged_out": 2.2,
        "band_in": 4.0,
        "band_out": 4.0,
        "moved_in": 3.9,
        "moved_out": 3.1,
        "adjustment": 0.2,
        "mean": 512.9,
        "of_today": 471.3,
        "of_entrants": 40.8,
    },
)
DemandPage = page_of(DemandRow, what="Monthly history.")
ForecastPage = page_of(ForecastRow, base=ForecastFacts, what="A forecast and rows of its table.")
BalancePage = page_of(
    BalanceRow, base=SufficiencyFacts, what="A sufficiency result and rows of its table."
)
BacktestPage = page_of(BacktestRow, what="Scores of every candidate on past data.")
ExplanationPage = page_of(
    ExplanationRow, what="Entries, exits, birthdays and moves behind each month of a forecast."
)
