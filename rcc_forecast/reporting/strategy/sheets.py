"""The sheets of the workbook: what each holds, from which table, with which headings and units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.strategy.evidence import (
    Evidence,
    area_names,
    milestones,
    numbers,
)
from rcc_forecast.reporting.words import kind_title, month_name
from rcc_forecast.tables.carers import CARER_MEASURES
from rcc_forecast.tables.closing import CLOSING_LEVERS
from rcc_forecast.tables.needs import AFTER_CARE_MEASURE, HEALTH_INDICATOR, NEED
from rcc_forecast.tables.scenario import ANSWERS
from rcc_forecast.tables.spending import CHANGE_PARTS

_TODAY = "today"


class Form(StrEnum):
    """How a column is written; the value is its number format."""

    TEXT = "@"
    COUNT = "#,##0"
    ONE = "#,##0.0"
    SHARE = "0%"
    SCORE = "0.000"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Of the table's column.
    heading : str
        With its unit.
    form : Form
        How it is written.
    note : str
        Key of the note its heading refers to.
    gap : str
        Symbol where there is no figure: "x", not available, or "z", does not apply.
    wide : bool
        Whether it holds sentences.
    """

    name: str
    heading: str
    form: Form = Form.TEXT
    note: str = ""
    gap: str = "x"
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook.

    Attributes
    ----------
    label : str
        On the tab.
    table : str
        Name of the table it is made from.
    title, about : str
        What it holds, and how to read it.
    columns : tuple of Column
        From left to right; those that the table lacks are left out.
    chosen : callable
        Rows of the table that are shown.
    """

    label: str
    table: str
    title: str
    about: str
    columns: tuple[Column, ...]
    chosen: Callable[[Evidence, pd.DataFrame], pd.DataFrame]

    def rows(self, evidence: Evidence) -> pd.DataFrame | None:
        """Give the rows to show with readable labels, or None where there are none."""
        table = evidence.table(self.table)
        if table is None:
            return None
        rows = self.chosen(evidence, table)
        if rows.empty:
            return None
        named = _in_words(rows.reset_index(drop=True))
        columns = [column.name for column in self.columns if column.name in named]
        return named[columns]


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Give areas, months, kinds and measures in words instead of codes."""
    found = rows.copy()
    if "local_authority" in rows:
        found["area"] = area_names(rows)
        code = rows["local_authority"].astype("str")
        found["area_code"] = code.where(code != ALL, "z")
    if "month" in rows:
        told = pd.to_datetime(rows["month"], errors="coerce")
        names = {day: month_name(day) for day in told.dropna().unique()}
        found["month"] = told.map(names).astype("object").where(told.notna(), _TODAY)
    for name in ("placement_type", "lived_in", "needed", "needed_type"):
        if name in rows:
            found[name] = rows[name].astype("str").map(_kind)
    for name, words in _WORDS.items():
        if name in rows:
            found[name] = (
                rows[name].astype("str").map(lambda code, words=words: words.get(code, code))
            )
    if "rag" in rows:
        found["rag"] = rows["rag"].astype("str").map(_rag)
    return found


_WORDS: dict[str, dict[str, str]] = {
    "lever": CLOSING_LEVERS.labels,
    "need": NEED.labels,
    "indicator": HEALTH_INDICATOR.labels,
    "part": CHANGE_PARTS.labels,
    "sector": {
        "local_authority": "Local authority",
        "private": "Private",
        "voluntary": "Voluntary",
        "not_said": "Not said",
    },
}
_MEASURES = {**CARER_MEASURES.labels, **AFTER_CARE_MEASURE.labels, **ANSWERS.labels}
_WORDS["measure"] = _MEASURES
_WORDS["decile"] = {str(tenth): f"{10 * tenth - 10}% to {10 * tenth}%" for tenth in range(1, 11)}


def _kind(code: str) -> str:
    return ALL if code == ALL else kind_title(code)


def _rag(code: str) -> str:
    return code.capitalize() if len(code) > 1 else code


def _all_ages(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["age_band"] == ALL]
    return rows[rows["population"] == ALL] if "population" in rows else rows


