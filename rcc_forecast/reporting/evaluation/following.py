"""What stands beside outcomes: the calendar of looks, milestones, process measures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.evaluation.parts import Part, RatedTable, Section, without_blanks
from rcc_forecast.reporting.evaluation.unit import NO_BREAK, NOT_MADE, Unit, figure_of, is_missing
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import day_name, number, percent
from rcc_forecast.tables.following import FUNCTIONS

CALENDAR_SAID = (
    "Published before anyone looks: when each look is due, what it waits for, and what it could "
    "find."
)
MOST_ROWS = 200
"""Rows of a table of the page; the CSV beside it has them all."""


def calendar_section(table: pd.DataFrame, *, with_p: bool, unit: Unit) -> Section:
    """Give the calendar of looks, and how its days of publication are known.

    Parameters
    ----------
    table, with_p, unit
        As in `calendar_view`.
    """
    known = ". ".join(dict.fromkeys(str(basis) for basis in table["published_basis"] if basis))
    parts: list[Part] = [CALENDAR_SAID, calendar_view(table, with_p=with_p, unit=unit)]
    if known:
        parts.append(f"Days of publication: {known}.")
    return Section("calendar", "The calendar of looks", tuple(parts), ("calendar.csv",))


def calendar_view(table: pd.DataFrame, *, with_p: bool, unit: Unit) -> TableView:
    """Give every planned look.

    Parameters
    ----------
    table : DataFrame
        A `CALENDAR` table.
    with_p : bool
        Whether the smallest attainable p-value is given.
    unit : Unit
        Of the effects that could be seen.
    """
    p_head = ("Smallest p-value attainable",) if with_p else ()
    view = TableView(
        caption="Looks that are planned",
        head=(
            *("Look", "State", "Waits for", "Figures published", "Report due", "Pathfinders"),
            *("Regions left", "Alpha spent", *p_head, "Can it find anything?"),
            *(f"Smallest effect found, in {unit.of_changes}", "What to know"),
        ),
        rows=tuple(
            (
                number(row["planned_look"]),
                str(row["state"]),
                str(row["waits_for"]),
                _day(row["published"]),
                _day(row["report_due"]),
                _count(row["treated"]),
                _count(row["regions_left"]),
                NOT_MADE if is_missing(row["alpha_spent"]) else f"{row['alpha_spent']:.4f}",
                *((_p(row["attainable_p"]),) if with_p else ()),
                _yes_or_no(row["finding_possible"]),
                unit.change(row["mde"]),
                str(row["note"]),
            )
            for _, row in table.iterrows()
        ),
    )
    return without_blanks(view)


def milestones_view(table: pd.DataFrame) -> RatedTable:
    """Give every milestone with its rating in colour, symbol and word.

    Parameters
    ----------
    table : DataFrame
        A `MILESTONES` table.
    """
    on = _day(table["as_at"].iloc[0])
    return RatedTable(
        caption=f"Milestones of the co-operatives, as at {on}{_of_more(table)}",
        head=(
            *("Co-operative, milestone", "Minimum function", "Rating", "Why", "First promised"),
            *("Promised last", "Day moved", "Done", "Evidence", "Checked on", "What to know"),
        ),
        rows=tuple(
            (
                f"{row['rcc']}: {row['milestone']}",
                FUNCTIONS.labels.get(str(row["function"]), str(row["function"])),
                str(row["rag"]),
                str(row["state"]),
                _day(row["due"]),
                _day(row["due_now"]),
                _times(row["times_moved"]),
                _day(row["done"]),
                _words(row["evidence"]),
                _day(row["checked_on"]),
                _words(row["note"]),
            )
            for _, row in table.head(MOST_ROWS).iterrows()
        ),
        rated=2,
    )


def process_view(table: pd.DataFrame) -> TableView:
    """Give process measures of all children together, those of every co-operative and region.

    Parameters
    ----------
    table : DataFrame
        A `PROCESS` table; its finer rows are in the CSV alone.
    """
    whole = table[(table["by"].fillna("") == "all") & (table["level"] != "local_authority")]
    by_reason = table[(table["by"] == "reason") & (table["level"] == "all")]
    rows = pd.concat([whole, by_reason[by_reason["period"] == ALL]])
    rows = rows if len(rows) else table
    view = TableView(
        caption=f"Process measures with 95% intervals{_of_more(rows)}",
        head=("Measure", "Area", "Period", "Measured", "Interval", "Of", "What to know"),
        rows=tuple(
            (
                _measure(row),
                str(row["area"]),
                "whole time" if row["period"] == ALL else str(row["period"]),
                _measured(row["value"], str(row["unit"])),
                _between(row["low"], row["high"], str(row["unit"])),
                _count(row["denominator"]),
                _words(row["note"]),
            )
            for _, row in rows.head(MOST_ROWS).iterrows()
        ),
    )
    return without_blanks(view)


def _of_more(table: pd.DataFrame) -> str:
    return f" (the first {MOST_ROWS} of {len(table):,})" if len(table) > MOST_ROWS else ""


def _measure(row: pd.Series[Any]) -> str:
    name = str(row["measure"]).replace("_", " ")
    return name if row["group"] == ALL else f"{name}: {str(row['group']).replace('_', ' ')}"


def _measured(value: Any, unit: str) -> str:
    if is_missing(value):
        return NOT_MADE
    if unit == "share":
        return percent(value, decimals=1)
    return f"{figure_of(float(value), decimals=0)} {unit}"


def _between(low: Any, high: Any, unit: str) -> str:
    if is_missing(low) and is_missing(high):
        return NOT_MADE
    ends = ["no end" if is_missing(end) else _measured(end, unit) for end in (low, high)]
    return NO_BREAK.join((ends[0], "to", ends[1]))


def _day(value: Any) -> str:
    return NOT_MADE if is_missing(value) or value == "" else day_name(value).replace(" ", NO_BREAK)


def _count(value: Any) -> str:
    return NOT_MADE if is_missing(value) else number(value)


def _times(value: Any) -> str:
    if is_missing(value) or not value:
        return NOT_MADE
    return "once" if value == 1 else f"{number(value)} times"


def _p(value: Any) -> str:
    return NOT_MADE if is_missing(value) else f"{value:.3f}"


def _yes_or_no(value: Any) -> str:
    return NOT_MADE if is_missing(value) else "yes" if value else "no"


def _words(value: Any) -> str:
    return "" if is_missing(value) else str(value)
