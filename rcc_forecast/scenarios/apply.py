"""A register and a scenario in; the register as it would be out."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.scenarios.intervals import at_midpoints
from rcc_forecast.scenarios.levers import (
    AddHomes,
    ChangeFostering,
    ChangePrices,
    CloseHomes,
    Lever,
)
from rcc_forecast.scenarios.read import require_supported
from rcc_forecast.scenarios.scenario import Scenario


def levers_of(scenario: Scenario) -> list[Lever]:
    """Give the changes that a scenario makes to the register, in the order of their making."""
    levers: list[Lever] = [CloseHomes(block, scenario.name) for block in scenario.closed]
    levers += [AddHomes(block) for block in scenario.added]
    if scenario.foster is not None:
        levers.append(ChangeFostering(scenario.foster))
    if scenario.prices is not None:
        levers.append(ChangePrices(scenario.prices))
    return levers


def apply_scenario(
    scenario: Scenario, homes: pd.DataFrame, *, as_of: pd.Timestamp, prices: bool = True
) -> pd.DataFrame:
    """Give the register as the scenario would have it.

    Parameters
    ----------
    scenario : Scenario
        What changes; an interval stands at its middle (`runs_of` for all of it).
    homes : DataFrame
        A `HOMES` table.
    as_of : Timestamp
        The day from which undated changes hold.
    prices : bool
        Whether ``[prices]`` change the register; not so where forecast spend
        takes them for a rise year by year.

    Returns
    -------
    DataFrame
        A `HOMES` table: closed homes keep their row and have a last day, new
        homes stand at the end with home_id SCENARIO-1 and so on, at the
        centroid of their authority unless coordinates are given. Without
        changes it is the same table.

    Raises
    ------
    UnsupportedScenarioError
        The scenario has levers that cannot be applied.
    ScenarioValueError
        It closes a home or provider that the register does not have.
    """
    require_supported(scenario)
    for lever in levers_of(at_midpoints(scenario)):
        if isinstance(lever, ChangePrices) and not prices:
            continue
        homes = lever.apply(homes, as_of=as_of)
    return homes
