"""Children and homes in, a plan that a person can check and change out."""

from __future__ import annotations

from rcc_forecast.placement.plan import plan_placements
from rcc_forecast.placement.read import (
    read_children,
    read_homes,
    read_overrides,
    tidy_children,
    tidy_homes,
)
from rcc_forecast.placement.verify import verify_plan
from rcc_forecast.placement.write import write_plan

__all__ = [
    "plan_placements",
    "read_children",
    "read_homes",
    "read_overrides",
    "tidy_children",
    "tidy_homes",
    "verify_plan",
    "write_plan",
]
