"""What scenarios changed: by which assumption, how surely, and side by side."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

ANSWERS = CodeSet(
    "answer",
    {
        "children": "Children looked after at the month's end",
        "gap": "Children less usable places; above 0 is short",
        "shortfall": "Places missing; 0 where there are places to spare",
        "spend": "Cost of the placements, GBP a week",
    },
    {},
    {},
)
"""What a scenario is judged by."""

KEYS = (
    Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
    Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT),
    Column(
        "placement_type",
        "Kind of placement; All: every child; planned: the kinds that are planned for",
        Kind.TEXT,
    ),
    Column("month", "Last day of the month, ISO", Kind.TEXT),
    Column("horizon", "Months ahead", Kind.INTEGER, low=1),
    Column("measure", "Which answer", Kind.CODE, codes=ANSWERS, required=True),
    Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
)
"""What an answer is about."""

_NAME = Column("local_authority_name", "Name of the authority", Kind.TEXT)

WATERFALL = Table(
    "waterfall",
    "From the answer as things are to the scenario's, one row an assumption",
    (
        *KEYS,
        Column("step", "Order of the rows: 0 as things are, then blocks of the file", Kind.INTEGER),
        Column("block", "Block of the scenario; as is and scenario at the ends", Kind.TEXT),
        Column("mean", "What it adds, on average; at the ends, the answer", Kind.NUMBER),
        Column("q10", "One future in ten has less", Kind.NUMBER),
        Column("q90", "One future in ten has more", Kind.NUMBER),
        Column("after", "The answer so far; the last block's is the scenario's", Kind.NUMBER),
        Column(
            "share_of_spread",
            "Share of the variance of the scenario's answer that the block's intervals explain",
            Kind.NUMBER,
            low=0,
            high=1,
        ),
        Column("method", "How joint effects were shared out", Kind.TEXT),
        _NAME,
    ),
    "README, section Scenario",
)

SCENARIO_DRAWS = Table(
    "scenario_draws",
    "One assumption that is an interval, and one answer",
    (
        *KEYS,
        Column("assumption", "Block and key", Kind.TEXT, required=True),
        Column("low", "Least value drawn", Kind.NUMBER),
        Column("high", "Greatest value drawn", Kind.NUMBER),
        Column("drawn_mean", "Mean of what was drawn", Kind.NUMBER),
        Column(
            "adds_low", "What its block adds, in the half of futures with low values", Kind.NUMBER
        ),
        Column("adds_high", "What it adds in the half of high values", Kind.NUMBER),
        Column(
            "share_of_spread",
            "Share of the variance of the answer that it explains by itself",
            Kind.NUMBER,
            low=0,
            high=1,
        ),
        _NAME,
    ),
    "README, section Scenario",
)

COMPARISON = Table(
    "compare",
    "One answer under one scenario, beside the first folder's, future by future",
    (
        *KEYS,
        Column("scenario", "Which folder", Kind.TEXT, required=True),
        Column("base_mean", "Mean of the first folder's answer", Kind.NUMBER),
        Column("mean", "Mean of this one's", Kind.NUMBER),
        Column("difference_mean", "This less the first", Kind.NUMBER),
        Column("difference_q10", "One future in ten differs by less", Kind.NUMBER),
        Column("difference_q90", "One future in ten differs by more", Kind.NUMBER),
        Column(
            "p_below_0", "Share of futures in which this one is less", Kind.NUMBER, low=0, high=1
        ),
        Column(
            "p_above_0", "Share of futures in which this one is more", Kind.NUMBER, low=0, high=1
        ),
        _NAME,
    ),
    "README, section Scenario",
)
