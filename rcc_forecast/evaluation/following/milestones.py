"""How far co-operatives are with their minimum functions: rated by rules that are printed.

Green needs evidence that the public can look up and a check within a year: who
says "done" and shows nothing is amber. Grey is no praise: nothing is known, or
nothing is due yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from rcc_forecast.evaluation.following.milestones_given import KEY
from rcc_forecast.evaluation.following.milestones_kept import states_as_at
from rcc_forecast.tables.following import FUNCTIONS, MILESTONES, MINIMUM_FUNCTIONS, SYMBOLS

CHECK_HOLDS_MONTHS = 12
"""A check vouches for what it found for a year."""

DUE_SOON_MONTHS = 3
"""What is due within a quarter and not done is amber."""

_WORST_FIRST = ("red", "amber", "grey", "green")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the rating.

    Attributes
    ----------
    rag : str
        Rating.
    state : str
        In a word or two.
    words : str
        When it holds.
    """

    rag: str
    state: str
    words: str


RULES = {
    "done": Rule("green", "done", "Done, with evidence, and checked within 12 months"),
    "claimed": Rule("amber", "claimed", "Said to be done, and no evidence is given"),
    "overdue": Rule("red", "overdue", "Not done, and the last day promised has passed"),
    "soon": Rule("amber", "due soon", "Not done, and due within 3 months"),
    "unchecked": Rule("grey", "not checked", "Nobody has checked it by this day"),
    "undated": Rule("grey", "no date", "Not done, and no day is promised"),
    "stale": Rule("grey", "check out of date", "The last check is more than 12 months old"),
    "later": Rule("grey", "not due yet", "Not done, and due in more than 3 months"),
}
"""Every rule, by a short name; the page prints them in this order."""


@dataclass(frozen=True, slots=True)
class Milestones:
    """Milestones as they stood on a day.

    Attributes
    ----------
    on : Timestamp
        The day.
    milestones : DataFrame
        A `MILESTONES` table.
    functions : DataFrame
        A `MINIMUM_FUNCTIONS` table: every function of every co-operative.
    states : DataFrame
        A `MILESTONE_STATES` table: what was on record by then.
    """

    on: pd.Timestamp
    milestones: pd.DataFrame
    functions: pd.DataFrame
    states: pd.DataFrame


def milestones_as_at(states: pd.DataFrame, on: pd.Timestamp) -> Milestones:
    """Rate milestones as they stood on a day.

    Parameters
    ----------
    states : DataFrame
        Every state on record, as `milestones_kept.states_of` gives them.
    on : Timestamp
        What was checked later counts nowhere, so that the table of an earlier day
        comes out as it was.

    Returns
    -------
    Milestones
        By co-operative, function in the DfE's order and milestone.
    """
    known = states_as_at(states, on)
    order = {name: place for place, name in enumerate(FUNCTIONS.labels)}
    rows = [
        {"as_at": on, **dict(zip(KEY, key, strict=True)), **_rated(each, on)}
        for key, each in known.groupby(list(KEY), sort=False)
    ]
    table = pd.DataFrame(rows, columns=MILESTONES.names)
    table = table.sort_values(
        ["rcc", "function", "milestone"],
        key=lambda column: column.map(order) if column.name == "function" else column,
        kind="stable",
        ignore_index=True,
    )
    counted = dict.fromkeys(("times_moved", "days_moved", "days_late", "checks"), "Int64")
    days = {name: pd.to_datetime(table[name]) for name in _DAYS_TOLD}
    table = MILESTONES.check(table.assign(**days).astype(counted))
    return Milestones(on, table, _by_function(table, on), known)


_DAYS_TOLD = ("as_at", "due", "due_now", "done", "checked_on")


def rule_of(state: pd.Series, *, due_now: pd.Timestamp | None, on: pd.Timestamp) -> Rule:
    """Give the rule that rates a milestone.

    Parameters
    ----------
    state : Series
        Its current row: ``done, evidence, checked_on``.
    due_now : Timestamp or None
        Day promised last.
    on : Timestamp
        The day it is rated for.
    """
    checked = state["checked_on"]
    if pd.isna(checked):
        return RULES["unchecked"]
    is_stale = checked + pd.DateOffset(months=CHECK_HOLDS_MONTHS) < on
    if pd.notna(state["done"]):
        if not state["evidence"]:
            return RULES["claimed"]
        return RULES["stale"] if is_stale else RULES["done"]
    if due_now is None:
        return RULES["undated"]
    # Leaving a milestone unchecked cannot hide that its day has passed.
    if due_now < on:
        return RULES["overdue"]
    if due_now <= on + pd.DateOffset(months=DUE_SOON_MONTHS):
        return RULES["soon"]
    return RULES["stale"] if is_stale else RULES["later"]


def promised_days(states: pd.DataFrame) -> list[pd.Timestamp]:
    """Give every day that was promised in turn, those changed without a word among them.

    Parameters
    ----------
    states : DataFrame
        Of one milestone, oldest first: ``due`` and ``revised``.
    """
    path: list[pd.Timestamp] = []
    for due, revised in zip(states["due"], states["revised"], strict=True):
        told = [*([due] if pd.notna(due) else []), *map(pd.Timestamp, revised.split())]
        told = told[:1] + [after for before, after in pairwise(told) if after != before]
        if told[: len(path)] == path:
            path = told
        elif told and told[-1] != path[-1]:
            path = [*path, told[-1]]
    return path


def _rated(states: pd.DataFrame, on: pd.Timestamp) -> dict[str, object]:
    current = states.iloc[-1]
    checked = states[states["checked_on"].notna()]
    path = promised_days(checked if len(checked) else states.tail(1))
    due_now = path[-1] if path else None
    rule = rule_of(current, due_now=due_now, on=on)
    return {
        "rag": rule.rag,
        "symbol": SYMBOLS[rule.rag],
        "state": rule.state,
        "rule": rule.words,
        "due": path[0] if path else None,
        "due_now": due_now,
        "times_moved": max(len(path) - 1, 0),
        "days_moved": (path[-1] - path[0]).days if path else None,
        "done": current["done"],
        "days_late": _days_late(current["done"], path),
        "evidence": current["evidence"],
        "checked_on": current["checked_on"],
        "checks": len(checked),
        "note": current["note"],
    }


def _days_late(done: pd.Timestamp, path: list[pd.Timestamp]) -> int | None:
    return (done - path[0]).days if path and pd.notna(done) else None


def _by_function(table: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Count milestones by function; one without any is grey, and is there."""
    rows = []
    for rcc, of_rcc in table.groupby("rcc", sort=True):
        for function, meaning in FUNCTIONS.labels.items():
            each = of_rcc[of_rcc["function"] == function]
            counts = {rag: int((each["rag"] == rag).sum()) for rag in SYMBOLS}
            rag = next((one for one in _WORST_FIRST if counts[one]), "grey")
            rows.append(
                {
                    "as_at": on,
                    "rcc": rcc,
                    "function": function,
                    "meaning": meaning,
                    "rag": rag,
                    "symbol": SYMBOLS[rag],
                    "milestones": len(each),
                    **counts,
                    "moved": int((each["times_moved"] > 0).sum()),
                    "times_moved": int(each["times_moved"].sum()),
                }
            )
    return MINIMUM_FUNCTIONS.check(pd.DataFrame(rows, columns=MINIMUM_FUNCTIONS.names))
