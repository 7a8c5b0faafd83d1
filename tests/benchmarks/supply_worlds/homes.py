"""Homes of a region: opened, paused, closed, failing, and filled by others too."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.benchmarks.supply_worlds.nature import (
    CAPPED,
    CHILDRENS,
    COUNCIL,
    FIRST,
    FOSTER,
    PRIVATE,
    RESIDENTIAL,
    SEMI,
    VOLUNTARY,
    BoolArray,
    Shock,
    SupplyNature,
)
from tests.benchmarks.supply_worlds.prices import Prices
from tests.benchmarks.worlds.nature import FloatArray, IntArray

NEVER = 10**9
MONTH = 28

_INT_COLUMNS = (
    *("kind", "authority", "sector", "provider", "approved", "limit", "age_min", "age_max", "sex"),
    *("needs_met", "opened", "closed", "paused_until", "own", "others", "blocked"),
    *("told_opening", "opening_told", "told_closing", "closing_told"),
)
"""A row a home. ``limit`` is what it really takes; ``blocked`` beds are lost to a solo child;
``told_opening`` and ``told_closing`` are the days that the register gives, from ``opening_told``
and ``closing_told`` on."""


@dataclass(slots=True)
class Homes:
    """All homes that ever are, by row."""

    nature: SupplyNature
    prices: Prices
    rng: np.random.Generator
    n: int = 0
    columns: dict[str, IntArray] = field(default_factory=dict)
    providers: list[tuple[int, int, int]] = field(default_factory=list)
    by_kind: list[IntArray] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = {name: np.zeros(2_000, dtype=np.int64) for name in _INT_COLUMNS}
        self.outside = [self.prices.add_provider(kind, PRIVATE) for kind in range(len(CAPPED))]
        self.providers = [(kind, -1, PRIVATE) for kind in range(len(CAPPED))]
        for kind in range(len(CAPPED)):
            for authority in range(len(self.nature.authorities)):
                self._add_provider(kind, authority, COUNCIL)
        for kind, count in enumerate(self.rng.integers(3, [8, 25, 15, 6])):
            for _ in range(count):
                sector = VOLUNTARY if self.rng.random() < 0.1 else PRIVATE
                self._add_provider(kind, -1, sector)

    def __getattr__(self, name: str) -> IntArray:
        try:
            return self.columns[name][: self.n]
        except KeyError:
            raise AttributeError(name) from None

    def fill(self, needing: FloatArray) -> None:
        """Open the homes of the first day, for (n_authorities, n_kinds) children who need them."""
        nature, rng = self.nature, self.rng
        for kind in range(len(CAPPED)):
            beds = max(4.0, needing[:, kind].sum() * nature.room[kind])
            council = beds * nature.council_share[kind]
            private = (beds - council) / (1 - nature.others[kind])
            weight = needing[:, kind] + 1.0
            for sector, places in ((COUNCIL, council), (PRIVATE, private)):
                spread = 12 if sector == COUNCIL else 2.5
                share = rng.dirichlet(spread * len(weight) * weight / weight.sum())
                for authority, part in enumerate(places * share / self._in_use(kind)):
                    while part > 0 and (part >= 1 or rng.random() < part):
                        part -= self.open_home(kind, authority, sector, FIRST - 1, first=True)
        self.index()

    def _in_use(self, kind: int) -> float:
        paused = self.nature.pausing[kind] * self.nature.pause_days / 365
        return float(1 - 0.5 * paused / (1 + paused))

    def open_home(
        self, kind: int, authority: int, sector: int, day: int, *, first: bool = False
    ) -> int:
        """Add a home and give the places it takes."""
        rng = self.rng
        approved, limit = self._size(kind)
        ages = self._ages(kind)
        provider = self._provider(kind, authority, sector)
        if self.n == len(self.columns["kind"]):
            for name, column in self.columns.items():
                self.columns[name] = np.concatenate([column, np.zeros_like(column)])
        values = {
            "kind": kind,
            "authority": authority,
            "sector": self.providers[provider][2],
            "provider": provider,
            "approved": approved,
            "limit": limit,
            "age_min": ages[0],
            "age_max": ages[1],
            "sex": int(rng.choice([-1, 0, 1], p=[0.84, 0.08, 0.08])),
            "needs_met": self._needs_met(kind, sector),
            "opened": day,
            "closed": NEVER,
            "paused_until": 0,
            "own": 0,
            "others": 0,
            "blocked": 0,
            "told_opening": -NEVER if first else day,
            "opening_told": day,
            "told_closing": NEVER,
            "closing_told": NEVER,
        }
        for name, value in values.items():
            self.columns[name][self.n] = value
        self.n += 1
        return limit

    def index(self) -> None:
        """List the homes of each kind that are not closed."""
        there = self.closed == NEVER
        self.by_kind = [np.flatnonzero(there & (self.kind == kind)) for kind in range(len(CAPPED))]

    def is_open(self, day: int, rows: IntArray | slice = slice(None)) -> BoolArray:
        return np.asarray((self.opened[rows] <= day) & (self.closed[rows] > day))

    def free(self, day: int, rows: IntArray | slice = slice(None)) -> IntArray:
        """Give the beds that could be filled on a day."""
        left = self.limit[rows] - self.own[rows] - self.others[rows] - self.blocked[rows]
        takes = self.is_open(day, rows) & (self.paused_until[rows] <= day)
        return np.asarray(np.where(takes, np.maximum(left, 0), 0))

    def month_passes(self, day: int, needing: FloatArray) -> IntArray:
        """Open, close and pause homes; give the rows that close today.

        Parameters
        ----------
        needing : ndarray, shape (n_authorities, n_kinds)
            Children who need each kind today.
        """
        self._pause(day)
        closing = self._close(day)
        self._open(day, needing)
        self.index()
        return closing

    def others_move(self, day: int) -> None:
        """Let a week of other regions' children leave and come."""
        rng, nature = self.rng, self.nature
        held = np.flatnonzero(self.others > 0)
        self.others[held] -= rng.binomial(self.others[held], 7 / 330)
        month = min((day - FIRST) // MONTH, nature.others_drift.shape[1] - 1)
        taken = 1 + 0.8 * nature.strength(Shock.TAKEN, day)
        for kind in range(len(CAPPED)):
            rows = self.by_kind[kind]
            rows = rows[(self.sector[rows] != COUNCIL) & self.is_open(day, rows)]
            places = self.limit[rows].sum()
            rate = nature.others[kind] * places * nature.others_drift[kind, month] * taken * 7 / 330
            self.others_come(rows, int(rng.poisson(rate)), day)

    def others_come(self, rows: IntArray, count: int, day: int) -> None:
        """Put children of other regions into free beds, as far as there are any."""
        beds = np.repeat(rows, self.free(day, rows))
        taken = self.rng.permutation(beds)[:count]
        np.add.at(self.columns["others"], taken, 1)

    def _pause(self, day: int) -> None:
        rate = self.nature.pausing[self.kind] * MONTH / 365
        stops = self.is_open(day) & (self.paused_until <= day) & (self.rng.random(self.n) < rate)
        lasts = self.rng.exponential(self.nature.pause_days, int(stops.sum()))
        self.paused_until[stops] = day + lasts.astype(np.int64) + 7

    def _close(self, day: int) -> IntArray:
        nature, rng = self.nature, self.rng
        month = min((day - FIRST) // MONTH, nature.flow_drift.shape[3] - 1)
        drift = nature.flow_drift[1][:, :, month][self.kind, self.authority]
        rate = nature.closing[self.kind] * drift
        rate = np.where(
            self.kind == FOSTER, rate * (1 + 1.2 * nature.strength(Shock.CARERS_LOST, day)), rate
        )
        going = self.is_open(day) & (self.told_closing == NEVER)
        chosen = np.flatnonzero(going & (rng.random(self.n) < rate * MONTH / 365))
        told = rng.random(len(chosen)) < np.where(self.kind[chosen] == FOSTER, 0.15, nature.told)
        notice = rng.integers(60, 240, len(chosen))
        for row, is_told, days in zip(chosen, told, notice, strict=True):
            self.told_closing[row] = day + days if is_told else day
            if is_told:
                self.closing_told[row] = day
                self.paused_until[row] = NEVER
        self._fail(day)
        today = np.flatnonzero(self.is_open(day) & (self.told_closing <= day))
        self.closed[today] = day
        self.own[today], self.others[today], self.blocked[today] = 0, 0, 0
        return today

    def _fail(self, day: int) -> None:
        """A firm goes under: its homes close within three months, nobody having been told."""
        nature, rng = self.nature, self.rng
        planted = nature.shock is Shock.FAILURE and 0 <= day - nature.shock_from < MONTH
        if not planted and rng.random() > nature.failing * MONTH / 365:
            return
        mine = self.is_open(day) & (self.sector != COUNCIL) & (self.told_closing == NEVER)
        places = np.bincount(self.provider[mine], self.limit[mine], minlength=len(self.providers))
        if not places.any():
            return
        ranked = np.argsort(places)[::-1]
        kind = [CHILDRENS, FOSTER, SEMI][int(rng.integers(3))]
        of_kind = [int(row) for row in ranked if places[row] and self.providers[row][0] == kind]
        if not of_kind:
            return
        firm = of_kind[0] if planted else of_kind[int(rng.integers(len(of_kind)))]
        rows = np.flatnonzero(mine & (self.provider == firm))
        self.told_closing[rows] = day + rng.integers(0, 90, len(rows))

    def _open(self, day: int, needing: FloatArray) -> None:
        nature, rng = self.nature, self.rng
        month = min((day - FIRST) // MONTH, nature.flow_drift.shape[3] - 1)
        free, there = self.free(day), self.is_open(day)
        kinds, authorities, own = self.kind, self.authority, self.own
        for kind in range(len(CAPPED)):
            mine = kinds == kind
            usable = own[mine].sum() + free[mine].sum()
            # What is answered is a lack of the room that this world is used to.
            wanted = needing[:, kind].sum() * nature.room[kind]
            short = np.clip(wanted / max(usable, 1) - 1, -0.3, 0.3)
            push = np.exp(nature.answer[kind] * short)
            push *= 1 + 1.5 * nature.strength(Shock.BUILT, day) * (kind != FOSTER)
            push *= 1 + 0.8 * nature.strength(Shock.RECRUITED, day) * (kind == FOSTER)
            homes = np.bincount(
                authorities[mine & there], minlength=len(nature.authorities)
            ).astype(float)
            rate = nature.closing[kind] * (homes + 0.5) * push * MONTH / 365
            rate = rate * nature.flow_drift[0, kind, :, month]
            for authority, count in enumerate(rng.poisson(rate)):
                for _ in range(count):
                    self._plan(kind, authority, day)

    def _plan(self, kind: int, authority: int, day: int) -> None:
        nature, rng = self.nature, self.rng
        sector = COUNCIL if rng.random() < nature.council_share[kind] else PRIVATE
        if kind == FOSTER:
            self.open_home(kind, authority, sector, day)
            return
        due = day + int(rng.integers(90, 500))
        slips = int(rng.exponential(80)) if rng.random() < 0.35 else 0
        self.open_home(kind, authority, sector, due)
        row = self.n - 1
        self.opened[row] = NEVER - 1 if rng.random() < 0.08 else due + slips
        told = rng.random() < nature.told
        self.opening_told[row] = day if told else self.opened[row]
        self.told_opening[row] = due

    def _size(self, kind: int) -> tuple[int, int]:
        rng = self.rng
        if kind == FOSTER:
            approved = int(rng.choice([1, 2, 3, 4], p=[0.34, 0.38, 0.22, 0.06]))
            fewer = int(rng.choice([0, 1, 2], p=[0.78, 0.17, 0.05]))
            return approved, max(1, approved - fewer)
        sizes = {CHILDRENS: (1, 7), SEMI: (1, 9), RESIDENTIAL: (3, 12)}[kind]
        approved = int(rng.integers(*sizes))
        if kind == CHILDRENS:
            approved = int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.09, 0.2, 0.27, 0.22, 0.12, 0.1]))
        fewer = int(approved > 2 and rng.random() < 0.25)
        return approved, approved - fewer

    def _ages(self, kind: int) -> tuple[int, int]:
        ranges = {
            FOSTER: [(0, 17), (0, 17), (0, 17), (0, 10), (4, 17), (10, 17)],
            CHILDRENS: [(8, 17), (8, 17), (8, 17), (10, 17), (5, 12), (0, 17)],
            SEMI: [(16, 17)],
            RESIDENTIAL: [(0, 17), (0, 17), (8, 17)],
        }[kind]
        return ranges[int(self.rng.integers(len(ranges)))]

    def _needs_met(self, kind: int, sector: int) -> int:
        shares = {
            FOSTER: [0.25, 0.35, 0.4] if sector == COUNCIL else [0.1, 0.3, 0.6],
            CHILDRENS: [0.0, 0.25, 0.75],
            SEMI: [0.3, 0.4, 0.3],
            RESIDENTIAL: [0.0, 0.3, 0.7],
        }[kind]
        return int(self.rng.choice([1, 2, 3], p=shares))

    def _add_provider(self, kind: int, authority: int, sector: int) -> None:
        self.prices.add_provider(kind, sector)
        self.providers.append((kind, authority, sector))

    def _provider(self, kind: int, authority: int, sector: int) -> int:
        """Councils run their own; firms are drawn, the first of them the largest."""
        if sector == COUNCIL:
            return self.providers.index((kind, authority, COUNCIL))
        firms = [
            row
            for row, (of, _, runs) in enumerate(self.providers)
            if of == kind and runs != COUNCIL and row not in self.outside
        ]
        weight = 1.0 / np.arange(1, len(firms) + 1)
        return firms[int(self.rng.choice(len(firms), p=weight / weight.sum()))]
