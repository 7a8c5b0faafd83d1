"""Children and homes in, a plan that a person can check and change out."""

from __future__ import annotations

from rcc_forecast.placement.frontier import LADDERS, frontier_table
from rcc_forecast.placement.plan import plan_placements
from rcc_forecast.placement.plan_before import PlanBefore, plan_before_of, read_plan_before
from rcc_forecast.placement.read import read_overrides
from rcc_forecast.placement.verification import verify_plan
from rcc_forecast.placement.write import write_plan
from rcc_forecast.registers import read_children, read_homes, tidy_children, tidy_homes

__all__ = [
    "LADDERS",
    "PlanBefore",
    "frontier_table",
    "plan_before_of",
    "plan_placements",
    "read_children",
    "read_homes",
    "read_overrides",
    "read_plan_before",
    "tidy_children",
    "tidy_homes",
    "verify_plan",
    "write_plan",
]
