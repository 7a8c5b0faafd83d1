"""SSDA903 code sets, and the groupings that every table of ours uses.

Codes and labels: DfE, *Children looked after by local authorities in England:
guide to the SSDA903 collection*, 2016-17 to 2026-27. Groupings: README,
"Placement types and age bands".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class PlacementType(StrEnum):
    """Kinds of placement that commissioners buy and plan."""

    FOSTER_KINSHIP = "foster_kinship"
    FOSTER = "foster"
    CHILDRENS_HOME = "childrens_home"
    SECURE_HOME = "secure_home"
    SUPPORTED = "supported"
    RESIDENTIAL_OTHER = "residential_other"
    WITH_PARENTS = "with_parents"
    ADOPTION = "adoption"
    TEMPORARY = "temporary"
    OTHER = "other"


class AgeBand(StrEnum):
    """Age bands of the DfE's tables, in completed years."""

    UNDER_1 = "0"
    FROM_1_TO_4 = "1-4"
    FROM_5_TO_9 = "5-9"
    FROM_10_TO_15 = "10-15"
    FROM_16_TO_17 = "16-17"


class Population(StrEnum):
    """Unaccompanied asylum-seeking children, whose flows differ, and all others."""

    UASC = "uasc"
    OTHER = "other"


class Measure(StrEnum):
    """What is counted: children at the month's end, and starts and ends within it."""

    CHILDREN = "children"
    ENTRIES = "entries"
    EXITS = "exits"


ALL = "All"
"""How a dimension reads that has been summed over."""

UNKNOWN_AUTHORITY = "Unknown"
"""Where a return does not say whose it is."""

AGE_BAND_STARTS = (0, 1, 5, 10, 16)
"""First completed year of each age band; the last ends at `ADULT_AGE`."""

