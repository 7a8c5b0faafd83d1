"""The chapter on trust: how sure we are, what was found in the data, words, limits, sources."""

from __future__ import annotations

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.accuracy import accuracy_sentence, accuracy_table
from rcc_forecast.reporting.reliability import reliability_chart
from rcc_forecast.reporting.sections import findings_table
from rcc_forecast.reporting.strategy import parts
from rcc_forecast.reporting.strategy.definitions import (
    DEFINITIONS,
    LIMITS,
    SHORTHAND_MEANS,
    SOURCES,
)
from rcc_forecast.reporting.strategy.evidence import Evidence, milestones, numbers, shown
from rcc_forecast.reporting.strategy.parts import Part, Section
from rcc_forecast.reporting.words import kind_title, month_name, number, percent
from rcc_forecast.sufficiency import PLANNED
from rcc_forecast.tables.scenario import ANSWERS


def scenario_section(evidence: Evidence) -> Section | None:
    """Tell what each assumption of the scenario moved; None where there is no scenario."""
    rows = evidence.own("waterfall")
    if rows.empty:
        return None
    last = milestones(rows)
    last = last[numbers(last["horizon"]) == numbers(last["horizon"]).max()]
    whole = {"children": ALL, "gap": PLANNED, "shortfall": PLANNED, "spend": ALL}
    found: list[Part] = [
        parts.words(
            "From the answer as things are to the scenario’s, one row an assumption. Every future "
            "keeps its chance, so that a difference is the scenario’s and never luck."
        )
    ]
    for measure, kind in whole.items():
        steps = last[(last["measure"] == measure) & (last["placement_type"] == kind)]
        if steps.empty:
            continue
        month = month_name(steps["month"].iloc[0])
        found.append(
            parts.table(
                f"{ANSWERS.labels[measure]}, {month}",
                ("Assumption", "What it adds (80% of futures between)", "The answer so far"),
                [
                    (
                        str(row["block"]),
                        f"{shown(row['mean'])} ({shown(row['q10'])} to {shown(row['q90'])})",
                        shown(row["after"]),
                    )
                    for _, row in steps.sort_values("step").iterrows()
                ],
            )
        )
    return Section("scenario", "What the scenario changes", tuple(found))


def trust_section(evidence: Evidence) -> Section:
    """Tell how sure we are: past forecasts, and whether chances of a shortage were right."""
    return Section("trust", "How sure we are", (*_past_forecasts(evidence), *_reliable(evidence)))


def _past_forecasts(evidence: Evidence) -> list[Part]:
    backtest = evidence.table("backtest")
    if backtest is None:
        return [parts.not_made("no backtest was made or handed to this edition.")]
    head, rows = accuracy_table(backtest, evidence.judged_area)
    found = [parts.words(accuracy_sentence(backtest, evidence.judged_area))]
    if rows:
        found.append(
            parts.table("Past forecasts of all children; the smaller sCRPS, the better", head, rows)
        )
    return found


def _reliable(evidence: Evidence) -> list[Part]:
    rows = evidence.table("reliability")
    if rows is None:
        return [parts.not_made("chances of a shortage were not held against what came.")]
    verdicts = rows[(rows["lead"] == ALL) & (rows["decile"] == ALL)]
    return [
        parts.heading("Were the chances right?"),
        parts.words(
            "At past quarters the chance of a shortage was said with what was known then, had "
            "homes stood to children as they do now. Where marks lie on the dashed line, what was "
            "said came as often as it was said."
        ),
        parts.figure(
            reliability_chart(
                rows, slug="strategy-reliability", title="Chances said, and how often they came"
            )
        ),
        parts.table(
            "Chances of a shortage by kind, all months ahead",
            ("Kind of placement", "Past cases", "Said", "Came (80% range)", "Verdict"),
            [
                (
                    kind_title(str(row["placement_type"])),
                    number(row["n"]),
                    percent(row["said"]),
                    f"{percent(row['happened'])} "
                    f"({percent(row['happened_q10'])} to {percent(row['happened_q90'])})",
                    str(row["note"]),
                )
                for _, row in verdicts.iterrows()
            ],
        ),
    ]


def data_section(evidence: Evidence) -> Section:
    """Tell what was found in the returns and the register, and breaks in the series."""
    found: list[Part] = []
    table = evidence.table("findings")
    if table is None:
        found.append(
            parts.not_made("findings about rows of the returns are not part of this edition.")
        )
    else:
        view = findings_table(table)
        found.append(
            parts.words(
                "Refused rows count nowhere; repaired rows were changed and are used; noted rows "
                "are used as they stand."
            )
        )
        if view is not None:
            found.append(Part("table", view))
    breaks = evidence.meta.get("breaks") or []
    if breaks:
        found += [
            parts.heading("Breaks in the series"),
            parts.terms(
                (
                    f"{month_name(found_break['month'])}: "
                    f"{str(found_break['name']).replace('-', ' ')}",
                    f"{found_break['description']} {found_break['handling']}",
                )
                for found_break in breaks
            ),
        ]
    return Section("data", "The data behind it", tuple(found))


def words_sections(evidence: Evidence) -> list[Section]:
    """Give definitions, limits and sources."""
    notes = [str(note) for note in evidence.meta.get("notes") or ()]
    given = evidence.sources
    symbols = [
        parts.heading("Symbols"),
        parts.terms(SHORTHAND_MEANS.items()),
    ]
    return [
        Section(
            "definitions",
            "Definitions",
            (parts.terms(DEFINITIONS), *(symbols if evidence.is_public else ())),
        ),
        Section("limits", "Limits", (parts.bullets([*LIMITS, *notes]),)),
        Section(
            "sources",
            "Sources and licences",
            (
                parts.bullets(SOURCES),
                *(
                    [
                        parts.heading("Assumptions and where they come from"),
                        parts.terms((name.capitalize(), said) for name, said in given.items()),
                    ]
                    if given
                    else []
                ),
            ),
        ),
    ]
