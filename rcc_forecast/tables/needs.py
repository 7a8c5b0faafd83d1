"""What demand needs: the profile of children by need, their health, and those who left at 18."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

_CHILDREN = "children"
_PEOPLE = "young people"
_REGION = Column("region", "Region; All for England and for a co-operative", Kind.TEXT)
_AUTHORITY = Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT)
_RCC = Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT)
_MONTH = Column("month", "Last day of the month, ISO; empty where nothing is forecast", Kind.TEXT)
_NAME = Column("local_authority_name", "Name of the authority", Kind.TEXT)
_SOURCE = Column("source", "Where the figures come from", Kind.TEXT)
_NOTE = Column("note", "What a reader should know; why there is no figure", Kind.TEXT)

NEED = CodeSet(
    "need",
    {
        "solo": "Should live alone with staff",
        "high_need": "Need 3 of 3 in the children's file",
        "deprivation_of_liberty": "Under a deprivation of liberty order",
        "complex_health": "Lives in an NHS or other health establishment (PLACE R2)",
        "disability": "Came into care for the child's own disability (CIN N2)",
        "siblings_2": "One of 2 brothers and sisters who are looked after",
        "siblings_3": "One of 3",
        "siblings_4_or_more": "One of 4 or more",
        "uasc": "Unaccompanied asylum-seeking child",
        "missing_in_year": "Missing or away in the year before",
        "offending": "On remand or sentenced (legal status J1, J2, J3)",
    },
    {},
    {},
)

NEEDS = Table(
    "needs",
    "Children with one need, by kind of placement they live in and age band, in one month to come",
    (
        _REGION,
        _AUTHORITY,
        _RCC,
        Column("need", "The need", Kind.CODE, codes=NEED, required=True),
        Column("placement_type", "Kind of placement lived in; All where summed", Kind.TEXT),
        Column("age_band", "Age in completed years; All where summed", Kind.TEXT),
        _MONTH,
        Column("horizon", "Months ahead; empty where nothing is forecast", Kind.INTEGER, low=1),
        Column("children_now", "With the need on the as-of day", Kind.NUMBER, unit=_CHILDREN),
        Column("children_known", "Of whom the records tell it", Kind.NUMBER, unit=_CHILDREN),
        Column("share", "Share to expect, 0 to 1: own records weighed with others'", Kind.NUMBER),
        Column("mean", "Children with the need expected", Kind.NUMBER, unit=_CHILDREN),
        Column("q10", "One future in ten stays under", Kind.NUMBER, unit=_CHILDREN),
        Column("q90", "One future in ten exceeds", Kind.NUMBER, unit=_CHILDREN),
        _SOURCE,
        _NOTE,
        _NAME,
    ),
    "README, section Needs",
)

HEALTH_INDICATOR = CodeSet(
    "indicator",
    {
        "sdq_close_to_average": "Strengths and difficulties score of 0 to 13",
        "sdq_slightly_raised": "Score of 14 to 16",
        "sdq_cause_for_concern": "Score of 17 to 40",
        "sdq_score": "Mean score",
        "sdq_scored": "A score was filed",
        "health_assessment": "Annual health assessment done",
        "development_check": "Development checks up to date (under 5)",
        "immunisations": "Immunisations up to date",
        "dental_check": "Teeth checked by a dentist",
        "convicted": "Convicted or cautioned in the year (10 and over)",
        "substance_misuse": "Substance misuse identified",
        "substance_help_received": "Of those, help received",
    },
    {},
    {},
)

HEALTH = Table(
    "health",
    "One health indicator among children looked after for a year or more, in one group",
    (
        _REGION,
        _AUTHORITY,
        _RCC,
        Column("indicator", "What is asked", Kind.CODE, codes=HEALTH_INDICATOR, required=True),
        Column("by", "All, sex, ethnicity or age_band", Kind.TEXT),
        Column("group", "Group of that kind; All", Kind.TEXT),
        Column("return_year", "Newest return that was used", Kind.INTEGER),
        Column("asked", "Children of whom it is known", Kind.NUMBER, unit=_CHILDREN),
        Column("yes", "Of whom it is true; empty below 10 asked", Kind.NUMBER, unit=_CHILDREN),
        Column("share", "Share, 0 to 1; empty below 10 asked", Kind.NUMBER),
        Column("share_q025", "Low end of the 95% interval (Wilson)", Kind.NUMBER),
        Column("share_q975", "High end of it", Kind.NUMBER),
        Column("average", "Mean score; of sdq_score alone", Kind.NUMBER, unit="points, 0 to 40"),
        _MONTH,
        Column("horizon", "Months ahead; empty where nothing is forecast", Kind.INTEGER, low=1),
        Column(
            "mean",
            "Children looked after for a year or more of whom it will be true",
            Kind.NUMBER,
            unit=_CHILDREN,
        ),
        Column("q10", "One future in ten stays under", Kind.NUMBER, unit=_CHILDREN),
        Column("q90", "One future in ten exceeds", Kind.NUMBER, unit=_CHILDREN),
        _SOURCE,
        _NOTE,
        _NAME,
    ),
    "README, section Needs",
)

AFTER_CARE_MEASURE = CodeSet(
    "measure",
    {
        "staying_put": "Aged 18 to 20, living with their former foster carers",
        "care_leavers_18_20": "Care leavers aged 18, 19 and 20",
        "care_leavers_21_24": "Care leavers aged 21 to 24, who may ask for a personal adviser",
        "foster_places_held": "Places with mainstream foster carers that staying put keeps filled",
        "turned_18": "Turned 18 in care in the month",
    },
    {},
    {},
)

AFTER_CARE = Table(
    "after_care",
    "Young people of 18 and over whom an authority still owes support, at one month's end",
    (
        _REGION,
        _AUTHORITY,
        _RCC,
        Column("month", "Last day of the month, ISO", Kind.TEXT, required=True),
        Column("horizon", "Months ahead; 0 is today", Kind.INTEGER, required=True, low=0),
        Column("measure", "What is counted", Kind.CODE, codes=AFTER_CARE_MEASURE, required=True),
        Column("mean", "Young people, or places, expected", Kind.NUMBER, unit=_PEOPLE, low=0),
        Column("q10", "One future in ten stays under", Kind.NUMBER, unit=_PEOPLE, low=0),
        Column("q90", "One future in ten exceeds", Kind.NUMBER, unit=_PEOPLE, low=0),
        _SOURCE,
        _NOTE,
        _NAME,
    ),
    "README, section Needs",
    key=("region", "local_authority", "rcc", "month", "measure"),
)
