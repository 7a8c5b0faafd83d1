"""Panels, evaluations and the log of specifications: what is asked, and what comes back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas.datasets import RuleCount
from api.schemas.examples import shown_as
from api.schemas.forecasts import Id
from api.schemas.rows import Row, page_of, row_of
from rcc_forecast.tables.disparity import GROUP_OUTCOMES
from rcc_forecast.tables.evaluation import PANEL, POWER, STAMPED

_PANEL_ID, _EVALUATION_ID = "7a1de04c6f3c2d18", "c2f5a9087b3e6d41"
_PLAN_ID, _DATASET_ID = "18d06b3f5e7a9c24", "5f0c6f0c2b9d4a17"
_SHA256 = "9f2c1e7ab04d85c36e1f0a9b7c5d3e2f41608a7b9c0d1e2f3a4b5c6d7e8f9a0b"

SPEC_EXAMPLE = {
    "primary": "over_20_miles",
    "outcomes": ["over_20_miles", "three_or_more_placements"],
    "looks": 3,
    "cut_off": "2026-11-30",
    "treated": [
        {"unit": "North West", "announced": "2024-01-01", "delivery": "2025-04-01"},
        {"unit": "South East", "announced": "2024-01-01", "delivery": "2025-04-01"},
    ],
}
_STAMP = {"spec_sha256": _SHA256, "look": "1 of 3", "stamp": "EXPLORATORY"}

SpecSent = Annotated[
    str | dict[str, Any],
    Field(
        description="The specification file's TOML as text, or the same keys as JSON with dates "
        "as text: both have the same hash",
        examples=[SPEC_EXAMPLE],
    ),
]


class PanelRequest(BaseModel):
    """A panel to be made from returns that were sent."""

    model_config = shown_as({"dataset_id": _DATASET_ID, "every": "year"}, extra="forbid")

    dataset_id: Id
    every: Literal["year", "quarter", "month"] = Field(
        "year", description="Outcomes on 31 March, or on the last day of each quarter or month"
    )
    homes_id: Id | None = Field(
        default=None, description="A register of homes: the panel has what a child's home costs"
    )
    released: date | None = Field(
        default=None,
        description="Day on which the figures became known, which no return says: a "
        "specification's cut_off goes by it",
    )


class PanelFacts(BaseModel):
    """A panel as it was read."""

    model_config = shown_as(
        {
            "id": _PANEL_ID,
            "stored": "2026-04-20T09:30:00+00:00",
            "dataset_id": None,
            "homes_id": None,
            "rows": 3672,
            "rows_of_groups": 0,
            "outcomes": ["over_20_miles", "three_or_more_placements"],
            "units": 153,
            "regions": ["North West", "South East"],
            "periods": ["2024", "2025", "2026"],
            "findings": 1,
            "summary": [],
        }
    )

    id: str = Field(description="Hash of the file, or of the returns it was made from")
    stored: str = Field(description="When it came in or was made, UTC")
    dataset_id: str | None = Field(default=None, description="The returns it was made from")
    homes_id: str | None = Field(default=None, description="The register that priced it")
    rows: int = Field(description="Rows as they were given")
    rows_of_groups: int = Field(description="Rows by group of children; see /groups")
    outcomes: list[str] = Field(description="What was measured, by name")
    units: int = Field(description="Authorities or other units")
    regions: list[str]
    periods: list[str] = Field(description="Oldest first")
    findings: int = Field(description="How much is odd but stops nothing; see /findings")
    summary: list[RuleCount] = Field(description="Findings by rule")


class EvaluationRequest(BaseModel):
    """A panel, and the specification to look at it under."""

    model_config = shown_as({"panel_id": _PANEL_ID, "spec": SPEC_EXAMPLE}, extra="forbid")

    panel_id: Id
    spec: SpecSent
    since_id: Id | None = Field(
        default=None, description="An earlier evaluation: the table `changed` lists what changed"
    )


class PowerRequest(BaseModel):
    """A panel, and the specification whose power is asked for."""

    model_config = shown_as({"panel_id": _PANEL_ID, "spec": SPEC_EXAMPLE}, extra="forbid")

    panel_id: Id
    spec: SpecSent


class LockRequest(BaseModel):
    """A specification to be locked before the data are looked at."""

    model_config = shown_as({"spec": SPEC_EXAMPLE}, extra="forbid")

    spec: SpecSent


class TableOfEvaluation(BaseModel):
    """One table of an evaluation."""

    model_config = shown_as(
        {
            "name": "estimates",
            "rows": 16,
            "href": f"/v1/evaluations/{_EVALUATION_ID}/tables/estimates",
        }
    )

    name: str
    rows: int
    href: str = Field(description="Where its rows are")


class EvaluationFacts(BaseModel):
    """What an evaluation says, and where its tables and report are."""

    model_config = shown_as(
        {
            "id": _EVALUATION_ID,
            "panel_id": _PANEL_ID,
            "since_id": None,
            **_STAMP,
            "verdict": {
                "sentence": "over_20_miles: cannot tell yet.",
                "verdict": "cannot tell yet",
                "primary": "over_20_miles",
                "too_early": False,
            },
            "tables": [
                {
                    "name": "estimates",
                    "rows": 16,
                    "href": f"/v1/evaluations/{_EVALUATION_ID}/tables/estimates",
                }
            ],
            "report": f"/v1/evaluations/{_EVALUATION_ID}/report",
        }
    )

    id: str = Field(description="Hash of panel, specification, stamp, code and earlier looks")
    panel_id: str
    since_id: str | None = Field(description="The earlier evaluation that it is compared with")
    spec_sha256: str = Field(description="SHA-256 of the canonical specification")
    look: str = Field(description="Which of the planned looks: 1 of 3")
    stamp: str = Field(description="EXPLORATORY unless the specification was locked before")
    verdict: dict[str, Any] = Field(description="What the command writes as verdict.json")
    tables: list[TableOfEvaluation]
    report: str = Field(description="Where the report is, a page for people")


class PlanFacts(BaseModel):
    """What could be seen, and when, as a whole."""

    model_config = shown_as({"id": _PLAN_ID, "panel_id": _PANEL_ID, **_STAMP})

    id: str = Field(description="Hash of panel, specification, stamp and code")
    panel_id: str
    spec_sha256: str
    look: str
    stamp: str


class LogEntry(BaseModel):
    """One line of the log: a specification, and the chain that shows nothing was changed."""

    model_config = shown_as(
        {
            "entry": 1,
            "date": "2026-04-20",
            "spec_sha256": _SHA256,
            "plan_sha256": _SHA256[::-1],
            "cut_off": "2026-11-30",
            "looks": 3,
            "spec": SPEC_EXAMPLE,
            "software": {"rcc-forecast": "0.1.0"},
            "git_commit": None,
            "previous": "0" * 64,
            "sha256": _SHA256,
        },
        extra="allow",
    )

    entry: int = Field(description="Number of the line")
    date: str = Field(description="Day on which it was locked, UTC")
    spec_sha256: str
    plan_sha256: str = Field(description="Of all but the cut-off: the looks of a plan share it")
    cut_off: str | int | None
    looks: int
    spec: dict[str, Any] = Field(description="The canonical specification")
    software: dict[str, str]
    git_commit: str | None
    previous: str = Field(description="Hash of the line before")
    sha256: str = Field(description="Hash of this line")


PanelRow = row_of(
    "PanelRow",
    PANEL,
    example={
        "la_code": "E08000003",
        "region": "North West",
        "period": "2026",
        "outcome": "over_20_miles",
        "numerator": 310.0,
        "denominator": 1420.0,
        "value": 0.2183,
        "release_date": "2026-11-19",
    },
    written=("numerator", "denominator", "value"),
)
GroupOutcomeRow = row_of(
    "GroupOutcomeRow",
    GROUP_OUTCOMES,
    example={
        "la_code": "E08000003",
        "region": "North West",
        "period": "2026",
        "outcome": "over_20_miles",
        "characteristic": "sex",
        "group": "female",
        "numerator": 140.0,
        "denominator": 640.0,
        "release_date": "2026-11-19",
    },
    written=("numerator", "denominator"),
)
PowerRow = row_of(
    "PowerRow",
    POWER,
    example={
        "outcome": "over_20_miles",
        "inference": "donald_lang",
        "regions_left": 9.0,
        "post_periods": 1.0,
        "period": "2026",
        "date": "2026-03-31",
        "mde": 0.021,
        "attainable_p": 0.0278,
        "power_at_half": 0.31,
        "exaggeration": 1.7,
        "wrong_sign": 0.001,
        "note": "",
        **_STAMP,
    },
)


class EvaluationRow(Row):
    """One row of a table of an evaluation; the data dictionary lists the columns of each."""

    model_config = shown_as(
        {
            "outcome": "over_20_miles",
            "estimator": "did",
            "estimand": "att",
            "region": "All",
            "estimate": -0.012,
            "low": -0.031,
            "high": 0.007,
            "p_value": 0.22,
            "inference": "region_permutation",
            **_STAMP,
        },
        extra="allow",
    )

    spec_sha256: str = Field(description=STAMPED[0].meaning)
    look: str = Field(description=STAMPED[1].meaning)
    stamp: str = Field(description=STAMPED[2].meaning)


PanelPage = page_of(PanelRow, base=PanelFacts, what="A panel and rows of it.")
GroupOutcomePage = page_of(GroupOutcomeRow, what="Outcomes by group of children.")
EvaluationTablePage = page_of(EvaluationRow, what="Rows of a table of an evaluation.")
PowerPage = page_of(
    PowerRow, base=PlanFacts, what="What could be seen, by date and by number of regions left."
)
LogPage = page_of(LogEntry, what="Specifications that were locked, oldest first.")
