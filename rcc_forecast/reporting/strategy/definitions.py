"""Words that a strategy uses, the symbols that stand for figures, its limits and its sources."""

from __future__ import annotations

SHORTHAND: dict[str, str] = {
    "c": "[c]",
    "k": "[low]",
    "x": "[x]",
    "z": "[z]",
    "-": "[none]",
}
"""Symbols of published tables as spreadsheets show them (Government Analysis Function)."""

SHORTHAND_MEANS: dict[str, str] = {
    "[c]": "withheld, so that nobody can be recognised",
    "[low]": "not zero, but rounds to zero",
    "[x]": "not available: the data do not carry it",
    "[z]": "does not apply",
    "[none]": "none, or not collected",
}

NOTES: dict[str, str] = {
    "expected": (
        "Expected: the mean over many futures drawn together. Means add up over kinds, ages and "
        "areas; ends of intervals do not, since not everything goes high or low at once."
    ),
    "interval": (
        "Eight futures in ten lie between these two figures; one in ten lies below and one above."
    ),
    "usable": (
        "Usable: places that the area's own children live in, and free places that suit the "
        "children expected. Places closed to placements and places used by other areas' children "
        "are not usable."
    ),
    "gap": (
        "Gap: children expected less usable places. Above zero there are too few places; below "
        "zero some are spare. A place of one kind cannot stand in for another."
    ),
    "chance": (
        "Chance of a shortage: the share of futures in which a child is without a place of the "
        "kind."
    ),
    "missing": (
        "Places missing on average: the mean over futures, a future with places to spare counting "
        "as none missing."
    ),
    "needed": (
        "By the kind needed: children counted by the kind of home that suits them, wherever they "
        "live now. Blank where no cohort with suitability was given."
    ),
    "rating": (
        "Rating: red where acting now costs less than the places likely to be missing; amber from "
        "half way to that, or where choice is thin; green where there is enough in most futures; "
        "grey where no capacity is meant or known, or the evidence is not enough."
    ),
    "money": (
        "Money: GBP, weekly unless the heading says otherwise, at the prices expected in the month "
        "told of. Kinds without a known price are left out of every total."
    ),
    "share": "Shares are from 0 to 1, shown as per cent.",
}
"""Notes that headings refer to."""


def _without_its_name(note: str) -> str:
    """Give a note as a definition: what stands behind the word that it explains."""
    _, _, meaning = NOTES[note].partition(": ")
    return meaning[:1].upper() + meaning[1:]


DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "Child looked after",
        "A child in the care of a local authority on the last day of a month, by the rule of the "
        "SSDA903 return: short breaks and young people of 18 and over are left out.",
    ),
    (
        "Kind of placement",
        "Fostering; kinship fostering; children's homes; secure homes; supported accommodation; "
        "other residential; with parents; placed for adoption; temporary stays; other placements. "
        "The codes behind each are in the data dictionary.",
    ),
    ("Approved places", "Places that homes open on the day are registered or approved for."),
    ("Usable places", _without_its_name("usable")),
    ("Gap", _without_its_name("gap")),
    ("Chance of a shortage", _without_its_name("chance")),
    ("Rating", _without_its_name("rating")),
    (
        "Future",
        "One course that the coming months may take: children who come, stay, move and leave, "
        "carers who are recruited and who leave, and prices. Many are drawn; what happens in a "
        "share of them is a chance.",
    ),
    (
        "80% range",
        "Eight futures in ten lie within it. Past forecasts were checked for whether their ranges "
        "held as often as they claim.",
    ),
    (
        "Staying put",
        "A young person of 18 to 20 who goes on living with their former foster carers.",
    ),
    (
        "Care leaver",
        "A young person of 18 to 24 whom the authority still owes support after care.",
    ),
    (
        "For like need",
        "Prices compared between homes of the same kind, ages, needs met, grade and region.",
    ),
)

LIMITS: tuple[str, ...] = (
    "It is advice to people, never a decision. Nobody's placement follows from it.",
    "A forecast continues what the returns have seen. A new policy, a closed route or an event "
    "without precedent is in no future drawn: try it as a scenario.",
    "The register says how many places are free, not who lives in the others. Where that cannot "
    "be seen from Ofsted numbers, the area's own children are taken to hold as many of the taken "
    "places as there are such children.",
    "A free place may not suit the child who waits: distance, brothers and sisters, school and the "
    "child's own wishes are weighed in the placement plan, not here.",
    "A margin proxy compares prices for like need; it is not a profit, since costs differ.",
    "Small figures are uncertain. Read them with their range, and the ranges with what past "
    "forecasts say about them.",
)

SOURCES: tuple[str, ...] = (
    "Children looked after returns (SSDA903) of the authorities, as filed.",
    "The register of homes that was given with them.",
    "Department for Education, Children looked after in England including adoptions; section 251 "
    "outturn. Ofsted, Fostering in England; Main findings: children's social care. Office for "
    "National Statistics, codes and names of authorities.",
    "Contains public sector information licensed under the Open Government Licence v3.0.",
)
