"""The panel that an evaluation reads, and every table that it hands out.

Numbers stay numbers in all of them, an empty cell is a figure that was not
made, and ``note`` says why. The last three columns say by which specification,
at which look, and whether that was logged before.
"""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table

_SOURCE = "README, section Evaluation"

PANEL = Table(
    "panel",
    "One outcome of one authority in one period",
    (
        Column("la_code", "Authority or other unit, kept as written", Kind.TEXT, required=True),
        Column("region", "Region it counts in, kept as written", Kind.TEXT, required=True),
        Column("period", "2025 (year to 31 March), 2025Q1 or 2025-03", Kind.TEXT, required=True),
        Column("outcome", "What was measured", Kind.TEXT, required=True),
        Column("numerator", "Children with the outcome; c or x where withheld", Kind.NUMBER, low=0),
        Column("denominator", "Children it could be true of", Kind.NUMBER, low=0),
        Column("value", "The outcome in its own unit; a share is 0 to 1", Kind.NUMBER),
        Column("release_date", "Day on which the value became public", Kind.DATE),
    ),
    _SOURCE,
    key=("la_code", "period", "outcome"),
)

STAMPED = (
    Column("spec_sha256", "SHA-256 of the specification", Kind.TEXT, required=True),
    Column("look", "Which of the planned looks this is: 2 of 4", Kind.TEXT, required=True),
    Column("stamp", "EXPLORATORY, or when the specification was logged", Kind.TEXT, required=True),
)
"""The last columns of every table of an evaluation."""


def before_stamp(table: Table) -> list[str]:
    """Give the names of a table's columns, those of the stamp left out."""
    stamp = {column.name for column in STAMPED}
    return [name for name in table.names if name not in stamp]


_FIGURES = (
    Column("estimate", "Effect, in the unit of the outcome", Kind.NUMBER),
    Column("low", "Lower end of its interval", Kind.NUMBER),
    Column("high", "Upper end of its interval", Kind.NUMBER),
    Column("p_value", "Share of assignments with as large an effect", Kind.NUMBER, low=0, high=1),
    Column("inference", "How interval and p-value were made", Kind.TEXT),
    Column("attainable_p", "Smallest p-value that could come out", Kind.NUMBER, low=0, high=1),
    Column("n_regions", "Units of inference used", Kind.INTEGER),
    Column("n_units", "Authorities or other units behind them", Kind.INTEGER),
    Column("periods", "Periods compared: those of the base, then those after", Kind.TEXT),
    Column("note", "What to know, or why there is no figure", Kind.TEXT),
)

ESTIMATES = Table(
    "estimates",
    "One effect by one estimator with one kind of inference",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "How the effect was estimated", Kind.TEXT, required=True),
        Column("estimand", "What it is an effect on: att", Kind.TEXT, required=True),
        Column("region", "All, or one treated region", Kind.TEXT, required=True),
        *_FIGURES,
        Column("standard_error", "Of the estimate, where one is made", Kind.NUMBER, low=0),
        Column("p_adjusted", "p-value of the family of further outcomes (Holm)", Kind.NUMBER),
        Column("p_romano_wolf", "The same on permutations that all outcomes share", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

EVENT_STUDY = Table(
    "event_study",
    "One effect in one period, or at one distance from delivery",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "How the effect was estimated", Kind.TEXT, required=True),
        Column("estimand", "att_gt or event_time", Kind.TEXT, required=True),
        Column("region", "All, or one treated region", Kind.TEXT, required=True),
        Column("group", "First treated period of the group", Kind.TEXT),
        Column("period", "Period of the effect", Kind.TEXT),
        Column("event_time", "Periods since the first treated one", Kind.INTEGER),
        Column("estimate", "Effect, in the unit of the outcome", Kind.NUMBER),
        Column("standard_error", "Of the estimate, where one is made", Kind.NUMBER, low=0),
        Column("low", "Lower end of its interval", Kind.NUMBER),
        Column("high", "Upper end of its interval", Kind.NUMBER),
        Column("p_value", "Of no effect in this period", Kind.NUMBER),
        Column("inference", "How interval and p-value were made", Kind.TEXT),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
)

