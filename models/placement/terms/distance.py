"""Near the family: every mile counts, and the twentieth is the line of national statistics."""

from __future__ import annotations

from models.placement.eligibility import miles_from_family
from models.placement.problem import FloatArray, IntArray, PlacementProblem
from models.placement.terms.base import LINE_MILES, DependsOn, term

__all__ = ["LINE_MILES", "mile", "over_20_miles"]


@term("mile", points=10, tier="rest", depends_on=DependsOn.FAMILY_MILES)
def mile(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """Miles from the family; 60 of them weigh as much as the 20-mile line."""
    return miles_from_family(problem, child, home)


@term("over_20_miles", points=600, tier="near", depends_on=DependsOn.BEYOND_LINE)
def over_20_miles(problem: PlacementProblem, child: IntArray, home: IntArray) -> FloatArray:
    """1 for a home more than 20 miles from the family."""
    return (miles_from_family(problem, child, home) > LINE_MILES).astype(float)
