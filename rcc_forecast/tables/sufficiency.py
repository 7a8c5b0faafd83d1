"""The balance of demand and homes, the steps of supply behind it, and who waits elsewhere."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

RAG = CodeSet(
    "rag",
    {
        "red": "Acting costs less than the places likely to be missing",
        "amber": "At least half way to red, or choice is thin",
        "green": "Enough homes in most futures, with choice to spare",
        "grey": "No capacity is meant or known, or the evidence is not enough",
    },
    {},
    {},
)

_STEPS = (
    Column(
        "places_closed",
        "Of them, closed to placements, such as for staffing",
        Kind.NUMBER,
        unit="places",
    ),
    Column("places_used_by_others", "Used by other areas' children", Kind.NUMBER, unit="places"),
    Column(
        "places_unsuited",
        "Free, but not for children of the ages, sexes and needs expected",
        Kind.NUMBER,
        unit="places",
    ),
    Column(
        "places_to_come",
        "Expected of carers not yet in the register, net of those who leave; less places in homes "
        "expected to close without a date",
        Kind.NUMBER,
        unit="places",
    ),
)

_AREA = (
    Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
    Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT),
    Column("placement_type", "Kind of placement; planned: all of them", Kind.TEXT),
    Column("month", "Last day of the month, ISO", Kind.TEXT),
    Column("horizon", "Months ahead", Kind.INTEGER, low=1),
)

_NAMES = (
    Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
    Column("local_authority_name", "Name of the authority", Kind.TEXT),
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
        Column("age_band", "Age band, for kinds that are planned; All", Kind.TEXT),
        Column("population", "uasc, other or All", Kind.TEXT),
        Column("measure", "children: at the month's end", Kind.TEXT),
        Column("month", "Last day of the month, ISO", Kind.TEXT),
        Column("horizon", "Months ahead", Kind.INTEGER, low=1),
        Column("demand_mean", "Children expected", Kind.NUMBER, unit="children"),
        Column(
            "capacity_approved",
            "Places approved in homes open; blank by age band, since homes take several",
            Kind.NUMBER,
            unit="places",
        ),
        Column(
            "capacity_usable",
            "Places for the area's own children: those they live in, and those free that suit; "
            "by age band, a fair share of the places that several bands can use",
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
        Column(
            "p_shortfall",
            "Share of futures in which a child is without a place, 0 to 1; by age band, in which "
            "the band is among those that compete for too few",
            Kind.NUMBER,
        ),
        Column("expected_shortfall", "Mean over futures of places missing", Kind.NUMBER),
        Column("rag", "Rating", Kind.CODE, codes=RAG, required=True),
        Column("rag_reason", "Why, in words", Kind.TEXT, required=True),
        Column("weekly_cost_mean", "Cost of the placements", Kind.NUMBER, unit="GBP a week"),
        Column("weekly_cost_q10", "One future in ten costs less", Kind.NUMBER, unit="GBP a week"),
        Column("weekly_cost_q90", "One future in ten costs more", Kind.NUMBER, unit="GBP a week"),
        Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
        *_STEPS,
        Column(
            "demand_needed_mean",
            "Children expected to need this kind, wherever they live; blank where not known",
            Kind.NUMBER,
            unit="children",
        ),
        Column("gap_needed_mean", "Those less usable places", Kind.NUMBER),
        Column("p_shortfall_needed", "p_shortfall, by the kind needed", Kind.NUMBER),
        Column("expected_shortfall_needed", "expected_shortfall, by the kind needed", Kind.NUMBER),
    ),
    "README, section Sufficiency",
)

SUPPLY = Table(
    "supply",
    "From places approved to places usable, in one area, kind and month: each step and its source",
    (
        *_AREA,
        Column("capacity_approved", "Places approved in homes open", Kind.NUMBER, unit="places"),
        Column("approved_source", "Where that is from", Kind.TEXT, required=True),
        _STEPS[0],
        Column("closed_source", "Where that is from", Kind.TEXT, required=True),
        Column(
            "capacity_available", "Approved less closed to placements", Kind.NUMBER, unit="places"
        ),
        _STEPS[1],
        Column("others_source", "Where that is from", Kind.TEXT, required=True),
        Column("own_residents", "Places own children live in", Kind.NUMBER, unit="places"),
        Column("free", "Places free, and of homes that open", Kind.NUMBER, unit="places"),
        _STEPS[2],
        Column("suited_source", "Where that is from", Kind.TEXT, required=True),
        _STEPS[3],
        Column("flow_source", "Where that is from", Kind.TEXT, required=True),
        Column(
            "capacity_usable",
            "What is left: approved less closed, others and unsuited, plus places to come",
            Kind.NUMBER,
            unit="places",
        ),
        Column(
            "living_elsewhere",
            "Own children who live outside the area's homes on the as-of day",
            Kind.NUMBER,
            unit="children",
        ),
        *_NAMES,
    ),
    "README, section Sufficiency",
    key=("region", "local_authority", "placement_type", "month", "rcc"),
)

SUBSTITUTION = Table(
    "substitution",
    "Children who live in one kind of home, by the kind they need, in one area and month",
    (
        Column("region", "Region; All for England and for a co-operative", Kind.TEXT),
        Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT),
        Column("lived_in", "Kind of placement they live in", Kind.TEXT),
        Column("needed", "Kind that is preferred for them", Kind.TEXT),
        Column("age_band", "Age band; All", Kind.TEXT),
        Column("month", "Last day of the month, ISO", Kind.TEXT),
        Column("horizon", "Months ahead", Kind.INTEGER, low=1),
        Column("share_mean", "Share of those who live in the kind, 0 to 1", Kind.NUMBER),
        Column("share_q10", "One future in ten has less", Kind.NUMBER),
        Column("share_q90", "One future in ten has more", Kind.NUMBER),
        Column("children_mean", "Children", Kind.NUMBER, unit="children"),
        Column("children_q10", "One future in ten has fewer", Kind.NUMBER, unit="children"),
        Column("children_q90", "One future in ten has more", Kind.NUMBER, unit="children"),
        Column("source", "Where that is from", Kind.TEXT, required=True),
        *_NAMES,
    ),
    "README, section Sufficiency; suitability: Placements Data Standard v2",
)
