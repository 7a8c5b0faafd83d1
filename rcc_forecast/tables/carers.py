"""Foster carers: households and their places, today and ahead, with doubt of their own."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

CARER_MEASURES = CodeSet(
    "measure",
    {
        "households": "Foster households at the month's end",
        "approved": "Places they are approved for",
        "filled": "Places in which a child lives",
        "vacant": "Places that could be filled",
        "not_available": "Places that cannot be used: resting, one child's needs, family reasons",
        "recruited": "Households that joined in the month",
        "left": "Households that left in the month",
    },
    {},
    {},
)

CARERS = Table(
    "carers",
    "One measure of foster carers, other than relatives and friends, in one area and month",
    (
        Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
        Column("local_authority", "Authority they live in, ONS code; All where summed", Kind.TEXT),
        Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
        Column(
            "month", "Last day of the month, ISO; horizon 0: the day of the register", Kind.TEXT
        ),
        Column("horizon", "Months ahead; 0 today", Kind.INTEGER, low=0),
        Column("measure", "What is counted", Kind.CODE, codes=CARER_MEASURES, required=True),
        Column("mean", "Expected; filled, vacant and not available sum to approved", Kind.NUMBER),
        Column("q10", "One future in ten is below", Kind.NUMBER),
        Column("q90", "One future in ten is above", Kind.NUMBER),
        Column("source", "Where level and rates come from", Kind.TEXT, required=True),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    "README, section Sufficiency",
    key=("region", "local_authority", "rcc", "horizon", "measure"),
)
