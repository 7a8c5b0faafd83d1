"""What each section of the report says: figures, tables and sentences, ready to be laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.accuracy import accuracy_sentence, accuracy_table
from rcc_forecast.reporting.charts import balance_chart, fan_chart
from rcc_forecast.reporting.content import HeadlineArea, ReportContent
from rcc_forecast.reporting.figure import Figure
from rcc_forecast.reporting.map import shortfall_map
from rcc_forecast.reporting.words import (
    counted,
    day_name,
    kind_title,
    listed,
    month_name,
    number,
    percent,
    pounds,
    short_month,
)
from rcc_forecast.sufficiency import PLANNED

_RATED = ("red", "amber", "green")
_MAPPED_KINDS = ("foster", "childrens_home", "supported")
_MONTHS_OF_LATE_RECORDING = 12
_FINDINGS_SHOWN = 40
_OF_A_PLAN = (
    ("children", "Children", "count"),
    ("placed", "With a home", "count"),
    ("unplaced", "Without a home", "count"),
    ("groups", "Sibling groups", "count"),
    ("groups_together", "Sibling groups kept together", "count"),
    ("mean_miles", "Miles from home, on average", "miles"),
    ("over_20_miles_pct", "Over 20 miles from home", "percent"),
    ("out_of_area_pct", "Outside their authority", "percent"),
    ("moved", "Children who would move", "count"),
    ("weekly_cost_gbp", "Cost a week", "pounds"),
)
_OUTCOMES = {
    "placed": "Have a home",
    "within_20_miles": "Live within 20 miles",
    "in_area": "Live in their own authority",
    "siblings_together": "Live with all their brothers and sisters",
    "moved": "Would move",
}


@dataclass(frozen=True, slots=True)
class TableView:
    """A table for people: caption, headings, rows; the first column names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """One cell of the table of ratings."""

    rag: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Ratings by authority and kind; worst month of the horizon."""

    kinds: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Rating, ...]], ...]


def answer(content: ReportContent, area: HeadlineArea) -> list[str]:
    """Give the answer in three sentences: demand, homes, plan or accuracy."""
    third = _plan_sentence(content.plan)
    if not third and content.forecast is not None:
        third = accuracy_sentence(content.backtest, area)
    told = (_demand_sentence(content, area), _homes_sentence(content, area), third)
    return [sentence for sentence in told if sentence]


def demand_figures(content: ReportContent, area: HeadlineArea) -> list[Figure]:
    """Give the fan of the area's total, then one for each kind that has children."""
    if content.demand is None:
        return []
    history = _children(area.rows_of(content.demand))
    ahead = _children(area.rows_of(content.forecast)) if content.forecast is not None else None
    kinds = [kind for kind in history["placement_type"].unique() if kind != ALL]
    figures = []
    for kind in [ALL, *kinds]:
        past = history.loc[history["placement_type"] == kind]
        future = _no_future() if ahead is None else ahead.loc[ahead["placement_type"] == kind]
        if past.empty or (kind != ALL and not past["value"].any()):
            continue
        caption = ""
        if len(future):
            caption = accuracy_sentence(content.backtest, area, placement_type=kind)
        figures.append(
            fan_chart(
                past.sort_values("month"),
                future.sort_values("month"),
                slug=f"demand-{kind.lower().replace('_', '-')}",
                title=f"{kind_title(kind)}, {area.name}" if kind == ALL else kind_title(kind),
                caption=caption,
                size=(520, 290) if kind == ALL else (340, 220),
            )
        )
    return figures


def homes_figures(content: ReportContent, area: HeadlineArea) -> list[Figure]:
    """Give demand against usable places for each rated kind of the area."""
    if content.balance is None:
        return []
    rows = area.rows_of(_of_all_ages(content.balance))
    rows = rows.loc[rows["rag"].isin(_RATED) & (rows["placement_type"] != PLANNED)]
    return [
        balance_chart(
            part.sort_values("horizon"),
            slug=f"homes-{str(kind).replace('_', '-')}",
            title=f"{kind_title(str(kind))}: children and usable places",
            caption=accuracy_sentence(content.backtest, area, placement_type=str(kind)),
        )
        for kind, part in rows.groupby("placement_type", sort=False)
    ]


