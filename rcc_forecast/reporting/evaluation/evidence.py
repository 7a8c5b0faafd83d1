"""Every section behind the first page, each of what there is or of one sentence why not."""

from __future__ import annotations

from rcc_forecast.reporting.evaluation.comparing import (
    changed_sections,
    event_study_section,
    further_section,
    methods_section,
    power_section,
    sensitivity_section,
)
from rcc_forecast.reporting.evaluation.describing import (
    area_gaps_section,
    calendar_sections,
    following_sections,
    funnel_section,
    group_gaps_section,
    meanings_sections,
    xmr_section,
)
from rcc_forecast.reporting.evaluation.found import Found
from rcc_forecast.reporting.evaluation.parts import Section


def sections_behind(found: Found) -> list[Section]:
    """Give every section after the robustness table and the limits, in order.

    Parameters
    ----------
    found : Found
        Of one look.

    Returns
    -------
    list of Section
        Always the same sections but for those of tables that are made
        elsewhere: milestones, process measures, the calendar, what changed.
    """
    return [
        event_study_section(found),
        sensitivity_section(found),
        further_section(found),
        methods_section(found),
        power_section(found),
        *calendar_sections(found),
        area_gaps_section(found),
        group_gaps_section(found),
        funnel_section(found),
        xmr_section(found),
        *following_sections(found),
        *changed_sections(found),
        *meanings_sections(found),
    ]
