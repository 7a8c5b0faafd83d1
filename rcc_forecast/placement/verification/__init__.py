"""A second pair of eyes: plan, points and bound recomputed by code that the engine never sees.

Shares with the engine the reading of tables and nothing else (a test holds it
to that): its own distances, rules, groups, points, greedy plan and bound, each
written plainly from the contract and added up over every open home. It cannot
prove that nothing better exists than the bound says; where a summary says
``optimal`` and the bound does not reach the objective, that part is the
solver's word, and ``solver_bound`` says so.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.placement.verification.claim import read_claim
from rcc_forecast.placement.verification.faults import Faults
from rcc_forecast.placement.verification.rows import check_columns, check_rules, homes_claimed
from rcc_forecast.placement.verification.summary import (
    check_bounds,
    check_scenario,
    check_summary,
)
from rcc_forecast.placement.verification.world import world_of
from rcc_forecast.registers import read_children, read_homes


def verify_plan(
    folder: Path, children: Path | pd.DataFrame, homes: Path | pd.DataFrame
) -> list[str]:
    """Check everything that a plan claims.

    Parameters
    ----------
    folder : Path
        Where `rcc_forecast.placement.write.write_plan` put it; the scenario
        stored there is the one that is checked.
    children, homes : Path or DataFrame
        The tables that the plan was made from; frames as `read_children` and
        `read_homes` give them, homes with the scenario's homes applied.

    Returns
    -------
    list of str
        Faults in words, by file and row; empty where all is as claimed.

    Notes
    -----
    Points are held to the hundredth, and bounds too, save where a sum lies
    within a millionth of a half hundredth and could be rounded either way, or
    where limits and tiers are priced: there a hundredth a child is let pass.
    """
    try:
        claim = read_claim(folder)
        world = world_of(
            read_children(children)[0] if isinstance(children, Path) else children,
            read_homes(homes)[0] if isinstance(homes, Path) else homes,
            claim.scenario,
        )
    except _UNREADABLE as error:
        return [f"{folder.name} cannot be read as a plan: {type(error).__name__}."]
    faults = Faults()
    try:
        check_scenario(claim, faults)
        matched = homes_claimed(world, claim, faults)
        if matched is not None:
            home, at = matched
            check_rules(world, home, faults)
            check_columns(world, claim, home, at, faults)
            check_summary(world, claim, home, faults)
            check_bounds(world, claim, home, faults)
    except _UNREADABLE as error:
        faults.add(f"A file of {folder.name} lacks something: {type(error).__name__}.")
    return faults.told()


_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
"""What a file that is not what it should be brings about."""