def gap_table(content: ReportContent, area: HeadlineArea) -> TableView | None:
    """Give the last month's gap by kind, with approved, usable and used by others apart."""
    if content.balance is None:
        return None
    rows = area.rows_of(_of_all_ages(content.balance))
    last = rows.loc[rows["month"] == rows["month"].max()]
    return TableView(
        caption=f"{area.name}, {month_name(last['month'].iloc[0])}",
        head=(
            "Kind of placement",
            "Children expected",
            "Places approved",
            "Usable",
            "Used by others or closed",
            "Gap (+ is short)",
            "80% of futures between",
            "Short in",
            "Rating",
            "Cost a week",
        ),
        rows=tuple(_gap_cells(row) for _, row in last.loc[_worth_a_row(last)].iterrows()),
    )


def grey_reasons(content: ReportContent, area: HeadlineArea) -> list[str]:
    """Say why some kinds have no rating."""
    if content.balance is None:
        return []
    rows = area.rows_of(_of_all_ages(content.balance))
    grey = rows.loc[(rows["rag"] == "grey") & _worth_a_row(rows)].drop_duplicates("placement_type")
    return [
        f"{kind_title(kind)}: {reason}"
        for kind, reason in zip(grey["placement_type"], grey["rag_reason"], strict=True)
    ]


def rating_table(content: ReportContent) -> RatingTable | None:
    """Give the worst month of every authority and kind."""
    if content.balance is None:
        return None
    rows = _rated_of_authorities(content.balance)
    if rows.empty:
        return None
    found = _ratings(_worst_month(rows))
    none = Rating("grey", "", "No capacity is meant or known.")
    kinds = [kind for kind in rows["placement_type"].unique() if kind != PLANNED]
    names = sorted(rows["local_authority_name"].unique())
    return RatingTable(
        kinds=tuple(kind_title(kind) for kind in kinds),
        rows=tuple(
            (name, tuple(found.get((name, kind), none) for kind in kinds)) for name in names
        ),
    )


def maps(content: ReportContent) -> list[Figure]:
    """Map the worst month of each main kind, where there are outlines to draw."""
    if content.balance is None:
        return []
    rows = _rated_of_authorities(content.balance)
    return [
        shortfall_map(
            _worst_month(rows.loc[rows["placement_type"] == kind]),
            slug=f"map-{kind.replace('_', '-')}",
            title=f"{kind_title(kind)}, worst month",
        )
        for kind in _MAPPED_KINDS
        if (rows["placement_type"] == kind).any()
    ]


def plan_table(plan: dict[str, Any] | None) -> TableView | None:
    """Set the plan beside where children live now and beside nearest home first."""
    if plan is None:
        return None
    columns = [("The plan", plan)]
    columns += [
        (name, plan[key])
        for key, name in (("as_is", "As it is now"), ("greedy", "Nearest home first"))
        if plan.get(key)
    ]
    return TableView(
        caption="The plan, what is now, and the simplest rule",
        head=("", *(name for name, _ in columns)),
        rows=tuple(
            (words, *(_plan_cell(figures.get(key), unit) for _, figures in columns))
            for key, words, unit in _OF_A_PLAN
        ),
    )


def plan_if_table(plan_if: dict[str, Any] | None, *, asks: str) -> TableView | None:
    """Set a what-if beside the plan it started from."""
    if plan_if is None or "from" not in plan_if:
        return None
    told = plan_if["from"]
    return TableView(
        caption=f"The plan, and with {asks}" if asks else "The plan, and the what-if",
        head=("", "The plan", "What if"),
        rows=tuple(
            (words, *(_plan_cell(told[key][when], unit) for when in ("before", "after")))
            for key, words, unit in _OF_A_PLAN
            if key in told
        ),
    )


