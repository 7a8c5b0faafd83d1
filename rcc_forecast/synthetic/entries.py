"""Who comes into care, and when: families, not single children, and never at a steady rate.

Entries are over-dispersed twice: brothers and sisters come together, and the
need of an area drifts. A Poisson process would be too calm for English
authorities, whose yearly starts have a dispersion index of about 4 (DfE
starts 2011-2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.synthetic.days import YEAR_DAYS, Days, birthday, day

SEASON = np.array([1.0, 0.97, 1.08, 0.98, 1.03, 1.06, 1.06, 0.9, 1.0, 1.06, 1.03, 0.83])
"""Entries by calendar month, January first: fewer in school holidays and at Christmas."""

UASC_SEASON = np.array([0.75, 0.7, 0.75, 0.8, 0.85, 0.95, 1.1, 1.3, 1.4, 1.35, 1.15, 0.9])
"""Arrivals alone by calendar month: they follow the summer crossings."""

UASC_WAVE = {
    2015: 0.55,
    2016: 0.95,
    2017: 0.8,
    2018: 0.8,
    2019: 0.9,
    2020: 0.75,
    2021: 0.5,
    2022: 1.1,
    2023: 1.35,
    2024: 1.2,
    2025: 1.25,
    2026: 1.2,
    2027: 1.1,
}
"""Arrivals alone by return year, against 2022-2026; 0.35 before 2015."""

WEEKDAYS = np.array([1.15, 1.15, 1.1, 1.15, 1.35, 0.55, 0.55])
"""Entries by day of the week, Monday first: Friday is the day of emergencies."""

YEARLY_DISPERSION = 4.0
"""Variance over mean of an authority's yearly starts (DfE 2011-2022, median 4.1)."""

_FROM_SIBLINGS = 1.9
"""Variance over mean that families alone give: E[size²] / E[size]."""

_CHILDREN_A_FAMILY = 1.53
"""Found by drawing a million families: brothers and sisters over 16 stay at home."""

_PERSISTENCE = 0.93
_YEARS_REMEMBERED = 2.2
_SHARED = 0.3
_COVID = (day(2020, 4, 1), day(2020, 7, 1), day(2021, 7, 1))

# Age of the child for whom the family is known; families are drawn, children are counted.
_BAND_STARTS = np.array([0.0, 1.0, 5.0, 10.0, 16.0, 18.0])
_BAND_SHARES = np.array([0.26, 0.115, 0.115, 0.32, 0.19])
_SIBLINGS_BY_BAND = np.array([0.38, 0.6, 0.62, 0.33, 0.07])
_SIZES, _SIZE_SHARES = np.array([2, 3, 4, 5, 6]), np.array([0.44, 0.3, 0.16, 0.07, 0.03])
_SPLIT_BY_SIZE = np.array([0.0, 0.0, 0.36, 0.5, 0.57, 0.62, 0.68])
_TWINS, _LATER_BABY = 0.05, 0.07
_OLDEST_AT_ENTRY = 16.9


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the simulated past.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_months + 1,)
        First day of each month, and the day after the last.
    month : ndarray of int64, shape (n_months,)
        Calendar month, 0 for January.
    returns : ndarray of int64, shape (n_months,)
        Return year.
    """

    starts: Days
    month: Days
    returns: Days

    @staticmethod
    def between(first_year: int, last_year: int) -> Calendar:
        """Give the months from 1 April of one year to 31 March of another."""
        months = np.arange((first_year - 1970) * 12 + 3, (last_year - 1970) * 12 + 4)
        starts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        return Calendar(starts, months[:-1] % 12, (months[:-1] - 3) // 12 + 1971)

    @property
    def years_to_end(self) -> NDArray[np.float64]:
        """Years from the middle of each month to the end."""
        middle = (self.starts[:-1] + self.starts[1:]) / 2
        return np.asarray((self.starts[-1] - middle) / YEAR_DAYS)


def drifting_need(n_months: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a slow wave of mean 0 and variance 1, shape (n_months,)."""
    shocks = rng.standard_normal(n_months)
    wave = np.empty(n_months)
    wave[0] = shocks[0]
    for month in range(1, n_months):
        wave[month] = _PERSISTENCE * wave[month - 1] + np.sqrt(1 - _PERSISTENCE**2) * shocks[month]
    return wave


