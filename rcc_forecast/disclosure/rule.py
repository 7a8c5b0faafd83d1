"""What is too small to show, and how well it has to be hidden."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """The rule of one edition.

    Attributes
    ----------
    threshold : int
        Counts from 1 to this are withheld, and expected counts above 0 that
        round to no more than this. 0 is shown. The DfE's tables withhold 1 to 5.
    protection : float
        Width of the interval to which a withheld figure may be narrowed down.
        One more than the threshold: whatever its low end, the interval reaches
        beyond the threshold, so nobody can show that the figure was small.
    round_totals_to : int
        Base to which figures of regions, co-operatives and England are rounded;
        1 for none. The DfE rounds national and regional figures to 10.
    price_known_within : float
        How well outsiders know the price of a place, as a share: published unit
        costs turn a sum of money into a number of children.
    max_deterministic_time : float
        Effort of the search in each independent part of the tables, near seconds.
    """

    threshold: int = 5
    protection: float = 6.0
    round_totals_to: int = 1
    price_known_within: float = 0.1
    max_deterministic_time: float = 10.0
