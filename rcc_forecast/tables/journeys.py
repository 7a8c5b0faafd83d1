"""Linked journeys: what one row of each table means once years of returns are joined."""

from __future__ import annotations

from rcc_forecast import codes
from rcc_forecast.tables.contract import Column, Kind, Table

_SOURCE = "README, 'From returns to journeys'; DfE, Guide to the SSDA903 collection"

_CHILD = Column("child", "Number of the child in this run, not an identifier", Kind.INTEGER)
_AUTHORITY = Column(
    "local_authority", "ONS code, brought up to date; Unknown where not given", Kind.TEXT
)
_DOB = Column("dob", "Date of birth; day 1 where cut to the month", Kind.DATE, required=True)
_UASC = Column("uasc", "Ever an unaccompanied asylum-seeking child", Kind.FLAG, required=True)
_RESPITE = Column("respite", "Short break (V3, V4), never counted", Kind.FLAG, required=True)
_TYPE = Column("placement_type", "Kind of placement", Kind.TEXT, required=True)

LINKED_EPISODES = Table(
    "linked_episodes",
    "One episode of one child, as known in the newest return that files it",
    (
        _CHILD,
        _AUTHORITY,
        Column("decom", "Date the episode commenced", Kind.DATE, required=True),
        Column("dec", "Date the episode ceased; missing while it is open", Kind.DATE),
        Column("place", "PLACE code as filed", Kind.CODE, codes=codes.PLACE),
        _TYPE,
        Column("place_provider", "Provider", Kind.CODE, codes=codes.PLACE_PROVIDER),
        Column("ls", "Legal status", Kind.CODE, codes=codes.LS),
        Column("cin", "Main need at entry", Kind.CODE, codes=codes.CIN),
        Column("rne", "Reason for the new episode", Kind.CODE, codes=codes.RNE),
        Column("rec", "Reason the episode ceased", Kind.CODE, codes=codes.REC),
        Column(
            "reason_place_change",
            "Why the placement ended",
            Kind.CODE,
            codes=codes.REASON_PLACE_CHANGE,
        ),
        _DOB,
        Column("sex", "M, F or U", Kind.CODE, codes=codes.SEX),
        Column("ethnic", "Ethnic origin", Kind.CODE, codes=codes.ETHNIC),
        _UASC,
        _RESPITE,
        Column("home_post", "Postcode at entry, whole or sector", Kind.POSTCODE),
        Column("pl_post", "Postcode of the placement, whole or sector", Kind.POSTCODE),
        Column("urn", "Ofsted number of the home", Kind.TEXT),
        Column("year", "Newest return that files the episode", Kind.INTEGER),
        Column("first_year", "First return that files the episode", Kind.INTEGER),
        Column("ended_year", "First return that knows an end; missing while none", Kind.INTEGER),
        Column("file", "File of the newest filing", Kind.TEXT),
        Column("row", "Line in that file, the heading being 1", Kind.INTEGER),
    ),
    _SOURCE,
    key=("child", "decom"),
)

CHILDREN = Table(
    "children",
    "One child of one authority",
    (
        _CHILD,
        _AUTHORITY,
        Column("child_id", "Local identifier (CHILD)", Kind.IDENTIFIER, required=True),
        _DOB,
        Column("sex", "M, F or U", Kind.CODE, codes=codes.SEX),
        Column("ethnic", "Ethnic origin", Kind.CODE, codes=codes.ETHNIC),
        Column("upn", "Unique pupil number", Kind.IDENTIFIER),
        _UASC,
    ),
    _SOURCE,
    key=("child",),
)

PLACEMENTS = Table(
    "placements",
    "One stay with one carer: episodes with RNE L, T or U go on with the one before",
    (
        _CHILD,
        _AUTHORITY,
        Column("decom", "First day of the stay", Kind.DATE, required=True),
        Column("dec", "Last day of the stay; missing while it lasts", Kind.DATE),
        Column("place", "PLACE code of the latest episode", Kind.CODE, codes=codes.PLACE),
        _TYPE,
        Column("place_provider", "Provider", Kind.CODE, codes=codes.PLACE_PROVIDER),
        Column("rne", "Reason the stay began", Kind.CODE, codes=codes.RNE),
        Column("rec", "Reason the latest episode ceased", Kind.CODE, codes=codes.REC),
        Column(
            "reason_place_change",
            "Why the placement ended",
            Kind.CODE,
            codes=codes.REASON_PLACE_CHANGE,
        ),
        _UASC,
        _RESPITE,
        Column("pl_post", "Postcode of the placement, whole or sector", Kind.POSTCODE),
        Column("urn", "Ofsted number of the home", Kind.TEXT),
        Column("episodes", "Episodes in the stay", Kind.INTEGER, unit="episodes"),
    ),
    _SOURCE,
    key=("child", "decom"),
)
