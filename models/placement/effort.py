"""How much work a plan is worth: counts of passes, rounds and trials; a clock only caps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from models.placement.improve import Search

LARGEST_REGION = 30_000
"""Children above which a problem is planned with the effort of a nation."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which bundles prices name.

    Attributes
    ----------
    slack : float
        Points from the cheapest way to plan for the same members.
    most_per_set : int
        Bundles of each set of members, at most.
    """

    slack: float
    most_per_set: int


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop; every limit is a count, save the clock that only caps.

    Attributes
    ----------
    first : Listing
        Which bundles are listed to begin with, while every place is free.
    cold_passes : tuple of int
        Price passes of each search from nothing; the last number holds for all further ones.
    warm_passes : int
        Price passes of each search from good prices.
    rounds : int
        Times that prices name further bundles, at most.
    listing : tuple of Listing
        Which bundles are listed after each search; the last holds for all further ones.
    wide : Listing
        Which bundles are listed before plans are improved: a plan needs more than a bound.
    goal : float
        Share of the net objective: a gap below it is small enough.
    search : Search
        How long and how widely plans are improved.
    improvements : int
        Times that plan and prices are improved in turn, at most.
    block_solver : float
        Deterministic units of each block that is planned exactly; none where 0.
    most_exact : int
        Bundles above which no solver is asked for the whole.
    solver : float
        Deterministic units of each exact step, near seconds.
    seconds_left : callable
        Seconds that may still be spent; infinite by default.
    """

    first: Listing = Listing(1_000, 12)
    cold_passes: tuple[int, ...] = (150, 150, 300, 600, 1_000)
    warm_passes: int = 300
    rounds: int = 10
    listing: tuple[Listing, ...] = (Listing(100, 12), Listing(150, 30), Listing(100, 24))
    wide: Listing = Listing(400, 60)
    goal: float = 0.002
    search: Search = field(default_factory=Search)
    improvements: int = 4
    block_solver: float = 1.0
    most_exact: int = 8_000
    solver: float = 20.0
    seconds_left: Callable[[], float] = lambda: float("inf")

    @classmethod
    def of_size(
        cls, n_children: int, *, seconds_left: Callable[[], float] = lambda: float("inf")
    ) -> Effort:
        """Give what suits a problem: nations list fewer bundles a family than regions."""
        if n_children <= LARGEST_REGION:
            return cls(seconds_left=seconds_left)
        return cls(
            warm_passes=200,
            wide=Listing(100, 24),
            goal=0.008,
            search=Search(trials=5.0),
            improvements=1,
            block_solver=0.0,
            most_exact=0,
            seconds_left=seconds_left,
        )

    def warm(self) -> Effort:
        """Give what suits a start from a plan and prices that were good a moment ago."""
        return replace(
            self,
            listing=self.listing[-1:],
            warm_passes=self.warm_passes // 2,
            rounds=4,
            goal=max(self.goal, 0.01),
            search=replace(self.search, rounds=2, trials=min(10.0, self.search.trials)),
            improvements=1,
            block_solver=0.0,
        )

    def out_of_time(self) -> bool:
        """Say whether the clock has run out."""
        return self.seconds_left() <= 0
