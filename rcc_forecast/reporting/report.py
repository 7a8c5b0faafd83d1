"""The written report: one HTML file that needs nothing else, for people before analysts."""

from __future__ import annotations

import json

from jinja2 import Environment, PackageLoader, StrictUndefined

from rcc_forecast.reporting import sections
from rcc_forecast.reporting.content import ReportContent, headline_area
from rcc_forecast.reporting.outlines import ATTRIBUTION
from rcc_forecast.reporting.words import day_name, month_name, percent

RAG_SHAPES = {"red": "▲", "amber": "◆", "green": "●", "grey": "–"}
"""A shape for each rating, so that none is told by colour alone."""


def render_report(content: ReportContent) -> str:
    """Write the report.

    Parameters
    ----------
    content : ReportContent
        Tables and facts; a part that is None gives a sentence instead of a section.

    Returns
    -------
    str
        A whole HTML document with its style, charts and maps inside. It asks
        for nothing from outside and runs no script. All text from data is escaped.
    """
    area = headline_area(content)
    page = page_environment().get_template("report.html.j2")
    return page.render(
        content=content,
        area=area,
        answer=sections.answer(content, area),
        demand_figures=sections.demand_figures(content, area),
        homes_figures=sections.homes_figures(content, area),
        gaps=sections.gap_table(content, area),
        grey_reasons=sections.grey_reasons(content, area),
        ratings=sections.rating_table(content),
        maps=sections.maps(content),
        plan=sections.plan_table(content.plan),
        plan_if=sections.plan_if_table(content.plan_if, asks=content.plan_if_asks),
        equity=sections.equity_view(content.plan),
        late=sections.late_recording(content),
        backtest=sections.backtest_view(content, area),
        findings=sections.findings_table(content.findings),
        configuration=json.dumps(content.provenance.get("configuration", {}), default=str),
        attribution=ATTRIBUTION,
        shapes=RAG_SHAPES,
        day_name=day_name,
        month_name=month_name,
        percent=percent,
    )


def page_environment() -> Environment:
    """Give what lays pages out: text is escaped, and a name that is not given is an error."""
    return Environment(
        loader=PackageLoader("rcc_forecast.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
