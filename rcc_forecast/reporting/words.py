"""Figures and codes in the words of the report."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.sufficiency import PLANNED

NOT_KNOWN = "not known"

KIND_NAMES: dict[str, str] = {
    PlacementType.FOSTER_KINSHIP.value: "Kinship fostering",
    PlacementType.FOSTER.value: "Fostering",
    PlacementType.CHILDRENS_HOME.value: "Children’s homes",
    PlacementType.SECURE_HOME.value: "Secure homes",
    PlacementType.SUPPORTED.value: "Supported accommodation",
    PlacementType.RESIDENTIAL_OTHER.value: "Other residential",
    PlacementType.WITH_PARENTS.value: "With parents",
    PlacementType.ADOPTION.value: "Placed for adoption",
    PlacementType.TEMPORARY.value: "Temporary stays",
    PlacementType.OTHER.value: "Other placements",
    PLANNED: "All planned kinds",
    ALL: "All children",
}
"""Headings by placement type."""


def kind_title(placement_type: str) -> str:
    """Give the heading of a kind; one that has none is shown as it is."""
    return KIND_NAMES.get(placement_type, placement_type)


def month_name(month: Any) -> str:
    """March 2027."""
    return pd.Timestamp(month).strftime("%B %Y")


def short_month(month: Any) -> str:
    """Mar 2027."""
    return pd.Timestamp(month).strftime("%b %Y")


def day_name(day: Any) -> str:
    """31 March 2025."""
    stamp = pd.Timestamp(day)
    return f"{stamp.day} {stamp.strftime('%B %Y')}"


def number(value: Any, *, decimals: int = 0) -> str:
    """1,234, or "not known" where it is missing."""
    if _is_missing(value):
        return NOT_KNOWN
    text = f"{float(value):,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def percent(share: Any, *, decimals: int = 0) -> str:
    """Give a share of 1 as 62%."""
    return NOT_KNOWN if _is_missing(share) else f"{number(100.0 * share, decimals=decimals)}%"


def pounds(value: Any) -> str:
    """£1,234."""
    return NOT_KNOWN if _is_missing(value) else f"£{number(value)}"


def counted(value: Any, one: str, many: str) -> str:
    """1 place, 12 places."""
    text = number(value)
    return f"{text} {one if text == '1' else many}"


def listed(parts: list[str]) -> str:
    """Join with commas and a last "and"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA
