"""Sections that describe: who stands where, how far apart, and what was done."""

from __future__ import annotations

from collections.abc import Iterator

from rcc_forecast.reporting.evaluation.area_gaps import spread_multiples, theil_multiples
from rcc_forecast.reporting.evaluation.following import (
    calendar_section,
    milestones_view,
    process_view,
)
from rcc_forecast.reporting.evaluation.found import Found
from rcc_forecast.reporting.evaluation.funnel import funnel_multiples, outside_view
from rcc_forecast.reporting.evaluation.group_gaps import (
    effects_view,
    group_multiples,
    latest_gaps,
)
from rcc_forecast.reporting.evaluation.meanings import meanings_view
from rcc_forecast.reporting.evaluation.outcomes import UnitOf
from rcc_forecast.reporting.evaluation.parts import Folded, Part, Section, section
from rcc_forecast.reporting.evaluation.xmr import broken_view, xmr_multiples
from rcc_forecast.tables.disparity import AUTHORITIES


def calendar_sections(found: Found) -> Iterator[Section]:
    """Give the calendar of looks, where there is one."""
    table = found.table("calendar")
    if table is not None:
        yield calendar_section(table, with_p=found.with_p, unit=found.unit)


def area_gaps_section(found: Found) -> Section:
    """Give how far authorities are apart."""
    table = found.table("disparity")
    drawn = (
        ()
        if table is None
        else (spread_multiples(table, unit_of=found.unit_of), theil_multiples(table))
    )
    return section(
        "area-gaps",
        "Gaps between areas",
        (
            "Small authorities differ by chance alone; what matters is how far apart they are "
            "beyond that, and whether it grows while most of the country waits.",
            *drawn,
        ),
        otherwise=found.not_made("no measure of gaps between areas", needs_delivery=False),
        files=("disparity.csv",),
    )


def group_gaps_section(found: Found) -> Section:
    """Give how far groups of children are apart, and whether that moved."""
    gaps, effects = found.table("disparity"), found.table("disparity_effects")
    unit_of: UnitOf = found.unit_of
    drawn: list[Part | None] = []
    files = []
    if gaps is not None:
        with_groups = set(gaps.loc[gaps["between"] != AUTHORITIES, "outcome"])
        ordered = [name for name in (found.primary, *found.further) if name in with_groups]
        if ordered:
            drawn += group_multiples(gaps, outcome=ordered[0], unit_of=unit_of)
            drawn.append(latest_gaps(gaps, unit_of=unit_of))
            files.append("disparity.csv")
    if effects is not None:
        own, others = (
            effects_view(effects, names, unit_of=unit_of, with_p=found.with_p)
            for names in ([found.primary], found.further)
        )
        drawn += [own, others and Folded("The same of the further outcomes", others)]
        files.append("disparity_effects.csv")
    return section(
        "group-gaps",
        "Gaps between children",
        (
            "Groups live in different places: a gap within authorities compares children of the "
            "same authority, like with like.",
            *drawn,
        ),
        otherwise=found.not_made("no table of groups of children", needs_delivery=False),
        files=files,
    )


def funnel_section(found: Found) -> Section:
    """Give the authorities of the newest period."""
    table = found.table("funnel")
    outside = None if table is None else outside_view(table, unit_of=found.unit_of)
    return section(
        "funnel",
        "Which authorities stand out?",
        (
            "Authorities inside the funnel are similar, whatever their place in a list: nobody is "
            "ranked here. One outside it is worth a question, not a judgement.",
            None if table is None else funnel_multiples(table, unit_of=found.unit_of),
            outside
            if outside is not None or table is None
            else "No authority lies outside the 99.8% limits.",
        ),
        otherwise=found.not_made(
            "no outcome with counts to draw a funnel of", needs_delivery=False
        ),
        files=("funnel.csv",),
    )


def xmr_section(found: Found) -> Section:
    """Give every region against its own past."""
    table = found.table("xmr")
    drawn: list[Part | None] = []
    for place, outcome in enumerate((found.primary, *found.further)):
        if table is not None:
            unit, is_further = found.unit_of(outcome), place > 0
            broken = broken_view(table, outcome=outcome, unit=unit)
            drawn += [
                xmr_multiples(
                    table, outcome=outcome, unit=unit, slug=f"xmr-{place}", is_folded=is_further
                ),
                Folded(broken.caption, broken) if broken and is_further else broken,
            ]
    return section(
        "xmr",
        "Each region against its own past",
        (
            "A broken rule is a reason to ask, not a finding: with nothing changed, about one "
            "chart in three of three years of months has one. It does not say why; read it beside "
            "the comparison with the rest, never instead of it.",
            *drawn,
        ),
        otherwise=found.not_made("no process chart", needs_delivery=False),
        files=("xmr.csv",),
    )


def following_sections(found: Found) -> Iterator[Section]:
    """Give milestones and process measures, where there are any."""
    milestones, process = found.table("milestones"), found.table("process")
    if milestones is not None:
        title = "What each co-operative has done"
        said = (
            "Ratings follow rules, which milestones.csv names; a claim without evidence is amber."
        )
        yield Section("milestones", title, (said, milestones_view(milestones)), ("milestones.csv",))
    if process is not None:
        title = "How things were done"
        said = "Process measures stand beside outcomes, and take the place of none."
        yield Section("process", title, (said, process_view(process)), ("process.csv",))


def meanings_sections(found: Found) -> Iterator[Section]:
    """Give what the outcomes are, where that is known."""
    view = meanings_view([found.primary, *found.further])
    if view is not None:
        said = (
            "As the panels of this program have them; a panel made elsewhere may mean something "
            "else by the same name."
        )
        yield Section("outcomes", "What the outcomes are", (said, view))
