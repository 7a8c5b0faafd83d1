"""What if? A scenario file is read once and changes what every stage then sees."""

from __future__ import annotations

from rcc_forecast.scenarios.apply import apply_scenario
from rcc_forecast.scenarios.intervals import (
    Assumption,
    Runs,
    assumptions_of,
    at_midpoints,
    drawn_values,
    runs_of,
)
from rcc_forecast.scenarios.levers import holds_on
from rcc_forecast.scenarios.on_demand import demand_levers
from rcc_forecast.scenarios.reach import Use, midpoints_said, not_touched
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
    "Assumption",
    "Block",
    "Runs",
    "Scenario",
    "ScenarioValueError",
    "UnsupportedScenarioError",
    "Use",
    "apply_scenario",
    "assumptions_of",
    "at_midpoints",
    "demand_levers",
    "drawn_values",
    "holds_on",
    "midpoints_said",
    "not_touched",
    "parse_scenario",
    "parse_scenario_text",
    "read_scenario",
    "read_scenario_text",
    "require_supported",
    "runs_of",
]