def _worth_a_row(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Leave out rows of exactly nobody, so that sums still add up; a withheld figure stays."""
    return table[numbers(table[column]) != 0]


def _summary(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    own = milestones(_all_ages(table.loc[evidence.own_index(table)]))
    return _worth_a_row(own, "demand_mean")


def _gaps(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    rows = milestones(evidence.told_of(table))
    rows = rows[(rows["population"] == ALL) & (rows["rag"] != "grey")]
    return _worth_a_row(rows, "demand_mean")


def _children_of_all_kinds(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    rows = milestones(evidence.told_of(_all_ages(table)))
    return _worth_a_row(rows[rows["placement_type"] != "planned"], "demand_mean")


def _first_and_milestones(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    told = evidence.told_of(table)
    horizon = numbers(told["horizon"])
    return told[(horizon == horizon.min()) | told.index.isin(milestones(told).index)]


def _milestones(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    return milestones(evidence.told_of(table))


def _moves_between(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    rows = milestones(_all_ages(evidence.told_of(table)))
    return _worth_a_row(rows, "children_mean")


def _every_row(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    return evidence.told_of(table) if "region" in table else table


def _with_spend(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    rows = milestones(evidence.told_of(table))
    return _worth_a_row(rows, "spend_mean").dropna(subset=["spend_mean"])


def _needs_by_kind(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """Keep each need by kind and by age band, not by both at once, and the rows that say why."""
    told = evidence.told_of(table)
    silent = told[told["horizon"].isna()].drop_duplicates(["need", "note"])
    one_way = told[(told["placement_type"] == ALL) | (told["age_band"] == ALL)]
    ahead = _worth_a_row(milestones(one_way[one_way["horizon"].notna()]), "mean")
    whole = (ahead["placement_type"] == ALL) & (ahead["age_band"] == ALL)
    return pd.concat([ahead[(ahead["local_authority"] == ALL) | whole], silent])


def _health_today(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the last month ahead; groups within the area as a whole alone, where numbers allow."""
    told = evidence.told_of(table)
    horizon = numbers(told["horizon"])
    last = told[horizon.isna() | (horizon == horizon.max())]
    return last[(last["local_authority"] == ALL) | (last["by"] == ALL)]


def _own_milestones(evidence: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the area as a whole; its authorities are in the file."""
    return milestones(table.loc[evidence.own_index(table)])


def _scores(_: Evidence, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the candidates' scores over all leads, by level, and those that could not run."""
    children = table[(table["measure"] == "children") & (table["horizon"].astype("str") == ALL)]
    return children[(children["age_band"] == ALL)]


_AREA = (
    Column("area", "Area"),
    Column("area_code", "Authority code"),
)
_KIND = Column("placement_type", "Kind of placement")
_MONTH = Column("month", "Month")
_NOTE = Column("note", "What to know", gap="z", wide=True)
_SOURCE = Column("source", "Source", gap="z", wide=True)


def _mean_and_range(unit: str, form: Form = Form.ONE) -> tuple[Column, ...]:
    return (
        Column("mean", f"Expected ({unit})", form, note="expected"),
        Column("q10", f"Low end of 80% range ({unit})", form, note="interval"),
        Column("q90", f"High end of 80% range ({unit})", form, note="interval"),
    )


_OF_A_GAP = (
    Column("demand_mean", "Children expected (children)", Form.ONE, note="expected"),
    Column("capacity_approved", "Places approved (places)", Form.ONE, gap="z"),
    Column("capacity_usable", "Places usable (places)", Form.ONE, note="usable", gap="z"),
    Column("gap_mean", "Gap (children less places)", Form.ONE, note="gap", gap="z"),
    Column("gap_q10", "Gap, low end of 80% range", Form.ONE, note="interval", gap="z"),
    Column("gap_q90", "Gap, high end of 80% range", Form.ONE, note="interval", gap="z"),
    Column("p_shortfall", "Chance of a shortage (per cent)", Form.SHARE, note="chance", gap="z"),
    Column(
        "expected_shortfall", "Places missing on average (places)", Form.ONE, "missing", gap="z"
    ),
    Column("demand_needed_mean", "Children who need this kind (children)", Form.ONE, "needed"),
    Column("gap_needed_mean", "Gap by the kind needed", Form.ONE, "needed", gap="z"),
    Column(
        "p_shortfall_needed",
        "Chance of a shortage by the kind needed (per cent)",
        Form.SHARE,
        "needed",
        gap="z",
    ),
    Column("rag", "Rating", note="rating"),
    Column("rag_reason", "Why", wide=True),
)

_COST = Column("weekly_cost_mean", "Cost (GBP a week)", Form.COUNT, note="money")
_AGE = Column("age_band", "Age band")

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "Summary",
        "balance",
        "Children, places and gap by kind of placement",
        "The area as a whole, a year, two and three ahead.",
        (_KIND, _MONTH, *_OF_A_GAP, _COST),
        _summary,
    ),
    Sheet(
        "Demand",
        "balance",
        "Children expected by kind of placement and authority",
        "Every kind, planned for or not: kinds add up to All.",
        (*_AREA, _KIND, _MONTH, _OF_A_GAP[0], _COST),
        _children_of_all_kinds,
    ),
    Sheet(
        "Gap",
        "balance",
        "Gap by kind of placement, authority and age band",
        "A year, two and three ahead; kinds with a rating. Age bands add up to All; the rows of "
        "all planned kinds add up their gaps, and are short when any kind is.",
        (*_AREA, _KIND, _AGE, _MONTH, *_OF_A_GAP),
        _gaps,
    ),
    Sheet(
        "Supply",
        "supply",
        "From places approved to places usable, step by step",
        "Approved, less closed to placements, less used by other areas, less unsuited, plus "
        "carers to come, gives usable. A source stands beside each step.",
        (
            *_AREA,
            _KIND,
            _MONTH,
            Column("capacity_approved", "Places approved (places)", Form.ONE),
            Column("places_closed", "Closed to placements (places)", Form.ONE),
            Column("places_used_by_others", "Used by other areas (places)", Form.ONE),
            Column("places_unsuited", "Free but unsuited (places)", Form.ONE),
            Column("places_to_come", "Net of carers to come (places)", Form.ONE),
            Column("capacity_usable", "Places usable (places)", Form.ONE, note="usable"),
            Column("own_residents", "Own children living in them (children)", Form.ONE),
            Column("free", "Free (places)", Form.ONE),
            Column("living_elsewhere", "Own children living elsewhere (children)", Form.ONE),
            Column("approved_source", "Source of approved", wide=True),
            Column("closed_source", "Source of closed", wide=True),
            Column("others_source", "Source of used by others", wide=True),
            Column("suited_source", "Source of unsuited", wide=True),
            Column("flow_source", "Source of carers to come", wide=True),
        ),
        _first_and_milestones,
    ),
    Sheet(
        "Carers",
        "carers",
        "Foster carers: households and places",
        "Other than relatives and friends. Filled, vacant and not available add up to approved.",
        (*_AREA, _MONTH, Column("measure", "What is counted"), *_mean_and_range("number"), _SOURCE),
        _first_and_milestones,
    ),
    Sheet(
        "Substitution",
        "substitution",
        "Children by the kind they live in and the kind they need",
        "Shares of each kind lived in add up to one.",
        (
            *_AREA,
            Column("lived_in", "Kind lived in"),
            Column("needed", "Kind needed"),
            _MONTH,
            Column("share_mean", "Share of those who live in the kind (per cent)", Form.SHARE),
            Column("share_q10", "Share, low end of 80% range", Form.SHARE, note="interval"),
            Column("share_q90", "Share, high end of 80% range", Form.SHARE, note="interval"),
            Column("children_mean", "Children (children)", Form.ONE, note="expected"),
            Column("children_q10", "Children, low end of 80% range", Form.ONE, note="interval"),
            Column("children_q90", "Children, high end of 80% range", Form.ONE, note="interval"),
            _SOURCE,
        ),
        _moves_between,
    ),
    Sheet(
        "Closing the gap",
        "closing",
        "What would have to be true for a gap to close",
        "One lever alone, all else as expected: the least change that brings the chance of a "
        "shortage under the target.",
        (
            *_AREA,
            _KIND,
            _MONTH,
            Column("p_shortfall", "Chance of a shortage as things are (per cent)", Form.SHARE),
            Column("target", "Chance it is to fall below (per cent)", Form.SHARE),
            Column("lever", "What is changed"),
            Column("needed", "Change needed", Form.ONE, gap="z"),
            Column("needed_q10", "Low end of 80% range", Form.ONE, note="interval", gap="z"),
            Column("needed_q90", "High end of 80% range", Form.ONE, note="interval", gap="z"),
            Column("unit", "Unit of the change"),
            Column("possible", "Can it close the gap alone"),
            Column("sentence", "In words", wide=True),
        ),
        _every_row,
    ),
    Sheet(
        "Spend by year",
        "spend_years",
        "Forecast spend by financial year and kind of placement",
        "Kinds with a known price; kinds add up to All.",
        (
            *_AREA,
            _KIND,
            Column("financial_year", "Financial year"),
            Column("months", "Months forecast (months)", Form.COUNT),
            Column("spend_mean_gbp", "Expected spend (GBP)", Form.COUNT, note="money"),
            Column("spend_q10_gbp", "Low end of 80% range (GBP)", Form.COUNT, note="interval"),
            Column("spend_q50_gbp", "Middle of futures (GBP)", Form.COUNT),
            Column("spend_q90_gbp", "High end of 80% range (GBP)", Form.COUNT, note="interval"),
            Column("spend_q025_gbp", "Low end of 95% range (GBP)", Form.COUNT),
            Column("spend_q975_gbp", "High end of 95% range (GBP)", Form.COUNT),
        ),
        _every_row,
    ),
    Sheet(
        "Spend by sector",
        "spend",
        "Forecast weekly spend by kind of placement and sector",
        "A year, two and three ahead; sectors add up to All.",
        (
            *_AREA,
            _KIND,
            Column("sector", "Sector of the provider"),
            _MONTH,
            Column("children_mean", "Children expected (children)", Form.ONE, note="expected"),
            Column("weekly_cost_gbp", "Price of a placement (GBP a week)", Form.COUNT),
            Column("spend_mean", "Expected spend (GBP a week)", Form.COUNT, note="money"),
            Column("spend_q10", "Low end of 80% range (GBP a week)", Form.COUNT, note="interval"),
            Column("spend_q90", "High end of 80% range (GBP a week)", Form.COUNT, note="interval"),
            Column("cost_source", "Source of the price", wide=True),
        ),
        _with_spend,
    ),
    Sheet(
        "Spend change",
        "spend_change",
        "Why weekly spend will differ from today's",
        "Parts add up to all together.",
        (
            *_AREA,
            _MONTH,
            Column("part", "What changed"),
            Column("today_mean", "Spend today (GBP a week)", Form.COUNT, note="money"),
            Column("then_mean", "Expected spend that month (GBP a week)", Form.COUNT),
            Column("change_mean", "Expected change (GBP a week)", Form.COUNT, note="expected"),
            Column("change_q10", "Low end of 80% range (GBP a week)", Form.COUNT, "interval"),
            Column("change_q90", "High end of 80% range (GBP a week)", Form.COUNT, "interval"),
        ),
        _milestones,
    ),
    Sheet(
        "Wrong kind",
        "wrong_kind",
        "What it costs that children live in another kind than they need",
        "Below zero, money is saved at the child's cost.",
        (
            *_AREA,
            Column("placement_type", "Kind lived in"),
            Column("needed_type", "Kind needed"),
            Column("children_mean", "Children expected (children)", Form.ONE, note="expected"),
            Column("weekly_cost_gbp", "Price of the kind lived in (GBP a week)", Form.COUNT),
            Column("needed_weekly_cost_gbp", "Price of the kind needed (GBP a week)", Form.COUNT),
            Column("extra_mean", "Extra cost (GBP a week)", Form.COUNT, note="money"),
            Column("extra_q10", "Low end of 80% range (GBP a week)", Form.COUNT, note="interval"),
            Column("extra_q90", "High end of 80% range (GBP a week)", Form.COUNT, note="interval"),
            _NOTE,
        ),
        _every_row,
    ),
    Sheet(
        "Market",
        "market",
        "The market for homes by area and kind of placement",
        "On the day of the register. The index of concentration runs from 0, many small "
        "providers, to 10,000, one alone.",
        (
            *_AREA,
            _KIND,
            Column("homes", "Homes open (homes)", Form.COUNT),
            Column("places", "Places approved (places)", Form.COUNT),
            Column("providers", "Providers (providers)", Form.COUNT),
            Column("largest_share", "Share of the largest provider (per cent)", Form.SHARE),
            Column("hhi", "Index of concentration (0 to 10,000)", Form.COUNT),
            Column("bought_providers", "Private and voluntary providers (providers)", Form.COUNT),
            Column("bought_hhi", "Index among them alone (0 to 10,000)", Form.COUNT),
            Column("for_profit_places_share", "Places in private homes (per cent)", Form.SHARE),
            Column(
                "for_profit_children_share",
                "Own children with a private provider (per cent)",
                Form.SHARE,
            ),
            Column("private_weekly_cost_gbp", "Private price (GBP a week)", Form.COUNT),
            Column(
                "like_for_like_weekly_cost_gbp", "Own cost for like need (GBP a week)", Form.COUNT
            ),
            Column("margin_proxy_pct", "Margin proxy (per cent of private price)", Form.ONE),
            Column("margin_proxy_q10", "Low end of 80% range (per cent)", Form.ONE, "interval"),
            Column("margin_proxy_q90", "High end of 80% range (per cent)", Form.ONE, "interval"),
            _NOTE,
        ),
        _every_row,
    ),
    Sheet(
        "Prices paid",
        "prices_paid",
        "How one feature moves the price of a placement, all else equal",
        "By regression over the homes of the register that have a price.",
        (
            _KIND,
            Column("feature", "What differs"),
            Column("homes", "Priced homes compared (homes)", Form.COUNT),
            Column("homes_with", "Those with the feature (homes)", Form.COUNT),
            Column("difference_pct", "Difference of the price (per cent)", Form.ONE),
            Column("q10", "Low end of 80% range (per cent)", Form.ONE, note="interval"),
            Column("q90", "High end of 80% range (per cent)", Form.ONE, note="interval"),
            _NOTE,
        ),
        _every_row,
    ),
    Sheet(
        "Budget",
        "budget",
        "Budget against forecast spend",
        "The budget of the scenario, for the months forecast.",
        (
            *_AREA,
            Column("financial_year", "Financial year"),
            Column("months", "Months forecast (months)", Form.COUNT),
            Column("budget_gbp", "Budget (GBP)", Form.COUNT),
            Column("spend_mean_gbp", "Expected spend (GBP)", Form.COUNT, note="money"),
            Column("spend_q10_gbp", "Low end of 80% range (GBP)", Form.COUNT, note="interval"),
            Column("spend_q90_gbp", "High end of 80% range (GBP)", Form.COUNT, note="interval"),
            Column("p_overspend", "Chance of overspending (per cent)", Form.SHARE),
            Column("expected_overspend_gbp", "Overspend on average (GBP)", Form.COUNT),
            Column("overspend_q90_gbp", "Overspend that 1 future in 10 exceeds (GBP)", Form.COUNT),
            _NOTE,
        ),
        lambda _, table: table,
    ),
    Sheet(
        "Contracts",
        "contracts",
        "Block contracts against buying one by one",
        "Contracts of the scenario.",
        (
            Column("provider", "Provider"),
            _KIND,
            Column("financial_year", "Financial year"),
            Column("months", "Months (months)", Form.COUNT),
            Column("places_mean", "Places paid for (places)", Form.ONE),
            Column("used_mean", "Places used on average (places)", Form.ONE),
            Column("unused_mean", "Places unused on average (places)", Form.ONE),
            Column("block_gbp", "Paid for the block (GBP)", Form.COUNT),
            Column("spot_gbp", "Its children one by one (GBP)", Form.COUNT),
            Column("break_even_use", "Use from which it pays (per cent)", Form.SHARE),
            Column("p_saves", "Chance that it saves (per cent)", Form.SHARE),
            Column("saving_mean_gbp", "Expected saving (GBP)", Form.COUNT, note="expected"),
            Column("saving_q10_gbp", "Low end of 80% range (GBP)", Form.COUNT, note="interval"),
            Column("saving_q90_gbp", "High end of 80% range (GBP)", Form.COUNT, note="interval"),
            _NOTE,
        ),
        lambda _, table: table,
    ),
    Sheet(
        "Needs",
        "needs",
        "Children by need, kind of placement and age band",
        "One child may have several needs, so needs do not add up. Where the data do not carry "
        "a need, its row says so.",
        (
            *_AREA,
            Column("need", "Need"),
            _KIND,
            _AGE,
            _MONTH,
            Column("children_now", "Children with it today (children)", Form.ONE),
            Column("children_known", "Children of whom it is known (children)", Form.ONE),
            Column("share", "Share to expect (per cent)", Form.SHARE, note="share"),
            *_mean_and_range("children"),
            _SOURCE,
            _NOTE,
        ),
        _needs_by_kind,
    ),
    Sheet(
        "Health",
        "health",
        "Health and wellbeing of children looked after for a year or more",
        "From OC2 of the returns. Groups of fewer than ten children show no figure.",
        (
            *_AREA,
            Column("indicator", "What is asked"),
            Column("by", "Grouped by"),
            Column("group", "Group"),
            Column("asked", "Children of whom it is known (children)", Form.COUNT),
            Column("yes", "Of whom it is true (children)", Form.COUNT),
            Column("share", "Share (per cent)", Form.SHARE, note="share"),
            Column("share_q025", "Low end of 95% range (per cent)", Form.SHARE),
            Column("share_q975", "High end of 95% range (per cent)", Form.SHARE),
            Column("average", "Mean score (points, 0 to 40)", Form.ONE, gap="z"),
            _MONTH,
            *_mean_and_range("children"),
            _NOTE,
        ),
        _health_today,
    ),
    Sheet(
        "After care",
        "after_care",
        "Staying put and care leavers",
        "Young people of 18 and over; they are in no other table.",
        (
            *_AREA,
            _MONTH,
            Column("measure", "What is counted"),
            *_mean_and_range("young people or places"),
            _SOURCE,
            _NOTE,
        ),
        _first_and_milestones,
    ),
    Sheet(
        "Waterfall",
        "waterfall",
        "What each assumption of the scenario moved",
        "From the answer as things are to the scenario's; steps add up. The area as a whole; "
        "waterfall.csv has its authorities.",
        (
            *_AREA,
            _KIND,
            _MONTH,
            Column("measure", "Answer"),
            Column("step", "Step", Form.COUNT),
            Column("block", "Assumption"),
            *_mean_and_range("unit of the answer"),
            Column("after", "The answer so far", Form.ONE),
            Column("share_of_spread", "Share of the spread it explains (per cent)", Form.SHARE),
            Column("method", "How joint effects were shared out", wide=True),
        ),
        _own_milestones,
    ),
    Sheet(
        "Scenario draws",
        "scenario_draws",
        "Assumptions that are intervals, and what they move",
        "The area as a whole; scenario_draws.csv has its authorities.",
        (
            *_AREA,
            _KIND,
            _MONTH,
            Column("measure", "Answer"),
            Column("assumption", "Assumption"),
            Column("low", "Least value drawn", Form.ONE),
            Column("high", "Greatest value drawn", Form.ONE),
            Column("adds_low", "What it adds at low values", Form.ONE),
            Column("adds_high", "What it adds at high values", Form.ONE),
            Column("share_of_spread", "Share of the spread it explains (per cent)", Form.SHARE),
        ),
        _own_milestones,
    ),
    Sheet(
        "Reliability",
        "reliability",
        "Chances of a shortage said in the past, and how often shortages came",
        "Said and came should agree, tenth by tenth.",
        (
            _KIND,
            Column("lead", "Months ahead"),
            Column("decile", "Chance said"),
            Column("n", "Past cases (cases)", Form.COUNT),
            Column("origins", "Past forecasts they come from (forecasts)", Form.COUNT),
            Column("said", "Said on average (per cent)", Form.SHARE),
            Column("happened", "Came (per cent)", Form.SHARE),
            Column("happened_q10", "Low end of 80% range (per cent)", Form.SHARE, note="interval"),
            Column("happened_q90", "High end of 80% range (per cent)", Form.SHARE, note="interval"),
            Column("reliable", "Verdict"),
            _NOTE,
        ),
        _every_row,
    ),
    Sheet(
        "Past forecasts",
        "backtest",
        "Scores of past forecasts of children, by level",
        "Each forecaster was sent back to past quarters and held against what came.",
        (
            Column("level", "Level"),
            _KIND,
            Column("model", "Forecaster"),
            Column("chosen", "Used"),
            Column("origins", "Past forecasts (forecasts)", Form.COUNT),
            Column("wape", "Error as a share of children (per cent)", Form.SHARE),
            Column("scrps", "Scaled score of the range (the smaller, the better)", Form.SCORE),
            Column("skill_vs_hold_flat", "Better than no change by (per cent)", Form.SHARE),
            Column("coverage_80", "80% range held (per cent)", Form.SHARE),
            Column("coverage_95", "95% range held (per cent)", Form.SHARE),
            _NOTE,
        ),
        _scores,
    ),
    Sheet(
        "Data quality",
        "findings",
        "What was found in the returns and the register, by rule",
        "Refused rows count nowhere; repaired rows were changed and are used; noted rows are "
        "used as they stand.",
        (
            Column("rule", "Rule"),
            Column("severity", "What it means"),
            Column("table", "Table"),
            Column("findings", "Findings (findings)", Form.COUNT),
            Column("rows", "Rows (rows)", Form.COUNT),
            Column("done", "What was done", wide=True),
        ),
        lambda _, table: table,
    ),
)
"""In the order of the workbook; a sheet without a table is left out, and the cover says so."""
