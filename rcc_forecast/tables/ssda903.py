"""The SSDA903 return: every table as filed, and what each year changed.

Columns and codes: DfE, *Guide to the SSDA903 collection*, returns 2017 to
2027; names as in data-to-insight's csc-validator-be-903 0.1.17 (MIT). A new
return year is one entry in `RETURN_CHANGES` and the columns that carry it.
"""

from __future__ import annotations

from rcc_forecast import codes
from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

FIRST_RETURN, LAST_RETURN = 2017, 2027
"""Returns that can be read; return Y covers 1 April Y-1 to 31 March Y."""

RETURN_CHANGES = {
    2024: "SWEpisodes joins; P2 is invalid from 28 October 2023 (supported accommodation)",
    2025: "SEX 1/2 becomes M/F/U; PLACE drops H5 and P2 and adds K3; header gains UASC_STATUS",
    2026: "PLACE Z1 becomes Z11 to Z14",
    2027: "DoLo joins (deprivation of liberty orders)",
}
"""What each return changed, as the data dictionary prints it."""

_GUIDE = "DfE, Guide to the SSDA903 collection, 2016-17 to 2026-27"
_CHILD = Column("CHILD", "Child's local identifier", Kind.IDENTIFIER, required=True)
_DOB = Column("DOB", "Date of birth; day 1 where cut to the month", Kind.DATE)
_SEX = Column("SEX", "Sex", Kind.CODE, codes=codes.SEX)


def _flags(name: str) -> CodeSet:
    return CodeSet(name, {"0": "No", "1": "Yes"}, {}, {})


def _labels(name: str, **labels: str) -> CodeSet:
    return CodeSet(name, labels, {}, {})


HEADER = Table(
    "header",
    "One child who was looked after in the year",
    (
        _CHILD,
        _SEX,
        Column("DOB", "Date of birth; day 1 where cut to the month", Kind.DATE, required=True),
        Column("ETHNIC", "Ethnic origin", Kind.CODE, codes=codes.ETHNIC),
        Column("UPN", "Unique pupil number, or UN1 to UN5 for why there is none", Kind.IDENTIFIER),
        Column("MOTHER", "1 where the child is a mother", Kind.FLAG, codes=_flags("MOTHER")),
        Column("MC_DOB", "Date of birth of the mother's child", Kind.DATE),
        Column(
            "UASC_STATUS",
            "1 where the child is or was an unaccompanied asylum-seeker",
            Kind.FLAG,
            codes=_flags("UASC_STATUS"),
            since=2025,
        ),
    ),
    _GUIDE,
    key=("CHILD",),
)

EPISODES = Table(
    "episodes",
    "One episode: a stretch with one legal status and one placement",
    (
        _CHILD,
        Column("DECOM", "Date the episode commenced", Kind.DATE, required=True),
        Column("RNE", "Reason for a new episode", Kind.CODE, codes=codes.RNE),
        Column("LS", "Legal status", Kind.CODE, codes=codes.LS),
        Column("CIN", "Main need at entry", Kind.CODE, codes=codes.CIN),
        Column("PLACE", "Placement", Kind.CODE, codes=codes.PLACE),
        Column("PLACE_PROVIDER", "Placement provider", Kind.CODE, codes=codes.PLACE_PROVIDER),
        Column("DEC", "Date the episode ceased; blank while it is open", Kind.DATE),
        Column("REC", "Reason the episode ceased", Kind.CODE, codes=codes.REC),
        Column(
            "REASON_PLACE_CHANGE",
            "Why the placement ended",
            Kind.CODE,
            codes=codes.REASON_PLACE_CHANGE,
        ),
        Column("HOME_POST", "Postcode at entry; first four characters where cut", Kind.POSTCODE),
        Column("PL_POST", "Postcode of the placement; as HOME_POST", Kind.POSTCODE),
        Column("URN", "Ofsted number of the home", Kind.TEXT),
    ),
    _GUIDE,
    key=("CHILD", "DECOM"),
)

UASC = Table(
    "uasc",
    "One unaccompanied asylum-seeking child of the year",
    (_CHILD, _SEX, _DOB, Column("DUC", "Date the status ceased", Kind.DATE)),
    _GUIDE,
    key=("CHILD",),
)

