"""Cost and quality variation between authorities: what goes together, and what is left over."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.evaluation import STAMPED

_SOURCE = "README, section Evaluation"
_MODEL = Column("model", "mixed_linear, or ordinal for grades in order", Kind.TEXT, required=True)

VARIATION = Table(
    "variation",
    "One characteristic of authorities and the outcome that goes together with it",
    (
        Column("outcome", "Outcome of the panel, or grades", Kind.TEXT, required=True),
        _MODEL,
        Column("group", "Group of characteristics it is named in", Kind.TEXT, required=True),
        Column("characteristic", "Outcome of the panel it is", Kind.TEXT, required=True),
        Column(
            "estimate",
            "Difference in the outcome where the characteristic is one unit higher and all "
            "others are alike; log odds of a better grade in the ordinal model",
            Kind.NUMBER,
        ),
        Column("low", "Lower end of its 95% interval", Kind.NUMBER),
        Column("high", "Upper end of its 95% interval", Kind.NUMBER),
        Column(
            "standardised",
            "The same in standard deviations of authorities, of both; in the ordinal model of "
            "the characteristic alone",
            Kind.NUMBER,
        ),
        Column("standardised_low", "Lower end of its 95% interval", Kind.NUMBER),
        Column("standardised_high", "Upper end of its 95% interval", Kind.NUMBER),
        Column("p_value", "Of no difference", Kind.NUMBER, low=0, high=1),
        Column("p_adjusted", "p-value of all characteristics together (Holm)", Kind.NUMBER),
        Column("n_units", "Authorities compared", Kind.INTEGER),
        Column("n_regions", "Regions they lie in", Kind.INTEGER),
        Column("periods", "Periods of the outcome", Kind.TEXT),
        Column("note", "What to know", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "characteristic"),
)

VARIATION_SHARES = Table(
    "variation_shares",
    "One part of the variance between authorities; the parts add up to 1",
    (
        Column("outcome", "Outcome of the panel, or grades", Kind.TEXT, required=True),
        _MODEL,
        Column(
            "part",
            "A group of characteristics; regions, lasting and passing are what it leaves over",
            Kind.TEXT,
            required=True,
        ),
        Column("share", "Share of the variance; a group's by averaging over orders", Kind.NUMBER),
        Column("low", "Lower end of its 95% interval, by bootstrap", Kind.NUMBER),
        Column("high", "Upper end of its 95% interval, by bootstrap", Kind.NUMBER),
        Column("note", "What to know", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "part"),
)

VARIATION_AUTHORITIES = Table(
    "variation_authorities",
    "One authority beside what is expected of authorities like it; in order of code, not of merit",
    (
        Column("outcome", "Outcome of the panel, or grades", Kind.TEXT, required=True),
        Column("la_code", "Authority, as in the panel", Kind.TEXT, required=True),
        Column("region", "Region it lies in", Kind.TEXT, required=True),
        Column("observed", "Mean over the periods, differences of periods apart", Kind.NUMBER),
        Column("expected", "Of authorities with its characteristics", Kind.NUMBER),
        Column("difference", "Observed less expected", Kind.NUMBER),
        Column(
            "unexplained",
            "The lasting part of the difference, nearer to 0 where the years waver",
            Kind.NUMBER,
        ),
        Column("low", "Lower end of its 95% interval", Kind.NUMBER),
        Column("high", "Upper end of its 95% interval", Kind.NUMBER),
        Column("low_for_all", "Lower end that holds for all authorities at once", Kind.NUMBER),
        Column("high_for_all", "Upper end that holds for all authorities at once", Kind.NUMBER),
        Column("of_region", "The part of it that the region shares", Kind.NUMBER),
        Column(
            "reading",
            "above or below only where the interval for all leaves 0 out; else as expected",
            Kind.TEXT,
        ),
        Column("note", "What to know, or why it is left out", Kind.TEXT),
        *STAMPED,
    ),
    _SOURCE,
    key=("outcome", "la_code"),
)
