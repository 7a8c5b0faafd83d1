"""Children of a region and what each of them truly needs, day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.benchmarks.supply_worlds.nature import (
    CAPPED_OF_KIND,
    CHILDRENS,
    FIRST,
    LAST,
    BoolArray,
    Shock,
    SupplyNature,
)
from tests.benchmarks.worlds.lives import Lives, lives_of
from tests.benchmarks.worlds.nature import DAYS_A_YEAR, KINDS, UASC, Family, FloatArray, IntArray

STOCK = 4_000
"""Children of the twelve authorities that lives are drawn for; a region is three to five."""

UNCAPPED = -1


@dataclass(frozen=True, slots=True)
class Needs:
    """Who the children are, and the kind of home each needs from day to day.

    Attributes
    ----------
    authority, born, sex, level : ndarray of int, shape (n_children,)
        Place in the region's authorities; day of birth; 0 or 1; level of need, 0 to 3.
    uasc, solo : ndarray of bool, shape (n_children,)
        Unaccompanied; can live only where no other child does.
    child, kind, start, end : ndarray of int, shape (n_spells,)
        Needs by child and start, kinds of `worlds.nature.KINDS`; needed at midnight of
        start <= day < end.
    last, of_age : ndarray of bool, shape (n_spells,)
        Whether the child leaves care at the end, and whether that is the 18th birthday.
    """

    authority: IntArray
    born: IntArray
    sex: IntArray
    level: IntArray
    uasc: BoolArray
    solo: BoolArray
    child: IntArray
    kind: IntArray
    start: IntArray
    end: IntArray
    last: BoolArray
    of_age: BoolArray

    def ages(self, children: IntArray, day: int) -> FloatArray:
        """Give ages in years on a day."""
        return np.asarray((day - self.born[children]) / DAYS_A_YEAR)


CAPPED_OF = np.array([CAPPED_OF_KIND.get(kind, UNCAPPED) for kind in range(len(KINDS))])

_LEVELS = np.array(
    [
        [0.45, 0.80, 0.95],
        [0.05, 0.25, 0.65],
        [0.40, 0.80, 0.95],
        [0.10, 0.40, 0.80],
        [0.55, 0.85, 0.97],
    ]
)
"""Cumulative shares of need levels by the kind first needed, the last for uncapped kinds."""


def needs_of(
    nature: SupplyNature,
    family: Family,
    *,
    seed: int,
    rng: np.random.Generator,
    stock: int = STOCK,
) -> Needs:
    """Take a region's children out of drawn lives, with what a shock adds to or takes from them."""
    lives = lives_of(family, seed=seed, stock=stock)
    place, chosen = _who_belongs(nature, lives, rng)
    kept = chosen[lives.child] & (lives.end > FIRST) & (lives.start < LAST)
    children, child = np.unique(lives.child[kept], return_inverse=True)
    kind = lives.kind[kept]
    first = np.append(True, child[1:] != child[:-1])
    row = CAPPED_OF[kind[first]]
    chance = rng.random(len(children))
    level = (chance[:, None] >= _LEVELS[row]).sum(axis=1)
    uasc = lives.stream[children] == UASC
    solo = (level == 3) & (row == CHILDRENS) & (rng.random(len(children)) < 0.2)
    return Needs(
        authority=place[children],
        born=lives.born[children],
        sex=np.where(rng.random(len(children)) < np.where(uasc, 0.9, 0.52), 0, 1),
        level=level,
        uasc=uasc,
        solo=solo,
        child=child,
        kind=kind,
        start=lives.start[kept],
        end=lives.end[kept],
        last=lives.last[kept],
        of_age=lives.of_age[kept],
    )


def _who_belongs(
    nature: SupplyNature, lives: Lives, rng: np.random.Generator
) -> tuple[IntArray, BoolArray]:
    """Place of each child in the region, and whether the child is in it at all."""
    place = np.full(len(lives.authority), -1)
    for number, code in enumerate(nature.authorities):
        place[lives.authority == code] = number
    mine = place >= 0
    first = np.append(True, lives.child[1:] != lives.child[:-1])
    arrived = lives.start[first]
    during = (arrived >= nature.shock_from) & (arrived < nature.shock_to)
    chance = rng.random(len(place))
    if nature.shock is Shock.SURGE:
        # Children of authorities that are not in the region become its own.
        wanted = (0.1 + 0.35 * nature.shock_size) * mine.sum() / max((~mine).sum(), 1)
        adopted = ~mine & during & (chance < wanted)
        place[adopted] = rng.choice(place[mine], int(adopted.sum()))
        mine |= adopted
    elif nature.shock is Shock.EBB:
        mine &= ~(during & (chance < 0.08 + 0.27 * nature.shock_size))
    return place, mine
