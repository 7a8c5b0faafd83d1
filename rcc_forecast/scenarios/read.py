"""A scenario file becomes a `Scenario`; a key that is not known is refused with the nearest."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from models.placement import DEFAULT_WEIGHTS
from rcc_forecast.codes import AgeBand, PlacementType, Population
from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.geography import resolve_authority, successor_of
from rcc_forecast.scenarios.scenario import (
    Block,
    Scenario,
    ScenarioValueError,
    UnsupportedScenarioError,
)

MOST = 20_000
"""Homes or places of one block: more than any co-operative has, and a slip beyond it."""

Reader = Callable[[Any], Any]
"""Turns a value of the file into ours; None where it is not of that kind."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a block: what it takes, in words, and how it is read."""

    expected: str
    read: Reader


def _number(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _amount(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2:
        low, high = (_number(end) for end in value)
        return None if low is None or high is None or low > high else (low, high)
    return _number(value)


def _share(value: Any) -> Any:
    amount = _amount(value)
    low, high = amount if isinstance(amount, tuple) else (amount, amount)
    return amount if low is not None and low >= 0.0 and high <= 100.0 else None


def _count(value: Any) -> Any:
    if isinstance(value, list):
        ends = [_count(end) for end in value]
        return _amount(value) if all(isinstance(end, int) for end in ends) else None
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
    return value if whole else None


def _flag(value: Any) -> Any:
    return bool(value) if value in (0, 1, True, False) else None


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and value else None


def _day(value: Any) -> Any:
    if isinstance(value, str):
        stamp = pd.to_datetime(value, format="%Y-%m-%d", errors="coerce")
        return None if pd.isna(stamp) else stamp
    return pd.Timestamp(value) if isinstance(value, date) else None


def _authority(value: Any) -> Any:
    code = resolve_authority(value) if isinstance(value, str) else None
    return successor_of(code) if code else None


def _one_of(what: str, names: list[str]) -> Key:
    def read(value: Any) -> Any:
        if isinstance(value, str) and value not in names:
            raise UnknownNameError(what=what, given=value, known=names)
        return value if isinstance(value, str) else None

    return Key(f"one of {', '.join(names)}", read)


AMOUNT = Key("a number, or an interval [low, high]", _amount)
SHARE = Key("a number from 0 to 100, or an interval [low, high]", _share)
COUNT = Key(f"a whole number from 0 to {MOST:,}, or an interval [low, high]", _count)
NUMBER = Key("a number", _number)
FLAG = Key("true or false", _flag)
TEXT = Key("text", _text)
DAY = Key("a date such as 2026-09-01", _day)
AUTHORITY = Key("an authority's ONS code, DfE number or name", _authority)
TYPE = _one_of("placement type", [kind.value for kind in PlacementType])
BAND = _one_of("age band", [band.value for band in AgeBand])
POPULATION = _one_of("population", [population.value for population in Population])
SECTOR = _one_of("sector", ["local_authority", "private", "voluntary"])
SEX = _one_of("sex", ["any", "F", "M"])
GRADE = _one_of(
    "Ofsted grade", ["outstanding", "good", "requires_improvement", "inadequate", "none"]
)

_WHEN = {"from": DAY, "to": DAY, "ramp_months": COUNT}
_WHOM = {
    "local_authority": AUTHORITY,
    "placement_type": TYPE,
    "age_band": BAND,
    "population": POPULATION,
}
BLOCKS: dict[str, dict[str, Key]] = {
    "entries": {"change_pct": AMOUNT, "uasc_change_pct": AMOUNT, **_WHOM, **_WHEN},
    "exits": {"change_pct": AMOUNT, **_WHOM, **_WHEN},
    "durations": {"change_pct": AMOUNT, **_WHOM, **_WHEN},
    "moves": {"from_type": TYPE, "to_type": TYPE, "change_pct": AMOUNT, **_WHOM, **_WHEN},
    "homes.add": {
        "placement_type": TYPE,
        "places": COUNT,
        "number": COUNT,
        "local_authority": AUTHORITY,
        "opens": DAY,
        "easting": NUMBER,
        "northing": NUMBER,
        "age_min": COUNT,
        "age_max": COUNT,
        "sex": SEX,
        "needs_met": COUNT,
        "weekly_cost_gbp": AMOUNT,
        "sector": SECTOR,
        **_WHEN,
    },
    "homes.close": {"home_id": TEXT, "provider": TEXT, "on": DAY, **_WHEN},
    "foster": {
        "recruit": COUNT,
        "lose_pct": SHARE,
        "places": COUNT,
        "local_authority": AUTHORITY,
        **_WHEN,
    },
    "contracts": {
        "provider": TEXT,
        "placement_type": TYPE,
        "places": COUNT,
        "weekly_cost_gbp": AMOUNT,
        **_WHEN,
    },
    "prices": {"inflation_pct": AMOUNT, "placement_type": TYPE, "sector": SECTOR, **_WHEN},
    "budget": {"weekly_gbp": AMOUNT, "local_authority": AUTHORITY, **_WHEN},
    "rules": {
        "max_miles": AMOUNT,
        "max_out_of_area_pct": AMOUNT,
        "max_for_profit_pct": AMOUNT,
        "weekly_budget_gbp": AMOUNT,
        "max_disparity_pct": AMOUNT,
        "min_grade": GRADE,
        "need3_childrens_home_only": FLAG,
    },
    "tiers": {"order": Key("a list of aims", lambda value: value)},
}
"""Every block of the file with its keys; `weights` takes the optimiser's own names."""

_OF_A_HOME = ("age_min", "age_max", "needs_met")
"""Limits of a home: half-way between two of them is not a limit that anybody considers."""

WEIGHTS = (*DEFAULT_WEIGHTS, "change_of_plan")
"""What `[weights]` takes: the optimiser's terms, and what a change must be worth in a what-if."""

AIMS = ["placed", "together", "near", "continuity", "rest"]
"""What `[tiers] order` may put in order."""

_SECTIONS = sorted({name.split(".")[0] for name in BLOCKS} | {"weights"})

_EXPECTED = "a scenario in TOML"


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    UnreadableInputError
        The file is absent or not TOML.
    UnknownNameError, ScenarioValueError
        As for `parse_scenario`.
    """
    return parse_scenario_text(read_scenario_text(path), file=path.name)


def read_scenario_text(path: Path) -> str:
    """Read a scenario file as it was written.

    Raises
    ------
    UnreadableInputError
        The file is absent or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UnreadableInputError(path=path.name, expected=_EXPECTED) from error


def parse_scenario_text(text: str, *, file: str = "scenario") -> Scenario:
    """Turn the text of a scenario file into a `Scenario`.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        What messages call it; without its ending the scenario's name.

    Raises
    ------
    UnreadableInputError
        It is not TOML.
    UnknownNameError, ScenarioValueError
        As for `parse_scenario`.
    """
    try:
        given = tomllib.loads(text)
    except ValueError as error:
        raise UnreadableInputError(path=file, expected=_EXPECTED) from error
    return parse_scenario(given, name=Path(file).stem)


def parse_scenario(given: dict[str, Any], *, name: str = "scenario") -> Scenario:
    """Turn the content of a scenario file into a `Scenario`.

    Parameters
    ----------
    given : dict
        As TOML or JSON gives it.
    name : str
        How messages and results name the scenario.

    Returns
    -------
    Scenario
        Every block with its values checked; what cannot be applied is kept,
        and `require_supported` says so.

    Raises
    ------
    UnknownNameError
        A block, key or name is not known; the nearest is offered.
    ScenarioValueError
        A value is not of the kind its key takes, or a block lacks a key.
    """
    for section in given:
        if section not in _SECTIONS:
            raise UnknownNameError(what="block of a scenario", given=section, known=_SECTIONS)
    homes = given.get("homes", {})
    _must(isinstance(homes, dict), name, "[homes]", "[[homes.add]] and [[homes.close]] blocks")
    for key in homes:
        if key not in ("add", "close"):
            raise UnknownNameError(what="key of [homes]", given=key, known=["add", "close"])
    one = {
        section: _single(given[section], section, name)
        for section in ("entries", "exits", "durations", "moves", "foster", "prices")
        if section in given
    }
    scenario = Scenario(
        name=name,
        added=_many(homes.get("add", []), "homes.add", name),
        closed=_many(homes.get("close", []), "homes.close", name),
        foster=one.get("foster"),
        prices=one.get("prices"),
        weights=_weights(given.get("weights", {}), name),
        rules=_single(given.get("rules", {}), "rules", name).given,
        tiers=_order_of_aims(given.get("tiers", {}), name),
        on_demand=tuple(one[s] for s in ("entries", "exits", "durations", "moves") if s in one),
        on_money=(
            *_many(given.get("contracts", []), "contracts", name),
            *_budgets(given.get("budget", []), name),
        ),
    )
    _check_complete(scenario)
    return scenario


def require_supported(scenario: Scenario) -> None:
    """Refuse a scenario whose levers this version can read but not apply.

    Raises
    ------
    UnsupportedScenarioError
        Names every such lever.
    """
    levers = [
        f"{block.where} {key}: a home that closes stays closed, from one day"
        for block in scenario.closed
        for key in ("to", "ramp_months")
        if key in block.given
    ]
    levers += [
        f"{block.where} {key}: an interval; give one number"
        for block in scenario.added
        for key in _OF_A_HOME
        if isinstance(block.get(key), tuple)
    ]
    if levers:
        raise UnsupportedScenarioError(name=scenario.name, levers=levers)


def _single(given: Any, section: str, name: str, *, where: str = "") -> Block:
    where = where or f"[{section}]"
    _must(isinstance(given, dict), name, where, "one block of keys")
    keys = BLOCKS[section]
    values = {}
    for key, value in given.items():
        if key not in keys:
            raise UnknownNameError(what=f"key of {where}", given=key, known=keys)
        values[key] = keys[key].read(value)
        _must(values[key] is not None, name, f"{where} {key}", keys[key].expected)
    return Block(where, values)


def _budgets(given: Any, name: str) -> tuple[Block, ...]:
    """Read one ``[budget]``, or a ``[[budget]]`` for each authority."""
    blocks = (
        _many(given, "budget", name)
        if isinstance(given, list)
        else (_single(given, "budget", name),)
    )
    for block in blocks:
        _must("weekly_gbp" in block.given, name, f"{block.where} weekly_gbp", AMOUNT.expected)
    return blocks


def _many(given: Any, section: str, name: str) -> tuple[Block, ...]:
    where = f"[[{section}]]"
    _must(isinstance(given, list), name, where, "a list of blocks")
    return tuple(
        _single(block, section, name, where=f"{where} {number}")
        for number, block in enumerate(given, start=1)
    )


def _weights(given: Any, name: str) -> dict[str, float]:
    _must(isinstance(given, dict), name, "[weights]", "names with points")
    for key, value in given.items():
        if key not in WEIGHTS:
            raise UnknownNameError(what="weight", given=key, known=WEIGHTS)
        _must(_number(value) is not None, name, f"[weights] {key}", NUMBER.expected)
    return {key: float(value) for key, value in given.items()}


def _order_of_aims(given: Any, name: str) -> tuple[str, ...]:
    order = _single(given, "tiers", name).get("order", [])
    listed = isinstance(order, list) and all(isinstance(aim, str) for aim in order)
    _must(listed and len(set(order)) == len(order), name, "[tiers] order", "each aim once, a list")
    for aim in order:
        if aim not in AIMS:
            raise UnknownNameError(what="aim of [tiers] order", given=aim, known=AIMS)
    return tuple(order)


def _check_complete(scenario: Scenario) -> None:
    for block in scenario.added:
        has_kind = "placement_type" in block.given
        _must(has_kind, scenario.name, block.where, "a key placement_type")
        has = [key in block.given for key in ("easting", "northing")]
        _must(all(has) or not any(has), scenario.name, block.where, "both easting and northing")
    for block in scenario.closed:
        named = [key in block.given for key in ("home_id", "provider")]
        _must(sum(named) == 1, scenario.name, block.where, "either home_id or provider")


def _must(holds: bool, name: str, where: str, expected: str) -> None:
    if not holds:
        raise ScenarioValueError(name=name, where=where, expected=expected)
