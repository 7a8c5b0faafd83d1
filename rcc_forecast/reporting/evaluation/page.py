"""The page: the sentence, the chart, how often chance does the same, then what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rcc_forecast.reporting.evaluation.events import events_chart
from rcc_forecast.reporting.evaluation.lines import lines_chart
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.reporting.evaluation.views import (
    changed_view,
    power_reason,
    power_sentence,
    power_view,
    robustness_view,
    sensitivity_sentence,
    sensitivity_view,
)
from rcc_forecast.reporting.report import page_environment
from rcc_forecast.reporting.words import percent
from rcc_forecast.results.evaluation import Evaluation


def render_evaluation(
    evaluation: Evaluation,
    *,
    software: Mapping[str, str] | None = None,
) -> str:
    """Write the report of one look.

    Parameters
    ----------
    evaluation : Evaluation
        With its primary outcome's estimates, lines, placebos, robustness,
        event study, sensitivity and power.
    software : mapping of str to str, optional
        Versions that the result depends on.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped. Where the specification was not
        logged, every printed page bears the stamp, and there is neither a
        verdict nor a p-value.
    """
    found, verdict, stamp = evaluation.tables, evaluation.verdict, evaluation.stamp
    primary, unit = str(verdict["primary"]), Unit(is_share=bool(verdict["is_share"]))
    with_p = not stamp.is_exploratory
    changed = found.get("changed")
    compared = "authorities" if evaluation.spec.get("unit") == "authority" else "regions"
    page = page_environment().get_template("evaluation.html.j2")
    return page.render(
        primary=primary,
        stamp=stamp,
        sentence=verdict["sentence"],
        as_often=verdict["as_often"] if with_p else None,
        front=lines_chart(found, verdict, unit, compared=compared),
        robustness=robustness_view(
            found["robustness"], primary=primary, unit=unit, with_p=with_p, compared=compared
        ),
        events=events_chart(found["event_study"], primary=primary, unit=unit, with_p=with_p)
        if len(found["event_study"])
        else None,
        sensitivity=sensitivity_view(found["sensitivity"], unit=unit),
        sensitivity_said=sensitivity_sentence(found["sensitivity"], unit=unit),
        power=power_view(found["power"], primary=primary, unit=unit),
        power_said=power_sentence(verdict, unit=unit),
        power_reason=power_reason(found["power"], primary=primary),
        changed=None if changed is None else changed_view(changed, primary=primary, unit=unit),
        limits=_limits(verdict, unit),
        findings=[f"{row.found}: {row.done}." for row in evaluation.findings.frame.itertuples()],
        others=[outcome for outcome in verdict["outcomes"] if outcome != primary],
        alpha=_of_one(verdict["alpha"]),
        alpha_spent=_of_one(verdict["alpha_spent"]),
        periods=str(verdict["periods"]).replace(" | ", ", then "),
        panel_sha256=verdict["panel_sha256"],
        software=dict(software or {}),
        spec=json.dumps(evaluation.spec, indent=1, sort_keys=True, ensure_ascii=False, default=str),
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
