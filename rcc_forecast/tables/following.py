"""Why and how: what co-operatives decided, how fast children were placed, what was promised.

None of these tables holds a child. Evidence, milestones and notes are published
as they are written.
"""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.evaluation import STAMPED
from rcc_forecast.tables.homes import PLACEMENT_TYPES

_SOURCE = "README, section Evaluation"

FUNCTIONS = CodeSet(
    "function",
    # DfE, Keeping Children Safe, Helping Families Thrive (November 2024), restated 2025-26.
    {
        "data_and_forecasting": "Regional data analysis and forecasting, with health and justice",
        "sufficiency_strategy": "A published regional sufficiency strategy",
        "market_shaping": "Market shaping as one customer",
        "fostering_recruitment": "A regional fostering recruitment support hub and offer to carers",
        "new_provision": "New regional provision where gaps are found",
        "fast_decisions": "Fast decisions and long-term investment",
    },
    {},
    {},
)
"""The minimum functions of a Regional Care Cooperative."""

DECISION_KINDS = CodeSet(
    "kind",
    {
        "block_contract": "Places bought in a block",
        "framework": "A framework let or renewed",
        "new_home": "A home opened, bought or funded",
        "closure": "A home closed or places given up",
        "fostering": "Recruitment of foster carers",
        "market": "Providers told what will be needed",
        "other": "Any other commissioning decision",
    },
    {},
    {},
)

NEEDED_BY = CodeSet(
    "needed_by",
    # The three answers of the Placements Data Standard, version 2 (July 2025, draft).
    {
        "today": "The same day: an emergency",
        "within_5_days": "Under five days",
        "later": "Five days or more",
        "not_said": "Not said",
    },
    {},
    {},
)

RATINGS = CodeSet(
    "rag",
    {
        "red": "Overdue",
        "amber": "Due soon, or said to be done and not shown",
        "green": "Done, with evidence, and checked",
        "grey": "Not enough is known, or nothing is due yet",
    },
    {},
    {},
)

SYMBOLS = {"red": "▲", "amber": "◆", "green": "●", "grey": "–"}
"""A symbol for each rating, so that none is told by colour alone."""

DECISIONS = Table(
    "decisions",
    "One dated commissioning decision of a co-operative",
    (
        Column("rcc", "Co-operative that decided", Kind.TEXT, required=True),
        Column("date", "Day of the decision", Kind.DATE, required=True),
        Column("kind", "What was decided", Kind.CODE, codes=DECISION_KINDS, required=True),
        Column("forecast_run", "Run of the regional forecast that it names; or blank", Kind.TEXT),
        Column("places", "Places it is about", Kind.INTEGER, unit="places", low=0),
    ),
    _SOURCE,
)

REFERRALS = Table(
    "referrals",
    "One search for a placement, without the child",
    (
        Column("referral", "Reference of the search, used only to find repeats", Kind.IDENTIFIER),
        Column("local_authority", "Placing authority: ONS code, DfE number or name", Kind.TEXT),
        Column("referred", "Day the search began", Kind.DATE, required=True),
        Column("placed", "Day the child was placed; blank while the search goes on", Kind.DATE),
        Column("withdrawn", "Day the search was given up; blank otherwise", Kind.DATE),
        Column("placement_type", "Kind of placement sought", Kind.CODE, codes=PLACEMENT_TYPES),
        Column("needs", "Level of need, 0 to 3", Kind.INTEGER, low=0, high=3),
        Column("needed_by", "How soon it was needed", Kind.CODE, codes=NEEDED_BY),
    ),
    _SOURCE,
)

PROCESS = Table(
    "process",
    "One measure of how things were done, in one area and quarter",
    (
        Column("measure", "What is measured", Kind.TEXT, required=True),
        Column("level", "all, region, rcc or local_authority", Kind.TEXT, required=True),
        Column("area", "All, region, co-operative or ONS code", Kind.TEXT, required=True),
        Column("period", "Quarter such as 2025Q2; All for every quarter", Kind.TEXT, required=True),
        Column("by", "all, kind, placement_type, needs, needed_by or reason", Kind.TEXT),
        Column("group", "Which of them; All where by is all", Kind.TEXT, required=True),
        Column("unit", "share or days", Kind.TEXT, required=True),
        Column("value", "The measure", Kind.NUMBER, low=0),
        Column("low", "Lower end of its 95% interval", Kind.NUMBER, low=0),
        Column("high", "Upper end of its 95% interval", Kind.NUMBER, low=0),
        Column("numerator", "Of these, how many it is true of", Kind.INTEGER, low=0),
        Column("denominator", "Decisions, referrals or placements", Kind.INTEGER, low=0),
        Column("still_open", "Referrals still searching on the day", Kind.INTEGER, low=0),
        Column("withdrawn", "Referrals given up", Kind.INTEGER, low=0),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
    ),
    _SOURCE,
    key=("measure", "level", "area", "period", "by", "group"),
)

