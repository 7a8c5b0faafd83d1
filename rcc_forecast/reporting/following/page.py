"""The page of milestones: each co-operative's functions, then each milestone with its rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from rcc_forecast.evaluation.following.milestones import RULES, Milestones
from rcc_forecast.reporting.report import RAG_SHAPES, page_environment
from rcc_forecast.reporting.words import counted, day_name, listed
from rcc_forecast.tables.following import FUNCTIONS

_NO_MILESTONE = "no milestone is on record"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a milestone was reached.

    Attributes
    ----------
    words : str
        Title, or where the link goes.
    link : str
        Public address; blank where the evidence is a title.
    """

    words: str
    link: str


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """One milestone as the page tells it."""

    milestone: str
    function: str
    rag: str
    state: str
    due: str
    moved: str
    done: str
    evidence: Evidence
    checked: str
    note: str


@dataclass(frozen=True, slots=True)
class FunctionView:
    """One minimum function of a co-operative, and its worst milestone's rating."""

    title: str
    rag: str
    nothing: str


@dataclass(frozen=True, slots=True)
class CooperativeView:
    """One co-operative: a sentence, its functions and its milestones."""

    name: str
    sentence: str
    functions: tuple[FunctionView, ...]
    milestones: tuple[MilestoneView, ...]


def render_milestones(found: Milestones) -> str:
    """Write the page of milestones as they stood on a day.

    Parameters
    ----------
    found : Milestones
        As `rcc_forecast.evaluation.following.milestones.milestones_as_at` gives them.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped; evidence is a link where it is an
        address of the web.
    """
    page = page_environment().get_template("following.html.j2")
    cooperatives = found.functions["rcc"].drop_duplicates()
    return page.render(
        on=day_name(found.on),
        cooperatives=[_cooperative(str(name), found) for name in cooperatives],
        rules=tuple(RULES.values()),
        shapes=RAG_SHAPES,
    )


def _cooperative(name: str, found: Milestones) -> CooperativeView:
    functions = found.functions[found.functions["rcc"] == name]
    milestones = found.milestones[found.milestones["rcc"] == name]
    return CooperativeView(
        name=name,
        sentence=_sentence(functions, milestones),
        functions=tuple(_function(row) for _, row in functions.iterrows()),
        milestones=tuple(_milestone(row) for _, row in milestones.iterrows()),
    )


def _sentence(functions: pd.DataFrame, milestones: pd.DataFrame) -> str:
    """Say how many milestones have each rating, and how often a day was moved."""
    parts = [
        f"{int(functions[rag].sum())} {rag}" for rag in RAG_SHAPES if int(functions[rag].sum())
    ]
    moved, times = int(functions["moved"].sum()), int(functions["times_moved"].sum())
    said = f"{counted(len(milestones), 'milestone', 'milestones')}: {listed(parts)}."
    if not moved:
        return f"{said} No day was moved."
    days = counted(moved, "milestone had its day moved", "milestones had their days moved")
    return f"{said} {days}, {counted(times, 'time', 'times')} in all."


def _function(row: pd.Series[Any]) -> FunctionView:
    return FunctionView(
        title=FUNCTIONS.labels[row["function"]],
        rag=str(row["rag"]),
        nothing="" if row["milestones"] else _NO_MILESTONE,
    )


def _milestone(row: pd.Series[Any]) -> MilestoneView:
    return MilestoneView(
        milestone=str(row["milestone"]),
        function=FUNCTIONS.labels[row["function"]],
        rag=str(row["rag"]),
        state=str(row["state"]),
        due=_day(row["due_now"], otherwise="no day promised"),
        moved=_moved(row),
        done=_done(row),
        evidence=_evidence(str(row["evidence"])),
        checked=_day(row["checked_on"], otherwise="never"),
        note=str(row["note"]),
    )


def _day(day: Any, *, otherwise: str) -> str:
    return otherwise if pd.isna(day) else day_name(day)


def _done(row: pd.Series[Any]) -> str:
    """Say when it was done, and how long after the day first promised."""
    if pd.isna(row["done"]):
        return "no"
    late = row["days_late"]
    if pd.isna(late) or late <= 0:
        return day_name(row["done"])
    return f"{day_name(row['done'])}, {counted(late, 'day', 'days')} after the day first promised"


def _moved(row: pd.Series[Any]) -> str:
    times = int(row["times_moved"])
    if not times:
        return "no"
    days = int(row["days_moved"])
    way = "later" if days >= 0 else "earlier"
    return f"{counted(times, 'time', 'times')}, {counted(abs(days), 'day', 'days')} {way} in all"


def _evidence(given: str) -> Evidence:
    """Make a link of an address of the web alone, so that no other scheme can run."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return Evidence(given, "")
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in given
    if not is_web:
        return Evidence(given or "none given", "")
    return Evidence(f"{parts.hostname}{parts.path if parts.path != '/' else ''}", given)
