"""The page of a plan: what could be seen, and when, said before anyone looks."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from rcc_forecast.evaluation.verdict import CHOSEN_BY_APPLICATION
from rcc_forecast.reporting.evaluation.comparing import BEFORE_LOOKING, power_parts
from rcc_forecast.reporting.evaluation.following import calendar_section
from rcc_forecast.reporting.evaluation.found import compared_in
from rcc_forecast.reporting.evaluation.parts import Section, form_of, section
from rcc_forecast.reporting.evaluation.power import best_seen, power_reason
from rcc_forecast.reporting.evaluation.unit import Unit, shares_of
from rcc_forecast.reporting.report import RAG_SHAPES, page_environment
from rcc_forecast.reporting.words import day_name
from rcc_forecast.results.evaluation import Evaluation

_LIMITS = (
    "The sizes of shocks are estimated from the panel before any announcement: should they grow, "
    "effects have to be larger to be seen.",
    CHOSEN_BY_APPLICATION,
    "Dates are ends of periods. Figures are published months later, and a look waits for them.",
    "An effect smaller than the smallest that can be seen is not absent: it is not visible.",
)


def render_power(
    planned: Evaluation,
    *,
    shares: frozenset[str] | None = None,
    software: Mapping[str, str] | None = None,
) -> str:
    """Write the page of a plan.

    Parameters
    ----------
    planned : Evaluation
        As `plan_all` gives it: its ``power`` table, and ``calendar`` where made.
    shares : frozenset of str, optional
        Outcomes that are shares of children, told in percentage points;
        ``shares`` of the verdict where not given.
    software : mapping of str to str, optional
        Versions that the result depends on.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped. It has no p-value and no verdict.
    """
    table, stamp = planned.tables["power"], planned.stamp
    told = shares_of(planned) if shares is None else shares
    outcomes = [str(name) for name in table["outcome"].unique()]
    primary = str(planned.spec.get("primary", outcomes[0] if outcomes else ""))
    ordered = sorted(outcomes, key=lambda name: name != primary)
    units = {name: Unit(is_share=name in told) for name in ordered}
    compared = compared_in(planned)
    page = page_environment().get_template("power.html.j2")
    return page.render(
        stamp=stamp,
        primary=primary,
        before_looking=BEFORE_LOOKING,
        sentence=_sentence(table, primary, units.get(primary, Unit(is_share=False))),
        sections=[
            *(
                _of_outcome(table, name, units[name], place, compared=compared)
                for place, name in enumerate(ordered)
            ),
            *_calendar(planned, units.get(primary, Unit(is_share=False))),
        ],
        form_of=form_of,
        shapes=RAG_SHAPES,
        limits=_LIMITS,
        findings=[f"{row.found}: {row.done}." for row in planned.findings.frame.itertuples()],
        software=dict(software or {}),
        spec=json.dumps(planned.spec, indent=1, sort_keys=True, ensure_ascii=False, default=str),
    )


def _sentence(table: pd.DataFrame, primary: str, unit: Unit) -> str:
    seen = best_seen(table, outcome=primary)
    if seen is None:
        return f"{primary}: {_lower(power_reason(table, outcome=primary))}"
    first, last = seen
    told = (
        f"{primary}: the smallest change that would be found 80 times in 100 is "
        f"{unit.sized(first['mde'])} by {day_name(first['date'])}"
    )
    if first["date"] == last["date"]:
        return f"{told}."
    later = unit.sized(last["mde"])
    if later == unit.sized(first["mde"]):
        return f"{told}, and as large by {day_name(last['date'])}."
    return f"{told}, and {later} by {day_name(last['date'])}."


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"


def _of_outcome(
    table: pd.DataFrame, outcome: str, unit: Unit, place: int, *, compared: str
) -> Section:
    return section(
        f"outcome-{place}",
        outcome,
        power_parts(table, outcome, unit, slug=f"mde-{place}", compared=compared),
        otherwise=power_reason(table, outcome=outcome),
        files=("power.csv",),
    )


def _calendar(planned: Evaluation, unit: Unit) -> list[Section]:
    table = planned.tables.get("calendar")
    if table is None or table.empty:
        return []
    return [calendar_section(table, with_p=not planned.stamp.is_exploratory, unit=unit)]
