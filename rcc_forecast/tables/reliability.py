"""Reliability: what was said of shortages at past origins, and how often they came."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

RELIABLE = CodeSet(
    "reliable",
    {
        "yes": "What was said agrees with what came, within its doubt",
        "no": "Shown wrong by more than its doubt",
        "unknown": "Too few past cases to say",
    },
    {},
    {},
)

RELIABILITY = Table(
    "reliability",
    "Probabilities of shortage said at past origins, in one decile, against what came",
    (
        Column(
            "placement_type",
            "Kind of placement; planned: all kinds together",
            Kind.TEXT,
            required=True,
        ),
        Column("lead", "Months ahead; All together", Kind.TEXT, required=True),
        Column("decile", "Of the probability said: 1 is up to 10%; All", Kind.TEXT, required=True),
        Column("n", "Cases: authority, origin, lead and threshold", Kind.INTEGER, low=0),
        Column("origins", "Past origins they come from", Kind.INTEGER, low=0),
        Column("said", "Mean probability said, 0 to 1", Kind.NUMBER, low=0, high=1),
        Column("happened", "Share that were short, 0 to 1", Kind.NUMBER, low=0, high=1),
        Column(
            "happened_q10",
            "80% interval of that share, cases of one origin counted as akin",
            Kind.NUMBER,
        ),
        Column("happened_q90", "Its upper end", Kind.NUMBER),
        Column(
            "reliable", "Verdict on the kind and lead", Kind.CODE, codes=RELIABLE, required=True
        ),
        Column("note", "Why, in words", Kind.TEXT, required=True),
        Column(
            "came_over_expected",
            "Children who came over those forecast, all cells of the row together; deciles: blank",
            Kind.NUMBER,
        ),
    ),
    "README, section Sufficiency",
    key=("placement_type", "lead", "decile"),
)