MILESTONES_GIVEN = Table(
    "milestones_given",
    "One milestone as it stood when it was checked",
    (
        Column("rcc", "Co-operative", Kind.TEXT, required=True),
        Column("function", "Minimum function that it is part of", Kind.CODE, codes=FUNCTIONS),
        Column("milestone", "What will have been done", Kind.TEXT, required=True),
        Column("due", "Day first promised", Kind.DATE),
        Column("revised", "Later days promised instead, oldest first, spaces between", Kind.TEXT),
        Column("done", "Day it was done", Kind.DATE),
        Column("evidence", "Public link or title that shows it", Kind.TEXT),
        Column("checked_on", "Day that somebody checked all this", Kind.DATE),
        Column("note", "What to know", Kind.TEXT),
    ),
    _SOURCE,
)

MILESTONES = Table(
    "milestones",
    "One milestone of one co-operative, as it stood on a day",
    (
        Column("as_at", "The day", Kind.DATE, required=True),
        Column("rcc", "Co-operative", Kind.TEXT, required=True),
        Column("function", "Minimum function", Kind.CODE, codes=FUNCTIONS, required=True),
        Column("milestone", "What will have been done", Kind.TEXT, required=True),
        Column("rag", "Rating", Kind.CODE, codes=RATINGS, required=True),
        Column("symbol", "The rating as a symbol", Kind.TEXT, required=True),
        Column("state", "The rating in a word or two", Kind.TEXT, required=True),
        Column("rule", "Rule that gave it", Kind.TEXT, required=True),
        Column("due", "Day first promised", Kind.DATE),
        Column("due_now", "Day promised last", Kind.DATE),
        Column("times_moved", "How often the co-operative moved the day", Kind.INTEGER),
        Column("days_moved", "Days from the first promise to the last", Kind.INTEGER, unit="days"),
        Column("done", "Day it was done, as far as checked", Kind.DATE),
        Column("days_late", "Days from the first promise till done", Kind.INTEGER, unit="days"),
        Column("evidence", "Public link or title", Kind.TEXT),
        Column("checked_on", "Day of the last check", Kind.DATE),
        Column("checks", "Checks by then, all of them kept", Kind.INTEGER),
        Column("note", "What to know", Kind.TEXT),
    ),
    _SOURCE,
    key=("rcc", "function", "milestone"),
)

MILESTONE_STATES = Table(
    "milestone_states",
    "One earlier or present state of a milestone, as it was checked",
    (
        *MILESTONES_GIVEN.columns,
        Column("recorded_on", "Day the state was first put on record", Kind.DATE),
        Column("is_current", "1 for the state that the rating goes by", Kind.FLAG, required=True),
    ),
    _SOURCE,
)

MINIMUM_FUNCTIONS = Table(
    "minimum_functions",
    "One minimum function of one co-operative, as it stood on a day",
    (
        Column("as_at", "The day", Kind.DATE, required=True),
        Column("rcc", "Co-operative", Kind.TEXT, required=True),
        Column("function", "Minimum function", Kind.CODE, codes=FUNCTIONS, required=True),
        Column("meaning", "What it is", Kind.TEXT, required=True),
        Column("rag", "Rating of the worst milestone", Kind.CODE, codes=RATINGS, required=True),
        Column("symbol", "The rating as a symbol", Kind.TEXT, required=True),
        Column("milestones", "Milestones given", Kind.INTEGER),
        Column("red", "Of them red", Kind.INTEGER),
        Column("amber", "Of them amber", Kind.INTEGER),
        Column("green", "Of them green", Kind.INTEGER),
        Column("grey", "Of them grey", Kind.INTEGER),
        Column("moved", "Milestones whose day was moved", Kind.INTEGER),
        Column("times_moved", "How often, over all of them", Kind.INTEGER),
    ),
    _SOURCE,
    key=("rcc", "function"),
)

CALENDAR = Table(
    "calendar",
    "One planned look: what it waits for, what it could find and when its report is due",
    (
        Column("planned_look", "Which look of the plan", Kind.INTEGER, required=True),
        Column("state", "looked, this look, data are in or too early", Kind.TEXT, required=True),
        Column("waits_for", "Period that has to be published", Kind.TEXT, required=True),
        Column("data_end", "Last day of that period", Kind.DATE, required=True),
        Column("published", "Day its figures became or become public", Kind.DATE, required=True),
        Column("published_basis", "How that day is known", Kind.TEXT, required=True),
        Column("cut_off", "Last day of release that the look may use", Kind.DATE, required=True),
        Column("report_due", "Day its report is due", Kind.DATE, required=True),
        Column("treated", "Treated units with a whole period by then", Kind.INTEGER),
        Column("regions_left", "Units of inference by then, those among them", Kind.INTEGER),
        Column("assignments", "Ways of choosing who is treated", Kind.INTEGER),
        Column("alpha_spent", "Chance of a false finding spent by then", Kind.NUMBER),
        Column("attainable_p", "Smallest p-value that could come out", Kind.NUMBER),
        Column("finding_possible", "1 where the look could find anything", Kind.FLAG),
        Column("mde", "Smallest effect found 80 times in 100", Kind.NUMBER),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("planned_look",),
)
