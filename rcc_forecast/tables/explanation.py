"""What stands behind each month's change of a forecast."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table

_CHILDREN = "children"

EXPLANATION = Table(
    "explanation",
    "One node and month to come: what changes the number of children",
    (
        Column("region", "Region; All where summed", Kind.CODE),
        Column("local_authority", "ONS code; All where summed", Kind.CODE, required=True),
        Column("placement_type", "Kind of placement; All where summed", Kind.CODE, required=True),
        Column("age_band", "Age in completed years; All where summed", Kind.CODE, required=True),
        Column("population", "uasc, other or All", Kind.CODE, required=True),
        Column("month", "Last day of the month", Kind.DATE, required=True),
        Column("horizon", "Months ahead", Kind.INTEGER, unit="months", required=True, low=1),
        Column("before", "Children at the end of the month before", Kind.NUMBER, unit=_CHILDREN),
        Column("entries", "Who enter care", Kind.NUMBER, unit=_CHILDREN, low=0),
        Column("exits", "Who leave care before 18", Kind.NUMBER, unit=_CHILDREN, low=0),
        Column("aged_out", "Who turn 18", Kind.NUMBER, unit=_CHILDREN, low=0),
        Column("band_in", "Who grow into the age band", Kind.NUMBER, unit=_CHILDREN, low=0),
        Column("band_out", "Who grow out of it", Kind.NUMBER, unit=_CHILDREN, low=0),
        Column("moved_in", "Who move into the kind of placement", Kind.NUMBER, unit=_CHILDREN),
        Column("moved_out", "Who move out of it", Kind.NUMBER, unit=_CHILDREN),
        Column(
            "adjustment",
            "What weighing with other methods and adding up change beside these",
            Kind.NUMBER,
            unit=_CHILDREN,
        ),
        Column("mean", "Children expected; the sum of the parts", Kind.NUMBER, unit=_CHILDREN),
        Column(
            "of_today", "Of the cohort's figure, in care today", Kind.NUMBER, unit=_CHILDREN, low=0
        ),
        Column("of_entrants", "Of it, yet to enter", Kind.NUMBER, unit=_CHILDREN, low=0),
    ),
    key=(
        "region",
        "local_authority",
        "placement_type",
        "age_band",
        "population",
        "month",
    ),
)