ADULT_AGE = 18
"""Care under the Children Act 1989 ends on this birthday."""


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The codes a field may hold, each with its meaning.

    Attributes
    ----------
    name : str
        The field, as the guidance writes it.
    labels : dict of str to str
        Meaning of each code.
    since, until : dict of str to int
        First and last return year of a code that came or went.
    """

    name: str
    labels: dict[str, str]
    since: dict[str, int]
    until: dict[str, int]

    def codes(self, year: int | None = None) -> frozenset[str]:
        """Give the codes of a return year, or all that were ever valid."""
        if year is None:
            return frozenset(self.labels)
        return frozenset(
            code
            for code in self.labels
            if self.since.get(code, year) <= year <= self.until.get(code, year)
        )


def _code_set(
    name: str,
    labels: dict[str, str],
    since: dict[str, int] | None = None,
    until: dict[str, int] | None = None,
) -> CodeSet:
    return CodeSet(name, labels, since or {}, until or {})


PLACE = _code_set(
    "PLACE",
    {
        "U1": "Foster placement with relative or friend, long term",
        "U2": "Foster placement with relative or friend who is also an approved adopter (FFA)",
        "U3": "Foster placement with relative or friend, not long term or FFA",
        "U4": "Placement with other foster carer, long term",
        "U5": "Placement with other foster carer who is also an approved adopter (FFA)",
        "U6": "Placement with other foster carer, not long term or FFA",
        "K1": "Secure children's home",
        "K2": "Children's home",
        "K3": "Supported accommodation",
        "R1": "Residential care home",
        "R2": "NHS or other health establishment providing medical or nursing care",
        "R3": "Family centre or mother and baby unit",
        "R5": "Young offender institution",
        "S1": "Residential school",
        "H5": "Semi-independent living accommodation not subject to children's homes regulations",
        "P1": "Placed with own parents or other person with parental responsibility",
        "P2": "Independent living",
        "P3": "Residential employment",
        "A3": "Placed for adoption with parental consent with current foster carer",
        "A4": "Placed for adoption with parental consent not with current foster carer",
        "A5": "Placed for adoption with placement order with current foster carer",
        "A6": "Placed for adoption with placement order not with current foster carer",
        "T0": "All types of temporary move",
        "T1": "Temporary periods in hospital",
        "T2": "Temporary absences of the child on holiday",
        "T3": "Temporary accommodation whilst normal foster carer is on holiday",
        "T4": "Temporary accommodation of seven days or less, for any reason",
        "Z1": "Other placement",
        # The collection distinguishes four from 2025-26; their labels are not published here.
        "Z11": "Other placement, first category from 2025-26",
        "Z12": "Other placement, second category from 2025-26",
        "Z13": "Other placement, third category from 2025-26",
        "Z14": "Other placement, fourth category from 2025-26",
    },
    since={"K3": 2025, "Z11": 2026, "Z12": 2026, "Z13": 2026, "Z14": 2026},
    until={"H5": 2024, "P2": 2024, "Z1": 2025},
)

PLACEMENT_TYPE_OF_PLACE: dict[str, PlacementType] = {
    **dict.fromkeys(("U1", "U2", "U3"), PlacementType.FOSTER_KINSHIP),
    **dict.fromkeys(("U4", "U5", "U6"), PlacementType.FOSTER),
    "K2": PlacementType.CHILDRENS_HOME,
    "K1": PlacementType.SECURE_HOME,
    # Supported accommodation was H5 and P2 until it was regulated on 28 October 2023.
    **dict.fromkeys(("K3", "H5", "P2"), PlacementType.SUPPORTED),
    **dict.fromkeys(("R1", "R2", "R3", "R5", "S1"), PlacementType.RESIDENTIAL_OTHER),
    "P1": PlacementType.WITH_PARENTS,
    **dict.fromkeys(("A3", "A4", "A5", "A6"), PlacementType.ADOPTION),
    **dict.fromkeys(("T0", "T1", "T2", "T3", "T4"), PlacementType.TEMPORARY),
    **dict.fromkeys(("P3", "Z1", "Z11", "Z12", "Z13", "Z14"), PlacementType.OTHER),
}

PLACE_PROVIDER = _code_set(
    "PLACE_PROVIDER",
    {
        "PR0": "Parents or other person with parental responsibility",
        "PR1": "Own provision by the local authority",
        "PR2": "Other local authority provision",
        "PR3": "Other public provision",
        "PR4": "Private provision",
        "PR5": "Voluntary or third sector provision",
    },
)

LS = _code_set(
    "LS",
    {
        "C1": "Interim care order",
        "C2": "Full care order",
        "D1": "Freeing order granted",
        "E1": "Placement order granted",
        "V2": "Single period of accommodation under section 20",
        "V3": "Accommodated under a series of short breaks, episode by episode",
        "V4": "Accommodated under a series of short breaks, by agreement",
        "J1": "Remanded to local authority accommodation or to youth detention",
        "J2": "Placed in local authority accommodation under PACE 1984",
        "J3": "Sentenced to a youth rehabilitation order with residence",
        "L1": "Under police protection and in local authority accommodation",
        "L2": "Emergency protection order",
        "L3": "Under child assessment order and in local authority accommodation",
    },
)

RESPITE_LEGAL_STATUSES = frozenset({"V3", "V4"})
"""Short breaks: outside every official count of children looked after."""

RNE = _code_set(
    "RNE",
    {
        "S": "Started to be looked after",
        "L": "Change of legal status only",
        "P": "Change of placement and carer only",
        "T": "Change of placement (but same carer) only",
        "B": "Change of legal status, placement and carer at the same time",
        "U": "Change of legal status and placement (but same carer) at the same time",
    },
)

SAME_CARER_REASONS = frozenset({"L", "T", "U"})
"""Reasons for a new episode with the same carer: one placement goes on."""

REC = _code_set(
    "REC",
    {
        "X1": "Episode ceases, and new episode begins on same day",
        "E11": "Adopted, application unopposed",
        "E12": "Adopted, consent dispensed with",
        "E2": "Died",
        "E3": "Care taken over by another local authority in the UK",
        "E4A": "Returned home to parents or relatives as part of the care planning process",
        "E4B": "Returned home to parents or relatives not as part of the care planning process",
        "E13": "Left care to live with parents or relatives without parental responsibility",
        "E41": "Residence order or child arrangements order",
        "E43": "Special guardianship order to former foster carers (until 2014-15)",
        "E44": "Special guardianship order to other carers (until 2014-15)",
        "E45": "Special guardianship order to former foster carer who was a relative or friend",
        "E46": "Special guardianship order to former foster carer not a relative or friend",
        "E47": "Special guardianship order to other carer who was a relative or friend",
        "E48": "Special guardianship order to other carer not a relative or friend",
        "E5": "Moved into independent living with supportive accommodation",
        "E6": "Moved into independent living with no formalised support",
        "E7": "Transferred to residential care funded by adult social services",
        "E9": "Sentenced to custody",
        "E14": "Accommodation on remand ended",
        "E15": "Age assessment determined child is aged 18 or over",
        "E16": "Child moved abroad",
        "E17": "Aged 18 or over and remained with current carers",
        "E8": "Period of being looked after ceased for any other reason",
    },
)

CIN = _code_set(
    "CIN",
    {
        "N1": "Abuse or neglect",
        "N2": "Child's disability",
        "N3": "Parental illness or disability",
        "N4": "Family in acute stress",
        "N5": "Family dysfunction",
        "N6": "Socially unacceptable behaviour",
        "N7": "Low income",
        "N8": "Absent parenting",
    },
)

REASON_PLACE_CHANGE = _code_set(
    "REASON_PLACE_CHANGE",
    {
        "CARPL": "Change to or implementation of care plan",
        "CLOSE": "Resignation or closure of provision",
        "ALLEG": "Allegation (section 47)",
        "STAND": "Standards of care concern",
        "APPRR": "Approval removed",
        "CREQB": "Carer requests placement end due to child's behaviour",
        "CREQO": "Carer requests placement end other than due to child's behaviour",
        "CHILD": "Child requests placement end",
        "LAREQ": "Responsible or area authority requests placement end",
        "PLACE": "Change in the status of placement only",
        "CUSTOD": "Custody arrangement",
        "OTHER": "Other",
    },
)

ETHNIC = _code_set(
    "ETHNIC",
    {
        "WBRI": "White British",
        "WIRI": "White Irish",
        "WOTH": "Any other White background",
        "WIRT": "Traveller of Irish heritage",
        "WROM": "Gypsy or Roma",
        "MWBC": "White and Black Caribbean",
        "MWBA": "White and Black African",
        "MWAS": "White and Asian",
        "MOTH": "Any other Mixed background",
        "AIND": "Indian",
        "APKN": "Pakistani",
        "ABAN": "Bangladeshi",
        "AOTH": "Any other Asian background",
        "BCRB": "Caribbean",
        "BAFR": "African",
        "BOTH": "Any other Black background",
        "CHNE": "Chinese",
        "OOTH": "Any other ethnic group",
        "REFU": "Refused",
        "NOBT": "Information not yet obtained",
    },
)

SEX = _code_set(
    "SEX",
    {"1": "Male", "2": "Female", "M": "Male", "F": "Female", "U": "Not known or not specified"},
    since={"M": 2025, "F": 2025, "U": 2025},
    until={"1": 2024, "2": 2024},
)

SEX_FROM_NUMBER = {"1": "M", "2": "F"}
"""Codes before 2024-25 in those of today."""


def placement_type_of(place: pd.Series[str]) -> pd.Series[str]:
    """Give the placement type of each PLACE code.

    Parameters
    ----------
    place : Series of str
        PLACE codes; a code that no return knows counts as ``other``.

    Returns
    -------
    Series of str
        `PlacementType` values, same index.
    """
    return place.map(PLACEMENT_TYPE_OF_PLACE).fillna(PlacementType.OTHER.value).astype(str)
