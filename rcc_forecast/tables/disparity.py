"""Gaps between areas and between groups of children: what is counted, and what is said of it."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.evaluation import STAMPED

_SOURCE = "README, section Evaluation"

CHARACTERISTICS = ("ethnicity", "sex", "uasc")
"""What tells groups of children apart."""

UNACCOMPANIED, OTHER_THAN_UASC = "unaccompanied", "other"
"""Groups by `uasc`."""

UNKNOWN = "unknown"
"""Group of the children whose characteristic is not recorded: compared with nobody."""

AUTHORITIES = "authorities"
"""What `between` reads where authorities are compared, and not groups of children."""

PATHFINDERS, THE_REST = "pathfinders", "the rest"
"""What `among` reads, beside All."""

GROUP_OUTCOMES = Table(
    "group_outcomes",
    "One outcome of one group of children of one authority in one period",
    (
        Column("la_code", "Authority or other unit, kept as written", Kind.TEXT, required=True),
        Column("region", "Region it counts in, kept as written", Kind.TEXT, required=True),
        Column("period", "As in the panel", Kind.TEXT, required=True),
        Column("outcome", "What was measured", Kind.TEXT, required=True),
        Column("characteristic", "ethnicity, sex or uasc", Kind.TEXT, required=True),
        Column("group", "Which children: Black, female, unaccompanied", Kind.TEXT, required=True),
        Column("numerator", "Children with the outcome; c or x where withheld", Kind.NUMBER, low=0),
        Column("denominator", "Children it could be true of", Kind.NUMBER, low=0),
        Column("release_date", "Day on which the value became public", Kind.DATE),
    ),
    _SOURCE,
    key=("la_code", "period", "outcome", "characteristic", "group"),
)

DISPARITY = Table(
    "disparity",
    "One measure of a gap, between authorities or between groups, in one outcome and period",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("measure", "theil, gini, sd_beyond_chance, gap and others", Kind.TEXT),
        Column("value", "The measure; of shares of 0 to 1", Kind.NUMBER),
        Column("n_units", "Authorities compared", Kind.INTEGER),
        Column("children", "Children behind them", Kind.NUMBER, unit="children"),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        Column("between", "authorities, ethnicity, sex or uasc", Kind.TEXT, required=True),
        Column("group", "Group of children; All between authorities", Kind.TEXT, required=True),
        Column("among", "All, pathfinders or the rest", Kind.TEXT, required=True),
        Column("low", "Lower end of its 95% interval", Kind.NUMBER),
        Column("high", "Upper end of its 95% interval", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "period", "between", "group", "among", "measure"),
)

DISPARITY_EFFECTS = Table(
    "disparity_effects",
    "Whether a gap moved otherwise in pathfinders than in the rest",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("between", "authorities, ethnicity, sex or uasc", Kind.TEXT, required=True),
        Column("group", "Group of children; All between authorities", Kind.TEXT, required=True),
        Column("measure", "The gap, within each region", Kind.TEXT, required=True),
        Column("estimate", "Difference in differences of the measure", Kind.NUMBER),
        Column("low", "Lower end of its interval", Kind.NUMBER),
        Column("high", "Upper end of its interval", Kind.NUMBER),
        Column("p_value", "Share of assignments with as large an effect", Kind.NUMBER),
        Column("p_adjusted", "p-value of the family of all rows (Holm)", Kind.NUMBER),
        Column("inference", "region_permutation or donald_lang", Kind.TEXT, required=True),
        Column("attainable_p", "Smallest p-value that could come out", Kind.NUMBER),
        Column("n_regions", "Units of inference used", Kind.INTEGER),
        Column("periods", "Periods compared: those of the base, then those after", Kind.TEXT),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "between", "group", "measure", "inference"),
)
