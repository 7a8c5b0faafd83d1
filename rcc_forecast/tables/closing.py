"""Closing the gap: what would have to be true for a shortage to become unlikely."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

CLOSING_LEVERS = CodeSet(
    "lever",
    {
        "places": "More usable places",
        "fewer_entrants": "Fewer children who come into care, from next month on",
        "shorter_stays": "Shorter stays in care, from next month on",
        "recruit": "More foster households recruited, every month from now on",
        "move": "Children who live in another kind of home instead",
    },
    {},
    {},
)

CLOSING = Table(
    "closing",
    "What one lever alone would have to do for one gap to close",
    (
        Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
        Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT),
        Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
        Column("placement_type", "Kind of placement", Kind.TEXT, required=True),
        Column(
            "month",
            "The worst month ahead, or the last; its last day, ISO",
            Kind.TEXT,
            required=True,
        ),
        Column("horizon", "Months ahead", Kind.INTEGER, low=1),
        Column("p_shortfall", "Probability of shortage as things are, 0 to 1", Kind.NUMBER),
        Column("target", "Probability it is to fall below", Kind.NUMBER),
        Column("lever", "What is changed", Kind.CODE, codes=CLOSING_LEVERS, required=True),
        Column("unit", "Of the next three columns", Kind.TEXT, required=True),
        Column("needed", "Least change that is enough; blank: none in range is", Kind.NUMBER),
        Column("needed_q10", "Its 80% interval, of futures drawn: lower end", Kind.NUMBER),
        Column("needed_q90", "Upper end; blank: beyond the range", Kind.NUMBER),
        Column("possible", "yes: the lever alone can close the gap within range", Kind.TEXT),
        Column("sentence", "The same in words", Kind.TEXT, required=True),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    "README, section Sufficiency",
    key=("region", "local_authority", "rcc", "placement_type", "month", "lever"),
)
