"""What the balance assumes, each figure with its reason, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from rcc_forecast.codes import PlacementType

PLANNED = "planned"
"""How `placement_type` reads in the total over `PLANNED_TYPES`."""

PLANNED_TYPES: tuple[PlacementType, ...] = (
    PlacementType.FOSTER,
    PlacementType.CHILDRENS_HOME,
    PlacementType.SECURE_HOME,
    PlacementType.SUPPORTED,
    PlacementType.RESIDENTIAL_OTHER,
)
"""Kinds of placement whose homes a co-operative recruits, opens or commissions."""

NOT_PLANNED: dict[PlacementType, str] = {
    PlacementType.FOSTER_KINSHIP: (
        "Kinship carers are approved for one child: there are no places to count."
    ),
    PlacementType.WITH_PARENTS: "Children living with their parents need no registered home.",
    PlacementType.ADOPTION: "Adopters are found by adoption agencies, not by placing in a home.",
    PlacementType.TEMPORARY: "A temporary stay, such as hospital, keeps the home it comes from.",
    PlacementType.OTHER: "No register of homes covers other placements.",
}
"""Kinds without planned capacity, and why."""

NATIONALLY_COMMISSIONED = frozenset({PlacementType.SECURE_HOME})
"""Kinds that no single authority is meant to have: 14 secure homes serve England (Ofsted, 2023)."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What turns figures into a rating.

    Attributes
    ----------
    red_from : float
        Probability of a shortage that is red: 0.5, short more likely than not.
    amber_from : float
        Probability that is amber: 0.2, a judgement: one future in five is worth
        planning for, since a home takes longer to open than a shortage to arrive.
    choice_margin : float
        Spare share of usable places under which there is no choice: 0.1. A
        child and a home must match, so a full register is short before it is
        full: 16% of approved foster places stood vacant in 2024 while children
        waited (Ofsted), hence a tenth is a low bar, and a judgement.
    """

    red_from: float = 0.5
    amber_from: float = 0.2
    choice_margin: float = 0.1


S251_WEEKLY_COST_GBP: dict[PlacementType, float] = {
    PlacementType.CHILDRENS_HOME: 7385.0,
    PlacementType.FOSTER: 765.0,
    PlacementType.FOSTER_KINSHIP: 765.0,
}
"""Section 251 outturn, England 2024-25: weekly unit cost of residential care and of fostering.

Used where the register has no price; kinds that the outturn does not part have no default.
"""