REVIEWS = Table(
    "reviews",
    "One review of a child's case",
    (
        _CHILD,
        _DOB,
        Column("REVIEW", "Date of the review", Kind.DATE, required=True),
        Column(
            "REVIEW_CODE",
            "How the child took part",
            Kind.CODE,
            codes=_labels(
                "REVIEW_CODE",
                PN0="Child aged under 4",
                PN1="Attended and spoke",
                PN2="Attended, advocate spoke",
                PN3="Attended, views by symbols or other means",
                PN4="Attended, did not speak or convey views",
                PN5="Did not attend, advocate briefed",
                PN6="Did not attend, views sent",
                PN7="Did not attend, views not sent",
            ),
        ),
    ),
    _GUIDE,
)

_OC2_FLAGS = {
    "CONVICTED": "Convicted or made subject to a youth caution",
    "HEALTH_CHECK": "Health surveillance checks up to date (under 5)",
    "IMMUNISATIONS": "Immunisations up to date",
    "TEETH_CHECK": "Teeth checked by a dentist",
    "HEALTH_ASSESSMENT": "Annual health assessment done",
    "SUBSTANCE_MISUSE": "Identified as misusing substances",
    "INTERVENTION_RECEIVED": "Received intervention for substance misuse",
    "INTERVENTION_OFFERED": "Offered intervention for substance misuse",
}

OC2 = Table(
    "oc2",
    "Health and offending of a child looked after for a year or more",
    (
        _CHILD,
        _DOB,
        Column("SDQ_SCORE", "Strengths and difficulties score", Kind.INTEGER, low=0, high=40),
        Column(
            "SDQ_REASON",
            "Why there is no score",
            Kind.CODE,
            codes=_labels("SDQ_REASON", **{f"SDQ{n}": f"Reason {n}" for n in range(1, 6)}),
        ),
        *(
            Column(name, meaning, Kind.FLAG, codes=_flags(name))
            for name, meaning in _OC2_FLAGS.items()
        ),
    ),
    _GUIDE,
    key=("CHILD",),
)

OC3 = Table(
    "oc3",
    "One care leaver's situation around a birthday",
    (
        _CHILD,
        _DOB,
        Column(
            "IN_TOUCH",
            "Whether the authority is in touch",
            Kind.CODE,
            codes=_labels(
                "IN_TOUCH",
                YES="In touch",
                NO="Not in touch",
                DIED="Died",
                REFU="Refuses contact",
                NREQ="No longer requires services",
                RHOM="Returned home",
            ),
        ),
        Column(
            "ACTIV",
            "Main activity",
            Kind.CODE,
            codes=_labels(
                "ACTIV",
                F1="Full time in higher education",
                P1="Part time in higher education",
                F2="Full time in other education",
                P2="Part time in other education",
                F4="Full time in training or employment",
                P4="Part time in training or employment",
                F5="Full time in employment",
                P5="Part time in employment",
                G4="Not in education, employment or training: illness or disability",
                G5="Not in education, employment or training: other",
                G6="Not in education, employment or training: pregnancy or parenting",
                **{"0": "Not in touch"},
            ),
        ),
        Column("ACCOM", "Accommodation, letter and suitability", Kind.TEXT),
    ),
    _GUIDE,
)

AD1 = Table(
    "ad1",
    "One adoption",
    (
        _CHILD,
        _DOB,
        Column("DATE_INT", "Date of the decision that adoption is best", Kind.DATE),
        Column("DATE_MATCH", "Date matched with adopters", Kind.DATE),
        Column("FOSTER_CARE", "Adopted by foster carer", Kind.FLAG, codes=_flags("FOSTER_CARE")),
        Column("NB_ADOPTR", "Number of adopters", Kind.INTEGER, low=1, high=2),
        Column(
            "SEX_ADOPTR",
            "Sex of adopters",
            Kind.CODE,
            codes=_labels(
                "SEX_ADOPTR",
                M1="One man",
                F1="One woman",
                MM="Two men",
                FF="Two women",
                MF="A man and a woman",
            ),
        ),
        Column(
            "LS_ADOPTR",
            "Legal status of adopters",
            Kind.CODE,
            codes=_labels(
                "LS_ADOPTR",
                L0="Single adopter",
                L11="Married couple",
                L12="Civil partnership",
                L2="Unmarried couple, different sex",
                L3="Unmarried couple, same sex",
                L4="Unmarried couple, sex not given",
            ),
        ),
    ),
    _GUIDE,
)

