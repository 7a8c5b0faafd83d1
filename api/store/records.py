"""What the store holds, and how it is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from api.errors import NotFoundError

_FORM_OF_ID = re.compile(r"[0-9a-f]{16}")


class RecordKind(StrEnum):
    """Kinds of records; the value names the folder."""

    DATASET = "datasets"
    HOMES = "homes"
    CHILDREN = "children"
    DEMAND = "demand"
    FORECAST = "forecasts"
    SUFFICIENCY = "sufficiency"
    SCENARIO = "scenarios"
    WATERFALL = "waterfalls"
    COMPARISON = "comparisons"
    PLACEMENT = "placements"
    PANEL = "panels"
    EVALUATION = "evaluations"
    POWER_PLAN = "power-plans"

    @property
    def noun(self) -> str:
        """What one is called in a sentence."""
        return _TITLES[self]

    @property
    def address(self) -> str:
        """Where one is found below /v1."""
        return _ADDRESSES.get(self, self.value)


_TITLES = {
    RecordKind.DATASET: "dataset",
    RecordKind.HOMES: "register of homes",
    RecordKind.CHILDREN: "list of children",
    RecordKind.DEMAND: "history",
    RecordKind.FORECAST: "forecast",
    RecordKind.SUFFICIENCY: "sufficiency result",
    RecordKind.SCENARIO: "scenario",
    RecordKind.WATERFALL: "waterfall",
    RecordKind.COMPARISON: "comparison",
    RecordKind.PLACEMENT: "placement plan",
    RecordKind.PANEL: "panel",
    RecordKind.EVALUATION: "evaluation",
    RecordKind.POWER_PLAN: "plan of looks",
}
_ADDRESSES = {RecordKind.POWER_PLAN: "evaluations/power"}


@dataclass(frozen=True, slots=True)
class RecordName:
    """Which record: its kind and its id.

    The id is a hash of what the record was made from, so the same inputs have
    the same name.
    """

    kind: RecordKind
    id: str

    @classmethod
    def checked(cls, kind: RecordKind, id: str) -> RecordName:
        """Take an id from outside: only one of the right form may become a path."""
        if not _FORM_OF_ID.fullmatch(id):
            raise NotFoundError(kind.noun)
        return cls(kind, id)

    def __str__(self) -> str:
        return f"{self.kind.value}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> RecordName:
        """Read what `str` wrote."""
        kind, _, id_ = text.partition("/")
        return cls(RecordKind(kind), id_)


@dataclass(frozen=True, slots=True)
class Record:
    """One upload or result.

    Attributes
    ----------
    name : RecordName
        Kind and id.
    stored : str
        When it was stored, ISO 8601 in UTC.
    made_from : tuple of RecordName
        What it would not exist without; deleted with any of them.
    facts : dict
        What is said of it as a whole, as JSON knows it.
    """

    name: RecordName
    stored: str
    made_from: tuple[RecordName, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id alone."""
        return self.name.id