WEIGHTS = Table(
    "weights",
    "One weight of a synthetic comparison",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "Which comparison", Kind.TEXT, required=True),
        Column("region", "Treated region that it is for", Kind.TEXT, required=True),
        Column("kind", "donor, period or predictor", Kind.TEXT, required=True),
        Column("name", "Region, period or predictor with the weight", Kind.TEXT, required=True),
        Column("weight", "Its weight", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

PLACEBOS = Table(
    "placebos",
    "What would have been found had these regions been the treated ones",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "How the effect was estimated", Kind.TEXT, required=True),
        Column("inference", "Which set of placebos", Kind.TEXT, required=True),
        Column("regions", "Regions that play the treated ones", Kind.TEXT, required=True),
        Column("is_treated", "1 for those truly treated", Kind.FLAG, required=True),
        Column("estimate", "What would have been found", Kind.NUMBER),
        Column("statistic", "What the ranks go by: size, t or ratio of misfit", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

POWER = Table(
    "power",
    "What could be seen, by date and by number of regions left",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("inference", "donald_lang or region_permutation", Kind.TEXT, required=True),
        Column("regions_left", "Regions, the treated ones included", Kind.INTEGER),
        Column("post_periods", "Full periods since delivery", Kind.INTEGER),
        Column("period", "The last of them", Kind.TEXT),
        Column("date", "Day on which it ends", Kind.TEXT),
        Column("mde", "Smallest effect found 80 times in 100", Kind.NUMBER),
        Column("attainable_p", "Smallest p-value that could come out", Kind.NUMBER),
        Column("power_at_half", "Chance to find an effect of half that size", Kind.NUMBER),
        Column("exaggeration", "Mean found over true size then, when found", Kind.NUMBER),
        Column("wrong_sign", "Share with the wrong sign then, when found", Kind.NUMBER),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        Column("mde_low", "mde if region shocks are as mild as they may be", Kind.NUMBER),
        Column("mde_high", "mde if region shocks are as strong as they may be", Kind.NUMBER),
        Column("mde_spending", "mde by then with alpha spent over the looks", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

ROBUSTNESS = Table(
    "robustness",
    "The primary outcome with one choice changed, always in the same order",
    (
        Column("row", "The choice that was changed", Kind.TEXT, required=True),
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("estimator", "How the effect was estimated", Kind.TEXT, required=True),
        Column("region", "All, or the region the row is about", Kind.TEXT, required=True),
        *_FIGURES,
        Column("p_value_t", "p-value by t, which allows for regions' sizes", Kind.NUMBER),
        *STAMPED,
    ),
    _SOURCE,
)

SENSITIVITY = Table(
    "sensitivity",
    "The effect if trends had bent as much as M a period",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("restriction", "smoothness", Kind.TEXT, required=True),
        Column("event_time", "Periods since the first treated one", Kind.INTEGER),
        Column("m", "Largest bend of the trend a period", Kind.NUMBER),
        Column("low", "Lower end of the honest interval", Kind.NUMBER),
        Column("high", "Upper end of the honest interval", Kind.NUMBER),
        Column("breakdown", "1 where the interval first holds zero", Kind.FLAG),
        Column("note", "What to know, or why there is no figure", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
)

LINES = Table(
    "lines",
    "One outcome of one region in one period: what the chart of page 1 draws",
    (
        Column("outcome", "Outcome of the panel", Kind.TEXT, required=True),
        Column("region", "Region or unit", Kind.TEXT, required=True),
        Column("period", "Period", Kind.TEXT, required=True),
        Column("value", "Pooled share, or the mean of the region's units", Kind.NUMBER),
        Column("low", "With withheld cells at 1", Kind.NUMBER),
        Column("high", "With withheld cells at 5", Kind.NUMBER),
        Column("phase", "base, between, after or donor", Kind.TEXT, required=True),
        *STAMPED,
    ),
    _SOURCE,
)
