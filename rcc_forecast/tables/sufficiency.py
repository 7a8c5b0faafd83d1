"""The balance: demand set against usable homes, one row an area, kind and month."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

RAG = CodeSet(
    "rag",
    {
        "red": "Short of homes more likely than not",
        "amber": "A shortage is possible, or choice is thin",
        "green": "Enough homes in most futures, with choice to spare",
        "grey": "No capacity is meant or known",
    },
    {},
    {},
)

BALANCE = Table(
    "balance",
    "Demand against usable homes in one area, kind of placement and month",
    (
        Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
        Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT),
        Column(
            "placement_type",
            "Kind of placement; All: every child; planned: the kinds that are planned for",
            Kind.TEXT,
        ),
        Column("age_band", "Age band; All", Kind.TEXT),
        Column("population", "uasc, other or All", Kind.TEXT),
        Column("measure", "children: at the month's end", Kind.TEXT),
        Column("month", "Last day of the month, ISO", Kind.TEXT),
        Column("horizon", "Months ahead", Kind.INTEGER, low=1),
        Column("demand_mean", "Children expected", Kind.NUMBER, unit="children"),
        Column("capacity_approved", "Places approved in homes open", Kind.NUMBER, unit="places"),
        Column(
            "capacity_usable",
            "Places for the area's own children: those they live in, and those free",
            Kind.NUMBER,
            unit="places",
        ),
        Column(
            "occupied_by_others",
            "Places used by other areas' children or closed to placements",
            Kind.NUMBER,
            unit="places",
        ),
        Column("gap_mean", "Demand less usable places; above 0 is short", Kind.NUMBER),
        Column("gap_q10", "Gap that one future in ten stays under", Kind.NUMBER),
        Column("gap_q90", "Gap that one future in ten exceeds", Kind.NUMBER),
        Column("p_shortfall", "Share of futures that are short, 0 to 1", Kind.NUMBER),
        Column("expected_shortfall", "Mean over futures of places missing", Kind.NUMBER),
        Column("rag", "Rating", Kind.CODE, codes=RAG, required=True),
        Column("rag_reason", "Why, in words", Kind.TEXT, required=True),
        Column("weekly_cost_mean", "Cost of the placements", Kind.NUMBER, unit="GBP a week"),
        Column("weekly_cost_q10", "One future in ten costs less", Kind.NUMBER, unit="GBP a week"),
        Column("weekly_cost_q90", "One future in ten costs more", Kind.NUMBER, unit="GBP a week"),
        Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    "README, section Sufficiency",
)