PLACED_ADOPTION = Table(
    "placed_adoption",
    "One decision that a child should be placed for adoption (also filed as SBPFA)",
    (
        _CHILD,
        _DOB,
        Column("DATE_PLACED", "Date placed for adoption", Kind.DATE),
        Column("DATE_PLACED_CEASED", "Date the plan ceased", Kind.DATE),
        Column(
            "REASON_PLACED_CEASED",
            "Why the plan ceased",
            Kind.CODE,
            codes=_labels("REASON_PLACED_CEASED", **{f"RD{n}": f"Reason {n}" for n in range(1, 5)}),
        ),
    ),
    _GUIDE,
)

PREVIOUS_PERMANENCE = Table(
    "previous_permanence",
    "One child's earlier permanence order",
    (
        _CHILD,
        _DOB,
        Column(
            "PREV_PERM",
            "Kind of order",
            Kind.CODE,
            codes=_labels(
                "PREV_PERM",
                P1="Adoption",
                P2="Special guardianship",
                P3="Residence or child arrangements order",
                P4="Unknown kind",
                Z1="None",
            ),
        ),
        Column("LA_PERM", "Authority that made it", Kind.TEXT),
        Column("DATE_PERM", "Date of the order, parts may be unknown", Kind.TEXT),
    ),
    _GUIDE,
)

MISSING = Table(
    "missing",
    "One time a child was missing or away",
    (
        _CHILD,
        _DOB,
        Column(
            "MISSING",
            "Missing, or away without authorisation",
            Kind.CODE,
            codes=_labels("MISSING", M="Missing", A="Away without authorisation"),
        ),
        Column("MIS_START", "Start", Kind.DATE, required=True),
        Column("MIS_END", "End; blank while it lasts", Kind.DATE),
    ),
    _GUIDE,
)

SW_EPISODES = Table(
    "sw_episodes",
    "One stretch with one social worker",
    (
        _CHILD,
        Column("DOB", "Date of birth", Kind.DATE, since=2024),
        Column("SW_ID", "Social worker's registration", Kind.IDENTIFIER, since=2024),
        Column("SW_DECOM", "Start", Kind.DATE, required=True, since=2024),
        Column("SW_DEC", "End; blank while it lasts", Kind.DATE, since=2024),
        Column(
            "SW_REASON",
            "Why the social worker changed",
            Kind.CODE,
            since=2024,
            codes=_labels(
                "SW_REASON",
                MANAGE="Organisational change",
                FCONTA="First contact",
                LEFTRL="Left role",
                ORGRST="Organisational restructure",
                TSPROC="Team structure process",
                ABSENC="Absence",
                CHCHAN="Child requested change",
                PCCHAN="Parent or carer requested change",
                SWDIED="Social worker died",
                OTHERS="Other",
            ),
        ),
    ),
    _GUIDE,
)

DOLO = Table(
    "dolo",
    "One deprivation of liberty order",
    (
        _CHILD,
        Column("DOB", "Date of birth", Kind.DATE, since=2027),
        Column("DOLO_START", "Start", Kind.DATE, required=True, since=2027),
        Column("DOLO_END", "End; blank while it lasts", Kind.DATE, since=2027),
    ),
    _GUIDE,
)

TABLES: tuple[Table, ...] = (
    HEADER,
    EPISODES,
    UASC,
    REVIEWS,
    OC2,
    OC3,
    AD1,
    PLACED_ADOPTION,
    PREVIOUS_PERMANENCE,
    MISSING,
    SW_EPISODES,
    DOLO,
)
"""Every table of the return, in the order in which reports name them."""

FIRST_YEAR_OF_TABLE = {"sw_episodes": 2024, "dolo": 2027}
"""Return from which a table is filed; the others are in every return."""


def tables_of(year: int) -> dict[str, Table]:
    """Give the tables of a return by name, with the columns of that year alone.

    Parameters
    ----------
    year : int
        Return year: 2025 covers 1 April 2024 to 31 March 2025.
    """
    return {
        table.name: Table(
            table.name,
            table.meaning,
            tuple(column for column in table.columns if column.in_year(year)),
            table.source,
            table.key,
        )
        for table in TABLES
        if year >= FIRST_YEAR_OF_TABLE.get(table.name, year)
    }
