"""The cohort core, run from every origin on the population of a history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort import (
    Balance,
    EntryForecast,
    Expected,
    Levers,
    Population,
    Rates,
    Stock,
    expected,
    fit_rates,
    forecast_entries,
    stock_at,
)
from rcc_forecast.codes import Measure
from rcc_forecast.codes import Population as Stream
from rcc_forecast.forecasting.parallel import Workers

_UASC_LAST = list(Stream)[-1] == Stream.UASC
"""Streams of the core are other, UASC; leaves may stand the other way round."""

_HEAVY = 40
"""Authorities from which several processes pay for their start: ten take a second in one."""

ByMeasure = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class CohortToday:
    """What the core says from today.

    Attributes
    ----------
    rates : Rates
        Monthly chances.
    stock : Stock
        Today's children.
    entries : EntryForecast
        Entries to come.
    expected : Expected
        Children and flows, today's children and entrants apart.
    """

    rates: Rates
    stock: Stock
    entries: EntryForecast
    expected: Expected

    def under(self, levers: Levers | None) -> Expected:
        """Step the same children and entrants forward under levers."""
        if levers is None:
            return self.expected
        horizon = self.expected.today.horizon
        return expected(self.rates, self.stock, self.entries.mean, horizon=horizon, levers=levers)


@dataclass(frozen=True, slots=True)
class CohortRuns:
    """The core from past origins and from today.

    Attributes
    ----------
    past : list of dict of str to ndarray, shape (n_leaves, horizon)
        By origin and measure, in children, of 32 bits.
    today : CohortToday
        From the end of the history.
    """

    past: list[ByMeasure]
    today: CohortToday


def run_cohort(
    population: Population,
    origins: IntArray,
    *,
    horizon: int,
    workers: Workers,
    progress: Callable[[str], None] | None = None,
) -> CohortRuns:
    """Learn the rates of every origin in one pass, and step each origin forward.

    Parameters
    ----------
    population : Population
        Every child from month end to month end.
    origins : ndarray of int
        Months seen by past forecasts.
    horizon : int
        Months ahead.
    workers : Workers
        Who steps origins forward side by side.
    progress : callable, optional
        Told in words what is being done.
    """
    every = np.append(origins, population.n_months)
    if progress is not None:
        progress(f"learning rates of entry, leaving and moves at {len(every)} origins")
    rates = fit_rates(population, until=every)
    tasks = [
        (found, stock_at(population, int(origin), clock=found.clock), population, int(origin))
        for found, origin in zip(rates, every, strict=True)
    ]
    jobs = [
        (found, stock, forecast_entries(known, until=origin, horizon=horizon), horizon)
        for found, stock, known, origin in tasks
    ]
    past = workers.each(
        _stepped,
        jobs[:-1],
        doing="stepping children forward from past origins",
        heavy=population.n_areas >= _HEAVY,
        progress=progress,
    )
    found, stock, entries, _ = jobs[-1]
    ahead = expected(found, stock, entries.mean, horizon=horizon)
    return CohortRuns(past, CohortToday(found, stock, entries, ahead))


def leaves_of_balance(balance: Balance) -> dict[str, FloatArray]:
    """Give children, entries and exits by leaf of a history, each (n_leaves, horizon)."""
    return {
        Measure.CHILDREN.value: by_leaf(balance.stock),
        Measure.ENTRIES.value: by_leaf(balance.entries),
        Measure.EXITS.value: by_leaf(balance.exits + balance.aged_out),
    }


def cells_of_leaves(n_leaves: int) -> IntArray:
    """Give the leaf that stands in each cell of the core, shape (n_leaves,)."""
    pairs = np.arange(n_leaves, dtype=np.int64).reshape(-1, len(Stream))
    return pairs.ravel() if _UASC_LAST else pairs[:, ::-1].ravel()


def by_leaf(cells: FloatArray) -> FloatArray:
    """Lay (horizon, n_areas, n_kinds, n_bands, 2) out as (n_leaves, horizon)."""
    streams = cells if _UASC_LAST else cells[..., ::-1]
    return np.ascontiguousarray(streams.reshape(len(cells), -1).T)


def _stepped(rates: Rates, stock: Stock, entries: EntryForecast, horizon: int) -> ByMeasure:
    ahead = expected(rates, stock, entries.mean, horizon=horizon, apart=False, precise=False)
    leaves = leaves_of_balance(ahead.together())
    return {measure: values.astype(np.float32) for measure, values in leaves.items()}
