"""What a world is like: every parameter drawn from a wide range, none tuned.

The worlds judge the forecasts, so they share nothing with the models: ages act
through smooth curves and not through bands, durations through Weibull and
lognormal hazards, time is counted in days, siblings arrive together, and what
happens to a region is drawn anew for each world. Invented; not estimates.

Only the size of what happens was set by data: holding today flat misses the
authorities of these worlds by 4-6%, 7-9% and 9-12% of their children after one,
two and three years, and a region by 2-3%, 3-6% and 4-8%; in England from 2011 to
2022 it missed by 5.6%, 8.7% and 11.3%, and 2.6%, 4.6% and 6.4% (DfE, *Children
looked after in England including adoption*, authorities of over 100 children).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import lognorm

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

AUTHORITIES = (
    *("E06000001", "E06000002", "E06000003", "E06000004", "E06000005", "E06000047"),
    *("E06000057", "E08000021", "E08000022", "E08000023", "E08000024", "E08000037"),
)
"""Codes of the North East, whose twelve authorities lend their names and nothing else."""

FIRST_DAY = np.datetime64("2016-03-31", "D")
"""The first month end that returns show; the year ends on 31 March."""

YEARS = 14
BURN_IN = np.datetime64("1998-03-31", "D")
"""Nobody who came before could still be under 18 on the first day."""

KINDS = (
    *("kinship", "own_foster", "agency_foster", "home", "secure"),
    *("supported", "school", "parents", "adoption", "other"),
)
TYPE_OF_KIND = (
    *("foster_kinship", "foster", "foster", "childrens_home", "secure_home"),
    *("supported", "residential_other", "with_parents", "adoption", "other"),
)
KINSHIP, OWN, AGENCY, HOME, SECURE, SUPPORTED, SCHOOL, PARENTS, ADOPTION, OTHER = range(len(KINDS))

STREAMS = ("newborn", "young", "middle", "teen", "uasc")
UASC = STREAMS.index("uasc")

DAYS_A_YEAR = 365.25


class Family(StrEnum):
    """How the worlds of a family come to differ from a model's world."""

    MARKOV = "markov"
    FRAILTY = "frailty"
    FEEDBACK = "feedback"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the days bring, from the first day of the burn-in; n_days in each last axis.

    Attributes
    ----------
    entries : ndarray, shape (n_authorities, n_streams, n_days)
        Relative rate of arrivals; 1 in an ordinary day of an ordinary authority.
    exits : ndarray, shape (n_authorities, n_days)
        Factor on the hazard of leaving.
    moves : ndarray, shape (n_days,)
        Factor on the hazard of moving.
    supported : ndarray, shape (n_days,)
        Share of supported accommodation's ordinary intake that is open.
    season : ndarray, shape (n_streams, n_days)
        The part of `entries` that comes back every year.
    noise : ndarray, shape (n_authorities, 1, n_days)
        The part of `entries` that says nothing of the days after.
    """

    entries: FloatArray
    exits: FloatArray
    moves: FloatArray
    supported: FloatArray
    season: FloatArray
    noise: FloatArray

    def frozen_on(self, day: int) -> Calendar:
        """Give the days as they would go on from the level of the last quarter, noise apart."""
        quarter = slice(day - 91, day)

        def held(values: FloatArray) -> FloatArray:
            level = values[..., quarter].mean(axis=-1, keepdims=True)
            rest = np.broadcast_to(level, (*values.shape[:-1], values.shape[-1] - day))
            return np.concatenate([values[..., :day], rest], axis=-1)

        noise = self.noise.copy()
        noise[..., day:] = 1.0
        return Calendar(
            entries=held(self.entries / self.season / self.noise) * self.season * noise,
            exits=held(self.exits),
            moves=held(self.moves),
            supported=held(self.supported),
            season=self.season,
            noise=noise,
        )


@dataclass(frozen=True, slots=True)
class Nature:
    """Parameters of one world.

    Attributes
    ----------
    stock : float
        Children in care that the region tends to.
    size : ndarray, shape (n_authorities,)
        Shares of arrivals; they sum to 1.
    stream_share : ndarray, shape (n_streams,)
        Shares of arrivals.
    age_curve : ndarray, shape (18 * 366,)
        Factor on the hazard of leaving by age in days.
    duration_curve : ndarray, shape (n_kinds, 18 * 366)
        Factor on the hazard of leaving by days in care.
    exit_rate, move_rate : ndarray, shape (n_kinds,)
        A year, at a factor of 1.
    entry_taste, move_taste : ndarray, shape (n_kinds, 3)
        Log weight of each kind as a quadratic in age, -1 at birth and 1 at 18.
    pull : ndarray, shape (n_kinds, n_kinds)
        Further log weight of a move from one kind to another.
    local_taste : ndarray, shape (n_authorities, n_kinds)
        Further log weight in each authority.
    settled_after : float
        Days after which moves have become rare.
    to_supported : float
        Extra moves a year to supported accommodation from 16 on.
    frailty : float
        Variance of the gamma factor on each child's hazards; 0 for none.
    sibling_sizes : ndarray, shape (5,)
        Chance that 1, 2, ... siblings arrive together.
    returning : float
        Chance that a child who left comes back, as a re-entry.
    transferred : float
        Chance that an unaccompanied child is transferred to another authority.
    tightness : float
        How strongly full homes turn children away; 0 for not at all.
    spare : ndarray, shape (n_kinds,)
        Homes over children when capacity begins to matter.
    homes_growth : ndarray, shape (n_kinds,)
        Log growth of homes a year.
    late_share, late_days : float
        Share of ends recorded late, and their mean delay.
    calendar : Calendar
        What the days bring.
    """

    stock: float
    size: FloatArray
    stream_share: FloatArray
    age_curve: FloatArray
    duration_curve: FloatArray
    exit_rate: FloatArray
    move_rate: FloatArray
    entry_taste: FloatArray
    move_taste: FloatArray
    pull: FloatArray
    local_taste: FloatArray
    settled_after: float
    to_supported: float
    frailty: float
    sibling_sizes: FloatArray
    returning: float
    transferred: float
    tightness: float
    spare: FloatArray
    homes_growth: FloatArray
    late_share: float
    late_days: float
    calendar: Calendar


_ENTRY_TASTE = np.array(
    [
        [-1.4, -0.5, 0.0],
        [-0.8, -0.7, 0.0],
        [-1.0, 0.1, 0.0],
        [-2.2, 2.2, -0.3],
        [-5.3, 2.5, 0.0],
        [-9.0, 9.2, 0.0],
        [-3.2, -0.3, 0.6],
        [-2.3, -0.5, -0.2],
        [-1.2, -1.0, 0.0],
        [-3.0, 0.6, 0.2],
    ]
)
"""Rough shape of who is placed where by age in England; each world bends it."""

_EXIT_RATE = np.array([0.42, 0.30, 0.22, 0.28, 1.2, 0.40, 0.35, 0.75, 1.1, 0.7])
_MOVE_RATE = np.array([0.22, 0.50, 0.42, 0.60, 2.2, 0.45, 0.50, 0.25, 0.05, 1.8])


def draw_nature(family: Family, rng: np.random.Generator, *, stock: float | None = None) -> Nature:
    """Draw a world's parameters.

    Parameters
    ----------
    family : Family
        Which mechanisms are at work.
    rng : numpy.random.Generator
        The only source of chance.
    stock : float, optional
        Children that the region tends to; 5,000 to 7,000 when absent.
    """
    n_kinds, n_authorities = len(KINDS), len(AUTHORITIES)
    shaped = family in (Family.FRAILTY, Family.FEEDBACK)
    size = np.exp(np.clip(rng.normal(0.0, rng.uniform(0.45, 0.75), n_authorities), -1.4, 1.4))
    uasc = rng.uniform(0.06, 0.18)
    others = rng.dirichlet(np.array([16.0, 20.0, 26.0, 38.0]) * 2)
    feedback = family is Family.FEEDBACK
    wanted = rng.uniform(5_000, 7_000)
    return Nature(
        stock=wanted if stock is None else stock,
        size=size / size.sum(),
        stream_share=np.append(others * (1 - uasc), uasc),
        age_curve=_age_curve(rng),
        duration_curve=_duration_curves(rng, shaped=shaped),
        exit_rate=_EXIT_RATE * np.exp(rng.normal(0, 0.2, n_kinds)),
        move_rate=_MOVE_RATE * np.exp(rng.normal(0, 0.25, n_kinds)),
        entry_taste=_ENTRY_TASTE + rng.normal(0, 0.15, _ENTRY_TASTE.shape),
        move_taste=_ENTRY_TASTE + rng.normal(0, 0.15, _ENTRY_TASTE.shape),
        pull=rng.normal(0, 0.35, (n_kinds, n_kinds)),
        local_taste=rng.normal(0, rng.uniform(0.1, 0.35), (n_authorities, n_kinds)),
        settled_after=rng.uniform(60, 240),
        to_supported=rng.uniform(0.2, 0.7),
        frailty=rng.uniform(0.3, 1.2) if family is Family.FRAILTY else 0.0,
        sibling_sizes=_sibling_sizes(rng, together=shaped),
        returning=rng.uniform(0.05, 0.18),
        transferred=rng.uniform(0.1, 0.4),
        tightness=rng.uniform(0.5, 1.5) if feedback else 0.0,
        spare=rng.uniform(1.0, 1.06, n_kinds),
        homes_growth=rng.normal(0.0, 0.02, n_kinds),
        late_share=rng.uniform(0.1, 0.4) if feedback else 0.0,
        late_days=rng.uniform(20, 80),
        calendar=_calendar(family, rng),
    )


def n_days() -> int:
    """Days from the beginning of the burn-in to the last 31 March, both counted."""
    last = FIRST_DAY.astype("datetime64[M]") + 12 * YEARS + 1
    return int((last.astype("datetime64[D]") - BURN_IN).astype(int))


def _age_curve(rng: np.random.Generator) -> FloatArray:
    age = np.arange(18 * 366) / DAYS_A_YEAR
    waves = sum(
        rng.normal(mean, 0.15) * np.cos(np.pi * k * age / 18)
        for k, mean in ((1, 0.2), (2, 0.3), (3, 0.0))
    )
    leaving_home = rng.uniform(0.0, 0.8) / (1 + np.exp(-(age - rng.uniform(16.4, 17.3)) / 0.25))
    return np.asarray(np.exp(waves + leaving_home))


def _duration_curves(rng: np.random.Generator, *, shaped: bool) -> FloatArray:
    days = np.arange(18 * 366) + 1.0
    curves = []
    for _ in KINDS:
        if not shaped:
            early, later = rng.uniform(2, 6), rng.uniform(0.5, 2)
            curve = 0.5 + early * np.exp(-days / rng.uniform(12, 30))
            curve += later * np.exp(-days / rng.uniform(180, 400))
        elif rng.random() < 0.5:
            k, scale = rng.uniform(0.55, 0.85), rng.uniform(400, 900)
            curve = k / scale * (np.maximum(days, 3) / scale) ** (k - 1)
        else:
            curve = _lognormal_hazard(days, np.log(rng.uniform(200, 500)), rng.uniform(1.2, 1.8))
        weight = np.exp(-days / 700)
        curves.append(curve / ((curve * weight).sum() / weight.sum()))
    return np.stack(curves)


def _lognormal_hazard(days: FloatArray, mean: float, sd: float) -> FloatArray:
    there = lognorm(sd, scale=np.exp(mean))
    return np.asarray(there.pdf(days) / there.sf(days))


def _sibling_sizes(rng: np.random.Generator, *, together: bool) -> FloatArray:
    if not together:
        return np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    return np.asarray(rng.dirichlet(np.array([62.0, 20.0, 11.0, 5.0, 2.0])))


def _calendar(family: Family, rng: np.random.Generator) -> Calendar:
    n, n_authorities, n_streams = n_days(), len(AUTHORITIES), len(STREAMS)
    moving = family is not Family.CALM
    season = _seasons(rng, n)
    entries = np.zeros((n_authorities, n_streams, n)) + season
    exits = np.zeros((n_authorities, n)) + rng.normal(0, 0.12, n_authorities)[:, None]
    moves, supported = np.zeros(n), np.ones(n)
    noise = np.zeros((n_authorities, 1, n))
    if moving:
        common = _drifting(rng, n, yearly_sd=rng.uniform(0.02, 0.08))
        common += rng.uniform(-0.015, 0.025) * _years_since_first_day(n)
        by_stream = [_drifting(rng, n, yearly_sd=rng.uniform(0.02, 0.08)) for _ in STREAMS]
        wander = rng.uniform(0.04, 0.14, 2)
        by_place, leaving = (
            np.stack([_drifting(rng, n, yearly_sd=sd) for _ in range(n_authorities)])
            for sd in wander * (1.0, 0.7)
        )
        entries += common + np.stack(by_stream)[None] + by_place[:, None]
        exits += _drifting(rng, n, yearly_sd=rng.uniform(0.01, 0.05)) + leaving
        exits += rng.uniform(-0.02, 0.01) * _years_since_first_day(n)
        moves += _drifting(rng, n, yearly_sd=0.03)
        _add_pandemic(entries, exits, rng)
        _add_wave(entries, rng)
        supported = _regulated(rng, n)
    if family in (Family.FRAILTY, Family.FEEDBACK):
        noise = _monthly_noise(rng, entries.shape)
    if family is Family.FEEDBACK:
        _add_local_shocks(entries, exits, rng)
    return Calendar(
        np.exp(entries + noise),
        np.exp(exits),
        np.exp(moves),
        supported,
        season=np.exp(season),
        noise=np.exp(noise),
    )


def _day_of(date: str) -> int:
    return int((np.datetime64(date, "D") - BURN_IN).astype(int))


def _years_since_first_day(n: int) -> FloatArray:
    first = int((FIRST_DAY - BURN_IN).astype(int))
    return np.maximum(np.arange(n) - first, 0) / DAYS_A_YEAR


def _seasons(rng: np.random.Generator, n: int) -> FloatArray:
    """Two waves a year for each stream, shape (n_streams, n)."""
    turn = 2 * np.pi * np.arange(n) / DAYS_A_YEAR
    size = rng.uniform([[0.02], [0.01]], [[0.14], [0.06]], (2, len(STREAMS)))
    phase = rng.uniform(0, 2 * np.pi, (2, len(STREAMS)))
    return np.asarray(
        sum(size[k][:, None] * np.cos((k + 1) * turn + phase[k][:, None]) for k in range(2))
    )


def _drifting(rng: np.random.Generator, n: int, *, yearly_sd: float) -> FloatArray:
    """A wander whose direction lasts for some months, nought on the first day."""
    steps, first = n // 30 + 2, int((FIRST_DAY - BURN_IN).astype(int))
    # Some worlds return to what they were within years, others never do.
    lasting, back = 0.5 ** (1 / rng.uniform(1, 6)), 0.5 ** (1 / 10 ** rng.uniform(1.6, 3.3))
    level, slope = np.zeros(steps), 0.0
    for step, push in enumerate(rng.normal(0, 1, steps - 1)):
        slope = lasting * slope + np.sqrt(1 - lasting**2) * push
        level[step + 1] = back * level[step] + slope
    # What the level changes by in a year, were it neither drawn back nor begun at nought.
    months = np.arange(1, 12)
    in_a_year = np.sqrt(12 + 2 * ((12 - months) * lasting**months).sum())
    path = np.interp(np.arange(n), 30.0 * np.arange(steps), level) * yearly_sd / in_a_year
    return np.asarray(np.clip(path - path[first], -1.2, 1.2))


def _add_pandemic(entries: FloatArray, exits: FloatArray, rng: np.random.Generator) -> None:
    start = _day_of("2020-03-23") + int(rng.integers(-20, 40))
    sharp, slow = int(rng.integers(90, 240)), int(rng.integers(150, 450))
    entries[:, :UASC, start : start + sharp] += np.log(rng.uniform(0.65, 0.92))
    entries[:, UASC, start : start + sharp] += np.log(rng.uniform(0.3, 0.7))
    entries[:, :, start + sharp : start + sharp + slow] += np.log(rng.uniform(0.86, 1.0))
    held = int(rng.integers(180, 420))
    exits[:, start : start + held] += np.log(rng.uniform(0.6, 0.92))
    exits[:, start + held : start + 2 * held] += np.log(rng.uniform(1.0, 1.1))


def _add_wave(entries: FloatArray, rng: np.random.Generator) -> None:
    peak = _day_of("2021-06-30") + int(rng.integers(0, 5 * 365))
    width, height = rng.uniform(150, 420), rng.uniform(0.4, 1.0)
    days = np.arange(entries.shape[2])
    entries[:, UASC] += height * np.exp(-(((days - peak) / width) ** 2))


def _regulated(rng: np.random.Generator, n: int) -> FloatArray:
    """Supported accommodation is regulated on 28 October 2023, and places are lost for a while."""
    start = _day_of("2023-10-28") - int(rng.integers(0, 60))
    ramp, back = rng.uniform(30, 240), rng.uniform(400, 2_000)
    days = np.arange(n) - start
    lost = rng.uniform(0.1, 0.45) * np.clip(days / ramp, 0, 1)
    return np.asarray(1 - lost * (1 - rng.uniform(0, 0.8) * np.clip((days - ramp) / back, 0, 1)))


def _monthly_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Busy and quiet months of each authority: starts vary more than Poisson."""
    n_authorities, _, n = shape
    months = n // 30 + 1
    busy = np.log(rng.gamma(rng.uniform(6, 20), size=(n_authorities, months)))
    busy -= np.log(np.exp(busy).mean())
    return np.repeat(busy, 30, axis=1)[:, None, :n]


def _add_local_shocks(entries: FloatArray, exits: FloatArray, rng: np.random.Generator) -> None:
    """A failed inspection, a new front door: an authority's flows jump for a year or so."""
    n_authorities, _, n = entries.shape
    for authority in range(n_authorities):
        for _ in range(rng.poisson(0.12 * n / DAYS_A_YEAR)):
            start, length = int(rng.integers(n)), int(rng.integers(180, 540))
            jump = rng.normal(0, 0.2, 2)
            entries[authority, :UASC, start : start + length] += jump[0]
            exits[authority, start : start + length] += jump[1]
