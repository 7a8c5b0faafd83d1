"""Possible sites of new homes, and which of them to open."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.homes import HOMES, PLACEMENT_TYPES, YES_NO

SITES = Table(
    "sites",
    "One home or foster household that could be opened",
    (
        Column("site_id", "The region's reference of the site", Kind.IDENTIFIER, required=True),
        HOMES["placement_type"],
        Column("places", "Places it would have", Kind.INTEGER, low=0),
        HOMES["local_authority"],
        HOMES["postcode"],
        HOMES["easting"],
        HOMES["northing"],
        HOMES["age_min"],
        HOMES["age_max"],
        HOMES["sex"],
        HOMES["needs_met"],
        HOMES["sibling_exemption"],
        HOMES["solo"],
        HOMES["weekly_cost_gbp"],
        Column("cost_gbp", "What it takes to open it", Kind.NUMBER, unit="GBP", low=0),
    ),
    "README, section Where to open",
    key=("site_id",),
)

INVESTMENT = Table(
    "investment",
    "One possible site, and whether to open it",
    (
        SITES["site_id"],
        Column("chosen", "1 where it would be opened", Kind.FLAG, codes=YES_NO),
        Column("placement_type", "Kind of the home", Kind.CODE, codes=PLACEMENT_TYPES),
        Column("local_authority", "Authority it lies in, ONS code", Kind.TEXT),
        Column("places", "Places it would have", Kind.INTEGER, unit="places"),
        Column("cost_gbp", "What it takes to open it", Kind.NUMBER, unit="GBP"),
        Column(
            "expected_places_used", "Places used, mean over the futures", Kind.NUMBER, unit="places"
        ),
        Column(
            "more_children_placed",
            "Children who would have no place without this site, mean over the futures",
            Kind.NUMBER,
            unit="children",
        ),
        Column(
            "miles_saved",
            "Miles from family that this site saves all children placed together: mean miles "
            "without it less mean miles with it, times the children placed",
            Kind.NUMBER,
            unit="miles",
        ),
        Column(
            "siblings_kept_together",
            "Sibling groups who would live there whole, mean over the futures judged child by "
            "child; blank where none was judged",
            Kind.NUMBER,
            unit="groups",
        ),
        Column("gbp_per_added_place", "Opening cost for each place", Kind.NUMBER, unit="GBP"),
        Column(
            "gbp_per_child_week",
            "Opening cost over the first year's expected weeks of children living there; the "
            "weekly price of a place comes on top",
            Kind.NUMBER,
            unit="GBP a week",
        ),
        Column("weekly_cost_gbp", "Price of a place", Kind.NUMBER, unit="GBP a week"),
        Column(
            "worth_points",
            "Most that the mean future gains from it, given the other sites chosen",
            Kind.NUMBER,
            unit="points",
        ),
        Column("reason", "Why, in words", Kind.TEXT),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    "README, section Where to open",
    key=("site_id",),
)
