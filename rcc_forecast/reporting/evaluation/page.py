"""The page: the sentence, the chart, how often chance does the same, then what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rcc_forecast.reporting.evaluation.evidence import sections_behind
from rcc_forecast.reporting.evaluation.found import Found, found_of
from rcc_forecast.reporting.evaluation.lines import lines_chart
from rcc_forecast.reporting.evaluation.parts import form_of
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.reporting.evaluation.views import robustness_view
from rcc_forecast.reporting.report import RAG_SHAPES, page_environment
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import percent
from rcc_forecast.results.evaluation import Evaluation


def render_evaluation(
    evaluation: Evaluation,
    *,
    software: Mapping[str, str] | None = None,
    is_public: bool = False,
) -> str:
    """Write the report of one look.

    Parameters
    ----------
    evaluation : Evaluation
        With its primary outcome's estimates, lines, placebos and robustness;
        a section whose table is absent or empty is one sentence that says so.
    software : mapping of str to str, optional
        Versions that the result depends on.
    is_public : bool
        Whether small numbers have been withheld from the tables, as the page then
        says; nothing is withheld here.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped. Where the specification was not
        logged, every printed page bears the stamp, and there is neither a
        verdict nor a p-value.
    """
    found = found_of(evaluation)
    tables, verdict, stamp = found.tables, found.verdict, evaluation.stamp
    page = page_environment().get_template("evaluation.html.j2")
    return page.render(
        primary=found.primary,
        stamp=stamp,
        sentence=verdict["sentence"],
        as_often=verdict["as_often"] if found.with_p else None,
        front=lines_chart(tables, verdict, found.unit, compared=found.compared),
        robustness=_robustness(found),
        is_public=is_public,
        sections=sections_behind(found),
        form_of=form_of,
        shapes=RAG_SHAPES,
        limits=_limits(verdict, found.unit),
        findings=[f"{row.found}: {row.done}." for row in evaluation.findings.frame.itertuples()],
        alpha=_of_one(verdict["alpha"]),
        alpha_spent=_of_one(verdict["alpha_spent"]),
        periods=str(verdict["periods"]).replace(" | ", ", then "),
        panel_sha256=verdict["panel_sha256"],
        software=dict(software or {}),
        spec=json.dumps(evaluation.spec, indent=1, sort_keys=True, ensure_ascii=False, default=str),
    )


def _robustness(found: Found) -> TableView | None:
    table = found.table("robustness")
    if table is None:
        return None
    return robustness_view(
        table,
        primary=found.primary,
        unit=found.unit,
        with_p=found.with_p,
        compared=found.compared,
    )


def _limits(verdict: dict[str, Any], unit: Unit) -> list[str]:
    """Give what always has to be said, and what this design and panel add."""
    told = list(verdict["limits"])
    false_positives = verdict.get("authority_level_false_positives")
    if false_positives is not None:
        told.append(
            "A test that takes each authority for an observation of its own would find an effect "
            f"in {percent(false_positives)} of designs like this one in which nothing happened: "
            "such a test is not used here."
        )
    bounds = verdict.get("withheld_bounds")
    if bounds:
        told.append(
            "Counts withheld from the panel could put the primary effect anywhere from "
            f"{unit.change(bounds['low'])} to {unit.change(bounds['high'])} {unit.of_changes}."
        )
    return told


def _of_one(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4g}"
