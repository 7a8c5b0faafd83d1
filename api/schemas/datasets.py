"""Uploads and what was found in them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.schemas.examples import shown_as
from api.schemas.rows import page_of

_SUMMARY = {
    "severity": "repaired",
    "rule": "episode-overlap",
    "table": "episodes",
    "findings": 3,
    "rows": 3,
    "done": "The earlier episode ends when the later one begins.",
}
_DATASET: dict[str, Any] = {
    "id": "5f0c6f0c2b9d4a17",
    "stored": "2026-04-20T09:30:00+00:00",
    "years": [2025, 2026],
    "authorities": ["E08000003", "E08000006"],
    "rows_filed": 12840,
    "rows_used": 12837,
    "rows_refused": 2,
    "findings": 41,
}
_FILED = {
    "local_authority": "E08000003",
    "year": 2026,
    "table": "episodes",
    "rows_filed": 2210,
    "rows_used": 2209,
}
_FINDING = {
    "rule": "birth-date-missing",
    "severity": "refused",
    "table": "header",
    "file": "2026/header.csv",
    "row": 118,
    "column": "DOB",
    "found": "DOB is blank in every return of this child.",
    "done": "The child and its episodes are left out.",
    "rows": 1,
}
_REGISTER = {
    "id": "0b8f6f4c2b9d4a17",
    "stored": "2026-04-20T09:32:00+00:00",
    "rows_used": 412,
    "rows_refused": 1,
    "findings": 5,
}


class RuleCount(BaseModel):
    """How often one rule found something."""

    model_config = shown_as(_SUMMARY)

    severity: str = Field(description="refused, repaired or noted")
    rule: str = Field(description="Name of the rule")
    table: str = Field(description="Table it is about")
    findings: int
    rows: int = Field(description="Rows of data they cover")
    done: str = Field(description="What was done, in words")


class DatasetFacts(BaseModel):
    """A set of returns as it was read."""

    model_config = shown_as(_DATASET)

    id: str = Field(description="Hash of the files: the same files have the same id")
    stored: str = Field(description="When it came in, UTC")
    years: list[int] = Field(description="Return years, oldest first")
    authorities: list[str] = Field(description="ONS codes of those who filed")
    rows_filed: int
    rows_used: int
    rows_refused: int
    findings: int = Field(description="How much was found; the list is at /findings")


class Filed(BaseModel):
    """What one authority filed of one table in one year."""

    model_config = shown_as(_FILED)

    local_authority: str
    year: int
    table: str
    rows_filed: int
    rows_used: int


class Dataset(DatasetFacts):
    """A set of returns, what was filed, and what was found by rule."""

    model_config = shown_as({**_DATASET, "filed": [_FILED], "summary": [_SUMMARY]})

    filed: list[Filed]
    summary: list[RuleCount] = Field(description="Findings by rule, most serious first")


class Register(BaseModel):
    """A register of homes or list of children, and what was found in it."""

    model_config = shown_as({**_REGISTER, "summary": []})

    id: str = Field(description="Hash of the file: the same file has the same id")
    stored: str = Field(description="When it came in, UTC")
    rows_used: int
    rows_refused: int
    findings: int
    summary: list[RuleCount] = Field(description="Findings by rule, most serious first")


class Finding(BaseModel):
    """One fault, where it is, and what was done; never a child's own value."""

    model_config = shown_as(_FINDING)

    rule: str
    severity: str = Field(description="refused, repaired or noted")
    table: str
    file: str = Field(description="File; a name that could be a person's is given as a number")
    row: int | None = Field(description="Line of the file, the heading being 1")
    column: str
    found: str
    done: str
    rows: int = Field(description="Rows of data it covers; 0 for a whole file or column")


class DeletedRecord(BaseModel):
    """One record that is gone."""

    kind: str
    id: str


class Deleted(BaseModel):
    """Everything that was deleted, what was asked for first."""

    model_config = shown_as(
        {
            "deleted": [
                {"kind": "datasets", "id": "5f0c6f0c2b9d4a17"},
                {"kind": "forecasts", "id": "a41be04f6f3c2d18"},
            ]
        }
    )

    deleted: list[DeletedRecord]


DatasetPage = page_of(DatasetFacts, what="Sets of returns, newest first.")
FindingPage = page_of(Finding, what="Findings, in the order of files and rows.")
