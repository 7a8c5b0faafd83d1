"""The chapter on money: what placements will cost and why, the market, budget and contracts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.strategy import parts
from rcc_forecast.reporting.strategy.charts import Interval, Step, interval_chart, steps_chart
from rcc_forecast.reporting.strategy.evidence import (
    Evidence,
    between,
    known,
    numbers,
    shown,
    value,
)
from rcc_forecast.reporting.strategy.findings import in_pounds, millions, short_millions
from rcc_forecast.reporting.strategy.parts import Part, Section
from rcc_forecast.reporting.words import kind_title, month_name, number, percent

_PARTS = {
    "children": "More or fewer children",
    "kind": "Dearer or cheaper kinds",
    "sector": "Dearer or cheaper providers",
    "price": "Prices",
    "contracts": "Block contracts",
}


def cost_section(evidence: Evidence) -> Section:
    """Tell what placements will cost, what changes it, and what living in a wrong kind adds."""
    found = [
        *_years(evidence),
        *_change(evidence),
        *_wrong_kind(evidence),
        *_budget(evidence),
        *_contracts(evidence),
    ]
    return Section("cost", "What it will cost", tuple(found))


def market_section(evidence: Evidence) -> Section:
    """Tell of the market for homes: concentration, who provides, prices for like need."""
    return Section("market", "The market for homes", (*_market(evidence), *_prices(evidence)))


def _years(evidence: Evidence) -> list[Part]:
    rows = evidence.own("spend_years")
    if rows.empty:
        return [parts.not_made("no spend was forecast, or it is not part of this edition.")]
    total = rows[rows["placement_type"] == ALL]
    found: list[Part] = []
    drawable = [
        Interval(
            _year_words(row),
            value(row["spend_mean_gbp"]),
            value(row["spend_q10_gbp"]),
            value(row["spend_q90_gbp"]),
        )
        for _, row in total.iterrows()
        if known(row["spend_mean_gbp"]) and known(row["spend_q90_gbp"])
    ]
    if drawable:
        found.append(
            parts.figure(
                interval_chart(
                    drawable,
                    slug="spend-years",
                    title="Spend on placements by financial year",
                    description=(
                        f"{millions(drawable[-1].mean)} expected in {drawable[-1].words}, between "
                        f"{millions(drawable[-1].low)} and {millions(drawable[-1].high)} in eight "
                        f"futures of ten."
                    ),
                    head="Financial year",
                    told=short_millions,
                    caption="Kinds without a known price are left out.",
                )
            )
        )
    years = list(dict.fromkeys(rows["financial_year"]))
    cells = {(row["placement_type"], row["financial_year"]): row for _, row in rows.iterrows()}
    kinds = [kind for kind in dict.fromkeys(rows["placement_type"]) if kind != ALL]
    found.append(
        parts.table(
            "Expected spend by kind of placement and financial year, 80% range in brackets",
            ("Kind of placement", *(str(year) for year in years)),
            [
                (
                    "All priced kinds" if kind == ALL else kind_title(str(kind)),
                    *(_spend_cell(cells.get((kind, year))) for year in years),
                )
                for kind in [*kinds, ALL]
            ],
        )
    )
    return found


def _year_words(row: pd.Series[Any]) -> str:
    if value(row["months"]) == 12:
        return str(row["financial_year"])
    return f"{row['financial_year']} ({shown(row['months'])} months)"


def _spend_cell(row: Any) -> str:
    if row is None:
        return "–"
    told = shown(row["spend_mean_gbp"], short_millions)
    if not known(row["spend_mean_gbp"]):
        return told
    return f"{told} ({between(row['spend_q10_gbp'], row['spend_q90_gbp'], short_millions)})"


def _change(evidence: Evidence) -> list[Part]:
    rows = evidence.own("spend_change")
    if rows.empty:
        return []
    last = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).max()].set_index("part")
    if numbers(last["change_mean"]).isna().any():
        return []
    month = month_name(last["month"].iloc[0])
    today, then = value(last["today_mean"].iloc[0]), value(last["then_mean"].iloc[0])
    steps = [Step("Today", today, is_level=True)]
    steps += [
        Step(
            said,
            value(last.loc[part, "change_mean"]),
            doubt=between(last.loc[part, "change_q10"], last.loc[part, "change_q90"], in_pounds),
        )
        for part, said in _PARTS.items()
        if part in last.index
    ]
    steps.append(Step(month, then, is_level=True))
    return [
        parts.heading("Why it changes"),
        parts.figure(
            steps_chart(
                steps,
                slug="spend-change",
                title=f"Weekly spend, today and in {month}",
                description=(
                    f"From {in_pounds(today)} a week today to {in_pounds(then)} expected in "
                    f"{month}."
                ),
                unit="GBP a week",
                told=in_pounds,
                caption="Each part is its average share of the change over every order of parts.",
            )
        ),
    ]


def _wrong_kind(evidence: Evidence) -> list[Part]:
    rows = evidence.own("wrong_kind")
    if rows.empty:
        return [
            parts.words(
                "What it costs that children live in another kind of home than they need is not "
                "told: give the children with their suitability to see it."
            )
        ]
    return [
        parts.heading("Children in another kind of home than they need"),
        parts.table(
            "Extra cost a week of children who live in one kind and need another",
            ("Lives in", "Needs", "Children", "Extra cost a week (80% of futures between)"),
            [
                (
                    _kind(row["placement_type"]),
                    _kind(row["needed_type"]),
                    shown(row["children_mean"], decimals=1),
                    f"{shown(row['extra_mean'], in_pounds)} "
                    f"({between(row['extra_q10'], row['extra_q90'], in_pounds)})",
                )
                for _, row in rows.iterrows()
            ],
        ),
    ]


def _kind(kind: Any) -> str:
    return "All" if str(kind) == ALL else kind_title(str(kind))


def _budget(evidence: Evidence) -> list[Part]:
    rows = evidence.table("budget")
    if rows is None:
        return []
    return [
        parts.heading("Budget against forecast"),
        parts.table(
            "Budget, expected spend and the chance of overspending",
            (
                "Financial year",
                "Budget",
                "Expected spend (80% range)",
                "Overspent in",
                "On average",
            ),
            [
                (
                    f"{row['financial_year']} ({shown(row['months'])} months)",
                    shown(row["budget_gbp"], short_millions),
                    f"{shown(row['spend_mean_gbp'], short_millions)} "
                    f"({between(row['spend_q10_gbp'], row['spend_q90_gbp'], short_millions)})",
                    shown(row["p_overspend"], percent),
                    shown(row["expected_overspend_gbp"], short_millions),
                )
                for _, row in rows.iterrows()
            ],
        ),
    ]


def _contracts(evidence: Evidence) -> list[Part]:
    rows = evidence.table("contracts")
    if rows is None:
        return []
    return [
        parts.heading("Block contracts against buying one by one"),
        parts.table(
            "Block contracts of the scenario",
            ("Contract", "Year", "Places", "Used", "Pays from", "Saves in", "Saving (80% range)"),
            [
                (
                    f"{row['provider']}, {_kind(row['placement_type'])}",
                    str(row["financial_year"]),
                    shown(row["places_mean"]),
                    shown(row["used_mean"], decimals=1),
                    f"{shown(row['break_even_use'], percent)} use",
                    shown(row["p_saves"], percent),
                    f"{shown(row['saving_mean_gbp'], short_millions)} "
                    f"({between(row['saving_q10_gbp'], row['saving_q90_gbp'], short_millions)})",
                )
                for _, row in rows.iterrows()
            ],
        ),
    ]


def _market(evidence: Evidence) -> list[Part]:
    rows = evidence.own("market")
    if rows.empty:
        return [parts.not_made("the market is not part of this edition.")]
    rows = rows[numbers(rows["homes"]) > 0]
    notes = dict.fromkeys(
        f"{_kind(row['placement_type'])}: {row['note']}"
        for _, row in rows.iterrows()
        if isinstance(row["note"], str) and row["note"]
    )
    return [
        parts.words(
            "The index of concentration runs from 0, many small providers, to 10,000, one alone. "
            "The margin proxy compares prices for like need and is not a profit: the Competition "
            "and Markets Authority found 22.6% on average among the 15 largest providers in 2022."
        ),
        parts.table(
            "The market by kind of placement",
            (
                "Kind of placement",
                "Homes",
                "Places",
                "Providers",
                "Largest provider",
                "Index",
                "Places in private homes",
                "Own children with private providers",
                "Margin proxy (80% range)",
            ),
            [
                (
                    _kind(row["placement_type"]),
                    shown(row["homes"]),
                    shown(row["places"]),
                    shown(row["providers"]),
                    shown(row["largest_share"], percent),
                    shown(row["hhi"]),
                    shown(row["for_profit_places_share"], percent),
                    shown(row["for_profit_children_share"], percent),
                    _margin(row),
                )
                for _, row in rows.iterrows()
            ],
        ),
        *([parts.bullets(notes)] if notes else []),
    ]


def _margin(row: pd.Series[Any]) -> str:
    if not known(row["margin_proxy_pct"]):
        return shown(row["margin_proxy_pct"])
    doubt = between(row["margin_proxy_q10"], row["margin_proxy_q90"])
    return f"{number(row['margin_proxy_pct'])}% ({doubt}%)"


def _prices(evidence: Evidence) -> list[Part]:
    rows = evidence.table("prices_paid")
    if rows is None:
        return []
    priced = rows[numbers(rows["difference_pct"]).notna()]
    if priced.empty:
        return []
    return [
        parts.heading("What moves the price of a home"),
        parts.table(
            "Difference of the price, other features being equal",
            ("Feature", "Kind of placement", "Homes with it", "Difference (80% range)"),
            [
                (
                    _capital(row["feature"]),
                    _kind(row["placement_type"]),
                    f"{shown(row['homes_with'])} of {shown(row['homes'])}",
                    f"{_signed(row['difference_pct'])} "
                    f"({_signed(row['q10'])} to {_signed(row['q90'])})",
                )
                for _, row in priced.iterrows()
            ],
        ),
    ]


def _capital(words: Any) -> str:
    return str(words)[:1].upper() + str(words)[1:]


def _signed(per_cent: Any) -> str:
    told = number(value(per_cent))
    return f"+{told}%" if value(per_cent) >= 0.5 else f"{told}%"
