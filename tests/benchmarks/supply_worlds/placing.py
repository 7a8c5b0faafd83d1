"""Who lives where: children are placed one by one where a fitting bed is free.

A child for whom there is none goes out of the region or to the next-best kind, and waits: when
a fitting bed turns up, the child may move there. Beds that children of other regions take are
gone. So a shortage changes where children are placed, and is seen in no count of placements.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.benchmarks.supply_worlds.homes import MONTH, NEVER, Homes
from tests.benchmarks.supply_worlds.nature import (
    CAPPED,
    CHILDRENS,
    COUNCIL,
    FIRST,
    FOSTER,
    KIND_OF_CAPPED,
    LAST,
    SEMI,
    SupplyNature,
)
from tests.benchmarks.supply_worlds.needs import CAPPED_OF, UNCAPPED, Needs
from tests.benchmarks.supply_worlds.prices import Prices
from tests.benchmarks.worlds.nature import OTHER, OWN, FloatArray, IntArray

NOWHERE, OUTSIDE = -1, -2
"""Instead of a home: a kind whose homes are not counted, and a home outside the region."""

_MOVES_A_YEAR = np.array([0.22, 0.35, 0.3, 0.15])
_TRIES_A_YEAR = 1.5


@dataclass(frozen=True, slots=True)
class Placements:
    """Where children lived, a row a placement.

    Attributes
    ----------
    child, kind, home, provider, start, end : ndarray of int
        ``kind`` of `worlds.nature.KINDS`; ``home`` a row of the homes, or `NOWHERE` or
        `OUTSIDE`; ``end`` is `NEVER` where the world ends first.
    price : ndarray
        GBP a week at the start; 0 where no home charges.
    """

    child: IntArray
    kind: IntArray
    home: IntArray
    provider: IntArray
    start: IntArray
    end: IntArray
    price: FloatArray

    def on(self, day: int) -> IntArray:
        """Give the rows of a day's last minute."""
        return np.flatnonzero((self.start <= day) & (self.end > day))

    def paid(self, prices: Prices, rows: IntArray, day: int) -> FloatArray:
        """Give what some of them cost on a day, GBP a week."""
        return prices.paid(
            self.provider[rows], self.kind[rows], self.start[rows], self.price[rows], day
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Homes at the end of a day, by row of the homes that there are.

    Attributes
    ----------
    is_open, free, others, limit, blocked, paused : ndarray, shape (n_homes,)
    """

    is_open: IntArray
    free: IntArray
    others: IntArray
    limit: IntArray
    paused: IntArray


@dataclass(slots=True)
class _State:
    home: IntArray
    kind: IntArray
    since: IntArray
    need: IntArray
    price: FloatArray
    provider: IntArray
    here: IntArray
    done: list[tuple[int, int, int, int, int, int, float]] = field(default_factory=list)


class Placing:
    """One passage through the days from `FIRST`."""

    def __init__(self, nature: SupplyNature, needs: Needs, rng: np.random.Generator) -> None:
        self.nature, self.needs, self.rng = nature, needs, rng
        self.prices = Prices.drawn(rng)
        self.homes = Homes(nature, self.prices, rng)
        self.snapshots: dict[int, Snapshot] = {}
        n = len(needs.authority)
        none = np.full(n, NOWHERE)
        self.state = _State(
            home=none.copy(),
            kind=none.copy(),
            since=none.copy(),
            need=none.copy(),
            price=np.zeros(n),
            provider=none.copy(),
            here=np.zeros(n, dtype=bool),
        )
        self.tight = np.zeros(len(CAPPED))

    def through(self, until: int, *, look: set[int]) -> None:
        """Let the days pass, and keep how the homes stand at the end of some."""
        needs = self.needs
        day = FIRST
        there = np.flatnonzero((needs.start <= day) & (needs.end > day))
        self.state.need[needs.child[there]] = CAPPED_OF[needs.kind[there]]
        self.state.here[needs.child[there]] = True
        self.homes.fill(self._needing())
        for kind in range(len(CAPPED)):
            rows = self.homes.by_kind[kind]
            firms = rows[self.homes.sector[rows] != COUNCIL]
            held = self.nature.others[kind] * self.homes.limit[firms].sum()
            self.homes.others_come(firms, int(held), day)
        for row in self.rng.permutation(there):
            self._place(int(needs.child[row]), int(needs.kind[row]), day)
        by_start = np.argsort(needs.start, kind="stable")
        by_end = np.argsort(needs.end, kind="stable")
        starts, ends = needs.start[by_start], needs.end[by_end]
        until = min(until, LAST)
        for day in range(FIRST + 1, until + 1):
            for row in by_end[np.searchsorted(ends, day) : np.searchsorted(ends, day, "right")]:
                if needs.last[row]:
                    self._leave(int(needs.child[row]), day)
            for row in by_start[
                np.searchsorted(starts, day) : np.searchsorted(starts, day, "right")
            ]:
                self._needs_now(int(needs.child[row]), int(needs.kind[row]), day)
            if day % 7 == 0:
                self._week(day)
            if day in look:
                self.snapshots[day] = self._look(day)

    def placements(self) -> Placements:
        """Give every placement, those that go on last."""
        state = self.state
        rows = list(state.done)
        rows += [self._row(int(child), NEVER) for child in np.flatnonzero(state.here)]
        table = pd.DataFrame(
            rows, columns=["child", "kind", "home", "provider", "start", "end", "price"]
        )
        table = table.sort_values(["child", "start"], kind="stable")
        table = table[table["end"] > table["start"]]
        return Placements(**{name: table[name].to_numpy() for name in table})

    def _needing(self) -> FloatArray:
        state = self.state
        mine = np.flatnonzero(state.here & (state.need >= 0))
        counts = np.zeros((len(self.nature.authorities), len(CAPPED)))
        np.add.at(counts, (self.needs.authority[mine], state.need[mine]), 1)
        return counts

    def _week(self, day: int) -> None:
        homes, state, rng = self.homes, self.state, self.rng
        homes.others_move(day)
        if (day // 7) % (MONTH // 7) == 0:
            closing = homes.month_passes(day, self._needing())
            moved = np.flatnonzero(state.here & np.isin(state.home, closing))
            for child in rng.permutation(moved):
                self._move(int(child), day, gone=True)
            for kind in range(len(CAPPED)):
                rows = homes.by_kind[kind]
                share = homes.free(day, rows).sum() / max(homes.limit[rows].sum(), 1)
                self.tight[kind] = np.clip(1 - share / 0.1, 0, 1)
        housed = np.flatnonzero(state.here & (state.need >= 0))
        displaced = (state.home[housed] < 0) | (
            homes.kind[np.maximum(state.home[housed], 0)] != state.need[housed]
        )
        rate = np.where(displaced, _TRIES_A_YEAR, 0) + _MOVES_A_YEAR[state.need[housed]]
        chance = rng.random(len(housed))
        for child, is_displaced in zip(
            housed[chance < rate * 7 / 365], displaced[chance < rate * 7 / 365], strict=True
        ):
            if is_displaced:
                self._try_again(int(child), day)
            else:
                self._move(int(child), day)

    def _needs_now(self, child: int, kind: int, day: int) -> None:
        state, need = self.state, int(CAPPED_OF[kind])
        if not state.here[child]:
            state.here[child] = True
            state.need[child] = need
            self._place(child, kind, day)
            return
        same = need >= 0 and state.need[child] == need
        state.need[child] = need
        home = int(state.home[child])
        if same and self.rng.random() < 0.7:
            return
        if need >= 0 and home >= 0 and self.homes.kind[home] == need and not same:
            return
        self._end(child, day)
        self._place(child, kind, day)

    def _leave(self, child: int, day: int) -> None:
        if self.state.here[child]:
            self._end(child, day)
            self.state.here[child] = False

    def _move(self, child: int, day: int, *, gone: bool = False) -> None:
        """A placement comes to an end; the child still needs the same."""
        before = NOWHERE if gone else int(self.state.home[child])
        need = int(self.state.need[child])
        if need == UNCAPPED:
            # A child who lives in a kind that nobody counts is never in a home that closes, save
            # while displaced: what was needed then goes on.
            return
        self._end(child, day)
        self._place(child, KIND_OF_CAPPED[need], day, avoid=before)

    def _try_again(self, child: int, day: int) -> None:
        need = int(self.state.need[child])
        found = self._find(child, need, day)
        if found >= 0:
            self._end(child, day)
            self._live(child, KIND_OF_CAPPED[need], found, day)

    def _place(self, child: int, kind: int, day: int, *, avoid: int = NOWHERE) -> None:
        need = int(CAPPED_OF[kind])
        if need == UNCAPPED:
            self._live(child, kind, NOWHERE, day)
            return
        found = self._find(child, need, day, avoid=avoid)
        if found >= 0:
            self._live(child, kind, found, day)
            return
        if self.rng.random() < self.nature.outside[need]:
            self._live(child, KIND_OF_CAPPED[need], OUTSIDE, day)
            return
        age = float(self.needs.ages(np.array([child]), day)[0])
        second = {FOSTER: CHILDRENS, CHILDRENS: FOSTER, SEMI: CHILDRENS}.get(need)
        if need == FOSTER and age < 9:
            second = None
        found = NOWHERE if second is None else self._find(child, second, day)
        if found >= 0:
            self._live(child, KIND_OF_CAPPED[int(self.homes.kind[found])], found, day)
        elif need == SEMI or (age >= 15 and self.rng.random() < 0.3):
            self._live(child, OTHER, NOWHERE, day)
        else:
            self._live(child, KIND_OF_CAPPED[need], OUTSIDE, day)

    def _find(self, child: int, kind: int, day: int, *, avoid: int = NOWHERE) -> int:
        """Find the best of the homes that fit and have a bed; `NOWHERE` where there is none."""
        homes, needs = self.homes, self.needs
        rows = homes.by_kind[kind]
        rows = rows[homes.free(day, rows) > 0]
        age = (day - needs.born[child]) / 365.25
        fits = (homes.age_min[rows] <= age) & (age < homes.age_max[rows] + 1)
        fits &= (homes.sex[rows] == -1) | (homes.sex[rows] == needs.sex[child])
        fits &= (homes.needs_met[rows] >= needs.level[child]) & (rows != avoid)
        if needs.solo[child]:
            fits &= homes.own[rows] + homes.others[rows] == 0
        at_home = homes.authority[rows] == needs.authority[child]
        is_council = homes.sector[rows] == COUNCIL
        # A council's own homes are for its own children.
        fits &= at_home | ~is_council
        if not fits.any():
            return NOWHERE
        rows, at_home, is_council = rows[fits], at_home[fits], is_council[fits]
        score = 2.0 * at_home + is_council + self.rng.gumbel(0, 0.5, len(rows))
        return int(rows[np.argmax(score)])

    def _live(self, child: int, kind: int, home: int, day: int) -> None:
        state, homes = self.state, self.homes
        provider, price = -1, 0.0
        if home >= 0:
            homes.own[home] += 1
            if self.needs.solo[child]:
                homes.blocked[home] = homes.limit[home] - homes.own[home] - homes.others[home]
            provider = int(homes.provider[home])
            if homes.kind[home] == FOSTER and homes.sector[home] == COUNCIL:
                kind = OWN
        elif home == OUTSIDE:
            provider = homes.outside[int(CAPPED_OF[kind])]
        if provider >= 0:
            price = self.prices.starting(
                provider,
                day,
                level=int(self.needs.level[child]),
                tight=float(self.tight[int(CAPPED_OF[kind])]),
                outside=home == OUTSIDE,
            )
        state.home[child], state.kind[child], state.since[child] = home, kind, day
        state.price[child], state.provider[child] = price, provider

    def _end(self, child: int, day: int) -> None:
        state, homes = self.state, self.homes
        home = int(state.home[child])
        if home >= 0 and homes.closed[home] > day:
            homes.own[home] -= 1
            if self.needs.solo[child]:
                homes.blocked[home] = 0
        state.done.append(self._row(child, day))

    def _row(self, child: int, end: int) -> tuple[int, int, int, int, int, int, float]:
        state = self.state
        return (
            child,
            int(state.kind[child]),
            int(state.home[child]),
            int(state.provider[child]),
            int(state.since[child]),
            end,
            float(state.price[child]),
        )

    def _look(self, day: int) -> Snapshot:
        homes = self.homes
        return Snapshot(
            is_open=homes.is_open(day).copy(),
            free=homes.free(day),
            others=homes.others.copy(),
            limit=homes.limit.copy(),
            paused=homes.paused_until > day,
        )
