"""What the comparison of regional with local forecasts and the cost of delay hand out."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.evaluation import STAMPED

_SOURCE = "README, section Evaluation"

POOLING_LOSSES = Table(
    "pooling_losses",
    "One authority's total, past forecast and lead: how far off, alone and by the region",
    (
        Column("region", "Region", Kind.CODE, required=True),
        Column("local_authority", "ONS code", Kind.CODE, required=True),
        Column("origin", "Last day that the forecast had seen", Kind.DATE, required=True),
        Column("lead", "Months ahead", Kind.INTEGER, unit="months", required=True, low=1),
        Column(
            "alone", "Absolute error from its own children", Kind.NUMBER, unit="children", low=0
        ),
        Column(
            "shared_rates",
            "Absolute error where rates lean on the region's",
            Kind.NUMBER,
            unit="children",
            low=0,
        ),
        Column(
            "share_of_region",
            "Absolute error of its share of the region's forecast",
            Kind.NUMBER,
            unit="children",
            low=0,
        ),
    ),
    key=("local_authority", "origin", "lead"),
)

SKILL = Table(
    "skill",
    "One region and lead: did a forecast that leans on the region miss by less?",
    (
        Column("region", "Region, or All", Kind.CODE, required=True),
        Column("pooled_by", "shared_rates or share_of_region", Kind.CODE, required=True),
        Column("lead", "Months ahead; empty for every lead together", Kind.INTEGER, unit="months"),
        Column("headline", "1 for the one row that the summary goes by", Kind.FLAG, required=True),
        Column("authorities", "Authorities compared", Kind.INTEGER),
        Column("origins", "Past forecasts compared", Kind.INTEGER),
        Column("origins_needed", "Past forecasts that a p-value needs", Kind.INTEGER),
        Column(
            "difference", "Mean absolute error less that made alone", Kind.NUMBER, unit="children"
        ),
        Column("low", "Lower end of its 95% interval", Kind.NUMBER, unit="children"),
        Column("high", "Upper end of its 95% interval", Kind.NUMBER, unit="children"),
        Column("p_value", "Of equal skill; empty where not made", Kind.NUMBER, low=0, high=1),
        Column("p_adjusted", "p-value of all rows but the headline (Holm)", Kind.NUMBER),
        Column("degrees_of_freedom", "Cosines behind the p-value", Kind.INTEGER),
        Column("gain", "1 − error / error of the forecast made alone", Kind.NUMBER),
        Column("note", "What to know, or why there is no p-value", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
)

DELAY = Table(
    "delay",
    "One sum in pounds of today's value, with its interval",
    (
        Column("quantity", "What is summed; above 0 delay costs", Kind.TEXT, required=True),
        Column("best", "With every assumption at its best", Kind.NUMBER, unit="GBP"),
        Column("low", "2.5% of draws lie below", Kind.NUMBER, unit="GBP"),
        Column("median", "Half of draws lie below", Kind.NUMBER, unit="GBP"),
        Column("high", "2.5% of draws lie above", Kind.NUMBER, unit="GBP"),
        Column("price_year", "Year whose prices all sums are in", Kind.INTEGER, required=True),
        Column("note", "What to know", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
)

TORNADO = Table(
    "tornado",
    "One assumption moved from end to end of its interval, the others at their best",
    (
        Column("assumption", "Which one", Kind.TEXT, required=True),
        Column("low", "Low end of the assumption", Kind.NUMBER),
        Column("high", "High end of the assumption", Kind.NUMBER),
        Column("cost_at_low", "Cost of delay at the low end", Kind.NUMBER, unit="GBP"),
        Column("cost_at_high", "Cost of delay at the high end", Kind.NUMBER, unit="GBP"),
        Column("swing", "How far apart the two are; widest first", Kind.NUMBER, unit="GBP"),
        *STAMPED,
    ),
    _SOURCE,
)

ASSUMPTIONS = Table(
    "assumptions",
    "One assumption, as it was given",
    (
        Column("assumption", "Which one", Kind.TEXT, required=True),
        Column("unit", "Of the figures", Kind.TEXT, required=True),
        Column("low", "2.5% believed to lie below", Kind.NUMBER, required=True),
        Column("best", "As likely above as below", Kind.NUMBER, required=True),
        Column("high", "2.5% believed to lie above", Kind.NUMBER, required=True),
        Column("source", "Where it comes from", Kind.TEXT, required=True),
        *STAMPED,
    ),
    _SOURCE,
)

PUBLISHED = Table(
    "published",
    "One published total, to stand beside and not to be scaled",
    (
        Column("publisher", "Who published it", Kind.TEXT, required=True),
        Column("published", "Day it was published", Kind.TEXT, required=True),
        Column("subject", "What was delayed", Kind.TEXT, required=True),
        Column("years", "Years summed over", Kind.INTEGER, unit="years"),
        Column("cost_of_delay", "Total for England; above 0 delay costs", Kind.NUMBER, unit="GBP"),
        Column("note", "Why it is not an estimate for a co-operative", Kind.TEXT, required=True),
        *STAMPED,
    ),
    _SOURCE,
)
