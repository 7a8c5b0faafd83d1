"""Levers on demand in a scenario's words become multipliers of the cohort core, month by month."""

from __future__ import annotations

import pandas as pd

from models.forecasting.cohort import Levers, pulled
from models.forecasting.cohort.levers import (
    DurationsLever,
    EntriesLever,
    ExitsLever,
    Lever,
    MovesLever,
    When,
    Where,
)
from rcc_forecast.codes import AgeBand, PlacementType, Population
from rcc_forecast.errors import UnknownNameError
from rcc_forecast.scenarios.scenario import Block, Scenario

_TYPES = [kind.value for kind in PlacementType]
_BANDS = [band.value for band in AgeBand]
_OTHER, _UASC = 0, 1
"""Streams of the cohort core."""


def demand_levers(
    scenario: Scenario,
    *,
    authorities: list[str],
    last_month: pd.Timestamp,
    horizon: int,
) -> Levers:
    """Turn ``[entries] [exits] [durations] [moves]`` into multipliers.

    Parameters
    ----------
    scenario : Scenario
        With its blocks checked, and plain numbers for intervals (`runs_of`).
    authorities : list of str
        ONS codes in the order of the history.
    last_month : Timestamp
        Last month end known: month 1 of the forecast follows it.
    horizon : int
        Months ahead.

    Returns
    -------
    Levers
        Ones where nothing acts.

    Raises
    ------
    UnknownNameError
        A block names an authority that filed no return.
    """
    levers: list[Lever] = []
    for block in scenario.on_demand:
        levers += _LEVERS[block.where](block, authorities, last_month)
    return pulled(levers, horizon=horizon, n_areas=len(authorities), n_kinds=len(_TYPES))


def _entries(block: Block, authorities: list[str], last_month: pd.Timestamp) -> list[Lever]:
    when = _when(block, last_month)
    levers: list[Lever] = []
    if "change_pct" in block.given:
        change = _share(block, "change_pct")
        # uasc_change_pct is for UASC alone; without it change_pct is for everyone.
        everyone = _where(block, authorities)
        only_other = (_OTHER,) if "uasc_change_pct" in block.given else everyone.streams
        where = Where(everyone.areas, everyone.bands, only_other, everyone.kinds)
        levers.append(EntriesLever(change, where, when))
    if "uasc_change_pct" in block.given:
        everyone = _where(block, authorities)
        where = Where(everyone.areas, everyone.bands, (_UASC,), everyone.kinds)
        levers.append(EntriesLever(_share(block, "uasc_change_pct"), where, when))
    return levers


def _exits(block: Block, authorities: list[str], last_month: pd.Timestamp) -> list[Lever]:
    change = _share(block, "change_pct")
    return [ExitsLever(change, _where(block, authorities), _when(block, last_month))]


def _durations(block: Block, authorities: list[str], last_month: pd.Timestamp) -> list[Lever]:
    change = _share(block, "change_pct")
    return [DurationsLever(change, _where(block, authorities), _when(block, last_month))]


def _moves(block: Block, authorities: list[str], last_month: pd.Timestamp) -> list[Lever]:
    where = _where(block, authorities)
    if "from_type" in block.given:
        kinds = (_TYPES.index(block.given["from_type"]),)
        where = Where(where.areas, where.bands, where.streams, kinds)
    to = (_TYPES.index(block.given["to_type"]),) if "to_type" in block.given else ()
    return [MovesLever(_share(block, "change_pct"), to, where, _when(block, last_month))]


_LEVERS = {
    "[entries]": _entries,
    "[exits]": _exits,
    "[durations]": _durations,
    "[moves]": _moves,
}


def _share(block: Block, key: str) -> float:
    return float(block.get(key, 0.0)) / 100.0


def _where(block: Block, authorities: list[str]) -> Where:
    given = block.given
    code = given.get("local_authority")
    if code is not None and code not in authorities:
        raise UnknownNameError(what="authority among the returns", given=code, known=authorities)
    population = given.get("population")
    stream = _UASC if population == Population.UASC else _OTHER
    return Where(
        areas=() if code is None else (authorities.index(code),),
        bands=(_BANDS.index(given["age_band"]),) if "age_band" in given else (),
        streams=() if population is None else (stream,),
        kinds=(_TYPES.index(given["placement_type"]),) if "placement_type" in given else (),
    )


def _when(block: Block, last_month: pd.Timestamp) -> When:
    given = block.given
    return When(
        start=_month_of(given["from"], last_month) if "from" in given else 0,
        end=_month_of(given["to"], last_month) + 1 if "to" in given else None,
        ramp=int(given.get("ramp_months", 0)),
    )


def _month_of(day: pd.Timestamp, last_month: pd.Timestamp) -> int:
    """Count months from the first of the forecast, which is 0."""
    return (day.year - last_month.year) * 12 + day.month - last_month.month - 1
