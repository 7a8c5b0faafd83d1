"""What goes beside a published edition: its symbols, what was withheld and why, and the audit."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

SYMBOLS = CodeSet(
    "symbol",
    {
        "c": "Withheld so that nobody can be recognised",
        "k": "Not zero, and rounds to zero",
        "x": "Not available",
        "z": "Does not apply",
        "-": "None, or not collected",
    },
    {},
    {},
)
"""DfE, *Children looked after in England*: symbols of the statistics' tables."""

WITHHELD_REASONS = CodeSet(
    "reason",
    {
        "small": "The figure is small",
        "protects": "A small figure could be worked out from it",
        "follows": "It is made from a figure that is withheld",
    },
    {},
    {},
)

WITHHELD = Table(
    "withheld",
    "One row of a published table whose figures are withheld, and why; for staff, not for release",
    (
        Column("edition", "Which edition: base, or a scenario's name", Kind.TEXT),
        Column("table", "Published table", Kind.TEXT, required=True),
        Column("row", "Line of its file, the heading being line 1", Kind.INTEGER, low=2),
        Column("what", "Figures withheld: children, or money alone", Kind.TEXT),
        Column("reason", "Why", Kind.CODE, codes=WITHHELD_REASONS, required=True),
    ),
    "README, section Publication",
)

DISCLOSURE_AUDIT = Table(
    "disclosure_audit",
    "To what interval one withheld figure can be narrowed down from everything published",
    (
        Column("edition", "Which edition: base, or a scenario's name", Kind.TEXT),
        Column("figure", "What is counted", Kind.TEXT, required=True),
        Column("region", "Region; All where summed", Kind.TEXT),
        Column("local_authority", "ONS code; All where summed", Kind.TEXT),
        Column("rcc", "Co-operative whose total it is", Kind.TEXT),
        Column("cell", "The other dimensions that are not summed", Kind.TEXT),
        Column("month", "Month or year of the figure", Kind.TEXT),
        Column("low", "Least value that agrees with what is published", Kind.NUMBER),
        Column("high", "Greatest; empty where nothing limits it", Kind.NUMBER),
        Column("protection", "Width the interval must have", Kind.NUMBER),
        Column("exposed", "1: narrower than that", Kind.FLAG),
    ),
    "README, section Publication",
)
