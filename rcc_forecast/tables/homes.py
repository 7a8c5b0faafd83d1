"""The provision register: one row a home or foster household."""

from __future__ import annotations

import pandas as pd

from rcc_forecast import codes
from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

PLACEMENT_TYPES = CodeSet(
    "placement_type",
    {kind.value: kind.value.replace("_", " ") for kind in codes.PlacementType},
    {},
    {},
)

_TYPE_WORDS = {
    "foster_kinship": "foster home with relatives or friends",
    "foster": "foster home",
    "childrens_home": "children's home",
    "secure_home": "secure children's home",
    "supported": "supported accommodation place",
    "residential_other": "residential setting",
    "with_parents": "home with parents",
    "adoption": "adoptive home",
    "temporary": "temporary home",
    "other": "placement of another kind",
}

SECTORS = CodeSet(
    "sector",
    {
        "local_authority": "Run by a local authority",
        "private": "Run for profit",
        "voluntary": "Run by a charity or other voluntary body",
    },
    {},
    {},
)

GRADES = CodeSet(
    "ofsted_rating",
    {
        "outstanding": "Outstanding",
        "good": "Good",
        "requires_improvement": "Requires improvement to be good",
        "inadequate": "Inadequate",
        "none": "Not yet inspected",
    },
    {},
    {},
)

YES_NO = CodeSet("flag", {"0": "No", "1": "Yes"}, {}, {})

HOMES = Table(
    "homes",
    "One home or foster household of the provision register",
    (
        Column("home_id", "The region's reference of the home", Kind.IDENTIFIER, required=True),
        Column("urn", "Ofsted number, where it has one", Kind.TEXT),
        Column("provider", "Who runs it", Kind.TEXT),
        Column("sector", "Kind of provider", Kind.CODE, codes=SECTORS),
        Column(
            "placement_type",
            "Kind of placement it offers",
            Kind.CODE,
            codes=PLACEMENT_TYPES,
            required=True,
        ),
        Column("local_authority", "Authority it lies in, ONS code", Kind.TEXT, required=True),
        Column("postcode", "Postcode, instead of easting and northing", Kind.POSTCODE),
        Column("easting", "OSGB36 easting", Kind.NUMBER, unit="metres"),
        Column("northing", "OSGB36 northing", Kind.NUMBER, unit="metres"),
        Column("places_approved", "Places it is approved or registered for", Kind.INTEGER, low=0),
        Column(
            "places_available",
            "Places it could fill now, without those closed to placements or taken",
            Kind.INTEGER,
            low=0,
        ),
        Column("age_min", "Youngest age it takes", Kind.INTEGER, unit="years", low=0, high=25),
        Column("age_max", "Oldest age it takes", Kind.INTEGER, unit="years", low=0, high=25),
        Column(
            "sex",
            "Whom it takes",
            Kind.CODE,
            codes=CodeSet("sex", {"any": "All", "F": "Girls", "M": "Boys"}, {}, {}),
        ),
        Column("needs_met", "Highest level of need it can meet", Kind.INTEGER, low=0, high=3),
        Column(
            "sibling_exemption",
            "1 where one sibling group may exceed its places",
            Kind.FLAG,
            codes=YES_NO,
        ),
        Column("solo", "1 where it is for one child at a time", Kind.FLAG, codes=YES_NO),
        Column("ofsted_rating", "Latest overall grade", Kind.CODE, codes=GRADES),
        Column("weekly_cost_gbp", "Price of a place", Kind.NUMBER, unit="GBP a week", low=0),
        Column("opened", "First day open; blank where long open", Kind.DATE),
        Column("closed", "Last day open; blank while it is open", Kind.DATE),
    ),
    "README, section Homes",
    key=("home_id",),
)


def open_on(homes: pd.DataFrame, day: pd.Timestamp) -> pd.Series[bool]:
    """Say which homes are open on a day: first and last day included, a blank date no limit.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table.
    day : Timestamp

    Returns
    -------
    Series of bool
        By the rows of `homes`.
    """
    return ~(homes["opened"] > day) & ~(homes["closed"] < day)  # a blank date compares False


def with_all_places_free(homes: pd.DataFrame) -> pd.DataFrame:
    """Give homes that do not say how many places are free all that they are approved for.

    So a plan reads a register. What a region can use is another question: a
    register that is silent about free places does not mean that homes are empty
    (`rcc_forecast.sufficiency`).

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table.

    Returns
    -------
    DataFrame
        With ``places_available`` filled in every row.
    """
    free = homes["places_available"].fillna(homes["places_approved"]).fillna(0)
    return homes.assign(places_available=free)


def type_words(placement_type: str) -> str:
    """Give a kind of placement as people say it."""
    return _TYPE_WORDS.get(placement_type, placement_type.replace("_", " "))
