"""The chapter on children and young people: needs, health and wellbeing, and after care."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.strategy import parts
from rcc_forecast.reporting.strategy.evidence import Evidence, between, numbers, shown
from rcc_forecast.reporting.strategy.parts import Part, Section
from rcc_forecast.reporting.words import month_name, percent
from rcc_forecast.tables.needs import AFTER_CARE_MEASURE, HEALTH_INDICATOR, NEED


def needs_section(evidence: Evidence) -> Section:
    """Tell what children need, and their health and wellbeing."""
    return Section("needs", "What children need", (*_needs(evidence), *_health(evidence)))


def after_care_section(evidence: Evidence) -> Section:
    """Tell of those who stay put and of care leavers: a stock of their own."""
    rows = evidence.own("after_care")
    if rows.empty:
        told = parts.not_made("young people after care were not forecast, or are not published.")
        return Section("after-care", "After care", (told,))
    horizon = numbers(rows["horizon"])
    shown_rows = rows[(horizon % 12 == 0) | (horizon == horizon.max())]
    months = list(dict.fromkeys(shown_rows.sort_values("horizon")["month"]))
    cells = {(row["measure"], row["month"]): row for _, row in shown_rows.iterrows()}
    measures = [name for name in AFTER_CARE_MEASURE.labels if (rows["measure"] == name).any()]
    notes = dict.fromkeys(
        str(note) for note in rows["note"] if isinstance(note, str) and len(note) > 1
    )
    return Section(
        "after-care",
        "After care",
        (
            parts.words(
                "Young people of 18 and over are in no other table. Those who stay put keep a "
                "foster place filled that no count of children shows."
            ),
            parts.table(
                "Young people after care, expected, 80% range in brackets",
                ("Who", *(month_name(month) for month in months)),
                [
                    (
                        AFTER_CARE_MEASURE.labels[measure],
                        *(_expected(cells.get((measure, month))) for month in months),
                    )
                    for measure in measures
                ],
            ),
            *([parts.bullets(notes)] if notes else []),
        ),
    )


def _expected(row: Any) -> str:
    if row is None:
        return "–"
    told, doubt = shown(row["mean"]), between(row["q10"], row["q90"])
    return told if doubt == told else f"{told} ({doubt})"


def _needs(evidence: Evidence) -> list[Part]:
    rows = evidence.own("needs")
    if rows.empty:
        return [parts.not_made("needs were not profiled, or are not published.")]
    rows = rows[(rows["placement_type"] == ALL) & (rows["age_band"] == ALL)]
    horizon = numbers(rows["horizon"])
    last = rows[horizon == horizon.max()]
    found = [
        parts.words(
            "One child may have several needs, so needs do not add up. The share to expect weighs "
            "the area’s own records with those of all areas where its own are few."
        ),
    ]
    if len(last):
        found.append(
            parts.table(
                f"Children by need, today and in {month_name(last['month'].iloc[0])}",
                ("Need", "Today", "Of whom it is known", "Share to expect", "Expected (80% range)"),
                [
                    (
                        NEED.labels.get(str(row["need"]), str(row["need"])),
                        shown(row["children_now"]),
                        shown(row["children_known"]),
                        shown(row["share"], percent, decimals=1),
                        _expected(row),
                    )
                    for _, row in last.iterrows()
                ],
            )
        )
    silent = rows[horizon.isna()]
    told = dict.fromkeys(
        f"{NEED.labels.get(str(row['need']), str(row['need']))}: {row['note']}"
        for _, row in silent.iterrows()
        if isinstance(row["note"], str) and row["note"]
    )
    if told:
        found += [parts.heading("What the data do not carry"), parts.bullets(told)]
    return found


def _health(evidence: Evidence) -> list[Part]:
    rows = evidence.own("health")
    if rows.empty:
        return []
    rows = rows[rows["by"] == ALL]
    horizon = numbers(rows["horizon"])
    last = rows[horizon.isna() | (horizon == horizon.max())].drop_duplicates("indicator")
    if last.empty:
        return []
    return [
        parts.heading("Health and wellbeing"),
        parts.words(
            "Children looked after for a year or more. Groups of fewer than ten show no figure; "
            "by sex, ethnicity and age band in the workbook."
        ),
        parts.table(
            "Health and wellbeing, newest return",
            (
                "What is asked",
                "Children known",
                "Share (95% range)",
                "Mean score",
                "Expected ahead",
            ),
            [_health_cells(row) for _, row in last.iterrows()],
        ),
    ]


def _health_cells(row: pd.Series[Any]) -> tuple[str, ...]:
    indicator = str(row["indicator"])
    is_score = indicator == "sdq_score"
    share = shown(row["share"], percent)
    doubt = between(row["share_q025"], row["share_q975"], percent)
    return (
        HEALTH_INDICATOR.labels.get(indicator, indicator),
        shown(row["asked"]),
        "–" if is_score else share if share == doubt else f"{share} ({doubt})",
        shown(row["average"], decimals=1) if is_score else "–",
        "–" if is_score else _expected(row),
    )
