"""Monthly demand: the long table that `demand` writes."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table

DEMAND = Table(
    "demand",
    "One measure of one node of the hierarchy in one month",
    (
        Column("region", "Region; All in rows of a co-operative and of England", Kind.TEXT),
        Column("local_authority", "ONS code; All where authorities are summed", Kind.TEXT),
        Column("placement_type", "Kind of placement, or All", Kind.TEXT),
        Column("age_band", "Completed years, or All", Kind.TEXT),
        Column("population", "uasc, other or All", Kind.TEXT),
        Column("measure", "children at the month's end; entries and exits within it", Kind.TEXT),
        Column("month", "Last day of the month, ISO", Kind.TEXT),
        Column("value", "As recorded, without short breaks", Kind.INTEGER, unit="children"),
        Column("rcc", "Co-operative the authority belongs to, or whose total it is", Kind.TEXT),
        Column(
            "value_corrected",
            "With ends and starts that are still to be recorded, in expectation",
            Kind.NUMBER,
            unit="children",
        ),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    "README, 'Monthly demand'",
)
