"""Which rule of the region keeps children without a home, and what the least easing of it is.

The engine never breaks a limit: a child stays without a home instead. So each
rule is left out once, the plan made again from where it stands, and the children
placed and the amounts used are set against those of the plan that keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.placement import Effort, PlacementProblem, Rules, Warm
from models.placement.eligibility import miles_from_family
from models.placement.problem import UNPLACED, IntArray
from models.placement.restricted import Prices
from models.placement.rules import SideRule, rules_of
from models.placement.sides import rows_kept
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.engine import Solved, solve_built
from rcc_forecast.placement.limits_told import POINTS, POUNDS, own_unit
from rcc_forecast.placement.settings import Settings

MOST_CHILDREN = 12_000
"""Children above which no rule is left out: a plan of all England again for each takes too long."""

TOGETHER = "all rules together"
"""Name of leaving all of them out, told where no single one houses a child more."""

_OFF: dict[str, dict[str, Any]] = {
    "max_miles": {"max_miles": None},
    "min_grade": {"min_grade": None},
    "need3_childrens_home_only": {"need3_childrens_home_only": False},
    "weekly_budget_gbp": {"weekly_budget_gbp": None},
    "[budget] local_authority": {"weekly_budget_by_authority_gbp": None},
    "max_out_of_area_pct": {"max_out_of_area_pct": None},
    "max_for_profit_pct": {"max_for_profit_pct": None},
    "max_disparity_pct": {"max_disparity_pct": None},
}
"""What switches each rule off, by the name it goes by; one for the budgets of all authorities."""

_UNITS = {
    "max_miles": "miles",
    "weekly_budget_gbp": POUNDS,
    "[budget] local_authority": POUNDS,
    "max_out_of_area_pct": POINTS,
    "max_for_profit_pct": POINTS,
    "max_disparity_pct": POINTS,
}


@dataclass(frozen=True, slots=True)
class Eased:
    """What the plan would be without one rule.

    Attributes
    ----------
    rule : str
        Key of ``[rules]``, ``[budget] local_authority``, or `TOGETHER`.
    more_placed : int
        Children who would have a home besides those who have one.
    needs : float or None
        What the rule would have to be raised by to allow that plan, in `unit`;
        None where it has no number to raise.
    unit : str
    used : dict of str to int
        What that plan uses of each limit left out, by the problem's name of the limit.
    """

    rule: str
    more_placed: int
    needs: float | None
    unit: str
    used: Mapping[str, int]

    def said(self) -> str:
        """Say it in words."""
        who = "child" if self.more_placed == 1 else "children"
        would = f"{self.more_placed or 'no'} more {who} would have a home"
        if self.rule == TOGETHER:
            return f"No single rule keeps a child without a home; without all of them {would}."
        raised = f"; keeping it needs {self.needs:,.2f} {self.unit} more" if self.needs else ""
        return f"Without this rule {would}{raised if self.more_placed else ''}."


def rules_left_out(
    built: Built,
    solved: Solved,
    settings: Settings,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[str], None],
) -> list[Eased]:
    """Plan again without each rule that is switched on, where children are without a home.

    Parameters
    ----------
    built : Built
    solved : Solved
        The plan that keeps every rule.
    settings : Settings
        Tiers are left aside: the weighted points place as many children.
    seed : int
    effort : Effort
        When to stop, for each.
    progress : callable

    Returns
    -------
    list of Eased
        In the order of `_OFF`; empty where every child has a home, no rule is
        switched on, the region is too large or the clock has run out.
    """
    problem = built.problem
    rules = [name for name, off in _OFF.items() if _without(problem.rules, off) != problem.rules]
    if not rules or problem.n_children > MOST_CHILDREN or (solved.home != UNPLACED).all():
        return []
    plain = replace(settings, tiers=())

    def told(name: str, off: dict[str, Any]) -> Eased:
        progress(f"planning without {name}, to tell what it costs")
        freed = replace(built, problem=replace(problem, rules=_without(problem.rules, off)))
        warm = _warm(solved, freed.problem)
        again = solve_built(freed, plain, seed=seed, effort=effort, warm=warm, progress=progress)
        return _eased(problem, freed.problem, name, solved.home, again.home)

    found: list[Eased] = []
    for name in rules:
        if effort.out_of_time():
            return found
        found.append(told(name, _OFF[name]))
    if len(rules) > 1 and not any(each.more_placed for each in found):
        everything = {key: value for name in rules for key, value in _OFF[name].items()}
        together = told(TOGETHER, everything)
        found += [together] if together.more_placed else []
    return found


def _without(rules: Rules, off: dict[str, Any]) -> Rules:
    # A region without budgets of authorities may hold none or an empty table of them.
    budgets = rules.weekly_budget_by_authority_gbp or None
    return replace(replace(rules, weekly_budget_by_authority_gbp=budgets), **off)


def _warm(solved: Solved, freed: PlacementProblem) -> Warm:
    """Begin from the plan; limits that stay keep their prices."""
    priced = solved.priced
    names = [rule.name for rule in priced.market.rules]
    price = dict(zip(names, priced.prices.side.tolist(), strict=True))
    left = [price.get(rule.name, 0.0) for rule in rules_of(freed)]
    return Warm(solved.home, Prices(priced.prices.home, np.array(left, dtype=np.float64)))


def _eased(
    problem: PlacementProblem, freed: PlacementProblem, name: str, home: IntArray, again: IntArray
) -> Eased:
    more = int((again != UNPLACED).sum() - (home != UNPLACED).sum())
    still = {rule.name for rule in rules_of(freed)}
    out = [rule for rule in rules_of(problem) if rule.name not in still]
    used = {rule: int(amount) for rule, (amount, _) in rows_kept(freed, again, rules=out).items()}
    return Eased(name, max(more, 0), _needs(problem, name, out, used, again), _unit(name), used)


def _unit(name: str) -> str:
    return _UNITS.get(name, "")


def _needs(
    problem: PlacementProblem,
    name: str,
    out: list[SideRule],
    used: Mapping[str, int],
    home: IntArray,
) -> float | None:
    """Give what the rule would have to be raised by, rounded up to what is written in a file."""
    placed = np.flatnonzero(home != UNPLACED)
    if name == "max_miles":
        miles = miles_from_family(problem, placed, home[placed])
        return _up(float(miles.max(initial=0.0)) - float(problem.rules.max_miles or 0.0))
    if name not in _UNITS:
        return None
    if name == "max_disparity_pct":
        asked = float(problem.rules.max_disparity_pct or 0.0)
        over = [rule for rule in out if used[rule.name] > rule.limit]
        apart = [used[rule.name] / own_unit(problem, rule, home).counted for rule in over]
        return _up(max(apart, default=asked) - asked)
    more = [
        max(used[rule.name] - rule.limit, 0.0) / own_unit(problem, rule, home).counted
        for rule in out
    ]
    return _up(sum(more))


def _up(amount: float) -> float:
    return float(max(np.ceil(100 * amount - 1e-6), 0.0) / 100)
