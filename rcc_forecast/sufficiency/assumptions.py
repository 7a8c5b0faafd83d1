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


VACANT_SHARE: dict[PlacementType, float] = {PlacementType.FOSTER: 0.16}
"""Share of approved places that stand vacant, where neither register nor returns say.

Fostering, England 2024 (Ofsted). No such figure is published for other kinds: of
those, only places that own children are seen or bound to live in count.
"""

CLOSED_SHARE: dict[PlacementType, tuple[float, str]] = {
    PlacementType.FOSTER: (15_845 / 88_370, "Ofsted, fostering in England 31 March 2019"),
    PlacementType.SECURE_HOME: (27 / 230, "Ofsted, secure children's homes, March 2023"),
}
"""Share of approved places closed to placements, and its source: parts places that are neither
own children's nor free into closed and used by others. They are not usable either way."""

AS_MANY = 2.0
"""Times the expected children that are let come when it is asked whom places suit.

A place counts as suited if it would be filled were twice as many children to come, or as
many as there are places if that is more: spare room for the children expected is no
misfit, and forty places for babies where one is expected are no capacity.
"""


NEXT_BEST: dict[PlacementType, PlacementType] = {
    PlacementType.FOSTER: PlacementType.CHILDRENS_HOME,
    PlacementType.SUPPORTED: PlacementType.CHILDRENS_HOME,
}
"""Where a child is placed for whom no home of the kind is found.

Of other kinds there is no next-best kind: a home of the same kind is found farther away, at
the premium below.
"""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What turns figures into a rating.

    Attributes
    ----------
    red_from : float
        Probability of a shortage that is red whatever it costs: 0.5, short more
        likely than not. Where a missing place costs more than an unused one kept,
        red begins sooner: at C_unused / (C_unused + C_missing).
    amber_share : float
        Share of the red threshold from which a row is amber: half, a judgement,
        since a home takes longer to open than a shortage to arrive.
    choice_margin : float
        Spare share of usable places under which there is no choice: 0.1. A
        child and a home must match, so a full register is short before it is
        full: 16% of approved foster places stood vacant in 2024 while children
        waited (Ofsted), hence a tenth is a low bar, and a judgement.
    far_premium : float
        What a place found farther away costs more, as a share of the kind's price:
        1.0, a judgement. Of placements outside the boundary 93% of those in
        children's homes were private (DfE 2024), and such a place is bought singly.
    distance_gbp : float
        Cost a week of a placement far from home, for contact, school and visits:
        150, a judgement of three journeys of 100 miles at 50p.
    unused_share : float
        What an unused place costs, as a share of the kind's price: 1.0, paid for in full.
    holds_for : int
        Months that a new colour must last to be shown: 3.
    clear_by : float
        Share of the threshold by which a probability passes it clearly, and is shown at
        once: 0.25.
    """

    red_from: float = 0.5
    amber_share: float = 0.5
    choice_margin: float = 0.1
    far_premium: float = 1.0
    distance_gbp: float = 150.0
    unused_share: float = 1.0
    holds_for: int = 3
    clear_by: float = 0.25
