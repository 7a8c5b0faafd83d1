"""What a region asks of a plan: weights, rules and tiers, checked by name before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.placement import DEFAULT_WEIGHTS, TIERS, Rules
from rcc_forecast.errors import RccError, UnknownNameError
from rcc_forecast.tables.homes import GRADES

GRADE_NUMBER = {"inadequate": 0, "requires_improvement": 1, "good": 2, "outstanding": 3}
"""Grades in order; a home not yet inspected has none."""

_NUMBERS = {
    "max_miles": float("inf"),
    "weekly_budget_gbp": float("inf"),
    "max_out_of_area_pct": 100.0,
    "max_for_profit_pct": 100.0,
    "max_disparity_pct": 100.0,
}
RULE_NAMES = (*_NUMBERS, "min_grade", "need3_childrens_home_only")
"""Keys of ``[rules]``."""

CHANGE_OF_PLAN = "change_of_plan"
"""Weight of a what-if: what a child's other home than in the plan before must be worth."""

DEFAULT_CHANGE_OF_PLAN = 25.0
"""Points: two and a half miles, so that nobody moves for a reason too small to tell."""


class SettingError(RccError):
    """A weight, rule or tier has a value that cannot be used."""

    def __init__(self, *, name: str, expected: str) -> None:
        self.name, self.expected = name, expected
        super().__init__(f"{name}: expected {expected}. Correct the value or leave it out.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked.

    Attributes
    ----------
    weights : dict of str to float
        Points of every term.
    rules : Rules
        Rules that are switched on.
    given_rules : dict
        The same as the region wrote them.
    tiers : tuple of str
        Order of the tiers; empty for the weighted sum.
    budgets : dict of str to float
        Pounds a week for the children of an authority, by its code.
    change_of_plan : float
        Points a child's other home must be worth, in a what-if.
    """

    weights: dict[str, float]
    rules: Rules
    given_rules: dict[str, Any]
    tiers: tuple[str, ...]
    budgets: dict[str, float]
    change_of_plan: float = DEFAULT_CHANGE_OF_PLAN


def settings_of(
    *,
    weights: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    tiers: Sequence[str] | None = None,
    budgets: Mapping[str, float] | None = None,
) -> Settings:
    """Check what a scenario asks of the optimiser.

    Parameters
    ----------
    weights : mapping of str to number, optional
        Points by the name of a term; those left out keep their default.
    rules : mapping, optional
        ``[rules]`` of the scenario.
    tiers : sequence of str, optional
        ``[tiers] order`` of the scenario.
    budgets : mapping of str to float, optional
        Pounds a week, by code of the authority.

    Raises
    ------
    UnknownNameError
        A name is not known; the nearest is offered.
    SettingError
        A value cannot be used.
    """
    given, given_weights = dict(rules or {}), _checked_weights(weights or {})
    change_of_plan = given_weights.pop(CHANGE_OF_PLAN, DEFAULT_CHANGE_OF_PLAN)
    return Settings(
        weights={**DEFAULT_WEIGHTS, **given_weights},
        rules=_checked_rules(given),
        given_rules=given,
        tiers=_checked_tiers(tiers or ()),
        budgets=_checked_budgets(budgets or {}),
        change_of_plan=change_of_plan,
    )


def _checked_weights(weights: Mapping[str, Any]) -> dict[str, float]:
    known = (*DEFAULT_WEIGHTS, CHANGE_OF_PLAN)
    for name, points in weights.items():
        if name not in known:
            raise UnknownNameError(what="weight", given=name, known=known)
        if not _is_number(points, high=1e7):
            raise SettingError(name=f"[weights] {name}", expected="a number from 0 to 10,000,000")
    return {name: float(points) for name, points in weights.items()}


def _checked_rules(rules: Mapping[str, Any]) -> Rules:
    for name, value in rules.items():
        if name not in RULE_NAMES:
            raise UnknownNameError(what="rule", given=name, known=RULE_NAMES)
        if name in _NUMBERS and not _is_number(value, high=_NUMBERS[name]):
            raise SettingError(name=f"[rules] {name}", expected="a number, not below 0")
        if name == "min_grade" and value not in GRADE_NUMBER:
            graded = [grade for grade in GRADES.labels if grade in GRADE_NUMBER]
            raise SettingError(name="[rules] min_grade", expected=f"one of {', '.join(graded)}")
        if name == "need3_childrens_home_only" and not isinstance(value, bool):
            raise SettingError(name=f"[rules] {name}", expected="true or false")
    numbers = {name: float(rules[name]) for name in _NUMBERS if name in rules}
    return Rules(
        min_grade=GRADE_NUMBER[rules["min_grade"]] if "min_grade" in rules else None,
        need3_childrens_home_only=bool(rules.get("need3_childrens_home_only", False)),
        max_miles=numbers.get("max_miles"),
        weekly_budget_gbp=numbers.get("weekly_budget_gbp"),
        max_out_of_area_pct=numbers.get("max_out_of_area_pct"),
        max_for_profit_pct=numbers.get("max_for_profit_pct"),
        max_disparity_pct=numbers.get("max_disparity_pct"),
    )


def _checked_budgets(budgets: Mapping[str, float]) -> dict[str, float]:
    for pounds in budgets.values():
        if not _is_number(pounds, high=float("inf")):
            raise SettingError(name="[budget] weekly_gbp", expected="a number, not below 0")
    return {code: float(pounds) for code, pounds in sorted(budgets.items())}


def _checked_tiers(tiers: Sequence[str]) -> tuple[str, ...]:
    for name in tiers:
        if name not in TIERS:
            raise UnknownNameError(what="tier", given=str(name), known=TIERS)
    if len(set(tiers)) != len(tiers):
        raise SettingError(name="[tiers] order", expected="each tier once")
    return tuple(tiers)


def _is_number(value: object, *, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= high
