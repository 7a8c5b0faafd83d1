"""The chapter as one page: opens in a browser and in a word processor, and stands alone."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from rcc_forecast.reporting.report import RAG_SHAPES
from rcc_forecast.reporting.strategy.evidence import Evidence
from rcc_forecast.reporting.strategy.homes import (
    closing_section,
    demand_section,
    gap_section,
    supply_section,
)
from rcc_forecast.reporting.strategy.money import cost_section, market_section
from rcc_forecast.reporting.strategy.parts import Section
from rcc_forecast.reporting.strategy.people import after_care_section, needs_section
from rcc_forecast.reporting.strategy.trust import (
    data_section,
    scenario_section,
    trust_section,
    words_sections,
)
from rcc_forecast.reporting.words import day_name

_PROVENANCE = (
    ("run_id", "Run"),
    ("data_hash", "Data (SHA-256)"),
    ("version", "Program version"),
    ("packages_hash", "Packages"),
    ("seed", "Seed"),
)


def render_chapter(evidence: Evidence, *, findings: Sequence[str]) -> str:
    """Write the evidence chapter.

    Parameters
    ----------
    evidence : Evidence
        A table that is absent leaves a line that says why instead of its part.
    findings : sequence of str
        What the tables say, in sentences.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped.

    Notes
    -----
    Word reads HTML but not SVG: charts are hidden from it by conditional
    comments, and every chart's figures stand in a table beside it.
    """
    found = [
        supply_section(evidence),
        demand_section(evidence),
        gap_section(evidence),
        closing_section(evidence),
        cost_section(evidence),
        market_section(evidence),
        needs_section(evidence),
        after_care_section(evidence),
        scenario_section(evidence),
        trust_section(evidence),
        data_section(evidence),
        *words_sections(evidence),
    ]
    sections: list[Section] = [section for section in found if section is not None]
    environment = Environment(
        loader=PackageLoader("rcc_forecast.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("strategy.html.j2")
    return page.render(
        area=evidence.area.name,
        as_of=day_name(evidence.as_of),
        is_public=evidence.is_public,
        scenario=_scenario_of(evidence),
        findings=findings,
        sections=sections,
        provenance=[
            (words, evidence.meta[key])
            for key, words in _PROVENANCE
            if evidence.meta.get(key) is not None
        ],
        synthetic=bool(evidence.meta.get("synthetic")),
        shapes=RAG_SHAPES,
    )


def _scenario_of(evidence: Evidence) -> str:
    told = evidence.meta.get("scenario")
    if isinstance(told, dict):
        return str(told.get("name", "a scenario"))
    return "" if told is None else str(told)
