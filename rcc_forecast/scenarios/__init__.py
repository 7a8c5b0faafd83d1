"""What if? A scenario file is read once and changes the register that every stage then sees."""

from __future__ import annotations

from rcc_forecast.scenarios.apply import apply_scenario
from rcc_forecast.scenarios.on_demand import demand_levers
from rcc_forecast.scenarios.read import (
    parse_scenario,
    parse_scenario_text,
    read_scenario,
    read_scenario_text,
    require_supported,
)
from rcc_forecast.scenarios.scenario import (
    Block,
    Scenario,
    ScenarioValueError,
    UnsupportedScenarioError,
)

__all__ = [
    "Block",
    "Scenario",
    "ScenarioValueError",
    "UnsupportedScenarioError",
    "apply_scenario",
    "demand_levers",
    "parse_scenario",
    "parse_scenario_text",
    "read_scenario",
    "read_scenario_text",
    "require_supported",
]
