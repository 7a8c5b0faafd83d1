"""Figures behind the charts of an evaluation's report, one table a chart."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.evaluation import STAMPED

_SOURCE = "README, section Evaluation"

SIMILAR, OUTSIDE_95, OUTSIDE_998 = "similar", "outside 95%", "outside 99.8%"
WITHHELD, NOT_COMPARED = "withheld", "not compared"
"""What `reading` of `FUNNEL` says of an authority; none of it is a place in a list."""

PATHS = Table(
    "paths",
    "One treated region in one period, beside what was made to match it",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "Which comparison", Kind.TEXT, required=True),
        Column("region", "Treated region", Kind.TEXT, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("phase", "base, between or after", Kind.TEXT, required=True),
        Column("treated", "Outcome of the region", Kind.NUMBER),
        Column("synthetic", "Outcome of its comparison", Kind.NUMBER),
        Column("gap", "The one less the other", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

PLACEBO_GAPS = Table(
    "placebo_gaps",
    "Gap of one region to its own synthetic comparison in one period, treated or not",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "Which comparison", Kind.TEXT, required=True),
        Column("region", "Region that plays the treated one", Kind.TEXT, required=True),
        Column("is_treated", "1 for those truly treated", Kind.FLAG, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("gap", "Outcome less that of the comparison", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

FUNNEL = Table(
    "funnel",
    "One authority in the latest period, and where its share ought to lie were all alike",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("la_code", "Authority", Kind.TEXT, required=True),
        Column("region", "Its region", Kind.TEXT, required=True),
        Column("children", "Children it could be true of", Kind.NUMBER, unit="children", low=0),
        Column("value", "Share with the outcome", Kind.NUMBER),
        Column("expected", "Share of all authorities together", Kind.NUMBER),
        Column("low_95", "Lower 95% limit, widened for common unrest", Kind.NUMBER),
        Column("high_95", "Upper 95% limit", Kind.NUMBER),
        Column("low_998", "Lower 99.8% limit", Kind.NUMBER),
        Column("high_998", "Upper 99.8% limit", Kind.NUMBER),
        Column("reading", "similar, outside 95% or outside 99.8%", Kind.TEXT, required=True),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "period", "la_code"),
)

XMR = Table(
    "xmr",
    "One region in one period, and the limits of its process",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("region", "All, or one region", Kind.TEXT, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("value", "Outcome", Kind.NUMBER),
        Column("mean", "Mean of the baseline", Kind.NUMBER),
        Column("low", "Lower process limit", Kind.NUMBER),
        Column("high", "Upper process limit", Kind.NUMBER),
        Column("rules", "Rules that the point breaks, with spaces between", Kind.TEXT),
        Column("note", "Baseline, or why there are no limits", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "region", "period"),
)
