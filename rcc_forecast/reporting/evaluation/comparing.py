"""Sections that compare pathfinders with the rest, and say what could be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rcc_forecast.reporting.evaluation.events import events_chart
from rcc_forecast.reporting.evaluation.found import Found
from rcc_forecast.reporting.evaluation.outcomes import further_lines, further_view
from rcc_forecast.reporting.evaluation.parts import Folded, Part, Section, section
from rcc_forecast.reporting.evaluation.placebos import placebo_histogram
from rcc_forecast.reporting.evaluation.power import (
    half_sentence,
    never_sentence,
    power_curve,
    power_reason,
    power_sentence,
    power_view,
)
from rcc_forecast.reporting.evaluation.synthetic import paths_multiples, placebo_gaps_chart
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.reporting.evaluation.views import (
    changed_view,
    methods_view,
    sensitivity_sentence,
    sensitivity_view,
)
from rcc_forecast.reporting.evaluation.weights import weights_multiples

BEFORE_LOOKING = (
    "This was worked out from the periods before any announcement, without looking at what came "
    "after. Fewer are left to compare with as further co-operatives begin. A true effect "
    "that is half of what can be seen is seldom found, and as a rule overstated when it is."
)
"""What every curve of detectable effects rests on."""


def event_study_section(found: Found) -> Section:
    """Give the gap period by period."""
    table = found.table("event_study")
    drawn = (
        None
        if table is None
        else events_chart(table, primary=found.primary, unit=found.unit, with_p=found.with_p)
    )
    return section(
        "event-study",
        "Period by period",
        (
            "Before delivery the gap should wander about zero; if it drifts, the comparison is in "
            "doubt.",
            drawn,
        ),
        otherwise=found.not_made("no event study"),
        files=("event_study.csv",),
    )


def sensitivity_section(found: Found) -> Section:
    """Give what bent trends would leave of the effect."""
    table = found.table("sensitivity")
    if table is None:
        why = found.not_made("no sensitivity to trends")
        return Section("sensitivity", "If trends were not parallel", (why,))
    view = sensitivity_view(table, unit=found.unit)
    said = sensitivity_sentence(table, unit=found.unit)
    title = "If trends were not parallel"
    return section("sensitivity", title, (said, view), otherwise=said, files=("sensitivity.csv",))


def further_section(found: Found) -> Section:
    """Give every further outcome."""
    estimates, lines = found.table("estimates"), found.table("lines")
    named = found.further
    if not named:
        return Section("further", "Further outcomes", ("The specification names no others.",))
    level = found.verdict["alpha"] / found.verdict["looks"] if found.with_p else None
    view = estimates is not None and further_view(
        estimates,
        named,
        unit_of=found.unit_of,
        level=level,
        has_begun=not found.verdict["too_early"],
    )
    read = (
        f" A rise or fall counts as found where the adjusted p-value is at most {level:.3g}: that "
        "of Romano and Wolf, or Holm’s where that was not made."
        if level
        else ""
    )
    return section(
        "further",
        "Further outcomes",
        (
            f"They are read together: one of several may move by chance alone.{read}",
            view if view and view.rows else None,
            None
            if lines is None
            else further_lines(lines, named, unit_of=found.unit_of, compared=found.compared),
        ),
        otherwise=found.not_made("nothing of the further outcomes", needs_delivery=False),
        files=("estimates.csv", "lines.csv"),
    )


def methods_section(found: Found) -> Section:
    """Give the other estimators, what they compare with, and their placebos."""
    primary, unit = found.primary, found.unit
    paths, weights = found.table("paths"), found.table("weights")
    gaps, placebos = found.table("placebo_gaps"), found.table("placebos")
    first = _first_after(found)
    estimates = found.table("estimates")
    methods = estimates is not None and methods_view(
        estimates, primary=primary, unit=unit, with_p=found.with_p
    )
    shown = {
        "estimates.csv": methods,
        "paths.csv": paths is not None
        and paths_multiples(paths, primary=primary, unit=unit, compared=found.compared),
        "weights.csv": weights is not None
        and weights_multiples(weights, primary=primary, compared=found.compared),
        "placebo_gaps.csv": gaps is not None
        and placebo_gaps_chart(
            gaps, primary=primary, unit=unit, first_after=first, compared=found.compared
        ),
        "placebos.csv": placebos is not None
        and placebo_histogram(placebos, primary=primary, unit=unit),
    }
    return section(
        "synthetic",
        "Other ways to compare",
        (
            "Instead of the plain mean of the rest, a comparison can be made to match each "
            "pathfinder before delivery. How far the others stray from comparisons of their own "
            "says how much of a gap is chance.",
            *(drawn or None for drawn in shown.values()),
        ),
        otherwise=found.not_made("no other comparison"),
        files=[name for name, drawn in shown.items() if drawn],
    )


def _first_after(found: Found) -> str | None:
    lines = found.table("lines")
    if lines is None:
        return None
    after = lines[(lines["outcome"] == found.primary) & (lines["phase"] == "after")]["period"]
    return str(after.min()) if len(after) else None


def power_section(found: Found) -> Section:
    """Give what could be seen, and when."""
    table = found.table("power")
    said = power_sentence(found.verdict, unit=found.unit)
    shown = (
        None
        if table is None
        else power_parts(table, found.primary, found.unit, slug="mde", compared=found.compared)
    )
    reason = (
        "No date can be named." if table is None else power_reason(table, outcome=found.primary)
    )
    return section(
        "power",
        "When could we see it?",
        (BEFORE_LOOKING, said or None, *(shown or ())),
        otherwise=reason,
        files=("power.csv",),
    )


def power_parts(
    table: pd.DataFrame, outcome: str, unit: Unit, *, slug: str, compared: str
) -> list[Part]:
    """Give what could be seen of one outcome: words, curve, table; nothing without dates.

    Parameters
    ----------
    table : DataFrame
        A `POWER` table.
    outcome : str
        Which outcome.
    unit : Unit
        Of the outcome.
    slug : str
        Address of the curve, unique in a page.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    view = power_view(table, outcome=outcome, unit=unit, compared=compared)
    if view is None:
        return []
    half = half_sentence(table, outcome=outcome, unit=unit)
    never = never_sentence(table, outcome=outcome, compared=compared)
    curve = power_curve(table, outcome=outcome, unit=unit, slug=slug, compared=compared)
    parts: list[Part | None] = [
        half or None,
        never or None,
        curve,
        Folded("All dates, by both kinds of inference", view),
    ]
    return [part for part in parts if part is not None]


def changed_sections(found: Found) -> Iterator[Section]:
    """Give what changed since the look before, where one was given."""
    table = found.tables.get("changed")
    if table is not None:
        view = changed_view(table, primary=found.primary, unit_of=found.unit_of)
        yield Section("changed", "Changed since the look before", (view,), ("changed.csv",))
