"""Which rows of a table a caller asks for: the dimensions of demand and of findings, as filters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.paging import MOST_ROWS
from api.store import Filters
from rcc_forecast import codes
from rcc_forecast.geography import ENGLISH_REGIONS, read_membership, resolve_authority, successor_of
from rcc_forecast.results.findings import Severity
from rcc_forecast.tables.scenario import ANSWERS

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(-\d\d)?")


def _choices(name: str, kinds: Iterable[str], *more: str) -> Any:
    return StrEnum(name, {str(value): str(value) for value in (*kinds, *more)})


PlacementTypeOrAll = _choices("PlacementTypeOrAll", codes.PlacementType, codes.ALL)
PlannedTypeOrAll = _choices("PlannedTypeOrAll", codes.PlacementType, "planned", codes.ALL)
AgeBandOrAll = _choices("AgeBandOrAll", codes.AgeBand, codes.ALL)
PopulationOrAll = _choices("PopulationOrAll", codes.Population, codes.ALL)
Answer = _choices("Answer", (), *ANSWERS.labels)


def _authority(text: object) -> object:
    code = resolve_authority(text) if isinstance(text, str) else None
    return successor_of(code) if code else text


def _region(text: object) -> object:
    return _spelt_as(text, (*ENGLISH_REGIONS, codes.ALL))


def _rcc(text: object) -> object:
    return _spelt_as(text, tuple(read_membership().members()))


def _spelt_as(text: object, known: tuple[str, ...]) -> object:
    folded = {name.casefold().replace(" ", "-"): name for name in known}
    plain = text.strip().casefold().replace(" ", "-") if isinstance(text, str) else ""
    return folded.get(plain, text)


RccName = Annotated[
    str | None,
    BeforeValidator(_rcc),
    Field(max_length=80, description="Regional Care Cooperative: its total and its members"),
]


class TableQuery(BaseModel):
    """What every table can be asked; a parameter that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before; absent for the first",
    )
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Rows of the page, at most")


class MonthQuery(TableQuery):
    """Rows of some areas and months."""

    region: Annotated[str | None, BeforeValidator(_region)] = Field(
        default=None,
        max_length=60,
        description="Region by name; All for England and for the totals of co-operatives",
    )
    local_authority: Annotated[str | None, BeforeValidator(_authority)] = Field(
        default=None, max_length=60, description="ONS code, DfE number or name; All for sums"
    )
    month: str | None = Field(
        default=None, pattern=f"^{_MONTH.pattern}$", description="`2027-03`, or its last day"
    )

    def filters(self) -> Filters:
        """Give the filters as the store takes them."""
        chosen = self.model_dump(exclude={"cursor", "limit", "month"}, exclude_none=True)
        found = [(column, "==", str(value)) for column, value in chosen.items()]
        if self.month:
            # Months are kept as ISO days, which sort as text.
            found += [
                ("month", ">=", f"{self.month[:7]}-01"),
                ("month", "<=", f"{self.month[:7]}-31"),
            ]
        return found


class PlaceQuery(MonthQuery):
    """Rows of some areas, ages and months."""

    age_band: AgeBandOrAll | None = None  # type: ignore[valid-type]  # made from codes
    population: PopulationOrAll | None = None  # type: ignore[valid-type]  # made from codes


class AreaQuery(PlaceQuery):
    """Rows of some areas and months, of a measure, co-operatives among them."""

    rcc: RccName = None
    measure: codes.Measure | None = None


class NodeQuery(AreaQuery):
    """Rows of a history or forecast."""

    placement_type: PlacementTypeOrAll | None = None  # type: ignore[valid-type]  # made from codes


class ExplanationQuery(PlaceQuery):
    """Rows of what stands behind a forecast."""

    placement_type: PlacementTypeOrAll | None = None  # type: ignore[valid-type]  # made from codes


class BalanceQuery(AreaQuery):
    """Rows of a sufficiency result."""

    placement_type: PlannedTypeOrAll | None = None  # type: ignore[valid-type]  # made from codes


class AnswerQuery(MonthQuery):
    """Rows of what a scenario says."""

    rcc: RccName = None
    placement_type: PlannedTypeOrAll | None = None  # type: ignore[valid-type]  # made from codes
    measure: Answer | None = None  # type: ignore[valid-type]  # made from codes


Written = Annotated[str | None, Field(max_length=200)]


class WrittenQuery(TableQuery):
    """Rows whose columns hold a text exactly as it is written there."""

    def filters(self) -> Filters:
        """Give the filters as the store takes them."""
        chosen = self.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        return [(column, "==", str(value)) for column, value in chosen.items()]


class PanelQuery(WrittenQuery):
    """Rows of a panel, by the texts of the panel itself."""

    outcome: Written = None
    region: Written = None
    la_code: Written = None
    period: Written = None


class GroupQuery(PanelQuery):
    """Rows of outcomes by group of children."""

    characteristic: Written = Field(default=None, description="ethnicity, sex or uasc")
    group: Written = None


class EvaluationQuery(WrittenQuery):
    """Rows of a table of an evaluation; a table takes those of its own columns alone."""

    outcome: Written = None
    region: Written = None
    la_code: Written = None
    period: Written = None
    estimator: Written = None
    estimand: Written = None
    inference: Written = None
    row: Written = Field(default=None, description="Row of the robustness table, by its name")
    kind: Written = Field(default=None, description="Of a weight: donor, period or predictor")
    name: Written = Field(default=None, description="Of a weight: what has it")
    measure: Written = None
    between: Written = None
    group: Written = None
    among: Written = None
    rule: Written = Field(default=None, description="Of a finding")


class FindingQuery(TableQuery):
    """Findings of a severity, rule or table."""

    severity: Severity | None = None
    rule: str | None = Field(default=None, max_length=80, description="Name of a rule")
    table: str | None = Field(default=None, max_length=80, description="Name of a table")

    def filters(self) -> Filters:
        """Give the filters as the store takes them."""
        chosen = self.model_dump(include={"severity", "rule", "table"}, exclude_none=True)
        return [(column, "==", str(value)) for column, value in chosen.items()]