def equity_view(plan: dict[str, Any] | None) -> TableView | None:
    """Give the widest gaps between a group of children and all, where any is clear."""
    gaps = (plan or {}).get("equity", {}).get("largest_gaps")
    if not gaps:
        return None
    return TableView(
        caption="Groups of children clearly apart from all; a working table",
        head=("Group", "Outcome", "Children", "Of the group", "Of all children"),
        rows=tuple(
            (
                str(gap["name"]),
                _OUTCOMES.get(gap["outcome"], str(gap["outcome"])),
                number(gap["count"]),
                percent(gap["value"]),
                percent(gap["all_children"]),
            )
            for gap in gaps
        ),
    )


def late_recording(content: ReportContent) -> TableView | None:
    """Give the share of recent entries and exits that is recorded by now."""
    table = content.completeness
    if table is None or table.empty:
        return None
    newest = sorted(table["month"].unique())[-_MONTHS_OF_LATE_RECORDING:]
    shown = table.loc[table["month"].isin(newest)].sort_values(["measure", "month"])
    return TableView(
        caption="Share of entries and exits recorded so far, newest months",
        head=("Measure", "Month", "Recorded so far", "Learned from"),
        rows=tuple(
            (
                str(row["measure"]),
                month_name(row["month"]),
                percent(row["share_recorded"], decimals=1),
                f"{number(row['learned_from'])} past events",
            )
            for _, row in shown.iterrows()
        ),
    )


def findings_table(findings: pd.DataFrame | None) -> TableView | None:
    """Give the findings by rule, most serious first."""
    if findings is None or findings.empty:
        return None
    shown = findings.head(_FINDINGS_SHOWN)
    left = len(findings) - len(shown)
    more = f"; {left} further rules are in the findings file" if left else ""
    return TableView(
        caption=f"What was found in the data, by rule{more}",
        head=("Rule", "What it means", "Table", "Findings", "Rows", "What was done"),
        rows=tuple(
            (
                str(row["rule"]),
                str(row["severity"]),
                str(row["table"]),
                number(row["findings"]),
                number(row["rows"]),
                str(row["done"]),
            )
            for _, row in shown.iterrows()
        ),
    )


def backtest_view(content: ReportContent, area: HeadlineArea) -> TableView | None:
    """Give every candidate's scores for the area's total."""
    head, rows = accuracy_table(content.backtest, area)
    caption = f"Past forecasts of all children, {area.name}; the smaller sCRPS, the better"
    return TableView(caption, head, tuple(rows)) if rows else None


def _children(table: pd.DataFrame) -> pd.DataFrame:
    total = (table["measure"] == "children") & (table["age_band"] == ALL)
    return table.loc[total & (table["population"] == ALL)]


def _no_future() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in ("month", "mean", "q025", "q10", "q90", "q975")})


def _demand_sentence(content: ReportContent, area: HeadlineArea) -> str:
    if content.demand is None:
        return ""
    history = _children(area.rows_of(content.demand))
    history = history.loc[history["placement_type"] == ALL].sort_values("month")
    if history.empty:
        return ""
    now = history.iloc[-1]
    corrected = now["value_corrected"]
    count = number(now["value"] if pd.isna(corrected) else corrected)
    told = f"{area.name} looked after {count} children on {day_name(now['month'])}"
    if content.forecast is None:
        return f"{told}."
    ahead = _children(area.rows_of(content.forecast))
    ahead = ahead.loc[ahead["placement_type"] == ALL].sort_values("month")
    if ahead.empty:
        return f"{told}."
    last = ahead.iloc[-1]
    return (
        f"{told}, and {number(last['mean'])} are expected in {month_name(last['month'])}; "
        f"eight futures in ten lie between {number(last['q10'])} and {number(last['q90'])}."
    )


