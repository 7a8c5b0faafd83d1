"""What of a scenario a command uses, and in words what it leaves as it is."""

from __future__ import annotations

from enum import StrEnum

from rcc_forecast.scenarios.intervals import assumptions_of, at_midpoints
from rcc_forecast.scenarios.scenario import Scenario


class Use(StrEnum):
    """What a scenario is asked of."""

    FORECAST = "forecast"
    SUFFICIENCY = "sufficiency"
    PLAN = "plan"
    SITES = "sites"


_ON_DEMAND = "[entries] [exits] [durations] [moves]"
_ON_HOMES = "[[homes.add]] [[homes.close]] [foster]"
_HOW_TO_PLAN = "[weights] [rules] [tiers]"

_NO_HOMES = "homes and prices do not change how many children are looked after"
_ONLY_PLANS = "they say how `place` plans, and nothing else"
_NOT_TOUCHED: dict[Use, dict[str, str]] = {
    Use.FORECAST: {
        _ON_HOMES: _NO_HOMES,
        "[prices]": _NO_HOMES,
        "[[contracts]]": "contracts are money; `sufficiency` prices them",
        "[budget]": "`sufficiency` sets it against spend, and `place` plans within it",
        _HOW_TO_PLAN: _ONLY_PLANS,
    },
    Use.SUFFICIENCY: {_HOW_TO_PLAN: _ONLY_PLANS},
    Use.SITES: {
        "[[contracts]]": "sites are chosen by places and price; `sufficiency` prices contracts",
        "[budget]": "it is of weekly spend; `--budget` is what opening sites may cost",
        _HOW_TO_PLAN: _ONLY_PLANS,
    },
    Use.PLAN: {
        _ON_DEMAND: "a plan places the children it is given; `sufficiency` says how many will come",
        "[[contracts]]": "a plan goes by the prices of homes; `sufficiency` prices contracts",
    },
}
"""By what is asked: the groups of blocks that change nothing in it, and why."""


def not_touched(scenario: Scenario, use: Use) -> list[str]:
    """Say which blocks change nothing in what is asked, and why; empty where all of them count."""
    present = _present(scenario)
    return [
        f"{' '.join(present[group])}: not used here; {why}."
        for group, why in _NOT_TOUCHED[use].items()
        if present[group]
    ]


def _present(scenario: Scenario) -> dict[str, list[str]]:
    how = {"[weights]": scenario.weights, "[rules]": scenario.rules, "[tiers]": scenario.tiers}
    on_homes = [block for block in scenario.on_homes if block is not scenario.prices]
    return {
        _ON_DEMAND: [block.where for block in scenario.on_demand],
        _ON_HOMES: [block.where for block in on_homes],
        "[prices]": [] if scenario.prices is None else [scenario.prices.where],
        "[[contracts]]": [block.where for block in scenario.contracts],
        "[budget]": [block.where for block in scenario.budgets],
        _HOW_TO_PLAN: [name for name, given in how.items() if given],
    }


def midpoints_said(scenario: Scenario) -> list[str]:
    """Say at which number each interval stands where only one number can be used, as in a plan."""
    middle = {block.where: block for block in at_midpoints(scenario).blocks}
    return [
        f"{found.name}: {middle[found.block].get(found.key):g}, the middle of "
        f"{found.low:g} to {found.high:g}."
        for found in assumptions_of(scenario)
    ]
