"""Children of a world, one by one and day by day: arrivals, moves, departures."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.worlds.nature import (
    ADOPTION,
    AUTHORITIES,
    BURN_IN,
    DAYS_A_YEAR,
    FIRST_DAY,
    HOME,
    KINDS,
    KINSHIP,
    OTHER,
    PARENTS,
    SECURE,
    STREAMS,
    SUPPORTED,
    UASC,
    Family,
    FloatArray,
    IntArray,
    Nature,
    draw_nature,
    n_days,
)

STILL_THERE = np.int64(2**31)
_NEVER = STILL_THERE

_COARSE = 7
"""Days a step in the early burn-in, which only fills the world."""

_PILOT = 4_000
"""Children whose mean stay tells how many arrivals a day keep the wanted stock."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Everything that happened in a world. Days are days since 1970.

    Attributes
    ----------
    authority, stream, born : ndarray of int, shape (n_children,)
        Who the children are.
    child, kind, start, end : ndarray of int, shape (n_spells,)
        Placements, by child and start; the end is `STILL_THERE` where the
        world ends first. A child is in care at midnight of start <= day < end.
    last : ndarray of bool, shape (n_spells,)
        Whether the child left care at the end.
    of_age : ndarray of bool, shape (n_spells,)
        Whether the end is the 18th birthday.
    recorded : ndarray of int, shape (n_spells,)
        Day on which the end came into the records.
    """

    authority: IntArray
    stream: IntArray
    born: IntArray
    child: IntArray
    kind: IntArray
    start: IntArray
    end: IntArray
    last: NDArray[np.bool_]
    of_age: NDArray[np.bool_]
    recorded: IntArray


def lives_of(family: Family, *, seed: int, stock: float | None = None) -> Lives:
    """Let a world run from 1998 to its last 31 March.

    Parameters
    ----------
    family : Family
        Which mechanisms are at work.
    seed : int
        Of all chance; the same seed gives the same lives.
    stock : float, optional
        Children in care that the region tends to; 5,000 to 7,000 when absent.
    """
    run, _ = _begun(family, seed, stock)
    run.through()
    return run.lives()


def likely_lives_of(
    family: Family, *, seed: int, origin: np.datetime64, n: int, stock: float | None = None
) -> Iterator[Lives]:
    """Let a world go on from a day at the level of its last quarter, with fresh chance.

    Every child, hazard and taste is known, and what the days have brought so
    far; from the origin on they go on at the level of the last quarter, and
    chance is drawn anew. The mean of such futures shows how much structure
    alone can tell; it is no bound where levels drift back or a shock passes.

    Parameters
    ----------
    origin : datetime64[D]
        Last day that is the same in all.
    n : int
        Futures.
    """
    run, per_day = _begun(family, seed, stock)
    first = int((origin - BURN_IN).astype(int)) + 1
    run.through(first)
    nature = replace(run.nature, calendar=run.nature.calendar.frozen_on(first))
    for number in range(n):
        rng = np.random.default_rng([seed, list(Family).index(family), number])
        future = deepcopy(run)
        future.go_on(nature, _Arrivals.over_the_years(nature, per_day, rng), rng, since=first)
        future.through()
        yield future.lives()


def _begun(family: Family, seed: int, stock: float | None) -> tuple[_Run, float]:
    rng = np.random.default_rng([seed, list(Family).index(family)])
    nature = draw_nature(family, rng, stock=stock)
    pilot = _Run(nature, _Arrivals.all_at_once(nature, rng), rng, ordinary=True)
    pilot.through()
    per_day = nature.stock / pilot.mean_stay()
    return _Run(nature, _Arrivals.over_the_years(nature, per_day, rng), rng), per_day


@dataclass(slots=True)
class _Arrivals:
    """Children by day of arrival, in days since the burn-in began."""

    day: IntArray
    authority: IntArray
    stream: IntArray
    age: FloatArray
    frailty: FloatArray

    @classmethod
    def all_at_once(cls, nature: Nature, rng: np.random.Generator) -> _Arrivals:
        stream = rng.choice(len(STREAMS), _PILOT, p=nature.stream_share)
        return cls(
            np.zeros(_PILOT, dtype=np.int64),
            rng.choice(len(AUTHORITIES), _PILOT, p=nature.size),
            stream,
            _ages(stream, rng),
            _frailties(nature, np.arange(_PILOT), rng),
        )

    @classmethod
    def over_the_years(cls, nature: Nature, per_day: float, rng: np.random.Generator) -> _Arrivals:
        sizes = nature.sibling_sizes
        families_per_day = np.full(len(STREAMS), per_day / (sizes @ np.arange(1, 6)))
        families_per_day[UASC] = per_day  # they come alone
        days, places, streams = [], [], []
        for place in range(len(AUTHORITIES)):
            for stream in range(len(STREAMS)):
                rate = nature.calendar.entries[place, stream] * (
                    nature.size[place] * nature.stream_share[stream] * families_per_day[stream]
                )
                whole = rng.poisson(rate)
                days.append(np.repeat(np.arange(len(rate)), whole))
                places.append(np.full(len(days[-1]), place))
                streams.append(np.full(len(days[-1]), stream))
        day, place, stream = (np.concatenate(part) for part in (days, places, streams))
        siblings = rng.choice(np.arange(1, 6), len(day), p=sizes)
        siblings[stream == UASC] = 1
        family = np.repeat(np.arange(len(day)), siblings)
        eldest = np.append(True, family[1:] != family[:-1])
        age = np.repeat(_ages(stream, rng), siblings)
        age += np.where(eldest, 0.0, rng.normal(0, 3.5, len(age)))
        age = np.abs(age)
        age = np.where(age > 17.8, 2 * 17.8 - age, age)
        # Most siblings come on one day, the others within a fortnight.
        later = np.where(eldest | (rng.random(len(age)) < 0.85), 0, rng.integers(1, 15, len(age)))
        arrivals = cls(
            np.minimum(day[family] + later, n_days() - 1),
            place[family],
            stream[family],
            age,
            _frailties(nature, family, rng),
        )
        return arrivals.sorted_by_day()

    def since(self, day: int) -> _Arrivals:
        """Give those who arrive on a day or later."""
        return self._rows(np.flatnonzero(self.day >= day))

    def sorted_by_day(self) -> _Arrivals:
        return self._rows(np.argsort(self.day, kind="stable"))

    def _rows(self, rows: IntArray) -> _Arrivals:
        return _Arrivals(
            self.day[rows],
            self.authority[rows],
            self.stream[rows],
            self.age[rows],
            self.frailty[rows],
        )


def _ages(stream: IntArray, rng: np.random.Generator) -> FloatArray:
    """Ages at entry in years, a smooth density for each stream."""
    n = len(stream)
    drawn = np.stack(
        [
            np.minimum(rng.exponential(0.09, n), 0.9),
            0.1 + 5.4 * rng.beta(1.1, 1.7, n),
            4.0 + 9.0 * rng.beta(1.2, 1.1, n),
            9.5 + 8.4 * rng.beta(2.6, 1.5, n),
            13.5 + 4.4 * rng.beta(4.0, 1.4, n),
        ]
    )
    return np.minimum(drawn[stream, np.arange(n)], 17.95)


def _frailties(nature: Nature, family: IntArray, rng: np.random.Generator) -> FloatArray:
    """Gamma factors on leaving, half of them shared by siblings."""
    if nature.frailty == 0:
        return np.ones(len(family))
    shape = 2 / nature.frailty
    own = rng.gamma(shape, 1 / shape, len(family))
    shared = rng.gamma(shape, 1 / shape, int(family.max()) + 1)[family]
    return np.asarray(own * shared)


class _Run:
    """One passage through the days; children are rows, and those in care an index of rows."""

    def __init__(
        self,
        nature: Nature,
        arrivals: _Arrivals,
        rng: np.random.Generator,
        *,
        ordinary: bool = False,
    ) -> None:
        self.nature, self.rng, self.ordinary = nature, rng, ordinary
        self.n = 0
        none = np.zeros(0, dtype=np.int64)
        self.authority, self.stream, self.person, self.sent_by = none, none, none, none
        self.born, self.of_age, self.arrival, self.leave = none, none, none, none
        self.kind, self.since, self.here, self.expected = none, none, none, none
        self.frailty = np.zeros(0)
        self.spells: list[tuple[IntArray, ...]] = []
        self.waiting: dict[int, list[IntArray]] = {}
        self.capacity: FloatArray | None = None
        self.full = np.zeros(len(KINDS))
        self.steps = _steps(ordinary=ordinary)
        self.next_step = 0
        self._expect(arrivals)

    def through(self, until: int | None = None) -> None:
        """Go on through the days, to the last or to the step that begins on or after a day."""
        end = len(self.steps) - 1
        if until is not None:
            end = int(np.searchsorted(self.steps, until))
        expected = self.expected[np.argsort(self.arrival[self.expected], kind="stable")]
        first = np.searchsorted(self.arrival[expected], self.steps)
        for step in range(self.next_step, end):
            today, days = int(self.steps[step]), int(self.steps[step + 1] - self.steps[step])
            if self.nature.tightness and not self.ordinary and step % 7 == 0:
                self._take_stock_of_homes(today)
            self._live(today, days)
            come = [expected[first[step] : first[step + 1]], *self.waiting.pop(step, [])]
            self._arrive(np.concatenate(come))
            if self.ordinary and not len(self.here):
                break
        self.next_step = end

    def go_on(
        self, nature: Nature, arrivals: _Arrivals, rng: np.random.Generator, *, since: int
    ) -> None:
        """From a day on expect others, save those whose transfer is under way."""
        self.nature, self.rng = nature, rng
        to_come = self.expected[self.arrival[self.expected] >= since]
        sent = self.sent_by[to_come]
        known = to_come[(sent >= 0) & (self.arrival[np.maximum(sent, 0)] < since)]
        self.expected = known
        self._expect(arrivals.since(since))

    def mean_stay(self) -> float:
        """Days in care of those who came, re-entries included."""
        _, _, start, end, *_ = self._table()
        return float((np.minimum(end, self.steps[-1]) - start).sum() / len(self.person_of_entry()))

    def person_of_entry(self) -> IntArray:
        return np.unique(self.person[: self.n])

    def lives(self) -> Lives:
        """Give what happened, in days since 1970, from the first day on."""
        row, kind, start, end, last, adult = self._table()
        person = self.person[row]
        began = int(BURN_IN.astype(int))
        seen = (start < n_days()) & (end > int((FIRST_DAY - BURN_IN).astype(int)) - 366)
        order = np.lexsort((start[seen], person[seen]))
        row, kind, start, end, last, adult = (
            part[seen][order] for part in (row, kind, start, end, last, adult)
        )
        rows, child = np.unique(self.person[row], return_inverse=True)
        goes_on = end >= _NEVER
        end = np.where(goes_on, STILL_THERE, end + began)
        return Lives(
            authority=self.authority[rows],
            stream=self.stream[rows],
            born=self.born[rows] + began,
            child=child,
            kind=kind,
            start=start + began,
            end=end,
            last=last,
            of_age=adult,
            recorded=self._recorded(end, last & ~adult),
        )

    def _recorded(self, end: IntArray, can_be_late: NDArray[np.bool_]) -> IntArray:
        late = can_be_late & (self.rng.random(len(end)) < self.nature.late_share)
        delay = np.ceil(self.rng.exponential(self.nature.late_days, len(end))).astype(np.int64)
        # What is not in the next return would be found by its checks (rules 503A to J).
        return end + np.where(late, np.minimum(delay, 330), 0)

    def _table(self) -> tuple[IntArray, ...]:
        none = np.zeros(len(self.here), dtype=bool)
        still = np.full(len(self.here), _NEVER)
        rest = (self.here, self.kind[self.here], self.since[self.here], still, none, none)
        return tuple(np.concatenate(part) for part in zip(*self.spells, rest, strict=True))

    def _live(self, today: int, days: int) -> None:
        """Who of those in care leaves or moves in these days, and on which of them."""
        here = self.here
        if not len(here):
            return
        kind, born, since = self.kind[here], self.born[here], self.since[here]
        age, stay = today - born, today - self.arrival[here]
        nature, calendar = self.nature, self.nature.calendar
        exits = nature.exit_rate[kind] * nature.age_curve[np.minimum(age, 18 * 366 - 1)]
        exits *= nature.duration_curve[kind, np.minimum(stay, 18 * 366 - 1)] * self.frailty[here]
        settled = 0.6 + 1.6 * np.exp(-(today - since) / nature.settled_after)
        moves = nature.move_rate[kind] * settled
        grown = (age > 16 * DAYS_A_YEAR) & (kind != SUPPORTED) & (kind != ADOPTION)
        towards = nature.to_supported * grown
        if not self.ordinary:
            exits *= calendar.exits[self.authority[here], today]
            exits *= np.exp(2 * nature.tightness * np.clip(self.full, -0.1, 0.1))[kind]
            moves *= calendar.moves[today] * np.exp(-2 * nature.tightness * self.full.max())
            towards = towards * calendar.supported[today]
        share = days / DAYS_A_YEAR
        chance = self.rng.random(len(here))
        day = today + (self.rng.integers(0, days, len(here)) if days > 1 else 0)
        day = np.maximum(day, since + 1)
        adult = self.of_age[here] < today + days
        forced = ~adult & (self.leave[here] < today + days)
        left = adult | forced | (chance < exits * share)
        moved = ~left & (chance < (exits + moves + towards) * share)
        upward = moved & (chance >= (exits + moves) * share)
        end = np.where(adult, self.of_age[here], np.where(forced, self.leave[here], day))
        self._close(here[left], end[left], last=True, adult=adult[left])
        self._follow_up(here[left & ~adult], end[left & ~adult], forced[left & ~adult])
        rows = here[moved]
        if len(rows):
            to = self._choose(rows, day[moved], origin=kind[moved])
            to = np.where(upward[moved], SUPPORTED, to)
            other = to != kind[moved]
            self._close(rows[other], day[moved][other], last=False)
            self.kind[rows[other]], self.since[rows[other]] = to[other], day[moved][other]
        self.here = here[~left]

    def _close(
        self,
        rows: IntArray,
        end: IntArray,
        *,
        last: bool,
        adult: NDArray[np.bool_] | None = None,
    ) -> None:
        if len(rows):
            of_age = np.zeros(len(rows), dtype=bool) if adult is None else adult
            over = np.full(len(rows), last)
            self.spells.append((rows, self.kind[rows], self.since[rows], end, over, of_age))

    def _arrive(self, rows: IntArray) -> None:
        rows = rows[self.arrival[rows] < self.of_age[rows] - 1]
        if not len(rows):
            return
        self.since[rows] = self.arrival[rows]
        self.kind[rows] = self._choose(rows, self.arrival[rows], origin=None)
        self.here = np.concatenate([self.here, rows])

    def _choose(self, rows: IntArray, day: IntArray, *, origin: IntArray | None) -> IntArray:
        """Give a kind of home by age, authority, what is open and what is free."""
        nature = self.nature
        x = (day - self.born[rows]) / (9 * DAYS_A_YEAR) - 1
        taste = nature.entry_taste if origin is None else nature.move_taste
        weight = np.stack([np.ones_like(x), x, x**2], axis=1) @ taste.T
        weight += nature.local_taste[self.authority[rows]]
        young = x < 16 / 9 - 1
        weight[young, SUPPORTED] = -np.inf
        weight[:, ADOPTION] = -np.inf
        uasc = self.stream[rows] == UASC
        weight[uasc, KINSHIP] -= 2.0
        weight[uasc, PARENTS] = -np.inf
        weight[uasc, SECURE] -= 2.0
        if origin is not None:
            weight += nature.pull[origin]
            waited = day - self.arrival[rows] > 150
            small = (x < 6 / 9 - 1) & waited
            weight[small, ADOPTION] = nature.move_taste[ADOPTION, 0] + 0.8
        if not self.ordinary:
            lost = 1 - nature.calendar.supported[np.minimum(day, n_days() - 1)]
            weight[:, SUPPORTED] += np.log1p(-lost)
            weight[:, OTHER] = np.where(young, weight[:, OTHER], weight[:, OTHER] + 2 * lost)
            weight[:, HOME] = np.where(young, weight[:, HOME], weight[:, HOME] + lost)
            weight -= 20 * nature.tightness * np.maximum(self.full, 0)
        share = np.exp(weight - weight.max(axis=1, keepdims=True)).cumsum(axis=1)
        drawn = self.rng.random(len(rows)) * share[:, -1]
        return np.asarray((drawn[:, None] > share).sum(axis=1))

    def _take_stock_of_homes(self, today: int) -> None:
        """How full each kind is; homes are first counted a year before the first day."""
        start = int((FIRST_DAY - BURN_IN).astype(int)) - 365
        if today < start:
            return
        stock = np.bincount(self.kind[self.here], minlength=len(KINDS)).astype(float)
        if self.capacity is None:
            self.capacity = stock * self.nature.spare
        years = (today - start) / DAYS_A_YEAR
        homes = self.capacity * np.exp(self.nature.homes_growth * years)
        over = stock / np.maximum(homes, 1.0) - 1.0
        # Places with parents, with relatives or for adoption are not capped by homes.
        over[[KINSHIP, PARENTS, ADOPTION, OTHER, SECURE]] = 0.0
        self.full = np.clip(over, -0.05, 0.15)

    def _expect(self, arrivals: _Arrivals) -> None:
        """Take in children who are to come, and say which of them are sent on elsewhere."""
        age_in_days = np.minimum((arrivals.age * DAYS_A_YEAR).astype(np.int64), 17 * 365 + 355)
        born = arrivals.day - age_in_days
        rows = self._add(
            authority=arrivals.authority,
            stream=arrivals.stream,
            frailty=arrivals.frailty,
            born=born,
            of_age=_eighteenth(born),
            arrival=arrivals.day,
        )
        self.expected = np.concatenate([self.expected, rows, self._sent_on(rows)])

    def _sent_on(self, rows: IntArray) -> IntArray:
        """Unaccompanied children who will be cared for elsewhere: two records, two authorities."""
        if self.ordinary:
            return rows[:0]
        rows = rows[self.stream[rows] == UASC]
        rows = rows[self.rng.random(len(rows)) < self.nature.transferred]
        stay = 5 + np.ceil(self.rng.exponential(35, len(rows))).astype(np.int64)
        to = self.rng.choice(len(AUTHORITIES), len(rows), p=self.nature.size)
        leave = self.arrival[rows] + stay
        sent = (leave < self.of_age[rows] - 5) & (to != self.authority[rows])
        rows, leave, to = rows[sent], leave[sent], to[sent]
        self.leave[rows] = leave
        return self._again(rows, leave, authority=to, sent_by=rows)

    def _follow_up(self, rows: IntArray, end: IntArray, forced: NDArray[np.bool_]) -> None:
        """Some who left come back to the same authority, after some months."""
        rows, end = rows[~forced], end[~forced]
        back = self.rng.random(len(rows)) < self.nature.returning
        rows, end = rows[back], end[back]
        again = end + np.ceil(np.exp(self.rng.normal(5.2, 0.9, len(rows)))).astype(np.int64)
        soon = (again < self.of_age[rows] - 30) & (again < self.steps[-1])
        rows, again = rows[soon], again[soon]
        if len(rows):
            new = self._again(rows, again, person=self.person[rows])
            step = np.searchsorted(self.steps, again, side="right") - 1
            for at, row in zip(step.tolist(), new.tolist(), strict=True):
                self.waiting.setdefault(at, []).append(np.array([row]))

    def _again(self, rows: IntArray, arrival: IntArray, **given: IntArray) -> IntArray:
        """Add a second stay of children."""
        same = ("authority", "stream", "frailty", "born", "of_age")
        return self._add(
            **{name: getattr(self, name)[rows] for name in same} | given, arrival=arrival
        )

    def _add(self, **given: NDArray[np.generic]) -> IntArray:
        """Add rows: each a person of its own, neither sent by another nor told to leave."""
        new = np.arange(self.n, self.n + len(given["arrival"]))
        blank = np.zeros(len(new), dtype=np.int64)
        values = {
            "person": new,
            "sent_by": blank - 1,
            "leave": blank + _NEVER,
            "kind": blank,
            "since": blank,
            **given,
        }
        self.n += len(new)
        for name, column in values.items():
            old = getattr(self, name)
            if self.n > len(old):  # room for those who come back
                room = np.zeros(self.n // 8 + 100, dtype=old.dtype)
                old = np.concatenate([old[: new[0] if len(new) else 0], column, room])
                setattr(self, name, old)
            old[new] = column
        return new


def _steps(*, ordinary: bool) -> IntArray:
    """Days at which a step begins, and the last day after all: weeks first, then days."""
    if ordinary:
        return np.arange(0, 19 * 366, _COARSE)
    fine = int((FIRST_DAY - BURN_IN).astype(int)) - 400
    return np.concatenate([np.arange(0, fine, _COARSE), np.arange(fine, n_days() + 1)])


def _eighteenth(born: IntArray) -> IntArray:
    """Day of the 18th birthday; of those born on 29 February, 1 March."""
    day = (born + BURN_IN.astype(int)).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    reached = (month + 18 * 12).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    return np.asarray(reached.astype(np.int64) - BURN_IN.astype(int))
