"""What a simulation of arrivals tells: policies, places to hold back, who gave and took."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.placement import PRICES

ARRIVALS = Table(
    "arrivals",
    "One way of answering families who arrive, in one replication or on average",
    (
        Column("policy", "How the desk answers", Kind.TEXT, required=True),
        Column("replication", "Its number, or mean", Kind.TEXT, required=True),
        Column("net_points", "Points without each family's first home", Kind.NUMBER, unit="points"),
        Column("standard_error", "Of the mean over replications", Kind.NUMBER, unit="points"),
        Column("unplaced", "Children without a home", Kind.NUMBER, unit="children"),
        Column("together_pct", "Sibling groups in one home", Kind.NUMBER, unit="per cent"),
        Column("over_20_miles_pct", "Children placed beyond", Kind.NUMBER, unit="per cent"),
        Column("mean_miles", "From the family home", Kind.NUMBER, unit="miles"),
        Column(
            "share_of_gap_closed",
            "Of the points between the nearest home and hindsight: 0 as the nearest home, 1 as "
            "if all had been known beforehand",
            Kind.NUMBER,
        ),
        Column(
            "share_standard_error",
            "Of that share, paired over replications",
            Kind.NUMBER,
        ),
        Column("does", "The policy in words", Kind.TEXT),
    ),
    "README, section Arrivals",
    key=("policy", "replication"),
)

RESERVE = Table(
    "reserve",
    "What a place of one kind of home is worth today to families forecast to come",
    (
        PRICES["placement_type"],
        PRICES["local_authority"],
        PRICES["age_band"],
        PRICES["needs"],
        Column("reserve", "Of one place, mean over the homes", Kind.NUMBER, unit="points"),
        Column("highest_reserve", "The same at the dearest home", Kind.NUMBER, unit="points"),
        Column(
            "whole_home_reserve",
            "Of all free places of a home together, mean over the homes",
            Kind.NUMBER,
            unit="points",
        ),
        Column(
            "sure_pct",
            "Futures in which a place is worth holding back, mean over the homes",
            Kind.NUMBER,
            unit="per cent",
        ),
        Column("homes", "Homes with a place free", Kind.INTEGER, unit="homes"),
        Column("places", "Their places free", Kind.INTEGER, unit="places"),
        Column(
            "worth_holding_back",
            "Of those places, the ones at homes whose place is worth holding back",
            Kind.INTEGER,
            unit="places",
        ),
        PRICES["local_authority_name"],
    ),
    "README, section Arrivals",
    key=("placement_type", "local_authority", "age_band", "needs"),
)

ALLOCATION = Table(
    "allocation",
    "One authority in one part of the weeks: what its children took, and its homes gave",
    (
        Column("local_authority", "ONS code", Kind.TEXT, required=True),
        Column("weeks", "First and last week, or All", Kind.TEXT, required=True),
        Column("children", "Its children, a replication", Kind.NUMBER, unit="children"),
        Column("children_pct", "Its share of all children", Kind.NUMBER, unit="per cent"),
        Column(
            "taken_pct",
            "Its children's share of the reserve of all places given",
            Kind.NUMBER,
            unit="per cent",
        ),
        Column(
            "given_pct",
            "The share of that reserve at homes in its area",
            Kind.NUMBER,
            unit="per cent",
        ),
        Column(
            "balance_pct",
            "Given less taken: above 0 where dear places went to other authorities' children",
            Kind.NUMBER,
            unit="per cent",
        ),
        PRICES["local_authority_name"],
    ),
    "README, section Arrivals",
    key=("local_authority", "weeks"),
)