def monthly_rates(
    calendar: Calendar,
    *,
    yearly: float,
    trend: float,
    shared: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Give the children expected to enter each month, the unaccompanied left out.

    Parameters
    ----------
    calendar : Calendar
        The months.
    yearly : float
        Children entering in a year, at the end.
    trend : float
        Change a year, as a share.
    shared : ndarray, shape (n_months,)
        The wave that all authorities of the area feel.
    rng : numpy.random.Generator
        Of the authority's own wave.
    """
    n_months = len(calendar.month)
    wave = np.sqrt(1 - _SHARED) * drifting_need(n_months, rng) + np.sqrt(_SHARED) * shared
    variance = _monthly_variance(min((YEARLY_DISPERSION - _FROM_SIBLINGS) / max(yearly, 1.0), 0.2))
    middle = calendar.starts[:-1]
    lockdown, summer, normal = _COVID
    covid = np.where((middle >= lockdown) & (middle < summer), 0.78, 1.0)
    covid = np.where((middle >= summer) & (middle < normal), 0.91, covid)
    level = np.exp(-trend * calendar.years_to_end + np.sqrt(variance) * wave - variance / 2)
    steady = yearly / 12 * SEASON[calendar.month]
    return np.asarray(steady * covid * level * _anchor(steady, covid * level, calendar))


def monthly_arrivals(
    calendar: Calendar, *, yearly: float, shared: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Give the unaccompanied asylum-seeking children expected each month."""
    wave = np.array([UASC_WAVE.get(int(year), 0.35) for year in calendar.returns])
    own = drifting_need(len(wave), rng)
    level = np.exp(0.25 * (0.8 * shared + 0.6 * own) - 0.03)
    return np.asarray(yearly / 12 * UASC_SEASON[calendar.month] * wave * level)


def draw_families(
    calendar: Calendar, rates: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the children who enter with, before or after their brothers and sisters.

    Parameters
    ----------
    calendar : Calendar
        The months.
    rates : ndarray, shape (n_months,)
        Children expected.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    DataFrame
        One row a child: family, unit (who enter and live together), entry,
        born (day numbers), twin (1 for both twins), uasc (0).
    """
    families = rng.poisson(rates / _CHILDREN_A_FAMILY)
    entry = _days_of(calendar, families, rng)
    n = len(entry)
    band = rng.choice(5, n, p=_BAND_SHARES)
    age = _age_in_band(band, rng)
    several = rng.random(n) < _SIBLINGS_BY_BAND[band]
    size = np.where(several, rng.choice(_SIZES, n, p=_SIZE_SHARES), 1)
    family = np.repeat(np.arange(n), size)
    place = np.arange(len(family)) - np.repeat(np.cumsum(size) - size, size)
    gap = np.where(place == 0, 0.0, 0.8 + rng.gamma(2.0, 0.85, len(family)))
    twin = (place == 1) & (rng.random(len(family)) < _TWINS)
    gap[twin] = 0.0
    side = np.repeat(np.where(rng.random(n) < 0.5, 1.0, -1.0), size)
    apart = pd.Series(gap).groupby(family).cumsum().to_numpy()
    ages = age[family] + side * apart
    children = pd.DataFrame(
        {"family": family, "entry": entry[family], "age": ages, "twin": twin.astype(np.int64)}
    )
    children["twin"] |= children["twin"].shift(-1, fill_value=0)
    children = children[(ages >= 0) & (ages < _OLDEST_AT_ENTRY) | (place == 0)]
    pairs = children.groupby("family")["twin"].transform("sum")
    children = children.assign(
        born=children["entry"] - np.floor(children["age"] * YEAR_DAYS).astype(np.int64),
        twin=children["twin"].where(pairs == 2, 0),
    )
    children = _with_units(children, rng)
    return pd.concat([children, _later_babies(children, calendar, rng)])[
        ["family", "unit", "entry", "born", "twin"]
    ].assign(uasc=0)


def draw_arrivals(
    calendar: Calendar, rates: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the unaccompanied asylum-seeking children: alone, and nearly all 16 or 17."""
    entry = _days_of(calendar, rng.poisson(rates), rng)
    n = len(entry)
    band = rng.choice(3, n, p=[0.025, 0.115, 0.86])
    age = np.array([10.0, 14.0, 16.0])[band] + np.array([4.0, 2.0, 1.9])[band] * rng.random(n)
    born = entry - np.floor(age * YEAR_DAYS).astype(np.int64)
    # Age is what the young person says it is, and many say New Year's Day.
    new_year = born.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
    on_new_year = (rng.random(n) < 0.35) & (birthday(new_year.astype(np.int64), 18) > entry + 30)
    born = np.where(on_new_year, new_year.astype(np.int64), born)
    each = np.arange(n)
    return pd.DataFrame(
        {"family": each, "unit": each, "entry": entry, "born": born, "twin": 0, "uasc": 1}
    )


def _anchor(steady: NDArray[np.float64], level: NDArray[np.float64], calendar: Calendar) -> float:
    """Bring the children still in care at the end near to those asked for."""
    still_here = np.exp(-calendar.years_to_end / _YEARS_REMEMBERED)
    wanted, drawn = (steady * still_here).sum(), (steady * level * still_here).sum()
    return float(np.clip(wanted / drawn, 0.75, 1.33))


def _monthly_variance(of_year: float) -> float:
    """Variance of a month's log rate whose yearly mean has the variance given."""
    lags = np.arange(1, 12)
    averaged = (12 + 2 * ((12 - lags) * _PERSISTENCE**lags).sum()) / 144
    return float(of_year / averaged)


def _days_of(calendar: Calendar, counts: NDArray[np.int64], rng: np.random.Generator) -> Days:
    first, last = int(calendar.starts[0]), int(calendar.starts[-1])
    every = np.arange(first, last)
    # Day 0 was a Thursday.
    weight = np.concatenate([[0.0], np.cumsum(WEEKDAYS[(every + 3) % 7])])
    low = weight[calendar.starts[:-1] - first]
    high = weight[calendar.starts[1:] - first]
    at = np.repeat(low, counts) + rng.random(int(counts.sum())) * np.repeat(high - low, counts)
    return np.asarray(first + np.searchsorted(weight, at, side="right") - 1, dtype=np.int64)


def _age_in_band(band: Days, rng: np.random.Generator) -> NDArray[np.float64]:
    u = rng.random(len(band))
    newborn = rng.random(len(band)) < 0.45
    # Rising towards 15 among teenagers, falling from 16; half the babies are days old.
    along = np.select([band == 3, band == 4], [u**0.75, u**1.6], u)
    age = _BAND_STARTS[band] + along * (np.diff(_BAND_STARTS)[band] - 0.02)
    return np.asarray(np.where((band == 0) & newborn, u * 0.02, age))


def _with_units(children: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say who of a family live together at first: a third of families are split."""
    children = children.sort_values(["family", "born"], ascending=[True, False], kind="stable")
    size = children.groupby("family")["born"].transform("size").to_numpy()
    rank = children.groupby("family").cumcount().to_numpy()
    first = rank == 0
    which = np.cumsum(first) - 1
    split = (rng.random(int(first.sum())) < _SPLIT_BY_SIZE[np.minimum(size[first], 6)])[which]
    alone = (rng.random(int(first.sum())) < 0.2)[which]
    cut = (1 + np.floor(rng.random(int(first.sum())) * np.maximum(size[first] - 1, 1)))[which]
    part = np.where(split & alone, rank, np.where(split & (rank >= cut), 1, 0))
    # Twins are kept together but for one family in ten.
    twin = children["twin"].to_numpy() == 1
    keep = (rng.random(int(first.sum())) < 0.9)[which]
    of_first_twin = pd.Series(part).where(twin).groupby(children["family"].to_numpy())
    part = np.where(twin & keep, of_first_twin.transform("first").fillna(0), part).astype(np.int64)
    return children.assign(unit=children["family"].to_numpy() * 10 + part)


def _later_babies(
    children: pd.DataFrame, calendar: Calendar, rng: np.random.Generator
) -> pd.DataFrame:
    youngest = children.drop_duplicates("family")
    youngest = youngest[youngest["entry"] - youngest["born"] < 8 * YEAR_DAYS]
    babies = youngest[rng.random(len(youngest)) < _LATER_BABY]
    born = babies["entry"] + np.floor((0.75 + 3 * rng.random(len(babies))) * YEAR_DAYS)
    entry = born + np.floor(rng.exponential(20, len(babies)))
    babies = babies.assign(
        born=born.astype(np.int64),
        entry=entry.astype(np.int64),
        twin=0,
        unit=babies["family"] * 10 + 9,
    )
    return pd.DataFrame(babies[babies["entry"] < calendar.starts[-1]])