def _homes_sentence(content: ReportContent, area: HeadlineArea) -> str:
    if content.balance is None:
        return ""
    rows = area.rows_of(_of_all_ages(content.balance))
    rows = rows.loc[rows["rag"].isin(_RATED) & (rows["placement_type"] != PLANNED)]
    if rows.empty:
        return "The register lists no homes that demand can be set against."
    worst = _worst_month(rows)
    short = worst.loc[worst["p_shortfall"] >= content.assumptions.get("red_from", 0.5)]
    if short.empty:
        return "No kind of home is more likely than not to run short in these months."
    kinds = [
        f"{kind_title(row['placement_type']).lower()} (short in {percent(row['p_shortfall'])} of "
        f"futures by {month_name(row['month'])}, "
        f"{counted(row['expected_shortfall'], 'place', 'places')} missing on average)"
        for _, row in short.iterrows()
    ]
    return f"Homes are more likely than not to run short in {listed(kinds)}."


def _plan_sentence(plan: dict[str, Any] | None) -> str:
    if plan is None:
        return ""
    told = (
        f"The plan finds a home for {number(plan.get('placed'))} of "
        f"{number(plan.get('children'))} children, keeps {number(plan.get('groups_together'))} of "
        f"{number(plan.get('groups'))} sibling groups together, and puts "
        f"{_plan_cell(plan.get('over_20_miles_pct'), 'percent')} over 20 miles from home"
    )
    greedy = plan.get("greedy")
    if not greedy:
        return f"{told}."
    return (
        f"{told}; nearest home first would keep {number(greedy.get('groups_together'))} together "
        f"and put {_plan_cell(greedy.get('over_20_miles_pct'), 'percent')} over 20 miles away."
    )


def _rated_of_authorities(balance: pd.DataFrame) -> pd.DataFrame:
    of_authorities = _of_all_ages(balance)
    return of_authorities.loc[
        of_authorities["rag"].isin(_RATED) & (of_authorities["local_authority"] != ALL)
    ]


def _of_all_ages(balance: pd.DataFrame) -> pd.DataFrame:
    return balance.loc[balance["age_band"] == ALL]


def _worst_month(rows: pd.DataFrame) -> pd.DataFrame:
    """By area and kind, the month with the most places missing, the earliest of equals."""
    order = ["expected_shortfall", "p_shortfall", "gap_mean", "horizon"]
    ranked = rows.sort_values(order, ascending=[False, False, False, True], kind="stable")
    area_and_kind = ["region", "local_authority", "placement_type"]
    return ranked.drop_duplicates(area_and_kind)


def _worth_a_row(rows: pd.DataFrame) -> pd.Series[bool]:
    """Leave out kinds that nobody needs and nothing is known about."""
    return (rows["rag"] != "grey") | (rows["demand_mean"] >= 0.5)


def _gap_cells(row: pd.Series[Any]) -> tuple[str, ...]:
    rated = row["rag"] in _RATED
    gap = number(row["gap_mean"]) if rated else "–"
    return (
        kind_title(str(row["placement_type"])),
        number(row["demand_mean"]),
        number(row["capacity_approved"]) if rated else "–",
        number(row["capacity_usable"]) if rated else "–",
        number(row["occupied_by_others"]) if rated else "–",
        f"+{gap}" if rated and row["gap_mean"] >= 0.5 else gap,
        f"{number(row['gap_q10'])} and {number(row['gap_q90'])}" if rated else "–",
        percent(row["p_shortfall"]) if rated else "–",
        str(row["rag"]).capitalize(),
        pounds(row["weekly_cost_mean"]),
    )


def _ratings(worst: pd.DataFrame) -> dict[tuple[str, str], Rating]:
    return {
        (str(row["local_authority_name"]), str(row["placement_type"])): Rating(
            str(row["rag"]),
            f"{percent(row['p_shortfall'])}, {short_month(row['month'])}",
            str(row["rag_reason"]),
        )
        for _, row in worst.iterrows()
    }


def _plan_cell(value: Any, unit: str) -> str:
    match unit:
        case "miles":
            return number(value, decimals=1)
        case "percent":
            # The summary gives percentages, not shares.
            return percent(None if value is None else value / 100.0, decimals=1)
        case "pounds":
            return pounds(value)
        case _:
            return number(value)
